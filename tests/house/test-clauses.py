# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That every clause has a test which carries its number in its path, and that no path carries a number that is no clause's.
# Paths are read as they are written, so that who searches for a clause finds its tests.

import os
import pathlib
import re

import tap

TESTS = pathlib.Path(os.environ["G_TEST_SRCDIR"])
CLAUSES = re.findall(r"^- ([A-Z]\d+[a-z]?) ", (TESTS.parent / "doc" / "semantics.md").read_text(), re.MULTILINE)
NOT_OURS = ("runs", "faults")  # recorded
# A string, or a shell script's word, that is a path of two parts or more.
PATH = re.compile(r"""(?<![\w.])/[a-z][\w-]*/[^\s"'`)]*""")
NUMBER = re.compile(r"[A-Z]\d+[a-z]?")


def sources():
    """The files with tests: each folder's own, none that is recorded."""
    return sorted(path for path in TESTS.glob("*/test-*") if path.parent.name not in NOT_OURS)


def cited():
    """The numbers that stand in paths of tests, each with the files where they do."""
    found = {}
    for file in sources():
        for path in PATH.findall(file.read_text()):
            for part in path.split("/"):
                if NUMBER.fullmatch(part):
                    found.setdefault(part, set()).add(str(file.relative_to(TESTS)))
    return found


@tap.test("/clauses/tested")
def tested():
    assert len(CLAUSES) > 80 and len(set(CLAUSES)) == len(CLAUSES)
    found = cited()
    untested = [clause for clause in CLAUSES if clause not in found]
    assert not untested, f"no test has in its path: {' '.join(untested)}"


@tap.test("/clauses/known")
def known():
    strange = {number: files for number, files in cited().items() if number not in CLAUSES}
    assert not strange, strange


tap.run()
