# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every feature can be left out, and what cannot be is told in words of our own.

. "$G_TEST_SRCDIR/build/build.sh"

configures_without () {
  configures "$tap_folder/$1" "-D$1=disabled" && shift && summary_has "$@"
}

check /options/introspection/disabled configures_without introspection introspection=NO vapi=NO docs=NO tool=YES
check /options/vapi/disabled configures_without vapi introspection=YES vapi=NO
check /options/tool/disabled configures_without tool tool=NO tests=NO introspection=YES
check /options/docs/needs-introspection refuses "the reference is made from the GIR" -Ddocs=enabled -Dintrospection=disabled
check /options/vapi/needs-introspection refuses "the VAPI is made from the GIR" -Dvapi=enabled -Dintrospection=disabled
check /options/tests/need-tool refuses "they run the command gstream" -Dtests=enabled -Dtool=disabled
check /options/introspection/needs-shared refuses "other languages load a shared library" \
  -Dintrospection=enabled -Ddefault_library=static
check /options/fuzzing/needs-clang env CC=gcc CXX=g++ bash -c '. "$0"; refuses "libFuzzer is clang" -Dfuzzing=enabled' \
  "$G_TEST_SRCDIR/build/build.sh"
plan
