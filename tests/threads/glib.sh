# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sourced by tests/threads/run: a GLib whose locks and atomics a race detector sees. That of the distribution is not built
# for ThreadSanitizer, and its mutexes are futexes, which neither that nor Helgrind knows.
#
# It is the distribution's own source package, so that the version is the one which is tested elsewhere.

glib_folder=$PWD/build/glib
glib_packages=(dpkg-dev libffi-dev libpcre2-dev zlib1g-dev)

# fetch_glib: its source into $glib_folder/source. The lists of source packages are its own, as a system may have none.
fetch_glib () (
  [ ! -e "$glib_folder/source/meson.build" ] || return 0
  mkdir -p "$glib_folder"/apt/{lists,cache/archives}/partial && cd "$glib_folder" || exit 1
  version=$(dpkg-query -W -f '${source:Version}' libglib2.0-0) || exit 1
  . /etc/os-release
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  printf "deb-src [signed-by=$keys] http://deb.debian.org/%s main\n" "debian $VERSION_CODENAME" \
    "debian-security $VERSION_CODENAME-security" >apt/sources.list
  apt=(apt-get -qq -o "Dir::Etc::SourceList=$PWD/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt/cache" -o APT::Sandbox::User=root)
  "${apt[@]}" update && "${apt[@]}" source --download-only "glib2.0=$version" || exit 1
  rm -rf source
  dpkg-source --no-check -x glib2.0_*.dsc source
)

# What is machine code in GLib is that in no portable build, and neither detector looks into it.
without_assembler () {
  sed -i 's/#define USE_ASM_GOTO 1/#undef USE_ASM_GOTO/' "$1/glib/gbitlock.c"
}

# GLib's own fall-back for machines without atomics, under POSIX mutexes: one for an address, not one for all, which would
# order everything and so hide what is to be found. Its mutexes and conditions are POSIX's then, too.
with_posix_locks () {
  sed -i -e 's/^static pthread_mutex_t g_atomic_lock = .*/static pthread_mutex_t g_atomic_locks[4096] = { [0 ... 4095] = PTHREAD_MUTEX_INITIALIZER };/' \
    -e 's/(&g_atomic_lock)/(\&g_atomic_locks[((gsize) atomic >> 2) % 4096])/' "$1/glib/gatomic.c"
  sed -i -e "s/^glibconfig_conf.set('G_ATOMIC_LOCK_FREE', .*/glibconfig_conf.set('G_ATOMIC_LOCK_FREE', false)/" \
    -e "s/glib_conf.set('HAVE_FUTEX\(_TIME64\)\?', 1)/message('No futex')/" "$1/meson.build"
}

# build_glib NAME CHANGE OPTION...: builds it as NAME, with what the function CHANGE does to its source, and prints where.
build_glib () {
  local name=$1 change=$2 prefix=$glib_folder/$1
  shift 2
  [ ! -e "$prefix/lib/pkgconfig/gio-2.0.pc" ] || return 0
  fetch_glib || return 1
  rm -rf "$prefix" && mkdir -p "$prefix" && cp -r "$glib_folder/source" "$prefix/source"
  without_assembler "$prefix/source"
  "$change" "$prefix/source"
  meson setup "$prefix/build" "$prefix/source" --prefix "$prefix" --libdir lib --buildtype debugoptimized -Doptimization=1 -Dtests=false \
    -Dinstalled_tests=false -Dnls=disabled -Dselinux=disabled -Dlibmount=disabled -Dlibelf=disabled -Dglib_debug=disabled \
    -Db_lundef=false "$@" >"$prefix/setup.log" 2>&1 &&
    ninja -C "$prefix/build" install >"$prefix/build.log" 2>&1 || { tail -30 "$prefix"/*.log; return 1; }
}
