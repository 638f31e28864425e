# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The same with a PyGObject that has asyncio built in.

"$G_TEST_SRCDIR/peers" pygobject >&2
status=$?
if [ $status = 0 ]; then
  exec "$G_TEST_SRCDIR/../build/peers/pygobject/bin/python" "$G_TEST_SRCDIR/langgraph/test-process.py"
elif [ $status = 77 ] && [ -z "${CI:-}" ]; then
  echo "ok 1 /langgraph/pygobject # SKIP the package registries cannot be reached"
else
  echo "not ok 1 /langgraph/pygobject"
fi
echo 1..1
