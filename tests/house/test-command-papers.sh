# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The manual page and the completions know the commands and their options, all of them and no others.
. "$G_TEST_SRCDIR/support/tap.sh"

data=$G_TEST_SRCDIR/../data

commands=$(gstream --help | sed -n '/^Commands/,/^$/s/^  \([a-z]\+\) .*/\1/p')

# options_in: the long options that stand in what it reads.
options_in () {
  grep -oE -e '--[a-z]+[a-z-]*' | sort -u
}

options_of () {
  gstream "$1" --help | grep -oE '^  (-., )?--[a-z-]+' | options_in | grep -vx -e --help
}

# page COMMAND: what the manual page says of it.
page () {
  awk -v section=".SS gstream $1" '/^\.S[SH]/ { inside = $0 == section } inside' "$data/gstream.1" | sed 's/\\-/-/g'
}

in_manual_page () {
  page "$1" | sed -n 's/^\.BI\? "\?\(--[a-z-]*\).*/\1/p' | options_in
}

in_bash () (
  complete () { :; }
  compopt () { :; }
  . "$data/completions/gstream.bash"
  COMP_WORDS=(gstream "$1" --) COMP_CWORD=2
  _gstream
  printf '%s\n' "${COMPREPLY[@]}" | grep -vx -e --help | sort -u
)

in_zsh () {
  sed -n "/^_gstream_$1 ()/,/^}/p" "$data/completions/_gstream" | grep -vF '{-h,--help}' |
    sed -n "s/^ *'\(([^)]*)\)\?\*\?\(--[a-z-]*\).*/\2/p" | options_in
}

in_fish () {
  grep -E "__fish_seen_subcommand_from [a-z ]*\b$1\b" "$data/completions/gstream.fish" |
    sed -n 's/.* -l \([a-z-]*\).*/--\1/p' | options_in
}

# same WHERE: each command has the same options there as in its --help.
same () {
  local command status=0
  [ -n "$commands" ] || return 1
  for command in $commands; do
    diff <(options_of "$command") <("$1" "$command") || { echo "of $command"; status=1; }
  done
  return $status
}

completes () (
  local expected=$1
  shift
  complete () { :; }
  compopt () { :; }
  . "$data/completions/gstream.bash"
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  _gstream
  [ "${COMPREPLY[*]}" = "$expected" ] || { echo "${COMPREPLY[*]}"; return 1; }
)

completes_files () (
  cd "$tap_folder" && mkdir -p folder && touch 'a run.jsonl' b.sse c.txt && completes 'folder a run.jsonl b.sse' gstream show ''
)

lists_commands () {
  diff <(sort <<<"$commands") <(sed -n 's/^\.SS gstream //p' "$data/gstream.1" | sort) &&
    completes "$(tr '\n' ' ' <<<"$commands")--help --version" gstream ''
}

formats () {
  [ -z "$(MANROFFSEQ='' man --warnings -l -Tutf8 "$data/gstream.1" 2>&1 >/dev/null | tee /dev/stderr)" ]
}

check /papers/commands lists_commands
check /papers/manual-page same in_manual_page
if command -v man >/dev/null; then
  check /papers/manual-page/formats formats
else
  skip /papers/manual-page/formats "there is no man"
fi
check /papers/bash same in_bash
check /papers/bash/prefix completes --websocket gstream connect --web
check /papers/bash/files completes_files
check /papers/bash/value completes '' gstream connect --thread ''
check /papers/zsh same in_zsh
check /papers/fish same in_fish
plan
