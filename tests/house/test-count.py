# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That tests/run counts what happened.

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import tap

COUNT = pathlib.Path(os.environ["G_TEST_SRCDIR"], "support", "count.py")


def counted(*tests):
    """The last line and the exit status, for a log with these tests: (result, stdout)."""
    with tempfile.TemporaryDirectory() as folder:
        logs = pathlib.Path(folder, "meson-logs")
        logs.mkdir()
        entries = [
            {"name": "a/b", "result": result, "returncode": 0, "stdout": stdout}
            for result, stdout in tests
        ]
        (logs / "testlog.json").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        process = subprocess.run([sys.executable, COUNT, folder], capture_output=True, text=True)
    return process.stdout.splitlines()[-1], process.returncode


def expect(actual, line, status):
    assert actual == (line, status), actual


@tap.test("/count/passed")
def passed():
    expect(counted(("OK", "1..2\nok 1 /a\n# Start\nok 2 /b\n")), "2 passed, 0 failed", 0)


@tap.test("/count/failed")
def failed():
    expect(counted(("FAIL", "ok 1 /a\nnot ok 2 /b\n")), "1 passed, 1 failed", 1)


@tap.test("/count/skipped")
def skipped():
    expect(counted(("OK", "ok 1 /a\nok 2 /b # SKIP no network\n")), "1 passed, 0 failed, 1 skipped", 0)


@tap.test("/count/died")
def died():
    expect(counted(("ERROR", "1..2\nok 1 /a\n")), "1 passed, 1 failed", 1)


@tap.test("/count/hung")
def hung():
    expect(counted(("OK", "ok 1 /a\n"), ("TIMEOUT", "")), "1 passed, 1 failed", 1)


@tap.test("/count/nothing")
def nothing():
    expect(counted(), "0 passed, 0 failed", 1)


tap.run()
