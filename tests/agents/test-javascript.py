# SPDX-License-Identifier: LGPL-2.1-or-later
"""gstream-agent in JavaScript by its lines, as any program would speak them; what it says is what the server says."""

import contextlib
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile

import peer
import tap

HERE = pathlib.Path(__file__).parent
TOP = peer.TOP
sys.path[1:1] = [str(HERE), str(TOP / "tests" / "servers"), str(TOP / "tests" / "remote")]
import lines  # noqa: E402
import live  # noqa: E402
from lines import data  # noqa: E402

NODE = peer.PEERS / "node"
CHECKPOINTS = TOP / "build" / "peers" / "checkpoints"
STEPS = 100
IN_PIPE = 8  # events of 8 KiB, in the 64 KiB of a pipe
COMMAND = [NODE / "bin" / "node", TOP / "agents" / "javascript" / "gstream-agent.mjs"]
PLACE = tempfile.TemporaryDirectory()  # with the graphs beside their packages


def Agent(graph, *options, file="graph.mjs", **environment):
    return lines.Agent([*COMMAND, *options, f"{PLACE.name}/{file}:{graph}"], **environment)


@tap.test("/agent/H2/javascript/run")
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


@tap.test("/agent/H1/javascript/subscriptions")
def subscriptions():
    with Agent("made") as agent:
        assert agent.run(input={"log": []})[0] == []
        name = agent.subscribe(["values"])
        assert {event["method"] for event in agent.run(input={"log": []})[0]} == {"values"}
        agent.result("subscription.unsubscribe", subscription_id=name)
        assert [event["method"] for event in agent.run(input={"log": []}, channels=["updates"])[0]] == ["updates"]
        assert agent.run(input={"log": []})[0] == []
        assert agent.ask("run.start", input={"log": []}, channels=[])["error"] == "invalid_argument"


@tap.test("/agent/H2/javascript/questions")
def questions():
    with Agent("asks") as agent:
        agent.subscribe()
        events, end = agent.run(input={"log": []})
        (asked,) = data(events, "input.requested")
        assert end["status"] == "interrupted" and asked["payload"] == "go on?"
        assert agent.ask("input.respond", namespace=[], interrupt_id="77", response=1)["error"] == "no_such_interrupt"
        events, end = agent.run("input.respond", response="yes")
        assert end["status"] == "completed"
        assert data(events, "values")[-1] == {"log": ["chatty", "answer: yes"]}
        assert agent.ask("input.respond", namespace=[], interrupt_id=asked["interrupt_id"], response=1)["error"] == "no_such_interrupt"


@tap.test("/agent/H2/javascript/state-and-history")
def state():
    with Agent("asks", "--thread", "7") as agent:
        agent.run(input={"log": ["begun"]})
        found = agent.result("state.get")
        assert found["values"] == {"log": ["begun", "chatty"]} and found["next"] == ["ask"]
        assert found["tasks"][0]["interrupts"][0]["value"] == "go on?"
        assert found["checkpoint"]["thread_id"] == "7"
        history = agent.result("state.listCheckpoints", limit=10)["checkpoints"]
        assert history[0]["checkpoint"] == found["checkpoint"]
        assert history[1]["checkpoint"] == history[0]["parent_checkpoint"]
        older = agent.result("state.get", checkpoint_id=history[1]["checkpoint"]["checkpoint_id"])
        assert older["values"] == {"log": ["begun"]}
        agent.result("state.update", values={"log": ["updated"]}, as_node="ask")
        assert agent.result("state.get")["values"] == {"log": ["begun", "chatty", "updated"]}


def has_checkpoints():
    done = subprocess.run([TOP / "tests" / "peers", "checkpoints"])
    if done.returncode == 77 and os.environ.get("CI", "") in ("", "false", "0"):
        return False
    done.check_returncode()
    return True


def beside_checkpoints(folder):
    """Packages are found from where they really are: a copy of what keeps checkpoints, beside LangGraph's."""
    for packages in (NODE, CHECKPOINTS):
        for path in [*packages.glob("node_modules/*"), *packages.glob("node_modules/@langchain/*")]:
            place = folder / path.relative_to(packages)
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.name == "@langchain":
                continue  # its packages are all here, from both
            if path.name == "langgraph-checkpoint-sqlite":
                shutil.copytree(path, place)
            elif not place.exists():
                os.symlink(path, place)
    shutil.copy(HERE / "graph.mjs", folder)


@tap.test("/agent/H2/javascript/checkpoints-in-a-file")
def sqlite():
    if not has_checkpoints():
        tap.skip("LangGraph's checkpoints in SQLite could not be installed")
    with tempfile.TemporaryDirectory() as folder:
        beside_checkpoints(pathlib.Path(folder))
        command = [*COMMAND, "--thread", "7", "--checkpoints", f"{folder}/checkpoints.sqlite", f"{folder}/graph.mjs:asks"]
        with lines.Agent(command) as agent:
            agent.run(input={"log": []})
            agent.process.kill()
        with lines.Agent(command) as agent:
            agent.subscribe()
            events, _end = agent.run("input.respond", response="yes")
            assert data(events, "values")[-1] == {"log": ["chatty", "answer: yes"]}
            assert len(agent.result("state.listCheckpoints")["checkpoints"]) == 4


@tap.test("/agent/H2/javascript/checkpoints-without-the-package")
def no_sqlite():
    with Agent("asks", "--checkpoints", f"{PLACE.name}/none.sqlite") as agent:
        status, log = agent.ended()
        assert status == 3 and "npm install @langchain/langgraph-checkpoint-sqlite" in log, (status, log)


class Pipe:
    """An agent's standard output, read no further than a line at a time."""

    def __init__(self, stream):
        self.fd = stream.fileno()
        self.write_end = os.open(f"/proc/self/fd/{self.fd}", os.O_WRONLY)
        self.poll = select.poll()
        self.poll.register(self.write_end, select.POLLOUT)

    def is_full(self):
        return not self.poll.poll(0)

    def line(self):
        """Read byte by byte, for no more than the line may leave the pipe."""
        text = b""
        while not text.endswith(b"\n"):
            text += os.read(self.fd, 1)
        return json.loads(text)


@tap.test("/agent/H3/javascript/held")
def held():
    """When the pipe is full, the graph is no further than the events that were read, those in the pipe, and the next."""
    steps = pathlib.Path(PLACE.name) / "steps"
    steps.touch()
    with Agent("counts", STEPS_FILE=str(steps), STEPS=str(STEPS)) as agent:
        agent.subscribe(["values"])
        pipe = Pipe(agent.process.stdout)
        agent.send("run.start", input={"pad": "x"}, config={"recursion_limit": STEPS + 10})
        assert pipe.line()["type"] == "success"
        lead = []  # of the graph, in steps
        for read in range(STEPS):
            while not pipe.is_full() and steps.stat().st_size < STEPS:
                os.sched_yield()
            if not pipe.is_full():
                break
            lead.append(steps.stat().st_size - read)
            assert pipe.line()["method"] == "values"
        assert len(lead) > STEPS / 2 and max(lead) <= IN_PIPE + 2, lead
        while pipe.line()["type"] != "end":
            pass
        assert steps.stat().st_size == STEPS
        os.close(pipe.write_end)


@tap.test("/agent/H4/javascript/cancel")
def cancel():
    with Agent("waits", GSTREAM_THREAD_ID="8") as agent:
        agent.subscribe(["values"])
        started = agent.result("run.start", input={"log": []})
        assert started["thread_id"] == "8"
        agent.lines_until(lambda line: line.get("method") == "values")
        assert agent.ask("run.start", input={"log": []}, multitask_strategy="reject")["error"] == "conflict"
        second = agent.result("run.start", input={"log": []}, multitask_strategy="interrupt")["run_id"]
        agent.send("run.cancel", run_id=second)
        ends = [line for _ in range(2) for line in agent.lines_until(lambda line: line["type"] == "end") if line["type"] == "end"]
        assert sorted(end["run_id"] for end in ends) == sorted([started["run_id"], second])
        assert {end["status"] for end in ends} == {"interrupted"}
        assert agent.ask("run.cancel", run_id="none")["error"] == "no_such_run"


@tap.test("/agent/H4/javascript/state-after-cancel")
def state_after_cancel():
    with Agent("waits") as agent:
        agent.subscribe(["values"])
        agent.result("run.start", input={"log": []})
        agent.lines_until(lambda line: line.get("method") == "values")
        agent.send("run.cancel")
        state = agent.send("state.get")
        lines = agent.lines_until(lambda line: line.get("id") == state)
        assert [line["type"] for line in lines] == ["success", "end", "success"], lines


@tap.test("/agent/N9/javascript/rollback-that-fails")
def rollback_that_fails():
    with Agent("full") as agent:
        agent.subscribe(["values"])
        agent.result("run.start", input={"log": []})
        agent.lines_until(lambda line: line.get("method") == "values")
        agent.result("run.start", input={"log": []}, multitask_strategy="interrupt")
        agent.lines_until(lambda line: line["type"] == "end")
        agent.send("run.start", input={"log": []}, multitask_strategy="rollback")
        assert agent.lines_until(lambda line: line["type"] == "end")[-1]["status"] == "failed"


@tap.test("/agent/H3/javascript/end-of-input")
def end_of_input():
    """Nobody listens any more: it ends, whatever a node does."""
    for name in ("waits", "blocks"):
        with Agent(name) as agent:
            agent.subscribe(["values"])
            agent.send("run.start", input={"log": []})
            agent.lines_until(lambda line: line.get("method") == "values")
            assert agent.ended()[0] in (0, -9), name


@tap.test("/agent/H1/javascript/bad-lines")
def bad_lines():
    with Agent("talks") as agent:
        for line in ("garbage", "[1]", "{", '{"id":1}', '{"id":1,"method":"nonsense"}', '{"id":1,"method":"toString"}', '"'):
            agent.write(line)
            assert agent.lines_until(lambda line: True)[0]["type"] == "error", line
        agent.write("")
        assert agent.run(input={"log": []})[1]["status"] == "completed"


@tap.test("/agent/H2/javascript/no-graph")
def no_graph():
    for graph, file, words in (
        ("nothing", "graph.mjs", "there are asks, blocks, counts, dies, full, talks, waits"),
        ("notAGraph", "graph.mjs", "is no graph"),
        ("graph", "none.mjs", "there is no such file"),
        ("graph", "broken.mjs", "could not be imported: RangeError: no"),
    ):
        with Agent(graph, file=file) as agent:
            status, log = agent.ended()
            assert status == 3 and words in log, (status, log)
    with Agent("x", "--nonsense") as agent:
        assert agent.ended()[0] == 2
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run([*COMMAND, f"{elsewhere}/x.mjs:y"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 3 and "npm install @langchain/langgraph" in done.stderr, done.stderr


# --- digests: the same as of a run on the server ---

CHAT, NOTES = live.CHAT, live.NOTES


def digests(name, run_input, answer):
    """Those of a run, and of the one that its questions' answers go on with."""
    with Agent(name, file="server.mjs") as agent:
        agent.subscribe()
        events, end = agent.run(input=run_input)
        found = [events]
        while end["status"] == "interrupted" and answer is not None:
            asked = [entry for event in events if event["method"] == "input.requested" for entry in [event["params"]]]
            responses = [{"namespace": entry["namespace"], "interrupt_id": entry["data"]["interrupt_id"], "response": answer}
                         for entry in asked]
            events, end = agent.run("input.respond", responses=responses)
            found.append(events)
    return [digest_of(events) for events in found]


def digest_of(events):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(json.dumps(event) + "\n" for event in events))
        file.flush()
        done = subprocess.run(["gstream", "digest", file.name], capture_output=True, text=True)
        return json.loads(done.stdout)


def compare(name, graph, run_input, answer=None, unordered=False, but=()):
    @tap.test(f"/agent/H4/javascript/digest/{name}")
    def compared():
        options = [] if answer is None else ["--respond", json.dumps(answer)]
        there, _ = live.digest("javascript", name, "sse", run_input, *options)
        here = digests(graph, run_input, answer)
        normal = live.unordered if unordered else live.normal
        assert len(here) == len(there), (len(here), len(there))
        for one, other in zip(map(normal, here), map(normal, there)):
            for key in (one.keys() | other.keys()) - set(but):
                assert one[key] == other[key], f"{key}: here\n{json.dumps(one[key])}\non the server\n{json.dumps(other[key])}"


compare("chat", "chat", CHAT)
compare("tools", "tools", CHAT, unordered=True)
compare("subgraphs", "subgraphs", CHAT)
compare("parallel", "parallel", CHAT, unordered=True)
compare("error", "error", NOTES, but=("tasks", "log"))  # what LangGraph has queued when a node throws may be lost
compare("child_error", "childError", NOTES)
compare("custom", "custom", NOTES)
compare("questions", "questions", NOTES, answer="yes", unordered=True)
compare("nested_question", "nestedQuestion", NOTES, answer={"ok": True})


def lay_out():
    os.symlink(NODE / "node_modules", pathlib.Path(PLACE.name) / "node_modules")
    for name in ("graph.mjs", "broken.mjs"):
        shutil.copy(HERE / name, PLACE.name)
    shutil.copy(TOP / "tests" / "servers" / "javascript" / "graph.mjs", pathlib.Path(PLACE.name) / "server.mjs")


lay_out()
live.run_tests()
