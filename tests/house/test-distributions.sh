# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tests/distributions tells a system that cannot be made, which is skipped, from one in which something fails. The programs that
# make systems are replaced by ones that do as they are told.

. "$G_TEST_SRCDIR/support/tap.sh"

tree=$tap_folder/tree
programs=$tap_folder/programs
export GSTREAM_DISTRIBUTIONS=$tap_folder/systems
export PATH=$programs:$PATH

mkdir -p "$programs" "$tree/build-aux" "$tree/tests/build/distributions"
cp "$G_TEST_SRCDIR/../build-aux/prepare.sh" "$tree/build-aux/"
cp "$G_TEST_SRCDIR/distributions" "$tree/tests/"
cp "$G_TEST_SRCDIR"/build/distributions/*.sh "$tree/tests/build/distributions/"

# program NAME SCRIPT
program () {
  printf '#!/bin/bash\n%s\n' "$2" >"$programs/$1"
  chmod +x "$programs/$1"
}

# All goes well, unless a variable says that it does not; what is in the system ends with $tests and says $says.
program id 'echo ${user:-0}'
program dpkg-query 'echo installed'
program mount 'exit ${mount:-0}'
program umount ''
program unshare 'shift 3; exec "$@"'
program debootstrap 'mkdir -p "${@: -2:1}"/etc/{apt/apt.conf.d,dpkg/dpkg.cfg.d,ssl/certs}; exit ${debootstrap:-0}'
program chroot '
case "$*" in
  *" apt-get update "*) exit ${update:-0} ;;
  *" -s "*) exit ${known:-0} ;;
  *" -d "*) exit ${fetched:-0} ;;
  *" distributions "*) printf "%s\n" "${says:-3 passed, 0 failed}"; exit ${tests:-0} ;;
esac'

# ends STATUS WORDS [ARGUMENT...]: how it ends, with new systems; the variables before it say what goes how.
ends () {
  local status
  rm -rf "$GSTREAM_DISTRIBUTIONS"
  "$tree/tests/distributions" "${@:3}" i386 >"$tap_folder/said" 2>&1
  status=$?
  cat "$tap_folder/said"
  [ "$status" = "$1" ] && [ "$(tail -n 1 "$tap_folder/said")" = "$2" ]
}

skips () {
  ends 0 "0 passed, 0 failed, 1 skipped" && grep "There can be no such system here: $1" "$tap_folder/said"
}

fails () {
  ends 1 "$1"
}

# with NAME=VALUE... COMMAND...
with () {
  while [[ $1 = *=* ]]; do
    local -x "$1"
    shift
  done
  "$@"
}

check /distributions/passed ends 0 "3 passed, 0 failed"
check /distributions/some-skipped with says="3 passed, 0 failed, 2 skipped" ends 0 "3 passed, 0 failed, 2 skipped"
check /distributions/script-of-words with says=$'ok: one\nok: two' ends 0 "2 passed, 0 failed"
check /distributions/cannot/no-root with user=1000 skips "only root"
check /distributions/cannot/bootstrap with debootstrap=1 skips "debootstrap has failed"
check /distributions/cannot/mount with mount=1 skips "root may not mount"
check /distributions/cannot/mirror with update=100 skips "Debian's mirror"
check /distributions/cannot/fetch with fetched=100 skips "packages could not be fetched"
check /distributions/cannot/time ends 0 "0 passed, 0 failed, 1 skipped" --within 0
check /distributions/fails/no-such-package with known=100 fails "0 passed, 1 failed"
check /distributions/fails/test with tests=1 says="3 passed, 2 failed" fails "3 passed, 2 failed"
check /distributions/fails/says-its-log grep "3 passed, 2 failed" "$tap_folder/said"
check /distributions/fails/badly with tests=139 fails "3 passed, 1 failed"
check /distributions/fails/script with tests=1 says=$'ok: one\nnot ok: two' fails "1 passed, 1 failed"
plan
