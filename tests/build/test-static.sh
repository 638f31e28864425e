# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The static library, which pkg-config says how to link; and programs that use a build that is not installed.

. "$G_TEST_SRCDIR/build/build.sh"

build=$tap_folder/build
program=$G_TEST_SRCDIR/house/first.c

builds () {
  configures "$build" -Ddefault_library=both -Dintrospection=disabled -Dtool=disabled -Dexamples=disabled \
    && ninja -C "$build" && meson install -C "$build" --no-rebuild --quiet --destdir "$tap_folder/installed"
}

# With what gstream-1.pc keeps for this, and no more: `pkg-config --static` adds what libsoup would need to be linked so, which
# a system with the shared one need not have.
links_statically () {
  local pc
  pc=$(find "$tap_folder/installed" -name gstream-1.pc)
  find "$tap_folder/installed" -name 'libgstream-1.so*' -delete
  export PKG_CONFIG_PATH=${pc%/*}
  cc -o "$tap_folder/static" "$program" $(pkg-config --cflags --libs gstream-1) \
    $(pkg-config --libs $(pkg-config --print-requires-private gstream-1 | cut -d' ' -f1)) $(sed -n 's/^Libs.private: //p' "$pc") \
    && ! ldd "$tap_folder/static" | grep gstream
}

links_uninstalled () {
  cc -o "$tap_folder/uninstalled" "$program" \
    $(PKG_CONFIG_PATH=$build/meson-uninstalled pkg-config --cflags --libs gstream-1)
}

says () {
  local expected=$1
  shift
  diff <(echo "$expected") <("$@")
}

check /static/builds builds
check /static/links links_statically
check /static/runs says "values 3" "$tap_folder/static"
check /uninstalled/links links_uninstalled
check /uninstalled/runs says "values 3" env LD_LIBRARY_PATH="$build/gstream" "$tap_folder/uninstalled"
plan
