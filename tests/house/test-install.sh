# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs into a folder, and builds and runs ten-line programs with what is
# there and pkg-config alone.

. "$G_TEST_SRCDIR/support/tap.sh"

here=$G_TEST_SRCDIR/house
installed=$tap_folder/installed
meson install -C "$G_TEST_BUILDDIR/.." --no-rebuild --quiet --destdir "$installed" >/dev/null
pc=$(find "$installed" -name gstream-1.pc)
prefix=${pc%/lib*/pkgconfig/gstream-1.pc}
typelib=$(find "$installed" -name Gstream-1.typelib -type f)

export PKG_CONFIG_PATH=${pc%/*} XDG_DATA_DIRS=$prefix/share:/usr/local/share:/usr/share
unset CPATH LIBRARY_PATH GI_TYPELIB_PATH PYTHONPATH GJS_PATH
LD_LIBRARY_PATH=$(pkg-config --variable=libdir gstream-1)
export LD_LIBRARY_PATH

build_c () {
  cc -std=c11 -pedantic -Wall -Wextra -Wno-overlength-strings -Werror -o "$tap_folder/first-c" "$here/first.c" \
    $(pkg-config --cflags --libs gstream-1)
}

build_vala () {
  valac --fatal-warnings -X -w --pkg gstream-1 -o "$tap_folder/first-vala" "$here/first.vala"
}

says () {
  local expected=$1
  shift
  diff <(echo "$expected") <("$@")
}

# As a program in C++ and as one in C, with nothing included before it.
headers_stand_alone () {
  local header
  find "$prefix/include/gstream-1" -name '*.h' -printf '%P\n' >"$tap_folder/headers"
  [ "$(wc -l <"$tap_folder/headers")" -gt 5 ] || return 1
  while read -r header; do
    for language in c c++; do
      echo "#include <$header>" \
        | cc -x $language -fsyntax-only -Wall -Wextra -Werror $(pkg-config --cflags gstream-1) - || return 1
    done
  done <"$tap_folder/headers"
}

no_private_header () {
  ! find "$installed" -name '*-private.h' | grep .
}

exports_only_its_own () {
  nm -D --defined-only "$LD_LIBRARY_PATH/libgstream-1.so" | awk '{print $NF}' >"$tap_folder/symbols"
  grep -q '^gstream_event_new$' "$tap_folder/symbols" && ! grep -v '^gstream_' "$tap_folder/symbols"
}

# Everything that a public header declares is there, and nothing else.
exports_what_is_declared () {
  find "$prefix/include/gstream-1" -name '*.h' -print0 | xargs -0 cat \
    | cc -E -I "$prefix/include/gstream-1" $(pkg-config --cflags gstream-1) -x c -include gstream.h - 2>/dev/null \
    | grep -oE '\bgstream_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u >"$tap_folder/declared"
  nm -D --defined-only "$LD_LIBRARY_PATH/libgstream-1.so" | awk '{print $NF}' | sort -u >"$tap_folder/symbols"
  ! comm -13 "$tap_folder/declared" "$tap_folder/symbols" | grep .
}

python_finds_it () {
  GI_TYPELIB_PATH=${typelib%/*} "$(sed -n '1s/^#! *//p' "$(command -v meson)")" -c \
    'import gi; gi.require_version("Gstream", "1"); from gi.repository import Gstream; Gstream.Event'
}

check /install/files test -n "$pc" -a -n "$typelib" -a -e "$prefix/share/gir-1.0/Gstream-1.gir" \
  -a -e "$prefix/share/vala/vapi/gstream-1.vapi" -a -e "$prefix/share/vala/vapi/gstream-1.deps"
check /install/c/build build_c
check /install/c/run says "values 3" "$tap_folder/first-c"
check /install/vala/build build_vala
check /install/vala/run says "values 3" "$tap_folder/first-vala"
check /install/python python_finds_it
check /install/command test -x "$prefix/bin/gstream"
check /install/headers/stand-alone headers_stand_alone
check /install/headers/no-private no_private_header
check /install/symbols/own exports_only_its_own
check /install/symbols/declared exports_what_is_declared
plan
