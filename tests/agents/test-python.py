# SPDX-License-Identifier: LGPL-2.1-or-later
"""gstream-agent by its lines, as any program would speak them. It runs in a Python of its own, with langgraph."""

import os
import pathlib
import subprocess
import sys
import tempfile

import peer
import tap

sys.path.insert(1, str(pathlib.Path(__file__).parent))
import lines  # noqa: E402
from lines import data  # noqa: E402

HERE = pathlib.Path(__file__).parent
TOP = peer.TOP
PYTHON = peer.PYTHON


def Agent(graph, *options, file=HERE / "graph.py"):
    return lines.Agent([PYTHON, "-m", "gstream_agent", *options, f"{file}:{graph}"], PYTHONPATH=str(TOP / "agents" / "python"))


@tap.test("/agent/H2/run")
def run():
    with Agent("talks") as agent:
        agent.subscribe()
        events, end = agent.run(input={"log": []})
        assert data(events, "values") == [{"log": []}, {"log": ["chatty"]}], events
        assert [entry["event"] for entry in data(events, "lifecycle")] == ["running", "completed"]
        assert end["status"] == "completed"
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        status, log = agent.ended()
        assert status == 0 and "printed by a node" in log, (status, log)


@tap.test("/agent/H1/nothing-that-was-not-subscribed")
def not_subscribed():
    with Agent("talks") as agent:
        events, _end = agent.run(input={"log": []})
        assert events == []
        name = agent.subscribe(["values"])
        events, _end = agent.run(input={"log": []})
        assert {event["method"] for event in events} == {"values"}
        agent.result("subscription.unsubscribe", subscription_id=name)
        assert agent.run(input={"log": []})[0] == []


@tap.test("/agent/H2/graphs")
def graphs():
    for name in ("made", "made_later"):
        with Agent(name) as agent:
            assert agent.run(input={"log": []})[1]["status"] == "completed"


@tap.test("/agent/H2/questions")
def questions():
    with Agent("asks") as agent:
        agent.subscribe()
        events, end = agent.run(input={"log": []})
        assert end["status"] == "interrupted"
        (asked,) = data(events, "input.requested")
        assert asked["payload"] == "go on?"
        assert agent.ask("input.respond", namespace=[], interrupt_id="77", response=1)["error"] == "no_such_interrupt"
        events, end = agent.run("input.respond", namespace=[], interrupt_id=asked["interrupt_id"], response="yes")
        assert end["status"] == "completed"
        assert data(events, "values")[-1] == {"log": ["chatty", "answer: yes"]}
        assert agent.ask("input.respond", namespace=[], interrupt_id=asked["interrupt_id"], response=1)["error"] == "no_such_interrupt"


@tap.test("/agent/N9/answer-without-naming-the-question")
def unnamed():
    with Agent("asks") as agent:
        agent.subscribe()
        agent.run(input={"log": []})
        events, _end = agent.run("input.respond", response="yes")
        assert data(events, "values")[-1] == {"log": ["chatty", "answer: yes"]}


@tap.test("/agent/H2/state-and-history")
def state():
    with Agent("asks") as agent:
        agent.run(input={"log": ["begun"]})
        found = agent.result("state.get")
        assert found["values"] == {"log": ["begun", "chatty"]} and found["next"] == ["ask"]
        assert found["tasks"][0]["interrupts"][0]["value"] == "go on?"
        history = agent.result("state.listCheckpoints", limit=10)["checkpoints"]
        assert history[0]["checkpoint"] == found["checkpoint"]
        assert history[1]["checkpoint"] == history[0]["parent_checkpoint"]
        older = agent.result("state.get", checkpoint_id=history[1]["checkpoint"]["checkpoint_id"])
        assert older["values"] == {"log": ["begun"]}
        agent.result("state.update", values={"log": ["updated"]}, as_node="ask")
        assert agent.result("state.get")["values"] == {"log": ["begun", "chatty", "updated"]}


@tap.test("/agent/N9/fork")
def fork():
    with Agent("talks") as agent:
        agent.run(input={"log": ["first"]})
        begin = agent.result("state.listCheckpoints")["checkpoints"][-1]["checkpoint"]["checkpoint_id"]
        agent.run(input={"log": ["second"]}, checkpoint_id=begin)
        assert agent.result("state.get")["values"] == {"log": ["second", "chatty"]}


@tap.test("/agent/H2/checkpoints-in-a-file")
def sqlite():
    with tempfile.TemporaryDirectory() as folder:
        options = ("--thread", "7", "--checkpoints", f"{folder}/checkpoints.sqlite")
        with Agent("asks", *options) as agent:
            agent.run(input={"log": []})
            agent.process.kill()
        with Agent("asks", *options) as agent:
            agent.subscribe()
            events, _end = agent.run("input.respond", response="yes")
            assert data(events, "values")[-1] == {"log": ["chatty", "answer: yes"]}


@tap.test("/agent/H4/cancel")
def cancel():
    with Agent("waits") as agent:
        agent.subscribe()
        number = agent.send("run.start", input={"log": []})
        answer = agent.lines_until(lambda line: line.get("id") == number)[-1]
        agent.lines_until(lambda line: line.get("method") == "values")
        agent.send("run.cancel", run_id=answer["result"]["run_id"])
        end = agent.lines_until(lambda line: line["type"] == "end")[-1]
        assert end["status"] == "interrupted"
        assert agent.ask("run.cancel", run_id="none")["error"] == "no_such_run"


def cancels(how):
    done = subprocess.run([PYTHON, "-W", "error", HERE / "cancels.py", how],
                          env={**os.environ, "PYTHONPATH": str(TOP / "agents" / "python")}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@tap.test("/agent/H4/cancelled-at-any-time")
def cancelled_at_any_time():
    """After each number of turns of its loop."""
    cancels("at-any-time")


@tap.test("/agent/H4/state-after-cancel")
def state_after_cancel():
    cancels("state-after")


@tap.test("/agent/N9/rollback-that-fails")
def rollback_that_fails():
    cancels("rollback-that-fails")


@tap.test("/agent/N9/multitask")
def multitask():
    with Agent("waits") as agent:
        first = agent.result("run.start", input={"log": []})["run_id"]
        assert agent.ask("run.start", input={"log": []}, multitask_strategy="reject")["error"] == "conflict"
        assert agent.ask("run.start", input={"log": []}, multitask_strategy="guess")["error"] == "invalid_argument"
        agent.send("run.start", input={"log": []}, multitask_strategy="interrupt")
        end = agent.lines_until(lambda line: line["type"] == "end")[-1]
        assert end == {"type": "end", "run_id": first, "status": "interrupted"}


@tap.test("/agent/N10/a-runs-own-subscription")
def own_subscription():
    with Agent("talks") as agent:
        events, _end = agent.run(input={"log": []}, channels=["values"])
        assert {event["method"] for event in events} == {"values"}, events
        assert agent.run(input={"log": []})[0] == []
        assert agent.ask("run.start", input={"log": []}, channels=[])["error"] == "invalid_argument"


@tap.test("/agent/N10/subscribing-to-a-run")
def subscribing_to_a_run():
    with Agent("waits") as agent:
        run = agent.result("run.start", input={"log": []})["run_id"]
        agent.result("subscription.subscribe", channels=["lifecycle"], run_id=run)
        agent.send("run.cancel", run_id=run)
        *events, _end = agent.lines_until(lambda line: line["type"] == "end")
        assert [entry["event"] for entry in data(events, "lifecycle")][-1] == "interrupted", events
        assert agent.ask("subscription.subscribe", channels=["lifecycle"], run_id=run)["error"] == "no_such_run"


@tap.test("/agent/H2/which-thread")
def which_thread():
    with Agent("talks", "--thread", "7") as agent:
        assert agent.result("run.start", input={"log": []})["thread_id"] == "7"
    with lines.Agent([PYTHON, "-m", "gstream_agent", f"{HERE}/graph.py:talks"], PYTHONPATH=str(TOP / "agents" / "python"),
                     GSTREAM_THREAD_ID="8") as agent:
        assert agent.result("run.start", input={"log": []})["thread_id"] == "8"


@tap.test("/agent/H3/end-of-input")
def end_of_input():
    """Nobody listens any more: it ends, whatever a node does."""
    for name in ("waits", "blocks", "blocks_loop"):
        with Agent(name) as agent:
            agent.subscribe(["values"])
            agent.send("run.start", input={"log": []})
            agent.lines_until(lambda line: line.get("method") == "values")
            assert agent.ended()[0] == 0, name


@tap.test("/agent/H1/bad-lines")
def bad_lines():
    with Agent("talks") as agent:
        for line in ("garbage", "[1]", "{", '{"id":1}', '{"id":1,"method":"nonsense"}', '"'):
            agent.write(line)
            assert agent.lines_until(lambda line: True)[0]["type"] == "error", line
        agent.write("")
        assert agent.run(input={"log": []})[1]["status"] == "completed"


@tap.test("/agent/L2/objects")
def objects():
    """What it makes of Python's objects, in its own Python."""
    done = subprocess.run([PYTHON, HERE / "objects.py"], env={**os.environ, "PYTHONPATH": str(TOP / "agents" / "python")},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@tap.test("/agent/H2/no-graph")
def no_graph():
    for graph, file, words in (
        ("nothing", HERE / "graph.py", "there are talks, asks, waits"),
        ("graph", HERE / "none.py", "there is no such file"),
        ("graph", HERE / "broken.py", "could not be imported: ZeroDivisionError"),
    ):
        with Agent(graph, file=file) as agent:
            status, log = agent.ended()
            assert status == 3 and words in log, (status, log)
    with Agent("x", "--nonsense") as agent:
        assert agent.ended()[0] == 2
    done = subprocess.run([sys.executable, "-m", "gstream_agent", "x.py:y"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={"PATH": os.environ["PATH"], "PYTHONPATH": str(TOP / "agents" / "python")})
    assert done.returncode == 3 and "-m pip install langgraph" in done.stderr, done.stderr


peer.need("/agent/python")
tap.run()
