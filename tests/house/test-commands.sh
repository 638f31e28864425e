# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The commands that a newcomer types.

. "$G_TEST_SRCDIR/support/tap.sh"

top=$G_TEST_SRCDIR/..

status () {
  local expected=$1
  shift
  "$@"
  [ $? = "$expected" ]
}

devenv_finds () {
  meson devenv -C "$G_TEST_BUILDDIR/.." "$@"
}

for command in examples/run tests/run tests/distributions tests/pythons; do
  check "/commands/$command/help" grep -q "^Usage: $command" <("$top/$command" --help)
  check "/commands/$command/help-succeeds" "$top/$command" --help
  check "/commands/$command/unknown-option" status 2 "$top/$command" --frobnicate
done
check /commands/executable test -x "$top/examples/run" -a -x "$top/tests/run" -a -x "$top/.ci/run"
check /commands/devenv/gstream devenv_finds gstream --version
check /commands/devenv/gjs devenv_finds gjs -c 'imports.gi.versions.Gstream = "1"; imports.gi.Gstream.Event'
check /commands/devenv/c devenv_finds cc -fsyntax-only -x c \
  $(devenv_finds pkg-config --cflags gstream-1) "$G_TEST_SRCDIR/house/first.c"
plan
