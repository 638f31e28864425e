# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Where a system has no simdjson, meson builds it (subprojects/simdjson.wrap) and links it in. Debian's source package is the
# very file that the wrap names; it is taken from there, so that this is tested where only Debian's mirror is reached.

. "$G_TEST_SRCDIR/build/build.sh"

wrap=$top/subprojects/simdjson.wrap
source=$tap_folder/source
build=$tap_folder/build

# wrapped KEY: what the wrap says of it.
wrapped () {
  sed -n "s/^$1 = //p" "$wrap"
}

# fetch FILE: apt compares it with the hash that the wrap has.
fetch () {
  local mirror
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ')
  [ -n "$mirror" ] && [ -x /usr/lib/apt/apt-helper ] &&
    /usr/lib/apt/apt-helper -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 download-file \
      "${mirror%/}/pool/main/s/simdjson/simdjson_$(version).orig.tar.gz" "$1" "SHA256:$(wrapped source_hash)" >"$tap_folder/fetch" 2>&1
}

version () {
  wrapped directory | cut -d- -f2
}

# Wrong bytes are no missing network.
is_other () {
  grep -i 'hash sum mismatch' "$tap_folder/fetch"
}

# The source without what was built: meson unpacks the wrap into its subprojects/.
copy_source () {
  mkdir "$source" && tar -c -C "$top" --exclude ./build --exclude ./.git --exclude ./subprojects/packagecache \
    --exclude "./subprojects/$(wrapped directory)" . | tar -x -C "$source" &&
    mkdir "$source/subprojects/packagecache" && mv "$tap_folder/simdjson" "$source/subprojects/packagecache/$(wrapped source_filename)"
}

configures_with_it () {
  meson setup "$build" "$source" --force-fallback-for=simdjson --prefix=/usr -Dintrospection=disabled -Dtests=disabled -Dexamples=disabled \
    -Dtool=disabled -Dbuildtype=plain >"$tap_folder/setup" 2>&1 &&
    grep -q "Dependency simdjson found: YES $(version) (overridden)" "$tap_folder/setup" || { cat "$tap_folder/setup"; return 1; }
}

builds () {
  ninja -C "$build"
}

# A program runs with it; nothing of it is needed, seen from outside, or installed.
runs () {
  cc -o "$tap_folder/first" "$G_TEST_SRCDIR/house/first.c" \
    $(PKG_CONFIG_PATH=$build/meson-uninstalled pkg-config --cflags --libs gstream-1) &&
    diff <(echo "values 3") <(LD_LIBRARY_PATH=$build/gstream "$tap_folder/first")
}

stays_inside () {
  ! ldd "$build/gstream/libgstream-1.so" | grep simdjson && ! nm -D --defined-only "$build/gstream/libgstream-1.so" | grep -i simdjson
}

installs_nothing_of_it () {
  meson install -C "$build" --no-rebuild --quiet --destdir "$tap_folder/installed" &&
    [ -e "$(find "$tap_folder/installed" -name gstream-1.pc)" ] && ! find "$tap_folder/installed" -iname '*simdjson*' | grep . &&
    ! grep -ri simdjson "$tap_folder/installed" --include='*.pc'
}

if fetch "$tap_folder/simdjson"; then
  check /wrap/source copy_source
  check /wrap/configures configures_with_it
  check /wrap/builds builds
  check /wrap/runs runs
  check /wrap/inside stays_inside
  check /wrap/installs installs_nothing_of_it
elif is_other >&2; then
  check /wrap/source false
else
  skip /wrap/source "Debian's mirror cannot be reached"
fi
plan
