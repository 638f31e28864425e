# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sourced by tests/distributions: systems of Debian in folders of their own. That there can be none here (77, as meson has it) is
# told from what is wrong with one (1): the first is no fault of gstream.

scripts=tests/build/distributions
folder=${GSTREAM_DISTRIBUTIONS:-/var/tmp/gstream-distributions}
minutes_to_make=10 # what is fetched for a system, at most

rust_packages=(
  cargo
  g++
  gcc
  gir-rust-code-generator
  gobject-introspection
  libgirepository1.0-dev
  libglib2.0-dev
  librust-gio-dev
  librust-shell-words-dev
  librust-soup3-sys-dev
  librust-tempfile-dev
  libsimdjson-dev
  libsoup-3.0-dev
  meson
  ninja-build
  pkg-config
  python3
)

cannot () {
  say "There can be no such system here: $1"
  return 77
}

suite_of () {
  case $1 in
    trixie | testing) echo "$1" ;;
    rust) echo trixie ;;
    *) echo bookworm ;;
  esac
}

architecture_of () { [ "$1" = i386 ] && echo i386 || echo amd64; }

# packages_of NAME: what it has before its script runs.
packages_of () {
  case $1 in
    install) echo "${build_packages[@]}" ;;
    rust) echo "${rust_packages[@]}" ;;
    packages) echo build-essential devscripts equivs gcc lintian ;;
    clang) echo "${build_packages[@]}" "${test_packages[@]}" ccache clang ;;
    *) echo "${build_packages[@]}" "${test_packages[@]}" ccache ;;
  esac
}

mirror () {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' '
}

# enter ROOT MINUTES COMMAND...: runs it there, with processes of its own, which end with it, or with the time.
enter () {
  local root=$1 minutes=$2 status
  shift 2
  leave "$root"
  timeout --foreground --signal=KILL "${minutes}m" unshare --pid --fork --kill-child bash -c '
    mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" || exit 1
    cd / && chroot "$0" "$@"
  ' "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
    DEBIAN_FRONTEND=noninteractive $(env | grep -iE '^(https?_proxy|no_proxy)=') "$@" </dev/null
  status=$?
  leave "$root"
  [ $status != 137 ] || say "It took more than $minutes minutes, and was ended."
  return $status
}

leave () {
  umount -l "$1/proc" "$1/dev" 2>/dev/null
}

# bootstrap BASE SUITE ARCHITECTURE: the system that others are copies of, once.
bootstrap () {
  local base=$1 suite=$2 architecture=$3 from
  [ ! -e "$base/.complete" ] || return 0
  from=$(mirror)
  [ -n "$from" ] || cannot "apt's sources name no mirror of Debian." || return
  rm -rf --one-file-system "$base"
  mkdir -p "$base"
  timeout "${minutes_to_make}m" debootstrap --variant=minbase --arch="$architecture" --include=ca-certificates "$suite" "$base" "$from" \
    >"$base.log" 2>&1 </dev/null || { tail -n 5 "$base.log"; cannot "debootstrap has failed, or taken more than $minutes_to_make minutes."; return; }
  # How packages are reached from here, they are reached from there; a mirror that does not answer is not waited for.
  cp -a /etc/apt/apt.conf.d/. "$base/etc/apt/apt.conf.d/"
  printf 'Acquire::%s::Timeout "30";\n' http https >"$base/etc/apt/apt.conf.d/99timeout"
  # The mirror's file of that name stays as it is here: nobody is there to be asked.
  echo 'Dpkg::Options { "--force-confold"; };' >"$base/etc/apt/apt.conf.d/99confold"
  cp /etc/resolv.conf /etc/hosts "$base/etc/"
  cp -L --remove-destination -r /etc/ssl/certs/. "$base/etc/ssl/certs/" 2>/dev/null
  # It is made anew rather than saved from a loss of power.
  echo force-unsafe-io >"$base/etc/dpkg/dpkg.cfg.d/unsafe-io"
  touch "$base/.complete"
}

# provide ROOT NAME...: the packages that are missing there.
provide () {
  local root=$1 missing
  shift
  missing=$(chroot "$root" dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p' |
    sort | comm -13 - <(printf '%s\n' "$@" | sort))
  [ -n "$missing" ] || return 0
  say "Installing from Debian: $(echo $missing)"
  enter "$root" "$minutes_to_make" apt-get update -qq -o APT::Update::Error-Mode=any ||
    cannot "Debian's mirror does not answer." || return
  # That Debian has no such package is a fault of the list; that it does not come, one of the network.
  enter "$root" 1 apt-get install -qq -s --no-install-recommends $missing >/dev/null || return 1
  enter "$root" "$minutes_to_make" apt-get install -qq -y -d --no-install-recommends $missing >/dev/null ||
    cannot "packages could not be fetched." || return
  enter "$root" "$minutes_to_make" apt-get install -qq -y --no-install-recommends $missing >/dev/null || return 1
}

# make_system NAME: with all that its script needs.
make_system () {
  local root=$folder/$1 base
  [ "$(id -u)" = 0 ] || cannot "only root can make it: sudo tests/distributions $1" || return
  install_packages debootstrap || cannot "there is no debootstrap." || return
  if [ ! -e "$root/.complete" ]; then
    base=$folder/base-$(suite_of "$1")-$(architecture_of "$1")
    bootstrap "$base" "$(suite_of "$1")" "$(architecture_of "$1")" || return
    rm -rf --one-file-system "$root"
    cp -a "$base" "$root"
  fi
  enter "$root" 1 true || cannot "root may not mount, or make a name space of processes." || return
  provide "$root" $(packages_of "$1")
}

# copy_source ROOT: what git knows of and what is new. What was built there stays, and what has not changed is not built again.
copy_source () {
  mkdir -p "$1/gstream"
  find "$1/gstream" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
  git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - 2>/dev/null | tar -x -C "$1/gstream"
}
