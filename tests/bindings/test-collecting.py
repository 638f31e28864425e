# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The tests of the bindings once more, with garbage collected at calls into C: here at some, which takes seconds, and with
# GSTREAM_TEST_COLLECT=0 at each of the quarter of a million, which takes an hour.

import os
import pathlib
import subprocess
import sys
import tempfile

import tap

TESTS = pathlib.Path(os.environ["G_TEST_SRCDIR"])
LIBRARY = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "bindings" / "libcollecting-calls.so"
PASSED_OVER = os.environ.get("GSTREAM_TEST_COLLECT")
PROGRAMS = {  # with how many calls are passed over from one collection to the next
    "gjs/core": (9, ["gjs", "-m", "languages/test-core.js"]),
    "gjs/bindings": (997, ["gjs", "-m", "bindings/test-gjs.js"]),
    "gjs/conversation": (9, ["gjs", "-m", "bindings/test-conversation.js"]),
    "python/core": (9, [sys.executable, "languages/test-core.py"]),
    "python/bindings": (997, [sys.executable, "bindings/test-python.py"]),
}


def collecting(passed_over, command):
    """The tests of a program pass, and something was collected meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        collected = pathlib.Path(folder) / "collected"
        done = subprocess.run([*command[:-1], str(TESTS / command[-1])], capture_output=True, text=True,
                              env={**os.environ, "LD_PRELOAD": str(LIBRARY), "GSTREAM_TEST_COLLECT": PASSED_OVER or str(passed_over),
                                   "GSTREAM_TEST_COLLECTED": str(collected)})
        assert done.returncode == 0, done.stdout + done.stderr
        assert collected.exists(), "nothing was collected"
        tap.comment(f"{int(collected.read_text())} collections")


for name, program in PROGRAMS.items():
    tap.test(f"/collecting/{name}")(lambda program=program: collecting(*program))

tap.run()
