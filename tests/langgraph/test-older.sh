# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The same with the oldest LangGraph that is taken.

GSTREAM_OLDER=1 exec "${PYTHON:-/usr/bin/python3}" "$G_TEST_SRCDIR/langgraph/test-process.py"
