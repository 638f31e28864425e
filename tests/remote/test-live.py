# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs on the real Agent Servers: over both transports the same, and what the graphs did.

import time

import live
import tap
from live import CHAT, INTERRUPTED, NOTES, TRANSPORTS

from gi.repository import Gio, GLib, Gstream  # noqa: E402


def text_of(message):
    content = message["content"]
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


def both(kind, graph, input_, compare=live.normal, *options):
    """The digests over each transport, which have to be the same but for ids and times; gives one's, and how it ended."""
    digests, endings = zip(*(live.digest(kind, graph, transport, input_, *options) for transport in TRANSPORTS))
    one, other = ([compare(run) for run in digest] for digest in digests)
    assert len(one) == len(other) and endings[0] == endings[1], (endings, len(one), len(other))
    for run, same in zip(one, other):
        for name in run.keys() | same.keys():
            assert run[name] == same[name], f"{name}:\n{run[name]}\n{same[name]}"
    return digests[0], endings[0]


@live.test("N2", "chat")
def chat(kind):
    [run], ending = both(kind, "chat", CHAT)
    assert ending == 0 and run["status"] == "completed" and run["error"] is None
    assert [text_of(message) for message in run["output"]["messages"]] == ["hi", "Hello, wörld ☃"]
    [message] = run["messages"]
    assert message["text"] == "Hello, wörld ☃" and message["status"] == "finished", message
    assert "".join(message["text_deltas"]) == message["text"]


@live.test("N2", "tools")
def tools(kind):
    [run], _ = both(kind, "tools", CHAT, live.unordered)
    messages = run["output"]["messages"]
    assert text_of(messages[-1]) == "It is sunny."
    assert [call["name"] for call in messages[1]["tool_calls"]] == ["weather", "broken"]
    assert [message["text"] for message in run["messages"]] == ["Let me look. ", "It is sunny."], run["messages"]
    assert sorted(call["name"] for call in run["tool_calls"]) == ["broken", "weather"], run["tool_calls"]
    methods = [method for _, method, _ in run["log"]]
    assert methods.index("messages") < methods.index("tools") < len(methods) - 1 - methods[::-1].index("messages")


@live.test("N2", "subgraphs")
def subgraphs(kind):
    [run], _ = both(kind, "subgraphs", CHAT)
    assert [text_of(message) for message in run["output"]["messages"]] == ["hi", "deep down", "coming up", "on top"]
    [middle] = run["subgraphs"]
    [leaf] = middle["run"]["subgraphs"]
    assert [path.split(":")[0] for path in leaf["path"]] == ["middle", "leaf"], leaf["path"]
    said = [[message["text"] for message in of["messages"]] for of in (leaf["run"], middle["run"], run)]
    assert said == [["deep down"], ["coming up"], ["on top"]], said


@live.test("N2", "parallel")
def parallel(kind):
    [run], _ = both(kind, "parallel", CHAT, live.unordered)
    expected = [f"{name} one, {name} two, {name} three" for name in ("blue", "green", "red")]
    assert sorted(text_of(message) for message in run["output"]["messages"][1:]) == expected
    assert sorted(message["text"] for message in run["messages"]) == expected, run["messages"]


@live.test("N2", "error")
def error(kind):
    [run], ending = both(kind, "error", NOTES)
    assert run["status"] == "failed" and "no cats today" in run["error"], run["error"]
    assert any(values.get("log") == ["began cats"] for values in run["values"])


@live.test("N2", "child-error")
def child_error(kind):
    [run], _ = both(kind, "child_error", NOTES)
    assert run["status"] == "failed" and "no cats today" in run["error"]
    assert [child["status"] for child in run["subgraphs"]] == ["failed"], run["subgraphs"]


@live.test("N2", "custom")
def custom(kind):
    [run], _ = both(kind, "custom", NOTES)
    assert run["custom"] == [{"step": step} for step in (1, 2, 3)], run["custom"]
    assert run["extensions"] == {"sources": [{"title": "Ünïcode", "url": None}]}, run["extensions"]
    assert run["output"]["log"] == ["worked"]


def interrupts(run):
    return [(interrupt.value, [segment.split(":")[0] for segment in interrupt.namespace or []])
            for interrupt in run.interrupts_sync()]


@live.test("N4", "two-questions")
def two_questions(kind):
    for transport in TRANSPORTS:
        thread = live.thread(kind, "questions", transport)
        run = thread.start_sync(NOTES)
        asked = interrupts(run)
        assert sorted(question["from"] for question, _ in asked) == ["left", "right"], asked
        assert all(question["topic"] == "cats" for question, _ in asked), asked
        assert run.status == Gstream.RunStatus.INTERRUPTED
        answers = {"left": "yes", "right": {"no": [1]}}
        resumed = thread.respond_all_sync(run.interrupts_sync(), [answers[question["from"]] for question, _ in asked])
        log = resumed.output_sync()["log"]
        assert resumed.status == Gstream.RunStatus.COMPLETED
        assert log[0] == "left heard yes" and log[1].startswith("right heard") and log[2] == "finished cats", log


@live.test("N4", "two-questions-digest")
def two_questions_digest(kind):
    [run], ending = both(kind, "questions", NOTES, live.unordered)
    assert ending == INTERRUPTED and run["status"] == "interrupted" and run["interrupted"]
    assert sorted(interrupt["value"]["from"] for interrupt in run["interrupts"]) == ["left", "right"], run["interrupts"]
    first, second = both(kind, "questions", NOTES, live.unordered, "--respond", '"yes"')[0]
    assert second["status"] == "completed" and second["output"]["log"][2] == "finished cats"


def after_the_end(run):
    """What of the log comes after the root's own terminal."""
    methods = [(method, namespace) for _, method, namespace in run["log"]]
    ends = [i for i, entry in enumerate(methods) if entry == ("lifecycle", [])]
    return methods[ends[-1] + 1:]


@live.test("N4", "told-after-the-end")
def told_after_the_end(kind):
    """D2: Python's server tells of a question after the root's terminal, or not at all."""
    for graph, names in (("questions", ["left", "right"]), ("nested_question", ["inner"])):
        for transport in TRANSPORTS:
            [run], _ = live.digest(kind, graph, transport, NOTES)
            assert sorted(interrupt["value"]["from"] for interrupt in run["interrupts"]) == names, run["interrupts"]
            tap.comment(f"{graph} {transport}: after the end: {after_the_end(run)}")
            assert len({interrupt["id"] for interrupt in run["interrupts"]}) == len(names), run["interrupts"]


@live.test("N4", "nested-question")
def nested_question(kind):
    both(kind, "nested_question", NOTES)
    for transport in TRANSPORTS:
        thread = live.thread(kind, "nested_question", transport)
        run = thread.start_sync(NOTES)
        assert interrupts(run) == [({"from": "inner", "topic": "cats"}, ["inner"])]
        resumed = thread.respond_sync(run.interrupts_sync()[0], "yes")
        assert resumed.output_sync()["log"] == ["drafted cats", "inner heard yes", "finished cats"]
        state = thread.fetch_state_sync()
        assert state["values"]["log"][-1] == "finished cats" and state["next"] == []


@live.test("N1", "second-run-is-its-own")
def second_run(kind):
    for transport in TRANSPORTS:
        thread = live.thread(kind, "chat", transport)
        lengths = []
        for _ in range(3):
            run = thread.start_sync(CHAT)
            log, error = live.events(run)
            assert error is None
            lengths.append(len(log))
        assert lengths[0] == lengths[1] == lengths[2], lengths
        assert len(run.output_sync()["messages"]) == 6


@live.test("N1", "attach")
def attach(kind):
    first = live.thread(kind, "chat")
    log, _ = live.events(first.start_sync(CHAT))
    again = live.thread(kind, "chat", thread_id=first.thread_id)
    seen, error = live.events(again.attach_sync(None))
    assert error is None
    assert live.story(seen) == live.story(log)


@live.test("N4", "busy-question")
def busy_question(kind):
    """One branch asks at once; what another says after that, and asks, is the run's too."""
    for transport in TRANSPORTS:
        [run], ending = live.digest(kind, "busy_question", transport, NOTES)
        assert ending == INTERRUPTED and run["status"] == "interrupted", run["status"]
        assert [interrupt["value"]["from"] for interrupt in run["interrupts"]] == ["quick", "busy"], run["interrupts"]
        [child] = run["subgraphs"]
        assert child["status"] == "interrupted", child["status"]
        assert [message["text"] for message in child["run"]["messages"]] == ["".join(f"word{n} " for n in range(8))]


@live.test("N4", "one-of-two-answered")
def one_of_two_answered(kind):
    """What was answered is not asked again, though a server may go on to list it."""
    for transport in TRANSPORTS:
        thread = live.thread(kind, "questions", transport)
        run = thread.start_sync(NOTES)
        left, = [interrupt for interrupt in run.interrupts_sync() if interrupt.value["from"] == "left"]
        resumed = thread.respond_sync(left, "yes")
        assert [question["from"] for question, _ in interrupts(resumed)] == ["right"], interrupts(resumed)


def status_of(kind, thread, run_id):
    return live.server(kind).get(f"/threads/{thread.thread_id}/runs/{run_id}")["status"]


def begin_slow(kind, transport, **properties):
    """A run that talks on, of which something was heard."""
    thread = live.thread(kind, "slow", transport, **properties)
    run = thread.start_sync(CHAT)
    heard = iter(run.log)
    next(heard), next(heard)
    [known] = live.server(kind).get(f"/threads/{thread.thread_id}/runs")
    return thread, run, known["run_id"]


@live.test("N7", "abort-cancels")
def abort_cancels(kind):
    for transport in TRANSPORTS:
        thread, run, run_id = begin_slow(kind, transport)
        run.abort()
        live.comes_to(lambda: status_of(kind, thread, run_id) not in ("running", "pending"))


@live.test("N7", "drop-leaves")
def drop_leaves(kind):
    for transport in TRANSPORTS:
        for drop in ("drop", "abort"):
            thread, run, run_id = begin_slow(kind, transport, cancel_on_abort=drop == "drop")
            if drop == "abort":
                run.abort()
            del run
            for _ in range(50):
                GLib.MainContext.default().iteration(False)
            assert status_of(kind, thread, run_id) == "running"
            if transport == "sse":
                thread.set_cancel_on_abort(True)
                thread.attach_sync(run_id).abort()
                live.comes_to(lambda: status_of(kind, thread, run_id) != "running")


@live.test("N3", "server-killed")
def server_killed(kind):
    """The server dies in the middle of a run, and comes again: one clear error, or a completed run."""
    for transport in TRANSPORTS:
        thread = live.thread(kind, "slow", transport, silence_timeout=400, retry_limit=2)
        run = thread.start_sync(CHAT)
        heard = iter(run.log)
        next(heard)
        live.server(kind).kill()
        live.server(kind).start()
        try:
            for _ in heard:
                pass
            raise AssertionError("a run of a minute was over at once")
        except GLib.Error as error:
            # It knows nothing any more of the thread, and says so; or it is not there yet.
            assert "not found" in error.message or error.matches(
                Gio.io_error_quark(), Gio.IOErrorEnum.CONNECTION_REFUSED), error.message
            tap.comment(error.message)


live.run_tests()
