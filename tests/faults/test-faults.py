# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Streams that came out wrong once: each that has its digest beside it (NAME.expected.json) is read again.

import pathlib
import sys

import digests
import tap

FOLDER = pathlib.Path(__file__).parent
CLAUSES = {
    "attribution": "D4",
    "blocks": "T2",
    "files": "R8",
    "interrupt-ids": "T8",
    "lone-surrogates": "T3",
    "nan": "E2",
    "nodes": "D4",
    "parallel-calls-same-index": "T3",
    "tool-calls": "T4",
    "whole-messages": "T2",
}


def path_of(stream):
    """/faults/CLAUSE/...: the file's name begins with its clause where its folder is not that of one."""
    folder, name = stream.parent.name, stream.stem
    if folder in CLAUSES:
        return f"/faults/{CLAUSES[folder]}/{folder}/{name}"
    return "/faults/" + name.replace("-", "/", 1)


def add(stream, expected):
    @tap.test(path_of(stream))
    def compare():
        found = digests.differences(digests.read(expected.read_text()), digests.of_files([stream])[0])
        assert not found, "\n" + digests.shown(found)


for expected in sorted(FOLDER.glob("**/*.expected.json")):
    stem = expected.name.removesuffix(".expected.json")
    streams = [p for p in (expected.with_name(stem + ".jsonl"), expected.with_name(stem + ".sse")) if p.exists()]
    if len(streams) != 1:
        sys.exit(f"{expected}: expected one stream of that name beside it, found {len(streams)}")
    add(streams[0], expected)

tap.run()
