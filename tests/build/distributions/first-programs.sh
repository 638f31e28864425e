# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sourced: whether what is installed can be used as README.md shows, with no variable set.

# program LANGUAGE: README's first program in it.
program () {
  awk -v start="\`\`\`$1" '/^```/ {inside = 0} inside {print} $0 == start {inside = 1}' README.md
}

# says COMMAND...: it prints the words of the recording.
says () {
  "$@" tests/runs/python-inprocess/chat.jsonl 2>&1 | tee /tmp/said | grep -q . && ! grep -iE "error|warning|critical|Traceback" /tmp/said &&
    say "ok: $1" || { cat /tmp/said; say "not ok: $*"; return 1; }
}

first_programs () {
  local folder status=0
  folder=$(mktemp -d)
  program c >"$folder/first.c"
  program vala >"$folder/first.vala"
  program python >"$folder/first.py"
  program js >"$folder/first.js"
  cc "$folder/first.c" -o "$folder/first-c" $(pkg-config --cflags --libs gstream-1) && says "$folder/first-c" || status=1
  valac -X -w --pkg gstream-1 -o "$folder/first-vala" "$folder/first.vala" && says "$folder/first-vala" || status=1
  says python3 "$folder/first.py" || status=1
  says gjs -m "$folder/first.js" || status=1
  says gstream show || status=1
  LANGUAGE=de LC_ALL=C.UTF-8 gstream --help | grep -q Kommandos && say "ok: gstream in German" || status=1
  return $status
}
