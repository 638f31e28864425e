# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sourced by examples/run and tests/run, from the top of the project: what has
# to be installed, and how the build folders are made.

# Debian 12's names. What the library, its bindings and the examples are built with:
build_packages=(
  g++
  gcc
  gettext
  gir1.2-glib-2.0
  gjs
  gobject-introspection
  libgirepository1.0-dev
  libglib2.0-dev
  libsimdjson-dev
  libsoup-3.0-dev
  meson
  ninja-build
  pkg-config
  python3-gi
  valac
)
# What the tests need besides:
test_packages=(
  abigail-tools
  at-spi2-core
  caddy
  dbus
  flatpak-builder
  gi-docgen
  gir1.2-atspi-2.0
  gir1.2-gtk-4.0
  haproxy
  libadwaita-1-dev
  libcmark-dev
  libgtk-4-dev
  librsvg2-common
  nginx-light
  python3-venv
  tinyproxy
  valgrind
  xauth
  xdotool
  xvfb
)

# say LINE...
say () { printf '%s\n' "$@"; }

# install_packages NAME...: those that are missing; says nothing where there are none.
install_packages () {
  local missing=() name as_root=()
  if ! command -v apt-get >/dev/null; then
    say "This is no Debian: please see yourself that there is what Debian calls $*."
    return
  fi
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { say "Missing, and to be installed by root: apt-get install ${missing[*]}"; return 1; }
    as_root=(sudo)
  fi
  say "Installing from Debian${as_root:+ (with sudo)}: ${missing[*]}"
  # The lists that are there may do; where they are missing or too old, fetch them.
  fetch_packages "${missing[@]}" >/dev/null 2>&1 || {
    "${as_root[@]}" apt-get update -qq
    fetch_packages "${missing[@]}"
  }
}

fetch_packages () {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# configure FOLDER OPTION...: sets the build folder up, where it is not yet so.
configure () {
  local folder=$1 again=()
  shift
  [ ! -e "$folder/build.ninja" ] || again=(--reconfigure)
  [ -z "${again[*]}" ] || [ "$*" != "$(cat "$folder/.options" 2>/dev/null)" ] || return 0
  mkdir -p "$folder"
  meson setup "${again[@]}" "$folder" "$@" >"$folder/setup.log" 2>&1 || { cat "$folder/setup.log"; return 1; }
  printf '%s' "$*" >"$folder/.options"
}

# compile FOLDER: says only what goes wrong.
compile () {
  ninja -C "$1" >"$1/build.log" 2>&1 || { cat "$1/build.log"; return 1; }
}
