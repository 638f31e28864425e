# SPDX-License-Identifier: LGPL-2.1-or-later
#
# LangGraph's graphs in this process: in asyncio's loop, and in a thread where a GLib main loop has the program.

import asyncio
import gc
import operator
import resource
import sys
import threading
from typing import Annotated

import peer

peer.join("/langgraph/process")
sys.path[1:1] = [str(peer.TOP / "tests" / "servers" / "python"), str(peer.TOP / "tests" / "langgraph" / "server")]

import gi  # noqa: E402

gi.require_version("Gstream", "1")
import agents  # noqa: E402
import graphs  # noqa: E402
import tap  # noqa: E402
from gi.repository import Gio, GLib, Gstream  # noqa: E402
from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: E402
from langgraph.config import get_stream_writer  # noqa: E402
from langgraph.errors import GraphRecursionError  # noqa: E402
from langgraph.graph import END, START, StateGraph  # noqa: E402
from langgraph.runtime import RunControl  # noqa: E402
from langgraph.stream import StreamChannel, StreamTransformer  # noqa: E402
from langgraph.types import Command  # noqa: E402
from typing_extensions import TypedDict  # noqa: E402

CHAT = {"messages": [("user", "hi")]}
NOTES = {"topic": "cats", "log": []}
Status = Gstream.RunStatus



class Count(TypedDict):
    n: Annotated[int, operator.add]


def loop_of(node, until=None):
    """A graph that does this node again and again."""
    graph = StateGraph(Count)
    graph.add_node("again", node)
    graph.add_edge(START, "again")
    graph.add_conditional_edges("again", lambda state: "again" if until is None or state["n"] < until else END)
    return graph.compile()


def one(node, name="work"):
    graph = StateGraph(Count)
    graph.add_node(name, node)
    graph.add_edge(START, name)
    return graph.compile(name="one")


def around(graph):
    return one(graph, "child")


def graph_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("gstream-")]


def no_thread_left():
    for thread in graph_threads():
        thread.join(60)
    assert graph_threads() == []


def test(path):
    """Also that no thread is left."""

    def register(function):
        @tap.test(path)
        def check():
            done = function()
            if asyncio.iscoroutine(done):
                Gstream.run(done)
            no_thread_left()

        return function

    return register


def caught(call):
    try:
        call()
    except GLib.Error as error:
        return error
    raise AssertionError("no error")


# --- what a run is made from ---


@test("/langgraph/L1/graph")
async def graph_itself():
    async with Gstream.stream(graphs.chat, CHAT) as run:
        texts = [[piece async for piece in message.text_deltas] async for message in run.messages]
        assert texts == [["Hel", "lo, ", "wörld", " ☃"]], texts
        assert run.status == Status.COMPLETED
        assert (await run.output())["messages"][-1]["content"][0]["text"] == "Hello, wörld ☃"


@test("/langgraph/L1/langgraphs-run-awaited-or-not")
async def langgraphs_run():
    custom = graphs.custom
    for source in (custom.astream_events(NOTES, version="v3"), await custom.astream_events(NOTES, version="v3"),
                   custom.stream_events(NOTES, version="v3")):
        async with Gstream.RunStream(source) as run:
            assert [item["step"] async for item in run.custom] == [1, 2, 3]
            assert run.status == Status.COMPLETED


@test("/langgraph/L1/langgraphs-run-on-a-glib-loop")
def langgraphs_run_sync():
    for source in (graphs.custom.astream_events(NOTES, version="v3"), graphs.custom.stream_events(NOTES, version="v3")):
        with Gstream.RunStream(source) as run:
            assert [item["step"] for item in run.custom] == [1, 2, 3]


@test("/langgraph/L1/command")
async def command():
    """A graph that keeps checkpoints goes on with LangGraph's own Command."""
    graph = graphs.questions.copy(update={"checkpointer": InMemorySaver()})
    config = {"configurable": {"thread_id": "1"}}
    async with Gstream.stream(graph, NOTES, config) as run:
        asked = await run.interrupts()
    async with Gstream.stream(graph, Command(resume={each.id: each.value["from"] for each in asked}), config) as run:
        assert (await run.output())["log"] == ["left heard left", "right heard right", "finished cats"]


@test("/langgraph/L1/never-read")
async def never_read():
    """Nothing is begun, and nothing is warned of."""
    Gstream.RunStream(graphs.chat.astream_events(CHAT, version="v3")).abort()
    Gstream.stream(graphs.chat, CHAT)
    gc.collect()


@test("/langgraph/L1/M8/modes-of-what-is-read")
def modes():
    def methods(run, *names):
        cursors = [run[name].subscribe() for name in names]
        seen = {event.method for event in run.log}
        return seen, [len([item for item in cursor]) for cursor in cursors]

    seen, _ = methods(Gstream.stream(graphs.tools, CHAT))
    assert not seen & {"updates", "tasks", "checkpoints", "debug", "custom"}, seen
    seen, counts = methods(Gstream.stream(graphs.tools, CHAT), "updates", "tasks", "tool_calls")
    assert seen >= {"updates", "tools"} and counts == [3, 6, 2], (seen, counts)
    seen, _ = methods(Gstream.stream(graphs.chat, CHAT, channels=["updates"]))
    assert "updates" in seen
    try:
        Gstream.stream(graphs.chat, CHAT, channels=["nonsense"])
    except ValueError as error:
        assert "'nonsense'" in str(error) and "updates" in str(error)
    else:
        raise AssertionError("no error")


@test("/langgraph/L2/M8/updates-of-a-node-called-node")
async def node_called_node():
    """LangGraph's own updates are {NODE: update}, and the server's may name their node in "node"."""
    async with Gstream.stream(one(lambda state: {"n": 1}, "node"), {"n": 0}) as run:
        assert [item async for item in run.updates] == [{"node": {"n": 1}}]
        assert run.status == Status.COMPLETED and await run.output() == {"n": 1}


@test("/langgraph/L1/M8/modes-of-a-transformer")
def transformers_modes():
    class Counter(Gstream.Transformer):
        wants = ["updates"]
        seen = 0

        def process(self, event):
            Counter.seen += 1

    with Gstream.stream(graphs.tools, CHAT, mux=Gstream.StreamMux([Counter])) as run:
        run.output_sync()
    assert Counter.seen == 3, Counter.seen


@test("/langgraph/L1/langgraphs-transformers")
async def langgraphs_transformers():
    class Shout(StreamTransformer):
        def __init__(self, scope=()):
            super().__init__(scope)
            self.said = StreamChannel("shouts")

        def init(self):
            return {"shouts": self.said}

        def process(self, event):
            if event["method"] == "messages" and not self.scope and event["params"]["data"][0]["event"] == "message-finish":
                self.said.push({"louder": True})
            return True

    async with Gstream.stream(graphs.chat, CHAT, transformers=[Shout]) as run:
        assert [item async for item in run.extension("shouts")] == [{"louder": True}]


# --- where it runs ---


@test("/langgraph/L3/blocking-node")
def blocking_node():
    """A node that blocks: the main loop goes on, or the node would not."""
    enough = threading.Event()

    def block(_state):
        return {"n": 1 if enough.wait(60) else 0}

    turns = []

    def turn():
        turns.append(1)
        if len(turns) == 100:
            enough.set()
        return len(turns) < 100

    loop = GLib.MainLoop()
    found = []
    run = Gstream.stream(one(block), {"n": 0})
    run.output(None, lambda run, result: (found.append(run.output_finish(result)), loop.quit()))
    GLib.idle_add(turn)
    loop.run()
    assert found == [{"n": 1}] and len(turns) == 100, (found, turns)


@test("/langgraph/L3/held/asyncio")
async def held():
    ran = []
    graph = loop_of(lambda state: ran.append(1) or {"n": 1})
    async with Gstream.stream(graph, {"n": 0}, {"recursion_limit": 10**6}) as run:
        values = aiter(run.values)
        assert [(await anext(values))["n"] for _ in range(3)] == [0, 1, 2]
        count = len(ran)
        for _ in range(1000):
            await asyncio.sleep(0)
        assert len(ran) == count <= 3, (count, len(ran))


@test("/langgraph/L3/two-readers")
async def two_readers():
    """Each is given everything, whoever asks the graph; one that gives up leaves the other all that comes."""

    async def read(run, name, most=None):
        seen = []
        async for item in run[name]:
            seen.append(item)
            if len(seen) == most:
                break
        return seen

    async with Gstream.stream(loop_of(lambda state: {"n": 1}, 50), {"n": 0}, {"recursion_limit": 100}, channels=["updates"]) as run:
        values, updates, given_up = await asyncio.gather(read(run, "values"), read(run, "updates"), read(run, "log", 10))
        assert [value["n"] for value in values] == list(range(51)) and len(updates) == 50 and len(given_up) == 10


@test("/langgraph/L3/reader-cancelled")
async def reader_cancelled():
    """In the middle of a step: the graph goes on, and the next reader has what it gives."""
    graph, seen = waiting_graph()
    async with Gstream.stream(graph, {"n": 0}) as run:
        async def read():
            return [value async for value in run.values]

        task = asyncio.ensure_future(read())
        await asyncio.to_thread(seen["begun"].wait)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() and not seen["cancelled"].is_set() and run.status == Status.RUNNING
        output = asyncio.ensure_future(run.output())
        await asyncio.sleep(0)
        run.abort()
        await output
    assert seen["cancelled"].is_set()


@test("/langgraph/L3/current-task")
async def current_task():
    """What runs within the graph is in a task that is not the reader's, with a context of its own; it is one that asyncio knows."""
    tasks = set()

    async def transform(event):
        tasks.add(asyncio.current_task())
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
        return True

    class Watch(StreamTransformer):
        def init(self):
            return {}

        async def aprocess(self, event):
            return await transform(event)

    async with Gstream.stream(graphs.chat, CHAT, transformers=[Watch]) as run:
        await run.output()
    assert len(tasks) == 1 and asyncio.current_task() not in tasks and tasks.isdisjoint(asyncio.all_tasks())


@test("/langgraph/L3/held/thread")
def held_thread():
    ran = []

    async def node(_state):
        ran.append(asyncio.get_running_loop())
        return {"n": 1}

    async def turns():
        for _ in range(1000):
            await asyncio.sleep(0)

    with Gstream.stream(loop_of(node), {"n": 0}, {"recursion_limit": 10**6}) as run:
        values = iter(run.values)
        assert [next(values)["n"] for _ in range(3)] == [0, 1, 2]
        asyncio.run_coroutine_threadsafe(turns(), ran[0]).result()
        count = len(ran)
        asyncio.run_coroutine_threadsafe(turns(), ran[0]).result()
        assert len(ran) == count <= 4, (count, len(ran))


@test("/langgraph/L3/pygobjects-loop")
def pygobjects_loop():
    if not hasattr(sys.modules.get("gi.events"), "GLibEventLoopPolicy"):
        tap.skip("this PyGObject has none")

    async def main():
        async with Gstream.stream(agents.levels, CHAT) as run:
            return [(await message.wait()).text async for message in run.messages]

    policy = sys.modules["gi.events"].GLibEventLoopPolicy()
    asyncio.set_event_loop_policy(policy)
    try:
        assert policy.get_event_loop().run_until_complete(main()) == ["first"]
        with Gstream.stream(agents.levels, CHAT) as run:  # in a thread, beside that loop
            assert [message.wait_sync().text for message in run.messages] == ["first"]
    finally:
        asyncio.set_event_loop_policy(None)


@test("/langgraph/L3/many-events")
def many_events():
    """A hundred thousand: what there is of objects and memory after a fifth of them is what there is in the end."""

    def node(_state):
        write = get_stream_writer()
        for number in range(1000):
            write({"number": number})
        return {"n": 1}

    def measure():
        gc.collect()
        return len(gc.get_objects()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    seen, before = 0, None
    with Gstream.stream(loop_of(node, 100), {"n": 0}, {"recursion_limit": 1000}) as run:
        for _item in run.custom:
            seen += 1
            if seen == 20000:
                before = measure()
        after = measure()
    assert seen == 100000, seen
    assert after[0] < before[0] + 2000, (before, after)
    assert after[1] < before[1] + 16384, (before, after)  # kB


# --- how it ends ---


def waiting_graph():
    """A graph whose node waits for ever, and what it has seen."""
    seen = {"begun": threading.Event(), "cancelled": threading.Event()}

    async def wait(_state):
        seen["begun"].set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen["cancelled"].set()
            raise

    return one(wait), seen


@test("/langgraph/L4/abort/asyncio")
async def abort():
    for wrap in (lambda graph: graph, around):
        graph, seen = waiting_graph()
        async with Gstream.stream(wrap(graph), {"n": 0}) as run:
            output = asyncio.ensure_future(run.output())
            await asyncio.to_thread(seen["begun"].wait)
            run.abort()
            assert await output == {"n": 0}
        assert run.status == Status.ABORTED and seen["cancelled"].is_set()


@test("/langgraph/L4/abort/thread")
def abort_thread():
    for wrap in (lambda graph: graph, around):
        graph, seen = waiting_graph()
        run = Gstream.stream(wrap(graph), {"n": 0})
        loop = GLib.MainLoop()
        run.output(None, lambda *_: loop.quit())
        GLib.idle_add(lambda: run.abort() if seen["begun"].is_set() else True)
        loop.run()
        no_thread_left()
        assert run.status == Status.ABORTED and seen["cancelled"].is_set()


@test("/langgraph/L4/end-of-with")
async def end_of_with():
    graph, seen = waiting_graph()
    async with Gstream.stream(graph, {"n": 0}) as run:
        async for value in run.values:
            break
        output = asyncio.ensure_future(run.output())
        await asyncio.to_thread(seen["begun"].wait)
    assert seen["cancelled"].is_set()
    await output


@test("/langgraph/L4/cancelled-task")
async def cancelled_task():
    """Who waits is cancelled, and the run goes on (R3)."""
    graph, seen = waiting_graph()
    async with Gstream.stream(graph, {"n": 0}) as run:
        task = asyncio.ensure_future(run.output())
        await asyncio.to_thread(seen["begun"].wait)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() and run.status == Status.RUNNING and not seen["cancelled"].is_set()


@test("/langgraph/L4/dropped")
def dropped():
    graph, seen = waiting_graph()
    run = Gstream.stream(graph, {"n": 0})
    assert next(iter(run.values)) == {"n": 0}
    del run
    gc.collect()
    no_thread_left()


@test("/langgraph/L4/failed")
def failed():
    """With what a node raised, and where."""
    for graph in (graphs.error, graphs.child_error):
        run = Gstream.stream(graph, NOTES)
        error = caught(run.output_sync)
        assert "no cats today" in error.message and run.status == Status.FAILED, error.message
        trace = error.__cause__.__traceback__
        while trace.tb_next is not None:
            trace = trace.tb_next
        assert type(error.__cause__) is RuntimeError and trace.tb_frame.f_code.co_name == "_raise"


@test("/langgraph/L4/recursion-limit")
async def recursion():
    async with Gstream.stream(agents.endless, NOTES, {"recursion_limit": 5}) as run:
        try:
            await run.output()
        except GLib.Error as error:
            assert isinstance(error.__cause__, GraphRecursionError), error.__cause__
        assert run.status == Status.FAILED


@test("/langgraph/L4/drained")
async def drained():
    control = RunControl()

    def node(state):
        if state["n"] == 2:
            control.request_drain("enough")
        return {"n": 1}

    async with Gstream.stream(loop_of(node), {"n": 0}, control=control) as run:
        assert (await run.output())["n"] == 3
        assert run.status == Status.DRAINED


@test("/langgraph/L4/interrupted")
async def interrupted():
    async with Gstream.stream(graphs.questions.copy(update={"checkpointer": InMemorySaver()}), NOTES,
                              {"configurable": {"thread_id": "1"}}) as run:
        asked = await run.interrupts()
        assert sorted(each.value["from"] for each in asked) == ["left", "right"]
        assert await run.interrupted() and run.status == Status.INTERRUPTED


# --- threads ---


@test("/langgraph/L5/await")
async def thread():
    thread = Gstream.LocalThread(graphs.questions, "7")
    assert thread.thread_id == "7"
    async with await thread.start(NOTES, metadata={"why": "test"}) as run:
        asked = await run.interrupts()
    state = await thread.fetch_state()
    assert sorted(state["next"]) == ["left", "right"] and state["metadata"]["why"] == "test", state
    async with await thread.respond_all(asked, ["yes", "no"]) as run:
        assert len((await run.output())["log"]) == 3
    assert (await thread.fetch_state())["next"] == []
    history = await thread.fetch_history(2)
    assert len(history) == 2 and history[0]["parent_checkpoint"] == history[1]["checkpoint"]
    await thread.update_state({"log": ["more"]}, "end")
    assert (await thread.fetch_state())["values"]["log"][-1] == "more"


@test("/langgraph/L5/one-of-two")
def one_of_two():
    thread = Gstream.LocalThread(graphs.questions)
    asked = thread.start_sync(NOTES).interrupts_sync()
    run = thread.respond_sync(asked[0], "first")
    assert run.interrupts_sync()[0].id == asked[1].id and run.status == Status.INTERRUPTED
    run = thread.respond_sync(None, "second")
    assert run.output_sync()["log"][-1] == "finished cats"


@test("/langgraph/L5/nested")
def nested():
    thread = Gstream.LocalThread(graphs.nested_question)
    [asked] = thread.start_sync(NOTES).interrupts_sync()
    assert thread.respond_sync(asked, {"ok": True}).output_sync()["log"][1] == "inner heard {'ok': True}"


@test("/langgraph/L5/callbacks")
def callbacks():
    thread = Gstream.LocalThread(graphs.chat)
    loop = GLib.MainLoop()
    found = []

    def on_state(thread, result):
        found.append(thread.fetch_state_finish(result)["values"]["messages"][-1]["type"])
        loop.quit()

    def on_started(thread, result):
        run = thread.start_finish(result)
        found.append(run)
        run.output(None, lambda *_: thread.fetch_state(None, None, on_state))

    thread.start(CHAT, None, on_started)
    loop.run()
    assert found[1] == "ai"


@test("/langgraph/L5/human-in-the-loop")
def human_in_the_loop():
    thread = Gstream.LocalThread(agents.careful)
    [asked] = thread.start_sync(CHAT).interrupts_sync()
    assert asked.value["action_requests"][0]["name"] == "weather"
    run = thread.respond_sync(asked, {"decisions": [{"type": "approve"}]})
    calls = [call.wait_sync().output for call in run.tool_calls]
    assert calls[0]["content"] == "sunny in Paris"


@test("/langgraph/L5/sub-agents")
def sub_agents():
    run = Gstream.LocalThread(agents.deep).start_sync(CHAT)
    children, calls = run.subgraphs.subscribe(), run.tool_calls.subscribe()
    said = [message.wait_sync().text for message in run.messages]
    assert said[-1] == "Take no coat." and run.output_sync()["todos"][0]["content"] == "ask", said
    assert [call.name for call in calls] == ["write_todos", "task"]
    assert "scout" in [child.graph_name for child in children]


@test("/langgraph/L5/one-run-at-a-time")
def one_run():
    thread = Gstream.LocalThread(graphs.chat)
    run = thread.start_sync(CHAT)
    error = caught(lambda: thread.start_sync(CHAT))
    assert error.matches(Gstream.error_quark(), Gstream.Error.CONFLICT), error
    run.abort()
    assert len(thread.start_sync(CHAT).output_sync()["messages"]) == 2


@test("/langgraph/L5/one-start-at-a-time")
async def one_start():
    """The second of two starts at once is refused; what the first one was given is not lost."""
    thread = Gstream.LocalThread(one(lambda state: {"n": 10}))
    run, refused = await asyncio.gather(thread.start({"n": 1}), thread.start({"n": 2}), return_exceptions=True)
    assert refused.matches(Gstream.error_quark(), Gstream.Error.CONFLICT), refused
    assert await run.output() == {"n": 11}
    assert await (await thread.start({"n": 2})).output() == {"n": 23}


@test("/langgraph/L5/start-again-when-told-of-a-failure")
def start_when_told():
    """A start that has failed is over when its callback is called."""
    thread = Gstream.LocalThread(graphs.chat)
    runs = []

    def on_refused(thread, result):
        assert caught(lambda: thread.respond_finish(result)).matches(Gstream.error_quark(), Gstream.Error.NOT_FOUND)
        thread.start(CHAT, None, lambda thread, result: runs.append(thread.start_finish(result)))

    thread.respond(None, 1, None, on_refused)
    while not runs:
        GLib.MainContext.default().iteration(True)
    assert len(runs[0].output_sync()["messages"]) == 2


class EndsSlowly:
    """A graph whose node takes its time when it is cancelled."""

    def __init__(self):
        self.begun = threading.Event()
        self.order = []
        self.held = None  # an event that it waits for, too
        self.graph = one(self.work)

    async def work(self, _state):
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            if self.held is not None:
                await self.held.wait()
            for _ in range(2000):
                await asyncio.sleep(0)
            self.order.append("ended")

    async def aborted(self):
        """A thread whose run was aborted in the node."""
        thread = Gstream.LocalThread(self.graph)
        run = await thread.start({"n": 1})
        output = asyncio.ensure_future(run.output())
        await asyncio.to_thread(self.begun.wait)
        run.abort()
        await output
        return thread


@test("/langgraph/L5/state-after-abort")
async def state_after_abort():
    for name in ("fetch_state", "fetch_history"):
        slow = EndsSlowly()
        thread = await slow.aborted()
        await getattr(thread, name)()
        assert slow.order == ["ended"], (name, slow.order)


@test("/langgraph/L5/state-after-abort-in-thread")
def state_after_abort_in_thread():
    slow = EndsSlowly()
    thread = Gstream.LocalThread(slow.graph)
    run = thread.start_sync({"n": 1})
    run.output(None, lambda *_: None)
    while not slow.begun.is_set():
        GLib.MainContext.default().iteration(False)
    run.abort()
    thread.fetch_state_sync()
    assert slow.order == ["ended"], slow.order


@test("/langgraph/L5/blocking-after-abort")
async def blocking_after_abort():
    """The call does not wait for the end of a graph in the loop that it blocks."""
    slow = EndsSlowly()
    slow.held = asyncio.Event()
    thread = await slow.aborted()
    assert thread.fetch_state_sync()["next"] == ["work"] and slow.order == []
    slow.held.set()
    await thread.fetch_state()
    assert slow.order == ["ended"]


@test("/langgraph/L5/state-after-drop")
def state_after_drop():
    """A run that nobody has any more, but the call that reads it, ends before the state is read."""
    slow = EndsSlowly()
    thread = Gstream.LocalThread(slow.graph)
    run = thread.start_sync({"n": 1})
    cancellable, read = Gio.Cancellable(), []
    run.output(cancellable, lambda *_: None)
    while not slow.begun.is_set():
        GLib.MainContext.default().iteration(False)
    del run
    cancellable.cancel()
    thread.fetch_state(None, None, lambda *_: read.append(list(slow.order)))
    while not read:
        GLib.MainContext.default().iteration(True)
    assert read == [["ended"]], read


class SlowSaver(InMemorySaver):
    """Takes its time for the first answer."""

    n_turns = 2000

    async def aget_tuple(self, config):
        turns, self.n_turns = self.n_turns, 0
        for _ in range(turns):
            await asyncio.sleep(0)
        return await super().aget_tuple(config)


@test("/langgraph/L5/state-after-start")
def state_after_start():
    """What is asked for after a run is told after that has begun, to whomever."""
    thread = Gstream.LocalThread(graphs.chat, checkpointer=SlowSaver())
    order = []
    thread.start(CHAT, None, lambda *_: order.append("started"))
    thread.fetch_state(None, None, lambda *_: order.append("state"))
    while len(order) < 2:
        GLib.MainContext.default().iteration(True)
    assert order == ["started", "state"], order


@test("/langgraph/L3/asked-after-the-end")
def asked_after_the_end():
    """The graph's thread may end at the moment when the main loop asks for more."""
    thread = Gstream.LocalThread(graphs.chat)
    assert thread.start_sync(CHAT).output_sync()
    no_thread_left()
    thread._source.do_wanted()


@test("/langgraph/L5/refused")
def refused():
    thread = Gstream.LocalThread(graphs.chat)
    assert thread.start_sync(CHAT).output_sync()
    error = caught(lambda: thread.respond_sync(None, 1))
    assert error.matches(Gstream.error_quark(), Gstream.Error.NOT_FOUND), error
    error = caught(lambda: thread.update_state_sync({"messages": []}, "nowhere"))
    assert "nowhere" in error.message and type(error.__cause__).__name__ == "InvalidUpdateError", error
    error = caught(lambda: thread.fetch_state_sync(None, cancelled()))
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error


def cancelled():
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    return cancellable


@test("/langgraph/L5/checkpointers")
async def checkpointers():
    """The one that is given, else the graph's own; the conversation goes on from there."""
    saver = InMemorySaver()
    for graph, given in ((graphs.chat, saver), (graphs.chat.copy(update={"checkpointer": saver}), None)):
        await (await Gstream.LocalThread(graph, checkpointer=given).start(CHAT)).output()
    assert len((await Gstream.LocalThread(graphs.chat, checkpointer=saver).fetch_state())["values"]["messages"]) == 4
    async with AsyncSqliteSaver.from_conn_string(":memory:") as saver:
        thread = Gstream.LocalThread(graphs.chat, checkpointer=saver)
        await (await thread.start(CHAT)).output()
        assert len((await thread.fetch_state())["values"]["messages"]) == 2


@test("/langgraph/L5/cancel")
async def cancel_run():
    thread = Gstream.LocalThread(loop_of(lambda state: {"n": 1}))
    run = await thread.start({"n": 0})
    seen = aiter(run.values)
    await anext(seen)
    assert await thread.cancel_run(run.run_id)
    await run.output()
    assert run.status == Status.INTERRUPTED, run.status
    for wrong in (None, run.run_id, "other"):
        try:
            await thread.cancel_run(wrong)
        except GLib.Error as error:
            assert error.matches(Gstream.error_quark(), Gstream.Error.NOT_FOUND), error
        else:
            raise AssertionError(wrong)


@test("/langgraph/L5/cancel-in-thread")
def cancel_in_thread():
    thread = Gstream.LocalThread(loop_of(lambda state: {"n": 1}))
    run = thread.start_sync({"n": 0})
    next(iter(run.values))
    assert thread.cancel_run_sync()
    run.output_sync()
    assert run.status == Status.INTERRUPTED, run.status


@test("/langgraph/L5/branch")
async def branch():
    thread = Gstream.LocalThread(graphs.chat)
    await (await thread.start(CHAT)).output()
    states = await thread.fetch_history()
    assert [len(state["values"].get("messages", [])) for state in states] == [2, 1, 0], states
    first = states[-2]["checkpoint"]["checkpoint_id"]
    assert (await thread.fetch_state(first))["values"] == states[-2]["values"]
    made = await thread.update_state({"messages": [("user", "other")]}, None, first)
    state = await thread.fetch_state()
    assert state["checkpoint"]["checkpoint_id"] == made["checkpoint_id"]
    assert [message["content"] for message in state["values"]["messages"]] == ["hi", "other"], state
    run = await thread.start({"messages": [("user", "again")]}, checkpoint_id=first, metadata={"why": "test"})
    output = await run.output()
    assert [message["content"] for message in output["messages"] if message["type"] == "human"] == ["hi", "again"], output
    assert run.connection_state == Gstream.ConnectionState.CLOSED and run.run_id


tap.run()
