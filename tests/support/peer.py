# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python that has LangGraph and what agents are built with: build/peers/langchain."""

import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = pathlib.Path(os.environ.get("GSTREAM_PEERS") or TOP / "build" / "peers")
PYTHON = PEERS / "langchain" / "bin" / "python"


def need(path):
    """Installs it where it is missing; where it cannot be had, the test program ends, as skipped."""
    older = ["older"] if os.environ.get("GSTREAM_OLDER") else []
    done = subprocess.run([TOP / "tests" / "peers", "langchain", *older])
    if done.returncode == 77 and os.environ.get("CI", "") in ("", "false", "0"):
        print(f"ok 1 {path} # SKIP the package registries cannot be reached\n1..1")
        sys.exit(0)
    done.check_returncode()


def join(path):
    """The same, and its packages are there to be imported in this Python, which has PyGObject."""
    need(path)
    older = [str(PEERS / "older")] if os.environ.get("GSTREAM_OLDER") else []
    sys.path[1:1] = [*older, str(next(PYTHON.parent.parent.glob("lib/python3*/site-packages")))]
    os.environ["LANGSMITH_TRACING"] = "false"
