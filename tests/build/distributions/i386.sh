# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run in a system of its own by tests/distributions.

CFLAGS=-DG_DISABLE_DEPRECATED exec tests/run --plain --no-peers "$@"
