# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The command gstream connect, and the examples of a chat with a server, on recorded runs.

import json
import os
import pathlib
import pty
import subprocess

import tap
from recorded_server import RUNS, Server

EXAMPLES = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "examples"
SECRET = "sesame-4711"
ANSWERS = ["yes, do", "no"]
ASKS = ("python-server/interrupt", "python-server/interrupt-resume")


def run(*command, typed="", **environment):
    return subprocess.run([str(word) for word in command], input=typed, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8", **environment})


def connect(server, *options, **environment):
    return run("gstream", "connect", server.url, "agent", *options, **environment)


def commands(server):
    return [body for _, path, body in server.requests if path.endswith("/commands")]


def expected(name):
    return json.loads((RUNS / f"{name}.expected.json").read_text(encoding="utf-8"))


def as_json(value):
    return json.dumps(value, separators=(",", ":"))


@tap.test("/remote/connect/N1/chat")
def chat():
    with Server("python-server/chat") as server:
        done = connect(server, "--input", '{"messages": []}')
    assert done.returncode == 0 and done.stderr == "", done
    text = "".join(expected("python-server/chat")["messages"][0]["text_deltas"])
    assert text.split()[-1] in done.stdout, done.stdout
    [start] = commands(server)
    assert start["method"] == "run.start" and start["params"]["input"] == {"messages": []}, start


@tap.test("/remote/connect/N2/digest")
def digest():
    with Server("python-server/chat") as server:
        done = connect(server, "--digest")
    shown, wanted = json.loads(done.stdout), expected("python-server/chat")
    for name in wanted:
        assert shown[name] == wanted[name], name


@tap.test("/remote/connect/E3/events")
def events():
    with Server("python-server/chat") as server:
        done = connect(server, "--events")
    lines = [line for line in done.stdout.splitlines() if line]
    assert len(lines) >= len(expected("python-server/chat")["log"]), done.stdout


@tap.test("/remote/connect/N1/thread-and-headers")
def thread_and_headers():
    with Server("python-server/chat") as server:
        done = connect(server, "--thread", "my/own", "--header", "X-Tenant:  blue")
    assert done.returncode == 0, done
    assert server.requests[0][1] == "/threads/my%2Fown/commands", server.requests[0]
    assert all(head["X-Tenant"] == "blue" for head in server.heads)


@tap.test("/remote/connect/N4/unanswered")
def unanswered():
    with Server(*ASKS) as server:
        done = connect(server)
    assert done.returncode == 3, done
    for question in expected(ASKS[0])["interrupts"]:
        assert as_json(question["value"]) in done.stderr.replace(" ", ""), done.stderr
    assert "thread t1" in done.stderr
    assert len(commands(server)) == 1


@tap.test("/remote/connect/N1/respond")
def respond():
    with Server(*ASKS) as server:
        done = connect(server, "--digest", "--respond", '{"ok": true}')
    assert done.returncode == 0, done
    _, answer = commands(server)
    ids = [question["id"] for question in expected(ASKS[0])["interrupts"]]
    assert answer["method"] == "input.respond", answer
    assert [(one["interrupt_id"], one["response"]) for one in answer["params"]["responses"]] == [(id_, {"ok": True}) for id_ in ids]
    assert expected(ASKS[1])["output"] == json.loads(done.stdout[done.stdout.index("\n{") + 1:])["output"]


@tap.test("/remote/connect/N1/asks-on-a-terminal")
def asks():
    try:
        controller, terminal = pty.openpty()
    except OSError as error:  # such as in a bare chroot
        tap.skip(f"this system gives no pseudo-terminals: {error}")
    with Server(*ASKS) as server, open(controller, "r+b", buffering=0) as screen:
        process = subprocess.Popen(["gstream", "connect", server.url, "agent"], stdin=terminal, stderr=terminal,
                                   stdout=subprocess.DEVNULL)
        os.close(terminal)
        for answer in ANSWERS:
            said = b""
            while b"answer: " not in said:
                said += screen.read(4096)
            screen.write(answer.encode() + b"\n")
        assert process.wait() == 0
    assert [one["response"] for one in commands(server)[1]["params"]["responses"]] == ANSWERS, commands(server)


@tap.test("/remote/connect/N3/refused")
def refused():
    with Server() as server:
        pass
    done = connect(server, "--retries", "0")
    [complaint] = done.stderr.splitlines()
    assert done.returncode == 1 and complaint.startswith(f"gstream: POST {server.url}/threads: "), done


@tap.test("/remote/connect/N3/says-that-it-tries-again")
def tries_again():
    with Server() as server:
        pass
    command = ["gstream", "connect", server.url, "agent"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.readline()
        process.kill()
    assert said.startswith(f"gstream: POST {server.url}/threads: "), said
    assert said.endswith("; trying again in 250 ms (1 of 6)\n"), said


@tap.test("/remote/connect/N8/unauthorized")
def unauthorized():
    with Server(status=401) as server:
        done = connect(server, GSTREAM_API_KEY=SECRET, G_MESSAGES_DEBUG="all")
    assert done.returncode == 1 and "401" in done.stderr and "the key is not right" in done.stderr, done
    assert SECRET not in done.stdout + done.stderr
    assert server.heads[0]["X-Api-Key"] == SECRET


@tap.test("/remote/connect/N8/key-from-the-environment-only")
def key():
    with Server(*ASKS) as server:
        done = connect(server, "--digest", GSTREAM_API_KEY=SECRET, G_MESSAGES_DEBUG="all")
        assert SECRET not in done.stdout + done.stderr
        assert server.heads and all(head["X-Api-Key"] == SECRET for head in server.heads)
        n_requests = len(server.requests)
        done = connect(server, "--api-key", SECRET)
        assert done.returncode == 2, done
        assert len(server.requests) == n_requests
    assert "GSTREAM_API_KEY" in run("gstream", "connect", "--help").stdout


@tap.test("/remote/connect/usage")
def usage():
    with Server() as server:
        for wrong in (["--input", "{"], ["--respond", "nonsense"], ["--header", "no colon"], ["--retries", "-1"], ["--digest", "--events"], ["more"]):
            done = connect(server, *wrong)
            assert done.returncode == 2 and done.stderr and not done.stdout, (wrong, done)
    assert run("gstream", "connect").returncode == 2
    assert not server.requests


def talks(*example):
    with Server(*ASKS) as server:
        done = run(*example, server.url, "agent", typed="\n".join(["hello", *ANSWERS, ""]), GSTREAM_API_KEY=SECRET)
    assert done.returncode == 0, done
    start, answer = commands(server)
    assert start["params"]["input"] == {"messages": [{"role": "user", "content": "hello"}]}, start
    assert [one["response"] for one in answer["params"]["responses"]] == ANSWERS, answer
    for message in expected(ASKS[0])["messages"] + expected(ASKS[1])["messages"]:
        assert message["text"] in done.stdout, done.stdout
    assert "Publish?" in done.stdout and "Really?" in done.stdout, done.stdout
    with Server(status=401) as server:
        done = run(*example, server.url, "agent", typed="hello\n", GSTREAM_API_KEY=SECRET)
    assert done.returncode == 1 and "401" in done.stderr and SECRET not in done.stderr, done


@tap.test("/remote/examples/N1/chat-remote-c")
def chat_remote_c():
    talks(EXAMPLES / "chat-remote")


@tap.test("/remote/examples/N1/chat-remote-python")
def chat_remote_python():
    talks("/usr/bin/python3", EXAMPLES / "chat-remote-python")


tap.run()
