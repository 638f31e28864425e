# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That the code agrees with .clang-format and .editorconfig.

. "$G_TEST_SRCDIR/support/tap.sh"

top=$G_TEST_SRCDIR/..
code=('*.c' '*.h' '*.cc' '*.py' '*.pyi' '*.js' '*.vala' '*.sh' '*meson.build')

# list PATTERN...: the files of the project that match, each ended by NUL; those that are recorded are not its own.
list () {
  git -c safe.directory='*' -C "$top" ls-files -z --cached --others --exclude-standard -- "$@" ':!tests/runs' ':!tests/faults' \
    | (cd "$top" && while IFS= read -rd '' file; do [ -f "$file" ] && printf '%s\0' "$file"; done)
}

# Names each place that differs, and fails.
is_formatted () {
  (cd "$top" && list '*.c' '*.h' | xargs -0 -n 20 -P "$(nproc)" build/peers/style/bin/clang-format --dry-run -Werror)
}

# has_no PATTERN: names each line of the code that matches, and fails. (Test scripts hold what programs print.)
has_no () {
  ! (cd "$top" && list "${code[@]}" ':!tests/*.sh' | xargs -0 grep -nP "$1")
}

ends_with_newline () {
  (cd "$top" && list "${code[@]}" '*.md' | while IFS= read -rd '' file; do
    [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || { echo "$file"; exit 1; }
  done)
}

if [ "$(list '*.c' | tr -dc '\0' | wc -c)" -lt 10 ]; then
  skip /style "not a git clone"
  plan
fi

check /style/no-tabs has_no '\t'
check /style/no-trailing-space has_no '[ \t\r]$'
check /style/final-newline ends_with_newline

"$G_TEST_SRCDIR/peers" style >&2
if [ $? = 77 ] && [ -z "${CI:-}" ]; then
  skip /style/clang-format "the package registries cannot be reached"
  plan
fi
check /style/clang-format is_formatted
plan
