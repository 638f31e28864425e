# SPDX-License-Identifier: LGPL-2.1-or-later
"""gstream connect --command, with an agent that does what it is told."""

import pathlib
import shlex
import subprocess
import sys

import tap

AGENT = [sys.executable, str(pathlib.Path(__file__).parent / "fake-agent.py")]


def connect(*options, command=None):
    return subprocess.run(["gstream", "connect", *([] if command is None else ["--command", shlex.join(command)]), *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


@tap.test("/connect/H1/run")
def run():
    done = connect("--input", '{"x": 1}', "--events", "--thread", "seven", command=[*AGENT, "echo"])
    assert done.returncode == 0 and '{"x":1}' in done.stdout.replace(" ", ""), done
    done = connect(command=[*AGENT, "echo"])
    assert "thread made" in done.stderr, done


@tap.test("/connect/H1/questions")
def questions():
    done = connect(command=[*AGENT, "ask"])
    assert done.returncode == 3 and "question 1" in done.stderr, done
    done = connect("--respond", '"yes"', command=[*AGENT, "ask"])
    assert done.returncode == 0 and "completed" in done.stdout, done


@tap.test("/connect/H3/errors")
def errors():
    for command, status, words in (
        (["gstream-no-such-agent"], 2, "Is it installed?"),
        ([*AGENT, "exit"], 1, "exit status 3: gone at once"),
        ([*AGENT, "die", "7"], 1, "exit status 7"),
        ([*AGENT, "refuse", "invalid_argument"], 1, "no run.start"),
    ):
        done = connect(command=command)
        assert done.returncode == status and words in done.stderr, done


@tap.test("/connect/H1/usage")
def usage():
    for options in (["http://localhost", "agent"], ["--websocket"], ["--attach"], ["--retries", "1"], ["--header", "A: b"]):
        done = connect(*options, command=[*AGENT, "echo"])
        assert done.returncode == 2 and "--command takes no" in done.stderr, done
    for command in ("'open", ""):
        done = subprocess.run(["gstream", "connect", "--command", command], capture_output=True, text=True)
        assert done.returncode == 2 and "--command: " in done.stderr, done


tap.run()
