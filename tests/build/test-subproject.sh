# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A project that has gstream in its subprojects/ gets the library and the public headers, and nothing else.

. "$G_TEST_SRCDIR/build/build.sh"

parent=$tap_folder/parent
build=$parent/build
cp -r "$G_TEST_SRCDIR/build/parent" "$parent"
mkdir "$parent/subprojects"
ln -s "$top" "$parent/subprojects/gstream-1"

builds () {
  meson setup "$build" "$parent" && ninja -C "$build"
}

says () {
  local expected=$1
  shift
  diff <(echo "$expected") <("$@")
}

# Its targets are the parent's program, and the library with its parts; and what translates the library's words.
only_the_library () {
  diff <(printf '%s\n' first gstream-1 gstream-internal) \
    <(meson introspect --targets "$build" | grep -oE '"name": "[^"]*"' | cut -d'"' -f4 | grep -v '^gstream-1-' | sort)
}

only_public_headers () {
  local include
  include=$(grep -oE ' -I[^ ]*gstream-1[^ ]*' <(ninja -C "$build" -t commands first.p/first.c.o | head -1) | cut -c4- | sort -u)
  [ -n "$include" ] || return 1
  ! (cd "$build" && find -L $include -name '*-private.h' -o -name '*-internal.h' -o -name config.h) 2>/dev/null | grep .
}

check /subproject/builds builds
check /subproject/runs says "the parent: GstreamError" "$build/first"
check /subproject/only-the-library only_the_library
check /subproject/only-public-headers only_public_headers
plan
