# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tests in bash, told to meson in TAP:
#
#     . "$G_TEST_SRCDIR/support/tap.sh"
#     check /tool/help gstream --help
#     plan

set -u
tap_count=0
tap_failed=0
tap_folder=$(mktemp -d)
trap 'rm -rf "$tap_folder"' EXIT

# check PATH COMMAND...: passes where the command succeeds; else its output is shown.
check () {
  local path=$1
  shift
  tap_count=$((tap_count + 1))
  if "$@" >"$tap_folder/output" 2>&1 </dev/null; then
    echo "ok $tap_count $path"
  else
    echo "# exit status $? of: $*"
    sed 's/^/# /' "$tap_folder/output"
    echo "not ok $tap_count $path"
    tap_failed=1
  fi
}

# skip PATH REASON: says that a test was not made, and why.
skip () {
  tap_count=$((tap_count + 1))
  echo "ok $tap_count $1 # SKIP $2"
}

# plan: the last line of every test.
plan () {
  echo "1..$tap_count"
  exit $tap_failed
}
