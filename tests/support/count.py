# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Counts what meson's logs of the given build folders say, subtest by subtest,
# after the output of every test that failed.

import json
import pathlib
import re
import sys

SUBTEST = re.compile(r"^(ok|not ok)\b([^#]*)(#\s*SKIP)?", re.IGNORECASE)
NUL = {"passed": 0, "failed": 0, "skipped": 0}


def subtests(stdout):
    """The subtests of a TAP output, counted."""
    counts = dict(NUL)
    for line in stdout.splitlines():
        match = SUBTEST.match(line)
        if match:
            verdict, _, skip = match.groups()
            counts["skipped" if skip else "passed" if verdict.lower() == "ok" else "failed"] += 1
    return counts


def count(test):
    """A test that ended badly has failed, even if every subtest had passed until then."""
    counts = subtests(test.get("stdout", ""))
    if test["result"] == "SKIP" and not counts["skipped"]:
        counts["skipped"] += 1
    elif test["result"] not in ("OK", "SKIP") and not counts["failed"]:
        counts["failed"] += 1
    return counts


def show(folder, test):
    print(f"\n=== {test['name']} in {folder}/: {test['result']}, exit status {test['returncode']}")
    for stream in ("stdout", "stderr"):
        print("\n".join(test.get(stream, "").splitlines()[-100:]))


def main(folders):
    total = dict(NUL)
    for folder in folders:
        log = pathlib.Path(folder, "meson-logs", "testlog.json")
        for line in log.read_text().splitlines() if log.exists() else []:
            test = json.loads(line)
            counts = count(test)
            for key, number in counts.items():
                total[key] += number
            if counts["failed"]:
                show(folder, test)
    print()
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"{total['passed']} passed, {total['failed']} failed{skipped}")
    return 1 if total["failed"] or not total["passed"] else 0


sys.exit(main(sys.argv[1:]))
