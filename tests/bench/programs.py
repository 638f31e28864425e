# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the programs that are measured, each in a process of its own."""

import contextlib
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
PEERS = TOP / "build" / "peers"
BUILD = TOP / "build"
LIMIT = 600  # seconds: a program that takes longer hangs

# What an application's process would have, and nothing else.
environment = dict(os.environ, LC_ALL="C.UTF-8", NODE_ENV="production",
                   PYTHONPATH=f"{TOP / 'bindings' / 'python'}:{TOP / 'agents' / 'python'}", LANGSMITH_TRACING="false", GJS_PATH=str(TOP / "bindings" / "gjs"))
environment["G_DEBUG"] = "fatal-criticals"
environment.pop("MALLOC_PERTURB_", None)  # meson's: every allocation would be written over
url = None  # of the server, while there is one


class Failed(Exception):
    pass


def use_build(folder):
    global BUILD
    BUILD = TOP / folder
    libraries = f"{BUILD}/gstream:{BUILD}/tests/bench"
    environment.update(LD_LIBRARY_PATH=libraries, GI_TYPELIB_PATH=libraries)


# Of the other sides' programs in Python: the environment, below PEERS, of those that have one of their own.
ENVIRONMENTS = {"peers/chat-openai.py": "endpoint", "peers/graph-langgraph.py": "langchain"}


def command(name):
    """How NAME, a program's, is started: its place and ending say whose it is."""
    if name.startswith("peers/"):
        interpreter = {".py": [PEERS / ENVIRONMENTS.get(name, "python") / "bin/python", "-W", "ignore"],
                       ".mjs": [PEERS / "node/bin/node", "--experimental-detect-module"]}[pathlib.Path(name).suffix]
        return [*interpreter, HERE / name]
    if name.endswith(".py"):
        return ["/usr/bin/python3", HERE / name]
    if name.endswith(".js"):
        return ["gjs", "-m", HERE / name]
    return [BUILD / "tests" / "bench" / name]


def run(name, *parameters, wire=False, before=()):
    """The measurement that program NAME prints."""
    words = [*before, *command(name), *([url] if wire else []), *parameters]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=LIMIT, env=environment, cwd=TOP)
    if done.returncode != 0:
        raise Failed(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def server():
    global url
    process = subprocess.Popen(["/usr/bin/python3", HERE / "server.py"], stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        yield
    finally:
        process.terminate()
        process.wait()
        url = None
