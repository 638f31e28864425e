# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The command gstream digest: what it prints for which files, and how it ends. That
# digests are right is the business of projections/digest.

. "$G_TEST_SRCDIR/support/tap.sh"

export LC_ALL=C.UTF-8
runs=$G_TEST_SRCDIR/runs
out=$tap_folder/out
err=$tap_folder/err

# ends STATUS COMMAND...: with that exit status; keeps what it printed.
ends () {
  local expected=$1 status
  shift
  "$@" >"$out" 2>"$err"
  status=$?
  cat "$err"
  [ $status = "$expected" ]
}

# holds EXPRESSION: true of the digests that were printed, a list of Python's.
holds () {
  python3 - "$out" "$1" <<'END'
import json, sys
text = open(sys.argv[1], newline="\n").read()
digests, decoder, at = [], json.JSONDecoder(), 0
while at < len(text.rstrip("\n")):
    digest, at = decoder.raw_decode(text, at)
    digests.append(digest)
    at += 1
assert eval("(" + sys.argv[2] + ")"), digests
END
}

compact () {
  ends 0 gstream digest --compact "$runs"/*/*.jsonl "$runs"/*/*.sse &&
    [ "$(wc -l <"$out")" = "$(ls "$runs"/*/*.jsonl "$runs"/*/*.sse | wc -l)" ] &&
    holds 'all(json.loads(line) for line in text.split("\n")[:-1])'
}

indented () {
  ends 0 gstream digest "$runs/js-server/chat.sse" "$runs/python-inprocess/rich.jsonl" &&
    holds 'text == "".join(json.dumps(d, indent=1, ensure_ascii=False) + "\n" for d in digests) and len(digests) == 2'
}

# Every key that tests/runs/README.md names, and no other.
keys () {
  ends 0 gstream digest "$runs/python-inprocess/subgraphs.jsonl" &&
    holds 'digests[0].keys() == json.load(open("'"$runs"'/python-inprocess/subgraphs.expected.json")).keys()' &&
    holds 'list(digests[0]["subgraphs"][0]) ==
           ["path", "graph_name", "trigger_call_id", "status", "error", "run"]' &&
    holds 'not {"log", "status", "error"} & digests[0]["subgraphs"][0]["run"].keys()' &&
    holds 'list(digests[0]["messages"][0]) ==
           ["id", "node", "status", "text", "reasoning", "content", "tool_calls", "invalid_tool_calls", "usage",
            "finish_reason", "error", "text_deltas", "reasoning_deltas"]'
}

standard_input () {
  gstream digest "$1" >"$tap_folder/expected" && ends 0 gstream digest - <"$1" && diff "$tap_folder/expected" "$out"
}

failed_run () {
  ends 0 gstream digest "$runs/python-inprocess/error.jsonl" && [ ! -s "$err" ] &&
    holds '(digests[0]["status"], digests[0]["error"]) == ("failed", "model connection lost")'
}

# What came before is there, and so are the other files.
bad_file () {
  (head -n 3 "$runs/python-inprocess/chat.jsonl"; echo '{') >"$tap_folder/bad.jsonl"
  ends 1 gstream digest "$tap_folder/bad.jsonl" "$runs/python-inprocess/chat.jsonl" &&
    grep -q '^gstream: .*bad.jsonl: line 4: ' "$err" &&
    holds '[d["status"] for d in digests] == ["failed", "completed"] and len(digests[0]["log"]) == 3'
}

missing_file () {
  ends 1 gstream digest no/such.jsonl no/such "$runs/python-inprocess/chat.jsonl" &&
    [ "$(grep -c '^gstream: .*no/such' "$err")" = 2 ] && holds 'digests[-1]["status"] == "completed"'
}

empty () {
  ends 1 gstream digest - </dev/null && grep -q '^gstream: .*standard input: expected events, and it is empty' "$err"
}

# Neither is a recording of no events.
no_recording () {
  printf '# Notes\n\n- data\n' >"$tap_folder/notes.md"
  ends 1 gstream digest "$tap_folder/notes.md" && grep -q '^gstream: .*notes.md: line 1: .*expected .*, not "# Notes"' "$err" &&
    holds 'digests[0]["status"] == "failed"' &&
    echo hello | ends 1 gstream digest - && grep -q 'not "hello"' "$err" &&
    ends 1 gstream digest "$G_TEST_SRCDIR/faults/files/array.json" && grep -q 'not a JSON array' "$err"
}

# Spaces and new lines between values go; in strings they stay.
strange_json () {
  printf 'data: {"type":"event","method":"values","params":{"namespace":[],"timestamp":1,"data":{\ndata: "a\\"  b\\\\":\t[ ],\ndata: "c\\u0007\\n": [1 , {} ]}}}\n\n' |
    ends 0 gstream digest --compact - && [ "$(wc -l <"$out")" = 1 ] &&
    holds 'digests[0]["values"] == [{"a\"  b\\": [], "c\a\n": [1, {}]}]'
}

# What an answer has to be like is told where a question says it (T8).
schema () {
  printf '{"type":"event","method":"input.requested","params":{"namespace":[],"timestamp":1,"data":{"interrupt_id":"i","payload":1,"response_schema":{"type":"boolean"}}}}\n{"type":"event","method":"input.requested","params":{"namespace":[],"timestamp":1,"data":{"interrupt_id":"j","payload":2}}}\n' |
    ends 0 gstream digest - &&
    holds '[i.get("response_schema") for i in digests[0]["interrupts"]] == [{"type": "boolean"}, None] and
           "response_schema" not in digests[0]["interrupts"][1]'
}

full_disk () {
  gstream digest "$runs/js-server/chat.sse" 2>"$err" >/dev/full
  [ $? = 1 ] && grep -q '^gstream: ' "$err"
}

usage () {
  ends 2 gstream digest && grep -q '^gstream: .*FILE' "$err" && ends 2 gstream digest --frobnicate a &&
    grep -q '^gstream: .*--frobnicate' "$err" && ends 0 gstream digest --help && grep -q -- --compact "$out"
}

check /tool/digest/compact compact
check /tool/digest/indented indented
check /tool/digest/keys keys
check /tool/digest/standard-input/json-lines standard_input "$runs/python-inprocess/tools.jsonl"
check /tool/digest/standard-input/sse standard_input "$runs/python-server/parallel.sse"
check /tool/digest/failed-run failed_run
check /tool/digest/bad-file bad_file
check /tool/digest/missing-file missing_file
check /tool/digest/empty empty
check /tool/digest/no-recording no_recording
check /tool/digest/strange-json strange_json
check /tool/digest/T8/schema schema
check /tool/digest/full-disk full_disk
check /tool/digest/usage usage
plan
