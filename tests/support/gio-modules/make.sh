#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make.sh QUERYMODULES MODULE LIST: copies GIO's MODULE beside LIST and makes the list, which is newer then.
set -e
folder=$(dirname "$3")
cp "$2" "$folder/"
"$1" "$folder"
test -s "$3"
