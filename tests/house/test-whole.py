# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That tests/peers marks as installed what is there, and nothing else (support/whole.py).

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import tap

WHOLE = pathlib.Path(os.environ["G_TEST_SRCDIR"], "support", "whole.py")


def looked_at(*arguments):
    """What is missing, and the exit status."""
    process = subprocess.run([sys.executable, WHOLE, *arguments], capture_output=True, text=True)
    return process.stdout.split("\n")[:-1], process.returncode


def make_tree(folder, installed):
    packages = {
        "": {"name": "tests"},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/a/node_modules/b": {"version": "2.0.0"},
        "node_modules/elsewhere": {"version": "1.0.0", "optional": True, "os": ["plan9"]},
    }
    pathlib.Path(folder, "package-lock.json").write_text(json.dumps({"packages": packages}))
    for path, version in installed.items():
        package = pathlib.Path(folder, path)
        package.mkdir(parents=True)
        (package / "package.json").write_text(json.dumps({"version": version}))


@tap.test("/peers/node/whole")
def whole():
    with tempfile.TemporaryDirectory() as folder:
        make_tree(folder, {"node_modules/a": "1.0.0", "node_modules/a/node_modules/b": "2.0.0"})
        assert looked_at("node", folder) == ([""], 0), looked_at("node", folder)


@tap.test("/peers/node/cut-off")
def cut_off():
    with tempfile.TemporaryDirectory() as folder:
        make_tree(folder, {"node_modules/a": "0.9.0"})
        assert looked_at("node", folder) == (["node_modules/a 1.0.0", "node_modules/a/node_modules/b 2.0.0"], 1)


@tap.test("/peers/python/missing")
def missing():
    with tempfile.TemporaryDirectory() as folder:
        requirements = pathlib.Path(folder, "requirements.txt")
        requirements.write_text("# what there is not\nno-such-distribution==1.0\n")
        assert looked_at("python", requirements) == (["no-such-distribution==1.0"], 1)
        requirements.write_text("# nothing\n")
        assert looked_at("python", requirements) == ([""], 0)


tap.run()
