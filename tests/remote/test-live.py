# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs on the real Agent Servers: over both transports the same, and what the graphs did.

import json
import pathlib
import re
import sys
import time
import urllib.error

import gi

gi.require_version("Gstream", "1")
from gi.repository import Gio, GLib, Gstream  # noqa: E402

import tap  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "servers"))
import servers  # noqa: E402

KINDS = ("python", "javascript")
TRANSPORTS = {"sse": Gstream.Transport.SSE, "websocket": Gstream.Transport.WEBSOCKET}
CHAT = {"messages": [{"role": "user", "content": "hi"}]}
NOTES = {"topic": "cats", "log": []}

running = {}


def server(kind):
    """Each is started once, for all that follows."""
    if kind not in running:
        try:
            servers.install()
        except servers.Unreachable as reason:
            tap.skip(str(reason))
        running[kind] = servers.Server(kind).__enter__()
    return running[kind]


def thread(kind, graph, transport="sse", **properties):
    patience = {"silence_timeout": 1000, "retry_pause": 20, "retry_limit": 4}
    return Gstream.Thread(url=server(kind).url, assistant=graph, transport=TRANSPORTS[transport],
                          **{**patience, **properties})


def payload(value):
    return Gstream.Payload.new(json.dumps(value), -1)


def value(payload_):
    return json.loads(payload_.get_json()[0]) if payload_ is not None else None


def start(thread_, input_):
    return thread_.start_sync(payload(input_), None, None, None, None)


def events(run):
    """The whole log, and the error that it ends with."""
    log = run.get_log().subscribe()
    error = None
    try:
        run.output_sync()
    except GLib.Error as problem:
        error = problem
    seen = []
    try:
        while True:
            found, event = log.try_next_event()
            if found != Gstream.Try.ITEM:
                break
            seen.append((event.get_method(), tuple(event.get_namespace()), value(event.get_data())))
    except GLib.Error as problem:
        assert problem.message == error.message
    return seen, error


class Names:
    """Ids differ from run to run: each becomes its place in the order of appearance."""

    PATTERN = re.compile(r"(lc_)?(run-+)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}")

    def __init__(self):
        self.known = {}

    def __call__(self, text):
        return self.PATTERN.sub(lambda match: self.known.setdefault(match[0], f"id{len(self.known)}"), text)


def without_times(data):
    """Metadata says when, where and for the how-manieth time."""
    if isinstance(data, dict):
        return {name: without_times(member) for name, member in data.items() if name not in ("metadata", "timestamp")}
    if isinstance(data, list):
        return [without_times(item) for item in data]
    return data


def story(log, ordered):
    names = Names()
    if ordered:
        return [names(json.dumps([method, namespace, without_times(data)])) for method, namespace, data in log]
    return sorted(Names.PATTERN.sub("id", json.dumps([method, namespace, without_times(data)]))
                  for method, namespace, data in log)


def both(kind, graph, input_, ordered=True):
    """A run over each transport: they have to agree. Gives the last of them, its log and its error."""
    stories = []
    for transport in TRANSPORTS:
        run = start(thread(kind, graph, transport), input_)
        log, error = events(run)
        stories.append((story(log, ordered), error.message if error else None, run.get_status()))
    assert stories[0] == stories[1], "\n".join(
        f"{a}\n{b}" for a, b in zip(stories[0][0] + [stories[0][1:]], stories[1][0] + [stories[1][1:]]) if a != b)
    return run, log, error


def text_of(message):
    content = message["content"]
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


def live(clause, name):
    """Registers a test once for each server."""

    def register(function):
        for kind in KINDS:
            tap.test(f"/remote/{clause}/{name}-{kind}")(lambda kind=kind: function(kind))
        return function

    return register


@live("N2", "chat")
def chat(kind):
    run, log, error = both(kind, "chat", CHAT)
    assert error is None
    assert run.get_status() == Gstream.RunStatus.COMPLETED
    assert [text_of(message) for message in value(run.output_sync())["messages"]] == ["hi", "Hello, wörld ☃"]


@live("N2", "tools")
def tools(kind):
    run, log, error = both(kind, "tools", CHAT, ordered=False)
    assert error is None
    messages = value(run.output_sync())["messages"]
    assert text_of(messages[-1]) == "It is sunny."
    assert [call["name"] for call in messages[1]["tool_calls"]] == ["weather", "broken"]
    assert {data["event"] for method, _, data in log if method == "tools"} >= {"tool-started", "tool-finished"}


@live("N2", "subgraphs")
def subgraphs(kind):
    run, log, error = both(kind, "subgraphs", CHAT)
    assert error is None
    said = [text_of(message) for message in value(run.output_sync())["messages"]]
    assert said == ["hi", "deep down", "coming up", "on top"], said
    assert max(len(namespace) for _, namespace, _ in log) >= 2


@live("N2", "parallel")
def parallel(kind):
    run, _, error = both(kind, "parallel", CHAT, ordered=False)
    assert error is None
    said = sorted(text_of(message) for message in value(run.output_sync())["messages"][1:])
    assert said == [f"{name} one, {name} two, {name} three" for name in ("blue", "green", "red")], said


@live("N2", "error")
def error(kind):
    run, log, error = both(kind, "error", NOTES)
    assert error.matches(Gstream.Error.quark(), Gstream.Error.FAILED)
    assert "no cats today" in error.message
    assert run.get_status() == Gstream.RunStatus.FAILED
    assert any(data.get("log") == ["began cats"] for method, _, data in log if method == "values")


@live("N2", "child-error")
def child_error(kind):
    _, _, error = both(kind, "child_error", NOTES)
    assert "no cats today" in error.message


@live("N2", "custom")
def custom(kind):
    _, log, error = both(kind, "custom", NOTES)
    assert error is None
    steps = [data for method, _, data in log if method == "custom"]
    assert [data.get("payload", data) for data in steps[:3]] == [{"step": step} for step in (1, 2, 3)], steps
    assert {"name": "sources", "payload": {"title": "Ünïcode", "url": None}} in [data.get("payload", data) for data in steps] + steps


def interrupts(run):
    return [(interrupt.get_id(), value(interrupt.get_value()), tuple(interrupt.get_namespace() or ()))
            for interrupt in run.interrupts_sync()]


@live("N4", "two-questions")
def two_questions(kind):
    for transport in TRANSPORTS:
        thread_ = thread(kind, "questions", transport)
        run = start(thread_, NOTES)
        asked = interrupts(run)
        assert sorted(question["from"] for _, question, _ in asked) == ["left", "right"], asked
        assert run.get_status() == Gstream.RunStatus.INTERRUPTED
        answers = {"left": "yes", "right": {"no": [1]}}
        resumed = thread_.respond_all_sync(run.interrupts_sync(),
                                           [payload(answers[question["from"]]) for _, question, _ in asked], None)
        log = value(resumed.output_sync())["log"]
        assert resumed.get_status() == Gstream.RunStatus.COMPLETED
        assert log[0] == "left heard yes" and log[1].startswith("right heard") and log[2] == "finished cats", log
    both(kind, "questions", NOTES, ordered=False)


@live("N4", "nested-question")
def nested_question(kind):
    for transport in TRANSPORTS:
        thread_ = thread(kind, "nested_question", transport)
        run = start(thread_, NOTES)
        [(_, question, namespace)] = interrupts(run)
        assert question == {"from": "inner", "topic": "cats"}
        assert [segment.split(":")[0] for segment in namespace] == ["inner"], namespace
        resumed = thread_.respond_sync(run.interrupts_sync()[0], payload("yes"), None)
        assert value(resumed.output_sync())["log"] == ["drafted cats", "inner heard yes", "finished cats"]
        state = value(thread_.state_sync())
        assert state["values"]["log"][-1] == "finished cats" and state["next"] == []


@live("N1", "second-run-is-its-own")
def second_run(kind):
    for transport in TRANSPORTS:
        thread_ = thread(kind, "chat", transport)
        lengths = []
        for _ in range(3):
            run = start(thread_, CHAT)
            log, error = events(run)
            assert error is None
            lengths.append(len(log))
        assert lengths[0] == lengths[1] == lengths[2], lengths
        assert len(value(run.output_sync())["messages"]) == 6


@live("N1", "attach")
def attach(kind):
    first = thread(kind, "chat")
    log, _ = events(start(first, CHAT))
    again = thread(kind, "chat", thread_id=first.get_thread_id())
    seen, error = events(again.attach_sync(None, None))
    assert error is None
    assert story(seen, True) == story(log, True)


def status_of(kind, thread_, run_id):
    return server(kind).get(f"/threads/{thread_.get_thread_id()}/runs/{run_id}")["status"]


def begin_slow(kind, transport, **properties):
    """A run that talks on, of which something was heard."""
    thread_ = thread(kind, "slow", transport, **properties)
    run = start(thread_, CHAT)
    log = run.get_log().subscribe()
    waiting = Gio.Cancellable()
    run.output(waiting, lambda *_: None)
    for _ in range(2):
        comes_to(lambda: log.try_next_event()[0] == Gstream.Try.ITEM)
    waiting.cancel()
    [known] = server(kind).get(f"/threads/{thread_.get_thread_id()}/runs")
    return thread_, run, known["run_id"]


def comes_to(condition):
    """Iterates the main loop until the server is as it should be; the test's own time limit ends it otherwise."""
    context = GLib.MainContext.default()
    while not condition():
        if not context.iteration(False):
            time.sleep(0.02)


@live("N7", "abort-cancels")
def abort_cancels(kind):
    for transport in TRANSPORTS:
        thread_, run, run_id = begin_slow(kind, transport)
        run.abort()
        comes_to(lambda: status_of(kind, thread_, run_id) not in ("running", "pending"))


@live("N7", "drop-leaves")
def drop_leaves(kind):
    for transport in TRANSPORTS:
        for drop in ("drop", "abort"):
            thread_, run, run_id = begin_slow(kind, transport, cancel_on_abort=False if drop == "abort" else True)
            if drop == "abort":
                run.abort()
            del run
            for _ in range(50):
                GLib.MainContext.default().iteration(False)
            assert status_of(kind, thread_, run_id) == "running"
            thread_.set_cancel_on_abort(True)
            if transport == "sse":
                thread_.attach_sync(run_id, None).abort()
                comes_to(lambda: status_of(kind, thread_, run_id) != "running")


@live("N3", "server-killed")
def server_killed(kind):
    """The server dies in the middle of a run, and comes again: one clear error, or a completed run."""
    for transport in TRANSPORTS:
        thread_, run, _ = begin_slow(kind, transport, silence_timeout=400, retry_limit=2)
        server(kind).kill()
        server(kind).start()
        _, error = events(run)
        assert (error.matches(Gstream.Error.quark(), Gstream.Error.INCOMPLETE)
                or error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CONNECTION_REFUSED)), error.message
        tap.comment(error.message)


try:
    tap.run()
finally:
    for server_ in running.values():
        server_.__exit__()
