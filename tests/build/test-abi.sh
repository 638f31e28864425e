# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That tests/abi finds what breaks programs that were built before, and nothing in what does not; and what it says of the library.

. "$G_TEST_SRCDIR/support/tap.sh"

abi=$G_TEST_SRCDIR/abi
headers=$tap_folder/headers
mkdir "$headers"

# library NAME DECLARATION...: a library whose functions return 0.
library () {
  local name=$1 declaration
  shift
  printf '%s;\n' "$@" >"$headers/library.h"
  for declaration in "$@"; do
    echo "$declaration { return 0; }"
  done | cc -g -shared -fPIC -x c -include "$headers/library.h" -o "$tap_folder/$name.so" -
}

compare () {
  "$abi" "$tap_folder/$1.so" "$headers" "$tap_folder/library.abi"
}

breaks () {
  ! compare "$1"
}

of_the_library () {
  "$abi" "$G_TEST_BUILDDIR/../gstream/libgstream-1.so" "$G_TEST_BUILDDIR/../gstream/include"
}

# What Debian's list of symbols has, the library has.
nothing_is_missing () {
  local missing
  missing=$(comm -23 <(sed -n 's/^ \(.*\)@Base .*/\1/p' "$G_TEST_SRCDIR/../debian/libgstream-1-0.symbols" | LC_ALL=C sort) \
    <(nm -D --defined-only "$G_TEST_BUILDDIR/../gstream/libgstream-1.so" | awk '{print $3}' | LC_ALL=C sort))
  [ -z "$missing" ] || { echo "$missing"; return 1; }
}

library before "int one (int a)" "int two (void)"
check /abi/record "$abi" --record "$tap_folder/before.so" "$headers" "$tap_folder/library.abi"
check /abi/same compare before
library more "int one (int a)" "int two (void)" "int three (void)"
check /abi/added compare more
library fewer "int one (int a)"
check /abi/removed breaks fewer
library other "int one (long long a)" "int two (void)"
check /abi/changed breaks other
check /abi/library of_the_library
check /abi/debian nothing_is_missing
plan
