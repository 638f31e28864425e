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
CERTIFICATE = pathlib.Path(__file__).with_name("self-signed.pem")
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
    assert done.returncode == 0 and done.stderr == f"thread {server.thread_id}\n", done
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
    assert server.requests[0][1] == "/threads/my%2Fown/state?subgraphs=true", server.requests[0]
    assert server.requests[1][1] == "/threads/my%2Fown/commands", server.requests[1]
    assert done.stderr == "", done
    assert all(head["X-Tenant"] == "blue" for head in server.heads)


@tap.test("/remote/connect/N1/only-a-thread-that-there-is")
def only_existing():
    with Server("python-server/chat") as server:
        server.known = False
        done = connect(server, "--thread", "mistyped")
    assert done.returncode == 1 and "HTTP 404 Not Found: Thread not found" in done.stderr, done
    assert not commands(server)


@tap.test("/remote/connect/N1/attach")
def attach():
    for which in (["--attach"], ["--attach=RUN"]):
        with Server("python-server/chat") as server:
            server.begin()
            which = [word.replace("RUN", server.begun[0].id) for word in which]
            done = connect(server, "--digest", "--thread", "t1", *which)
        assert done.returncode == 0, done
        assert json.loads(done.stdout)["messages"] == expected("python-server/chat")["messages"]
        assert [command["method"] for command in commands(server)] == ["agent.getTree"]


@tap.test("/remote/connect/N12/silence-timeout")
def silence_timeout():
    with Server("python-server/chat") as server:
        assert connect(server, "--silence-timeout", "2.5").returncode == 0
        n_requests = len(server.requests)
        for wrong in ("0", "-1", "nan", "inf", "1s", "", "99999999"):
            done = connect(server, "--silence-timeout", wrong)
            assert done.returncode == 2 and "--silence-timeout: expected a number of seconds" in done.stderr, done
    assert len(server.requests) == n_requests


@tap.test("/remote/connect/N8/authorities")
def authorities():
    with Server("python-server/chat", certificate=CERTIFICATE) as server:
        refused = connect(server, "--retries", "0")
        assert refused.returncode == 1 and "certificate" in refused.stderr, refused
        assert connect(server, "--ca", CERTIFICATE).returncode == 0
        server.begun.clear()
        assert connect(server, SSL_CERT_FILE=str(CERTIFICATE)).returncode == 0
        server.begun.clear()
        assert connect(server, "--websocket", "--retries", "0", "--ca", CERTIFICATE).returncode == 1  # past the certificate
        n_requests = len(server.requests)
        for done in (connect(server, "--ca", "/nonexistent.pem"), connect(server, SSL_CERT_FILE="/nonexistent.pem")):
            assert done.returncode == 2 and done.stderr.count("/nonexistent.pem") == 1, done
        assert len(server.requests) == n_requests


@tap.test("/remote/connect/N8/all_proxy")
def all_proxy():
    for variable in ("all_proxy", "ALL_PROXY"):
        with Server("python-server/chat") as proxy:
            environment = {variable: proxy.url.removeprefix("http://" if variable == "all_proxy" else "")}
            done = run("gstream", "connect", "http://agents.invalid", "agent", **environment)
            assert done.returncode == 0, done
            assert all(path.startswith("http://agents.invalid") for _, path, _ in proxy.requests), proxy.requests
            n_requests = len(proxy.requests)
            done = run("gstream", "connect", "http://agents.invalid", "agent", "--retries", "0", no_proxy="agents.invalid", **environment)
            assert done.returncode == 1 and len(proxy.requests) == n_requests, done


@tap.test("/remote/connect/N4/unanswered")
def unanswered():
    with Server(*ASKS) as server:
        done = connect(server)
    assert done.returncode == 3, done
    for question in expected(ASKS[0])["interrupts"]:
        assert as_json(question["value"]) in done.stderr.replace(" ", ""), done.stderr
    assert f"thread {server.thread_id}" in done.stderr
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
    assert done.returncode == 1 and complaint.startswith(f"gstream: POST {server.url}/threads/") and "/commands: " in complaint, done


@tap.test("/remote/connect/N3/says-that-it-tries-again")
def tries_again():
    with Server() as server:
        pass
    command = ["gstream", "connect", server.url, "agent"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.readline()
        process.kill()
    assert said.startswith(f"gstream: POST {server.url}/threads/") and "/commands: " in said, said
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
        for wrong in (["--attach", "--thread"], ["--attach"], ["--thread", "t1", "--input", "1", "--attach"]):
            done = connect(server, *wrong)
            assert done.returncode == 2 and done.stderr.startswith("gstream: ") and not done.stdout, (wrong, done)
    nothing = run("gstream", "connect")
    assert nothing.returncode == 2
    assert nothing.stderr == "gstream: expected URL ASSISTANT, or --command; gstream connect --help says how\n", nothing
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
