# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The command line of gstream, and gstream show --events: what it prints, and how
# it ends, on every recording and on what is none.

. "$G_TEST_SRCDIR/support/tap.sh"

runs=$G_TEST_SRCDIR/runs
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_folder"' EXIT

# ends STATUS COMMAND...: with that exit status; keeps what it printed, in out and err.
ends () {
  local expected=$1
  shift
  "$@" >"$folder/out" 2>"$folder/err"
  local status=$?
  cat "$folder/err"
  [ $status = "$expected" ]
}

# complains STATUS TEXT COMMAND...: likewise, with TEXT on standard error, as the program's own.
complains () {
  local expected=$1 text=$2
  shift 2
  ends "$expected" "$@" && grep -q '^gstream: ' "$folder/err" && grep -qF -- "$text" "$folder/err"
}

show () {
  gstream show --events "$@"
}

# --- the command line ---

no_command () {
  ends 2 gstream && grep -q '^Usage: gstream' "$folder/err" && ! [ -s "$folder/out" ]
}

help () {
  ends 0 gstream --help && grep -q '^3 the run stopped to ask' "$folder/out" && grep -q '^  show FILE' "$folder/out" && ! [ -s "$folder/err" ]
}

version () {
  ends 0 gstream --version && grep -qE '^gstream [0-9]+\.[0-9]+\.[0-9]+$' "$folder/out"
}

show_help () {
  ends 0 gstream show --help && grep -q 'gstream show' "$folder/out" && grep -q 'standard input' "$folder/out"
}

check /tool/no-command no_command
check /tool/help help
check /tool/version version
check /tool/unknown-command complains 2 '"frobnicate"' gstream frobnicate
check /tool/show/help show_help
check /tool/show/no-file complains 2 FILE gstream show
check /tool/show/two-files complains 2 FILE gstream show a b
check /tool/show/unknown-option complains 2 --frobnicate gstream show --frobnicate a

# tells_once NAME: what cannot be opened is named once.
tells_once () {
  ends 1 gstream show --events "$1"
  [ "$(grep -o "$1" "$folder/err" | wc -l)" = 1 ]
}

check /tool/show/missing/json-lines tells_once /nonexistent.jsonl
check /tool/show/missing/sse tells_once /nonexistent.sse
check /tool/show/missing/other tells_once /nonexistent

# --- recordings ---

# The log as it was recorded, then the output, or the error.
shows_run () {
  local file=$1 expected=${1%.*}.expected.json
  show "$file" >"$folder/out" 2>"$folder/err"
  echo $? >"$folder/status"
  python3 - "$expected" "$folder" <<'END'
import json, sys
expected = json.load(open(sys.argv[1]))
out = open(sys.argv[2] + "/out").read().splitlines()
err = open(sys.argv[2] + "/err").read()
status = int(open(sys.argv[2] + "/status").read())
log = [line.split("\t") for line in out if not line.startswith("output\t")]
assert [line[:3] for line in log] == [[str(seq), method, "/" + "/".join(path)] for seq, method, path in expected["log"]]
for line in log:
    json.loads(line[3])
if expected["error"] is not None:
    assert status == 1, status
    assert err == f"gstream: {expected['error']}\n", err
    assert len(log) == len(out), "an output of a failed run"
else:
    assert status == 0 and err == "", (status, err)
    assert json.loads(out[-1].removeprefix("output\t")) == expected["output"]
END
}

for file in "$runs"/*/*.jsonl "$runs"/*/*.sse; do
  check "/run/R4/show-events/${file#"$runs"/}" shows_run "$file"
done

lines () {
  ends 0 show "$runs/js-server/subgraphs.sse" &&
    grep -qE $'^1\tlifecycle\t/\t\\{"event":"running"' "$folder/out" &&
    grep -qE $'^[0-9]+\tvalues\t/[a-z_]+:[^\t/]+\t\\{' "$folder/out"
}
check /tool/show-events/lines lines

# The same, however it comes and whatever it is called.
same () {
  local file=$1
  show "$file" >"$folder/expected" || return 1
  cp "$file" "$folder/nameless"
  ends 0 show "$folder/nameless" && diff "$folder/expected" "$folder/out" || return 1
  ends 0 show - <"$file" && diff "$folder/expected" "$folder/out" || return 1
  (printf '\n'; cat "$file") | ends 0 show - && diff "$folder/expected" "$folder/out"
}
check /tool/show-events/same/json-lines same "$runs/python-inprocess/subgraphs.jsonl"
check /tool/show-events/same/sse same "$runs/python-server/subgraphs.sse"

# --- what cannot be shown ---

line='{"type":"event","method":"values","params":{"namespace":[],"timestamp":1,"data":{"n":1}}}'

bad_line () {
  printf '%s\n%s\nhello\n' "$line" "$line" >"$folder/bad.jsonl"
  complains 1 "bad.jsonl: line 3: byte 0: expected " show "$folder/bad.jsonl" &&
    [ "$(wc -l <"$folder/out")" = 2 ]
}

cut_off () {
  printf 'data: %s\n\ndata: %s\n' "$line" "$line" >"$folder/cut.sse"
  complains 1 "cut.sse: line 4: the stream is cut off" show "$folder/cut.sse" && [ "$(wc -l <"$folder/out")" = 1 ]
}

empty () {
  : >"$folder/empty.jsonl"
  complains 1 "empty.jsonl: expected JSON Lines (an event, a JSON object, on each line), and it is empty" show "$folder/empty.jsonl" &&
    complains 1 "expected events, and it is empty" show - </dev/null
}

several_lines () {
  printf 'data: {"type":"event","method":"values","params":{"namespace":[],"timestamp":1,"data":{\ndata: "n":1}}}\n\n' |
    ends 0 show - && [ "$(head -n 1 "$folder/out")" = $'1\tvalues\t/\t{"n":1}' ]
}

full_disk () {
  show "$runs/js-server/chat.sse" 2>"$folder/err" >/dev/full
  [ $? = 1 ] && grep -q '^gstream: ' "$folder/err"
}

check /tool/show-events/bad-line bad_line
check /run/R8/show-events/cut-off cut_off
check /tool/show-events/empty empty
check /tool/show-events/data-of-several-lines several_lines
check /tool/show-events/missing complains 1 "no/such.jsonl" show no/such.jsonl
check /tool/show-events/missing-without-suffix complains 1 "no/such" show no/such
check /tool/show-events/folder complains 1 "$folder" show "$folder"
check /tool/show-events/full-disk full_disk
plan
