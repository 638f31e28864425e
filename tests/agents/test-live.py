# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real graphs in child processes: each run has the digest that it has on the Python server (H4), its questions are
answered, several processes run at once, and checkpoints in a file survive the process (H2, H3)."""

import asyncio
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import peer

peer.need("/live")
HERE = pathlib.Path(__file__).parent
TESTS = peer.TOP / "tests"
sys.path[1:1] = [str(TESTS / "remote"), str(TESTS / "support")]
import live  # noqa: E402
import tap  # noqa: E402
from gi.repository import GLib, Gstream  # noqa: E402

AGENT = [str(peer.PYTHON), "-m", "gstream_agent"]
GRAPHS = TESTS / "servers" / "python" / "graphs.py"
AGENTS = TESTS / "langgraph" / "server" / "agents.py"
CHAT, NOTES = live.CHAT, live.NOTES
os.environ["PYTHONPATH"] = os.pathsep.join([str(peer.TOP / "agents" / "python"), str(GRAPHS.parent), os.environ.get("PYTHONPATH", "")])
os.environ["LANGSMITH_TRACING"] = "false"


def thread(graph, *options, file=HERE / "graph.py", **properties):
    return Gstream.Thread(command=[*AGENT, *options, f"{file}:{graph}"], **properties)


# --- digests ---


def server():
    if "python" not in live.running:
        live.running["python"] = live.servers.Server("python", TESTS / "langgraph" / "server", "langchain").__enter__()


def digests(file, graph, run_input, *options):
    """What `gstream connect --command ... --digest` prints: one of each run."""
    command = GLib.shell_quote(str(peer.PYTHON)) + f" -m gstream_agent {file}:{graph}"
    done = subprocess.run(["gstream", "connect", "--command", command, "--input", json.dumps(run_input), "--digest", *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert found, done.stderr
    return found


def without_tool_ids(data):
    """A tool's message gets its id when the state takes it, and may be shown before that or after."""
    if isinstance(data, list):
        return [without_tool_ids(item) for item in data]
    if not isinstance(data, dict):
        return data
    shown = {name: without_tool_ids(member) for name, member in data.items()}
    return {**shown, "id": None} if "id" in shown and "tool_call_id" in shown else shown


def compare(file, graph, run_input, answer=None, unordered=False):
    @tap.test(f"/live/H4/digest/{graph}")
    def compared():
        server()
        options = [] if answer is None else ["--respond", json.dumps(answer)]
        there, _ = live.digest("python", graph, "sse", run_input, *options)
        here = digests(file, graph, run_input, *options)
        normal = live.unordered if unordered else live.normal
        show = lambda digest: normal(without_tool_ids(digest))
        assert len(here) == len(there), (len(here), len(there))
        for one, other in zip(map(show, here), map(show, there)):
            assert one["log"] and one["status"] in ("completed", "failed", "interrupted"), one["status"]
            for key in one.keys() | other.keys():
                assert one[key] == other[key], f"{key}: here\n{json.dumps(one[key])}\non the server\n{json.dumps(other[key])}"


compare(GRAPHS, "chat", CHAT)
compare(GRAPHS, "tools", CHAT, unordered=True)
compare(GRAPHS, "subgraphs", CHAT)
compare(GRAPHS, "parallel", CHAT, unordered=True)
compare(GRAPHS, "error", NOTES)
compare(GRAPHS, "child_error", NOTES)
compare(GRAPHS, "custom", NOTES)
compare(GRAPHS, "questions", NOTES, answer="yes", unordered=True)
compare(GRAPHS, "nested_question", NOTES, answer={"ok": True})
compare(AGENTS, "agent", CHAT)
compare(AGENTS, "careful", CHAT, answer={"decisions": [{"type": "approve"}]})
compare(AGENTS, "deep", CHAT, unordered=True)
compare(AGENTS, "fan", {"words": ["a", "bb", "ccc"], "lengths": []}, unordered=True)
compare(AGENTS, "levels", CHAT)
compare(AGENTS, "objects", {"things": {}})
compare(AGENTS, "told", NOTES, answer="yes")


# --- threads ---


@tap.test("/live/H2/state-and-history")
def state():
    asks = thread("asks")
    run = asks.start_sync({"log": ["begun"]})
    (asked,) = run.interrupts_sync()
    assert asked.value == "go on?" and asks.thread_id
    found = asks.fetch_state_sync()
    assert found["values"] == {"log": ["begun", "chatty"]} and found["next"] == ["ask"], found
    assert found["checkpoint"]["thread_id"] == asks.thread_id
    history = asks.fetch_history_sync()
    assert history[0]["checkpoint"] == found["checkpoint"] and len(history) > 1
    assert asks.respond_sync(asked, "yes").output_sync() == {"log": ["begun", "chatty", "answer: yes"]}
    asks.update_state_sync({"log": ["more"]})
    assert asks.fetch_state_sync()["values"]["log"][-1] == "more"
    fork = asks.start_sync({"log": ["again"]}, checkpoint_id=history[-1]["checkpoint"]["checkpoint_id"])
    assert fork.output_sync() == {"log": ["again", "chatty"]}
    assert "printed by a node" in asks.log


@tap.test("/live/H3/several-at-once")
def several():
    async def one(number):
        talks = thread("talks", thread_id=str(number))
        run = await talks.start({"log": [str(number)]})
        return (await run.output())["log"], (await talks.fetch_state())["checkpoint"]["thread_id"]

    async def all_of_them():
        return await asyncio.gather(*map(one, range(3)))

    assert Gstream.run(all_of_them()) == [([str(n), "chatty"], str(n)) for n in range(3)]


@tap.test("/live/H2/checkpoints-survive")
def survive():
    with tempfile.TemporaryDirectory() as folder:
        options = ("--checkpoints", f"{folder}/checkpoints.sqlite")
        first = thread("asks", *options, thread_id="seven")
        first.start_sync({"log": []}).output_sync()
        del first
        again = thread("asks", *options, thread_id="seven")
        assert again.fetch_state_sync()["next"] == ["ask"]
        assert again.respond_sync(None, "yes").output_sync() == {"log": ["chatty", "answer: yes"]}


@tap.test("/live/H3/a-node-ends-the-process")
def dies():
    try:
        thread("dies").start_sync({"log": []}).output_sync()
        raise AssertionError("it went on")
    except GLib.Error as error:
        assert error.matches(Gstream.Error.quark(), Gstream.Error.INCOMPLETE), error
        assert "ended with exit status 7" in error.message and "about to go" in error.message, error


@tap.test("/live/H4/abort")
def abort():
    waits = thread("waits")
    run = waits.start_sync({"log": []})
    assert next(iter(run.values)) == {"log": []}
    run.abort()
    try:
        waits.cancel_run_sync("none")
        raise AssertionError("it was there")
    except GLib.Error as error:
        assert error.matches(Gstream.Error.quark(), Gstream.Error.NOT_FOUND)
    second = waits.start_sync({"log": []})
    third = waits.start_sync({"log": []}, multitask_strategy="interrupt")
    second.output_sync()
    assert second.status == Gstream.RunStatus.INTERRUPTED, second.status
    waits.cancel_run_sync(third.run_id)
    third.output_sync()
    assert third.status == Gstream.RunStatus.INTERRUPTED
    fourth = waits.start_sync({"log": []})
    try:
        waits.start_sync({"log": []}, multitask_strategy="reject")
        raise AssertionError("it was taken")
    except GLib.Error as error:
        assert error.matches(Gstream.Error.quark(), Gstream.Error.CONFLICT), error
    fourth.abort()


@tap.test("/live/H3/no-graph")
def no_graph():
    for command, words in (
        ([*AGENT, f"{HERE}/graph.py:nothing"], "there are talks, asks, waits"),
        ([*AGENT, f"{HERE}/none.py:graph"], "there is no such file"),
        ([*AGENT, f"{HERE}/broken.py:graph"], "could not be imported: ZeroDivisionError"),
        (["/usr/bin/python3", "-m", "gstream_agent", "x.py:y"], "-m pip install langgraph"),
    ):
        try:
            Gstream.Thread(command=command).start_sync({})
            raise AssertionError("it was started")
        except GLib.Error as error:
            assert error.matches(Gstream.Error.quark(), Gstream.Error.SERVER) and words in error.message, error
            assert "ended with exit status 3" in error.message, error


@tap.test("/live/H3/the-program-is-killed")
def killed():
    """Whatever a node does: it blocks the agent's loop."""
    program = subprocess.Popen([sys.executable, "-c", f"""
import gi
gi.require_version("Gstream", "1")
from gi.repository import Gstream
thread = Gstream.Thread(command={[*AGENT, f"{HERE}/graph.py:blocks_loop"]})
run = thread.start_sync({{"log": []}})
next(iter(run.values))
while "blocked" not in thread.log:
    Gstream.Thread  # the log comes from the main loop
    from gi.repository import GLib
    GLib.MainContext.default().iteration(True)
print(thread.log.split()[-1], flush=True)
GLib.MainLoop().run()
"""], stdout=subprocess.PIPE, text=True)
    pid = int(program.stdout.readline())
    ended = os.pidfd_open(pid)
    program.kill()
    program.wait()
    program.stdout.close()
    assert live_until(ended), "the agent goes on"


def live_until(descriptor):
    """Whether the process that it stands for ends."""
    import select

    return bool(select.select([descriptor], [], [], 60)[0])


@tap.test("/live/H2/the-example")
def example():
    done = subprocess.run(["gstream", "connect", "--command", f"{peer.PYTHON} -m gstream_agent {peer.TOP}/examples/live.py:graph",
                           "--input", '{"topic": "the tides"}', "--respond", '"yes"'], capture_output=True, text=True)
    assert done.returncode == 0 and "Publish this?" in done.stdout and "It is published." in done.stdout, done


live.run_tests()
