# SPDX-License-Identifier: LGPL-2.1-or-later
#
# .ci/run ends with the counts of all that it runs, and badly if any of it failed.

. "$G_TEST_SRCDIR/support/tap.sh"

tree=$tap_folder/tree
mkdir -p "$tree/.ci" "$tree/tests"
cp "$G_TEST_SRCDIR/../.ci/run" "$tree/.ci/"

# part NAME STATUS LAST: a program in its place that says this and ends so.
part () {
  printf '#!/bin/sh\necho "1 passed, 1 failed"\necho "%s"\nexit %s\n' "$3" "$2" >"$tree/tests/$1"
  chmod +x "$tree/tests/$1"
}

# ends STATUS LAST: what .ci/run does of the two parts.
ends () {
  local status
  "$tree/.ci/run" >"$tap_folder/ci"
  status=$?
  [ "$status" = "$1" ] && diff <(echo "$2") <(tail -n 1 "$tap_folder/ci")
}

part run 0 "100 passed, 0 failed"
part distributions 0 "20 passed, 0 failed"
check /ci/passed ends 0 "120 passed, 0 failed"
part run 0 "100 passed, 0 failed, 2 skipped"
part distributions 0 "20 passed, 0 failed, 3 skipped"
check /ci/skipped ends 0 "120 passed, 0 failed, 5 skipped"
part distributions 1 "20 passed, 4 failed"
check /ci/system-failed ends 1 "120 passed, 4 failed, 2 skipped"
part run 1 "100 passed, 1 failed"
part distributions 0 "20 passed, 0 failed"
check /ci/test-failed ends 1 "120 passed, 1 failed"
part distributions 139 "Segmentation fault"
part run 0 "100 passed, 0 failed"
check /ci/no-counts ends 1 "100 passed, 1 failed"
part distributions 2 "20 passed, 0 failed"
check /ci/ended-badly ends 1 "120 passed, 1 failed"
plan
