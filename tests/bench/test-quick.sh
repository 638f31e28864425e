# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That the benchmark runs, and that all sides of every row agree; not how fast they are.

. "$G_TEST_SRCDIR/support/tap.sh"

quick () {
  "$G_TEST_SRCDIR/bench/run" --quick --build "$(dirname "$G_TEST_BUILDDIR")"
}

if [ -z "${CI:-}" ] && { "$G_TEST_SRCDIR/peers" python langchain node endpoint >"$tap_folder/peers" 2>&1; [ $? -eq 77 ]; }; then
  skip /bench/quick "the package registries cannot be reached"
  skip /bench/quick/transports "the package registries cannot be reached"
else
  check /bench/quick quick
  check /bench/quick/transports "$G_TEST_SRCDIR/bench/transports" --quick "$(dirname "$G_TEST_BUILDDIR")"
fi
plan
