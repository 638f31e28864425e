# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What these tests share: builds of this source tree in folders of their own.

. "$G_TEST_SRCDIR/support/tap.sh"

top=$(cd "$G_TEST_SRCDIR/.." && pwd)

# They are other builds: nothing of the one that runs the test.
unset CPATH LIBRARY_PATH LD_LIBRARY_PATH GI_TYPELIB_PATH PYTHONPATH GJS_PATH PKG_CONFIG_PATH CFLAGS CXXFLAGS LDFLAGS

# summary_has NAME=VALUE...: what meson said at the end of the last `configures`.
summary_has () {
  local line
  for line in "$@"; do
    grep -qE "^ *${line%%=*} *: ${line#*=}\$" "$tap_folder/setup" || { cat "$tap_folder/setup"; return 1; }
  done
}

# configures FOLDER OPTION...
configures () {
  local folder=$1
  shift
  meson setup "$folder" "$top" "$@" >"$tap_folder/setup" 2>&1 || { cat "$tap_folder/setup"; return 1; }
}

# refuses WORDS OPTION...: meson ends with these words, and they are ours.
refuses () {
  local words=$1
  shift
  ! meson setup "$tap_folder/refused" "$top" "$@" >"$tap_folder/setup" 2>&1 \
    && grep -q "ERROR: Feature .* cannot be enabled: $words" "$tap_folder/setup" || { cat "$tap_folder/setup"; return 1; }
}
