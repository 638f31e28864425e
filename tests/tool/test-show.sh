# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gstream show: what a person reads, on a terminal and off it.

. "$G_TEST_SRCDIR/support/tap.sh"

export LC_ALL=C.UTF-8
runs=$G_TEST_SRCDIR/runs
unset NO_COLOR
export TERM=xterm

# reads STATUS TEXT ARGUMENT...: exactly that, on standard output.
reads () {
  local status=$1 text=$2 actual
  shift 2
  actual=$(gstream show "$@" 2>"$tap_folder/err")
  [ $? = "$status" ] && diff <(echo "$text") <(echo "$actual")
}

# Such as in a bare chroot, where nothing can be a terminal.
python3 -c 'import pty; pty.openpty()' 2>/dev/null && has_terminals=yes || has_terminals=

# What needs a terminal: `check`, where there can be one.
check_on_terminal () {
  if [ -n "$has_terminals" ]; then
    check "$@"
  else
    skip "$1" "this system gives no pseudo-terminals"
  fi
}

on_terminal () {
  python3 "$G_TEST_SRCDIR/tool/screen.py" "$@" </dev/null
}

check /tool/show/person/reasoning reads 0 '· state: messages + human "hi"
agent thinks: First think. Then answer.
agent: Here is a picture: 
agent: (image)
agent: (non_standard)
agent cannot call search {"q": oops
· state: messages + ai
■ completed
  messages  2 items' "$runs/python-inprocess/rich.jsonl"

check /tool/show/person/tools reads 0 '· state: messages + human "hi"
agent: Let me look.
agent calls get_weather {"city":"Genève"}
agent calls get_weather {"city":"Tōkyō"}
· state: messages + ai
→ get_weather {"city":"Genève"}
→ get_weather#2 {"city":"Tōkyō"}
» custom: {"progress":0.5,"city":"Genève"}
» custom: {"progress":0.5,"city":"Tōkyō"}
» custom: {"progress":1.0,"city":"Genève"}
» custom: {"progress":1.0,"city":"Tōkyō"}
← get_weather: It is 21 °C in Genève.
← get_weather#2: It is 21 °C in Tōkyō.
· state: messages +2
agent: It is 21 °C in both.
· state: messages + ai
■ completed
  messages  5 items' "$runs/python-inprocess/tools.jsonl"

check /tool/show/person/subgraphs reads 0 '· state: messages + human "hi"
intro: root opens
· state: messages + ai
▶ left
  · left state: messages +2
▶ right
  · right state: messages +2
  left/plan: middle plans the work
  right/write: leaf says hello
  · left state: messages + ai
  · right state: messages + ai
  ▶ left/leaf
    · left/leaf state: messages +3
    left/leaf/write: leaf says hello
■ right completed
    · left/leaf state: messages + ai
  ■ left/leaf completed
  · left state: messages + ai
■ left completed
· state: messages +3
outro: root closes
· state: messages + ai
■ completed
  messages  6 items' "$runs/python-inprocess/subgraphs.jsonl"

# The models of the Python server, of which nobody says who they are.
check /tool/show/person/three-at-once reads 0 '· state: messages + human "hi"
model: alpha0 alpha1 alpha2 alpha3 alpha4 alpha5 alpha6 alpha7 alpha8 alpha9 alpha10 alpha11
model#2: gamma0 gamma1 gamma2 gamma3 gamma4 gamma5 gamma6 gamma7 gamma8 gamma9 gamma10 gamma11
model#3: beta0 beta1 beta2 beta3 beta4 beta5 beta6 beta7 beta8 beta9 beta10 beta11
· state: messages +3
■ completed
  messages  4 items' "$runs/python-server/parallel.sse"

check /tool/show/person/questions reads 0 '· state: topic = "cats", log = []
· state: log + "pre"
▶ inner
  · inner state: topic = "cats", log + "pre"
  · inner state: log + "drafted cats"
■ inner interrupted
? inner asks: {"question":"Publish?","topic":"cats"}
? inner asks: Really?
■ interrupted
  topic  "cats"
  log    ["pre"]' "$runs/python-server/nested-interrupt.sse"

failed () {
  reads 1 '· state: messages + human "hi"
good: all is well so far
· state: messages + ai
bad: this will not finish
bad fails: model connection lost
■ failed: model connection lost' "$runs/python-inprocess/error.jsonl" &&
    [ "$(cat "$tap_folder/err")" = "gstream: model connection lost" ]
}
check /tool/show/person/failed failed

# The picture in README is what it says.
readme () {
  sed -n '/^\$ gstream show /,/^```$/p' "$G_TEST_SRCDIR/../README.md" | sed '1d;$d' \
    | diff - <(gstream show "$runs/python-inprocess/subgraphs.jsonl")
}
check /tool/show/readme readme

# --- what models may say, and terminals should not hear ---

message () {
  local data
  printf '{"type":"event","method":"messages","params":{"namespace":[],"timestamp":1,"data":[%s,%s]}}\n' \
    '{"event":"message-start","id":"m"}' '{"langgraph_node":"agent","run_id":"r"}'
  for data in "$@"; do
    printf '{"type":"event","method":"messages","params":{"namespace":[],"timestamp":1,"data":[%s,%s]}}\n' \
      '{"event":"content-block-delta","index":0,"delta":{"type":"text-delta","text":"'"$data"'"}}' \
      '{"langgraph_node":"agent","run_id":"r"}'
  done
  printf '{"type":"event","method":"messages","params":{"namespace":[],"timestamp":1,"data":[%s,%s]}}\n' \
    '{"event":"message-finish"}' '{"langgraph_node":"agent","run_id":"r"}'
}

commands () {
  message 'red \u001b[31mherring\u0007' >"$tap_folder/run"
  reads 0 'agent: red [31mherring
■ completed' "$tap_folder/run"
}

paragraphs () {
  message 'One\ntwo.\n' '\nThree' '.\n\n' >"$tap_folder/run"
  reads 0 'agent: One
       two.

       Three.
■ completed' "$tap_folder/run"
}

long_lines () {
  message "$(printf 'word%.0s ' {1..40})" >"$tap_folder/run"
  [ "$(gstream show "$tap_folder/run" | head -n 1 | wc -w)" = 41 ] &&
    on_terminal env NO_COLOR=1 gstream show "$tap_folder/run" >"$tap_folder/screen" &&
    [ "$(grep -c word "$tap_folder/screen")" = 3 ] && [ "$(wc -L <"$tap_folder/screen")" -lt 80 ] &&
    ! grep -v '^agent: word\|^       word\|^■ completed$' "$tap_folder/screen"
}

check /tool/show/person/commands commands
check /tool/show/person/paragraphs paragraphs
check_on_terminal /tool/show/terminal/long-lines long_lines

# --- what would be commands to a terminal (tests/faults/terminal-escapes) ---

# Of C0, C1 and DEL nothing but tabs and ends of lines; no mark that turns the direction.
is_plain () {
  python3 - "$1" <<'END'
import sys, unicodedata
text = open(sys.argv[1], encoding="utf-8").read()
bad = [c for c in text if (unicodedata.category(c) == "Cc" and c not in "\t\n") or c in "\u061c\u200e\u200f\u2028\u2029"
       or "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069"]
assert not bad, (bad, text)
END
}

# sends_no_commands ARGUMENT...: names, errors, data and text of a run are shown, and nothing else of them happens.
sends_no_commands () {
  gstream "$@" "$G_TEST_SRCDIR/faults/terminal-escapes/a.jsonl" >"$tap_folder/both" 2>&1
  is_plain "$tap_folder/both" && grep -q 'red' "$tap_folder/both" && grep -q 'gnp.exe' "$tap_folder/both"
}

# A command line, too, may name what somebody else has named.
complains_plainly () {
  gstream "$@" 2>"$tap_folder/err"
  [ $? != 0 ] && is_plain "$tap_folder/err"
}

# The styles are the page's own.
on_screen () {
  on_terminal --raw env NO_COLOR=1 gstream show "$G_TEST_SRCDIR/faults/terminal-escapes/a.jsonl" >"$tap_folder/raw"
  ! grep -q $'\033\\[3\|\033\\]\|\007' "$tap_folder/raw" && grep -q 'owned' "$tap_folder/raw"
}

characters () {
  gstream show "$@" "$G_TEST_SRCDIR/faults/terminal-escapes/b-ascii-state.jsonl" >"$tap_folder/shown" &&
    ! grep -q '\\u' "$tap_folder/shown" && grep -q '"Привет"' "$tap_folder/shown" && grep -q Genève "$tap_folder/shown" &&
    grep -q 日本 "$tap_folder/shown"
}

check /tool/show/escapes/person sends_no_commands show
check /tool/show/escapes/events sends_no_commands show --events
check /tool/show/escapes/digest sends_no_commands digest
check /tool/show/escapes/file complains_plainly show $'/nonexistent/\033[31m\xff'
check /tool/show/escapes/command complains_plainly $'\033[31m\xff'
check_on_terminal /tool/show/escapes/terminal on_screen
check /tool/show/characters/person characters
check /tool/show/characters/events characters --events

# --- at their own speed ---

same_at_speed () {
  diff <(gstream show "$1") <(gstream show --speed "$2" "$1") &&
    diff <(gstream show --events "$1") <(gstream show --events --speed "$2" "$1")
}

wrong_speed () {
  gstream show --speed="$1" "$runs/python-inprocess/chat.jsonl" 2>"$tap_folder/err"
  [ $? = 2 ] && grep -q '^gstream: .*--speed' "$tap_folder/err"
}

check /tool/show/speed/same/json-lines same_at_speed "$runs/python-inprocess/parallel.jsonl" 1000
check /tool/show/speed/same/sse same_at_speed "$runs/js-server/subgraphs.sse" 1000
check /tool/show/speed/negative wrong_speed -1
check /tool/show/speed/text wrong_speed fast
check /tool/show/speed/no-number wrong_speed nan

# --- on a terminal ---

# What was live is gone in the end, and everything else stands as it does off a terminal.
same_on_terminal () {
  diff <(gstream show "$1") <(on_terminal gstream show --speed 0.2 "$1")
}

has_live_lines () {
  on_terminal --raw gstream show --speed 0.05 "$runs/python-inprocess/parallel.jsonl" | grep -q $'\033\[3F\033\[J'
}

colours () {
  local raw=$tap_folder/raw
  on_terminal --raw gstream show "$runs/python-inprocess/chat.jsonl" >"$raw"
  grep -q $'\033\[1;36magent:\033\[0m' "$raw"
}

no_colours () {
  local raw=$tap_folder/raw
  on_terminal --raw env "$1" gstream show "$runs/python-inprocess/chat.jsonl" >"$raw"
  grep -q 'agent: ' "$raw" && ! grep -q $'\033\[[0-9;]*m' "$raw"
}

check_on_terminal /tool/show/terminal/same/subgraphs same_on_terminal "$runs/python-inprocess/subgraphs.jsonl"
check_on_terminal /tool/show/terminal/same/tools same_on_terminal "$runs/python-inprocess/tools.jsonl"
check_on_terminal /tool/show/terminal/live-lines has_live_lines
check_on_terminal /tool/show/terminal/colours colours
check_on_terminal /tool/show/terminal/no-color no_colours NO_COLOR=1
check_on_terminal /tool/show/terminal/dumb no_colours TERM=dumb
plan
