# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run in a system of its own by tests/distributions.

. build-aux/prepare.sh

# Each CPython that is packaged, as packages.
pythons () {
  apt-cache search --names-only '^python3\.[0-9]+-venv$' | sed 's/-venv .*//' | while read -r python; do
    echo "$python" "$python-dev" "$python-venv"
  done
}

status=0
CFLAGS=-DG_DISABLE_DEPRECATED tests/run --plain --no-peers "$@" || status=1
install_packages libcairo2-dev libgirepository-2.0-dev $(pythons) && tests/pythons || status=1
exit $status
