# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The model of the clauses gives the digest of every recorded run.

import json
import pathlib

import digests
import model
import tap

RUNS = pathlib.Path(__file__).parent.parent / "runs"
DIALECTS = {"python-inprocess": "D1", "python-server": "D2", "js-server": "D3"}


def add(stream):
    @tap.test(f"/clauses/runs/{DIALECTS[stream.parent.name]}/{stream.stem}")
    def compare():
        expected = digests.read(stream.with_name(stream.stem + ".expected.json").read_text())
        found = digests.read(json.dumps(model.digest(model.read(stream.read_text(), stream.name))))
        differences = digests.differences(expected, found)
        assert not differences, "\n" + digests.shown(differences)


for stream in sorted([*RUNS.glob("*/*.jsonl"), *RUNS.glob("*/*.sse")]):
    add(stream)

tap.run()
