# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A program says for which version it is written.

. "$G_TEST_SRCDIR/support/tap.sh"

# compiles SOURCE OPTION...: with warnings as errors.
compiles () {
  local source=$1
  shift
  echo "$source" | cc -fsyntax-only -Wall -Werror -x c "$@" -I "$G_TEST_BUILDDIR/../gstream/include" \
    $(pkg-config --cflags gio-2.0 libsoup-3.0) -
}

refuses () {
  ! compiles "$@" 2>"$tap_folder/errors" && grep -q "GSTREAM_VERSION" "$tap_folder/errors"
}

deprecated () {
  ! compiles "#include <gstream.h>
    GSTREAM_DEPRECATED_IN_1_0_FOR(gstream_new) int gstream_old (void);
    int main (void) { return gstream_old (); }" 2>"$tap_folder/errors" && grep -q gstream_new "$tap_folder/errors"
}

check /macros/plain compiles "#include <gstream.h>"
check /macros/this-version compiles "#include <gstream.h>" -DGSTREAM_VERSION_MIN_REQUIRED=GSTREAM_VERSION_1_0 \
  -DGSTREAM_VERSION_MAX_ALLOWED=GSTREAM_VERSION_1_0
check /macros/too-old refuses "#include <gstream.h>" "-DGSTREAM_VERSION_MIN_REQUIRED=(G_ENCODE_VERSION(0,8))"
check /macros/crossed refuses "#include <gstream.h>" "-DGSTREAM_VERSION_MAX_ALLOWED=(G_ENCODE_VERSION(0,8))"
check /macros/deprecated deprecated
check /macros/disable-deprecated compiles "#include <gstream.h>" -DG_DISABLE_DEPRECATED
plan
