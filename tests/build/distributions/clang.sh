# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run in a system of its own by tests/distributions.

. build-aux/prepare.sh
install_packages clang || exit 1
CC=clang CXX=clang++ CFLAGS=-DG_DISABLE_DEPRECATED exec tests/run --plain --no-peers "$@"
