# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gstream at home in Python: iteration, awaiting, Python's own values, classes and
# generators, and what wrong uses are told.

import asyncio
import builtins
import functools
import gc
import json
import os
import pathlib
import re
import signal
import sys
import threading
import traceback
import warnings
import weakref

import gi

gi.require_version("Gstream", "1")
from gi.overrides import _gstream_waiting as waiting  # noqa: E402
from gi.repository import Gio, GLib, GObject, Gstream  # noqa: E402

import tap  # noqa: E402

RUNS = pathlib.Path(os.environ["G_TEST_SRCDIR"], "runs", "python-inprocess")


def recorded(name):
    return Gstream.JsonLinesSource(RUNS / f"{name}.jsonl")


def expected(name):
    return json.loads((RUNS / f"{name}.expected.json").read_text())


def values(*states):
    for state in states:
        yield Gstream.Event.new("values", [], state)


def memory(*events):
    return Gstream.MemorySource.new(list(events))


async def slowly(*states):
    for state in states:
        await asyncio.sleep(0)
        yield Gstream.Event.new("values", [], state)


def raised(code, function, *arguments):
    """The GLib.Error with that code that @function raises."""
    try:
        function(*arguments)
    except GLib.Error as error:
        assert error.matches(Gstream.error_quark(), code), error
        return error
    raise AssertionError("nothing was raised")


def told(kind, function, *arguments):
    try:
        function(*arguments)
    except kind as error:
        return str(error)
    raise AssertionError("nothing was raised")


try:
    from gi.events import GLibEventLoopPolicy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # there are no policies in Python 3.16 any more
        policy = GLibEventLoopPolicy()
except ImportError:
    policy = None


def wakes(coroutine):
    """Runs a coroutine in asyncio, both in a loop of ours and, where PyGObject has one, in its own."""
    with asyncio.Runner(loop_factory=waiting.EventLoop) as runner:
        runner.run(coroutine())
    if policy is not None:
        Gstream.run(coroutine())


def test(path):
    """A test, or one that runs in asyncio's loops."""

    def register(function):
        tap.test("/python" + path)((lambda: wakes(function)) if asyncio.iscoroutinefunction(function) else function)
        return function

    return register


# --- asyncio's loops ---


def run_in_ours(coroutine):
    with asyncio.Runner(loop_factory=waiting.EventLoop) as runner:
        return runner.run(coroutine)


async def output_of_three():
    return await Gstream.RunStream(values(1, 2, 3)).output()


def selector_of(loop):
    return getattr(loop, "_selector", None)


@test("/asyncio/run")
def run_in_asyncio():
    assert Gstream.run(output_of_three()) == 3
    assert Gstream.run(output_of_three()) == 3, "in the same thread again"


@test("/asyncio/exits")
def exits():
    """What ends a program ends its loop, in whichever loop."""

    async def end(reason):
        await asyncio.sleep(0)
        raise reason

    for reason in (KeyboardInterrupt(), SystemExit(3), ValueError("x")):
        try:
            Gstream.run(end(reason))
            raise AssertionError("nothing was raised")
        except type(reason) as raised:
            assert raised is reason


@test("/asyncio/loop-factory")
def loop_factory():
    with asyncio.Runner(loop_factory=Gstream.new_event_loop) as runner:
        assert isinstance(runner.get_loop(), waiting.GLibEventLoop or waiting.EventLoop)
        assert runner.run(output_of_three()) == 3


@test("/asyncio/not-asked")
def not_asked():
    """A loop that nobody has handed over stays as it is, and what waits in it says what to do."""

    async def use():
        loop = asyncio.get_running_loop()
        before = selector_of(loop), dict(vars(loop))
        try:
            await output_of_three()
            raise AssertionError("nothing was raised")
        except RuntimeError as error:
            assert "Gstream.run()" in str(error) and "Gstream.join_loop()" in str(error), error
        assert selector_of(loop) is before[0] and vars(loop).keys() == before[1].keys()

    asyncio.run(use())


@test("/asyncio/join")
def join():
    """A loop of others' that is handed over; as often as one likes."""

    async def use():
        Gstream.join_loop()
        Gstream.join_loop(asyncio.get_running_loop())
        await asyncio.sleep(0.001)
        return await output_of_three()

    assert [asyncio.run(use()) for _ in range(2)] == [3, 3]


@test("/asyncio/policy")
def pygobjects_policy():
    if policy is None:
        tap.skip("this PyGObject has none")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.set_event_loop_policy(policy)
        try:
            loop = policy.get_event_loop()
            assert loop.run_until_complete(output_of_three()) == 3
            loop.close()  # newer PyGObjects allow a main context one loop at a time
        finally:
            asyncio.set_event_loop_policy(None)


# --- iterating ---

PLAIN = ("values", "updates", "custom", "checkpoints", "tasks", "debug", "lifecycle")
RECORDINGS = sorted(path.stem for path in RUNS.glob("*.jsonl"))


def same_items(name, projection, items):
    assert items == expected(name).get(projection, []), (name, projection, items)


@test("/projection/P3/plain")
def plain():
    for name in RECORDINGS:
        for projection in PLAIN:
            run = Gstream.RunStream(recorded(name))
            items = []
            try:
                items.extend(run[projection])
            except GLib.Error as error:
                assert error.message == expected(name)["error"]
            same_items(name, projection, items)


@test("/projection/P3/awaited")
async def awaited():
    for name in ("rich", "subgraphs", "tools", "interrupt"):
        async with Gstream.RunStream(recorded(name)) as run:

            async def read(projection):
                return [item async for item in run[projection]]

            for projection, items in zip(PLAIN, await asyncio.gather(*map(read, PLAIN))):
                same_items(name, projection, items)
            assert await run.output() == expected(name)["output"]


@test("/message/T3/nested")
async def nested():
    """Messages in a task each, while the run goes on."""
    for name in ("chat", "parallel", "rich", "tools"):
        async with Gstream.RunStream(recorded(name)) as run:

            async def read(message):
                return [delta async for delta in message.text_deltas]

            tasks = [(message, asyncio.create_task(read(message))) async for message in run.messages]
            for (message, task), digest in zip(tasks, expected(name)["messages"]):
                assert await task == digest.get("text_deltas", await task)
                assert (await message.wait()).text == digest["text"]
                assert (message.content, message.usage) == (digest["content"], digest["usage"])


@test("/message/T3/sync")
def messages():
    with Gstream.RunStream(recorded("chat")) as run:
        texts = [list(message.text_deltas) for message in run.messages]
    assert texts == [message["text_deltas"] for message in expected("chat")["messages"]]


@test("/tool-calls/T4")
async def tool_calls():
    async with Gstream.RunStream(recorded("tools")) as run:
        calls = [await call.wait() async for call in run.tool_calls]
    assert [(call.name, call.input, call.output) for call in calls] == [
        (call["name"], call["input"], call["output"]) for call in expected("tools")["tool_calls"]
    ]


@test("/subgraphs/T6")
async def subgraphs():
    async with Gstream.RunStream(recorded("subgraphs")) as run:
        found = [(child.path, child.graph_name, await child.output()) async for child in run.subgraphs]
    assert found == [(child["path"], child["graph_name"], child["run"]["output"]) for child in expected("subgraphs")["subgraphs"]]


@test("/log/E4")
def log():
    run = Gstream.RunStream(recorded("chat"))
    assert [[event.seq, event.method, event.namespace] for event in run.log] == expected("chat")["log"]


@test("/tee/P8")
async def tee():
    run = Gstream.RunStream(values(1, 2, 3))
    one, other = run.values.tee(2)

    async def read(cursor):
        return [item async for item in cursor]

    assert await asyncio.gather(read(one), read(other)) == [[1, 2, 3], [1, 2, 3]]


@test("/cursor/R1/next")
async def by_hand():
    cursor = Gstream.RunStream(values({"a": 1})).values.subscribe()
    assert cursor.next_sync() == (True, {"a": 1})
    assert await cursor.next() == (False, None)
    assert cursor.try_next() == (Gstream.Try.ENDED, None)
    cursor = Gstream.RunStream(slowly([2])).values.subscribe()
    assert await cursor.next() == (True, [2])
    assert await cursor.next() == (False, None)


@test("/interleave/P10")
async def interleave():
    def events():
        yield Gstream.Event.new("values", [], 1)
        yield Gstream.Event.new("custom", [], "a")
        yield Gstream.Event.new("values", [], 2)

    run = Gstream.RunStream(events())
    assert [pair async for pair in run.interleave("values", "custom", "log")][::2] == [("values", 1), ("custom", "a"), ("values", 2)]
    run = Gstream.RunStream(events())
    assert list(run.interleave("values", "custom")) == [("values", 1), ("custom", "a"), ("values", 2)]


@test("/interleave/P10/unknown")
def interleave_unknown():
    error = raised(Gstream.Error.NOT_FOUND, Gstream.RunStream(values(1)).interleave, "values", "valves")
    assert "valves" in error.message and "values" in error.message


# --- leaving a loop ---


@test("/cursor/P9/break")
def leaving():
    run = Gstream.RunStream(values(*range(10)))
    for value in run.values:
        if value == 3:
            break
    assert not run.values.subscribed
    assert list(run.values) == [4, 5, 6, 7, 8, 9]


@test("/cursor/P9/break-awaited")
async def leaving_awaited():
    run = Gstream.RunStream(values(*range(10)))
    async for value in run.values:
        if value == 3:
            break
    assert not run.values.subscribed
    assert [value async for value in run.values] == [4, 5, 6, 7, 8, 9]


class Words(Gstream.Transformer):
    wants = ["custom"]

    def __init__(self, **properties):
        super().__init__(**properties)
        self.words = self.add_projection("words", str)

    def process(self, event):
        for word in event.data:
            self.words.push(word)


def flood(n):
    """@n words, ready at once, however long they take."""
    events = [Gstream.Event.new("custom", [], [str(number)]) for number in range(n)]
    return Gstream.RunStream(memory(*events), Gstream.StreamMux([Words]), turn_budget=0)


@test("/cursor/P3/batches")
async def batches():
    for stop in (0, 1, 63, 64, 65, 100, 127, 128, 500):
        run = flood(1000)
        cursor = run["words"].subscribe()
        words = []
        for word in cursor:
            words.append(word)
            if len(words) > stop:
                break
        async for word in cursor:
            words.append(word)
            if len(words) > stop + 200:
                break
        assert words + list(cursor) == [str(number) for number in range(1000)], stop


@test("/cursor/P6/bounded")
def bounded():
    run = flood(300)
    words = run["words"]
    words.set_max_buffered(2)
    for word in words:
        assert words.n_buffered <= 2
    assert word == "299"


# --- batches ---


@test("/batches/P3/order")
async def batches_in_order():
    wanted = [str(number) for number in range(150)]
    run = flood(150)
    read = list(run["words"].batches())
    assert [len(words) for words in read] == [64, 64, 22] and sum(read, []) == wanted
    run = flood(150)
    read = [words async for words in run["words"].batches()]
    assert [len(words) for words in read] == [64, 64, 22] and sum(read, []) == wanted


@test("/batches/P3/taken")
async def batches_are_taken():
    """What a batch holds is no longer queued, and what comes after it stays."""
    run = flood(200)
    cursor = run["words"].subscribe()
    for words in cursor.batches():
        assert run["words"].n_buffered == 0
        break
    assert not cursor.get_closed() and cursor.try_next() == (Gstream.Try.ITEM, "64")
    async for words in cursor.batches():
        break
    assert words[0] == "65" and list(cursor) == [str(number) for number in range(129, 200)]


@test("/batches/P9/break")
async def batches_left():
    run = flood(200)
    for words in run["words"].batches():
        break
    assert not run["words"].subscribed
    async for words in run["words"].batches():
        break
    assert not run["words"].subscribed
    assert words == [str(number) for number in range(64, 128)]


@test("/batches/P6/bounded")
async def batches_bounded():
    run = flood(10)
    run["words"].set_max_buffered(4)
    assert [len(words) for words in run["words"].batches()] == [4, 4, 2]


@test("/batches/R1/what-there-is")
async def batches_of_what_there_is():
    """Nothing is waited for where something is there, and nothing asked for beyond a batch."""
    source = Gstream.PushSource.new()
    run = Gstream.RunStream(source, turn_budget=0)
    batches = aiter(run.values.batches())
    for number in range(3):
        source.push(Gstream.Event.new("values", [], number))
    assert await anext(batches) == [0, 1, 2]
    late = asyncio.create_task(anext(batches))
    await asyncio.sleep(0)
    assert not late.done()
    source.push(Gstream.Event.new("values", [], 3))
    assert await late == [3]
    source.finish()
    assert [values async for values in batches] == []


@test("/batches/P11/handles")
async def batches_of_handles():
    """One at a time, so that a task made for each subscribes in time."""
    async with Gstream.RunStream(recorded("parallel")) as run:

        async def read(message):
            return [delta async for delta in message.text_deltas]

        tasks = [asyncio.create_task(read(*handles)) async for handles in run.messages.batches()]
        texts = await asyncio.gather(*tasks)
    assert ["".join(text) for text in texts] == [message["text"] for message in expected("parallel")["messages"]]


@test("/batches/R11/fair")
async def batches_are_fair():
    """A flood does not keep the main loop from its other work."""
    run = flood(10_000)
    run.set_turn_budget(1)
    seen = []
    other = GLib.idle_add(lambda: seen.append(None) or GLib.SOURCE_CONTINUE)
    assert sum([len(words) async for words in run["words"].batches()]) == 10_000
    GLib.source_remove(other)
    assert len(seen) > 20


@test("/batches/P4/failed")
def batches_failed():
    def broken():
        yield from values(1, 2)
        raise ValueError("out of ideas")

    run = Gstream.RunStream(broken(), turn_budget=0)
    seen = []
    raised(Gstream.Error.FAILED, lambda: seen.extend(run.values.batches()))
    assert seen == [[1, 2]]


@test("/life/temporary-batches")
def temporary_batches():
    assert list(Gstream.RunStream(values(1, 2), turn_budget=0).values.batches()) == [[1, 2]]


# --- errors ---


@test("/run/R5/source")
def source_raises():
    def broken():
        yield Gstream.Event.new("values", [], 1)
        raise ValueError("out of ideas")

    run = Gstream.RunStream(broken())
    seen = []
    error = raised(Gstream.Error.FAILED, lambda: seen.extend(iter(run.values)))
    assert seen == [1] and "ValueError: out of ideas" in error.message and "test-python.py" in error.message
    assert raised(Gstream.Error.FAILED, run.output_sync).message == error.message
    assert run.status == Gstream.RunStatus.FAILED


@test("/run/R5/domain")
async def domain():
    async def broken():
        yield Gstream.Event.new("values", [], 1)
        raise GLib.Error.new_literal(Gio.io_error_quark(), "no space", Gio.IOErrorEnum.NO_SPACE)

    run = Gstream.RunStream(broken())
    for wait in (run.output, run.interrupted, run.interrupts):
        try:
            await wait()
        except GLib.Error as error:
            assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE) and error.message == "no space"
        else:
            raise AssertionError("nothing was raised")


@test("/transformer/R5/raises")
def transformer_raises():
    class Broken(Gstream.Transformer):
        def process(self, event):
            raise KeyError("step")

    run = Gstream.RunStream(values(1), Gstream.StreamMux([Broken]))
    assert "KeyError: 'step'" in raised(Gstream.Error.FAILED, run.output_sync).message


@test("/transformer/M7/made")
def transformer_not_made():
    class Unmade(Gstream.Transformer):
        def __init__(self):
            raise RuntimeError("not today")

    assert told(RuntimeError, Gstream.StreamMux, [Unmade]) == "not today"


@test("/run/R5/middle")
async def middle():
    """An exception in the loop's body is the program's own; the run goes on."""
    run = Gstream.RunStream(slowly(1, 2, 3))
    try:
        async for value in run.values:
            raise LookupError(value)
    except LookupError as error:
        assert error.args == (1,)
    assert [value async for value in run.values] == [2, 3]


# --- cancelling and aborting ---


@test("/run/R3/cancel")
async def cancel():
    source = Gstream.PushSource.new()
    run = Gstream.RunStream(source)

    async def read():
        return [value async for value in run.values]

    reader, waiter = asyncio.create_task(read()), asyncio.create_task(run.output())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiter.cancel()
    source.push(Gstream.Event.new("values", [], 1))
    source.finish()
    assert await reader == [1]
    await asyncio.wait([waiter])  # until its call has ended
    assert waiter.cancelled()
    assert await run.output() == 1


async def cancelled_wait(awaitable):
    """Awaits it in a task that is cancelled while it waits."""
    task = asyncio.ensure_future(awaitable)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
    raise AssertionError("it was not cancelled")


@test("/cursor/R3/next-after-a-cancelled-one")
async def next_after_cancelled():
    """Whoever is told that the wait has been cancelled can wait on the same thing at once."""
    source = Gstream.PushSource()
    run = Gstream.RunStream(source)
    cursor = run.values.subscribe()
    await cancelled_wait(cursor.next())
    await cancelled_wait(anext(aiter(cursor)))
    await cancelled_wait(run.interrupted())
    source.push(Gstream.Event.new("values", [], 1))
    source.finish()
    assert await cursor.next() == (True, 1)
    assert [value async for value in cursor] == []


@test("/cursor/P9/loop-after-a-cancelled-one")
async def loop_after_cancelled():
    """The traceback of the exception that ended a loop keeps its frames, but not the subscription."""
    source = Gstream.PushSource()
    run = Gstream.RunStream(source)

    seen = []

    async def read():
        async for value in run.values:
            seen.append(value)

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reader.cancel()
    try:
        await reader
    except asyncio.CancelledError:
        assert not run.values.subscribed
    source.push(Gstream.Event.new("values", [], 1))
    source.finish()
    await read()
    assert seen == [1]


@test("/cursor/P9/loop-after-a-failed-one")
def loop_after_failed():
    run = Gstream.RunStream(raising(LookupError("why")))
    for _ in range(2):
        error = raised(Gstream.Error.FAILED, list, run.values)
        assert not run.values.subscribed and "why" in error.message


@test("/run/R3/cancellable-of-two")
async def cancellable_of_two():
    """A cancelled task leaves the cancellable alone that it was given, which ends every call that has it."""
    source = Gstream.PushSource()
    run = Gstream.RunStream(source)
    cancellable = Gio.Cancellable()
    await cancelled_wait(run.output(cancellable))
    assert not cancellable.is_cancelled()
    waiter = asyncio.create_task(run.output(cancellable))
    await asyncio.sleep(0)
    cancellable.cancel()
    try:
        await waiter
    except GLib.Error as error:
        assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error
    else:
        raise AssertionError("nothing was raised")
    source.finish()
    assert await run.output() is None


@test("/run/R6/abort")
async def abort():
    closed = []

    async def endless():
        try:
            while True:
                await asyncio.sleep(0)
                yield Gstream.Event.new("values", [], 7)
        finally:
            closed.append(True)

    async with Gstream.RunStream(endless()) as run:
        async for value in run.values:
            break
    assert run.status == Gstream.RunStatus.ABORTED
    assert await run.output() == 7
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert closed


@test("/run/R1/lazy")
def lazy():
    asked = []

    def source():
        for number in range(5):
            asked.append(number)
            yield Gstream.Event.new("values", [], number)

    run = Gstream.RunStream(source())
    cursor = iter(run.values)
    assert asked == []
    assert next(cursor) == 0 and asked == [0]
    assert next(cursor) == 1 and asked == [0, 1]


@test("/run/callbacks")
def callbacks():
    loop = GLib.MainLoop()
    run = Gstream.RunStream(values(1, {"answer": 42}))
    seen = []

    def on_output(run, result, word):
        seen.append((word, run.output_finish(result)))
        loop.quit()

    run.output(None, on_output, "state")
    loop.run()
    assert seen == [("state", {"answer": 42})]


@test("/run/push")
async def pushed():
    """A push from a coroutine wakes who waits, though nothing else happens."""
    source = Gstream.PushSource.new()
    run = Gstream.RunStream(source)

    async def push():
        await asyncio.sleep(0.001)
        source.push(Gstream.Event.new("values", [], "late"))
        await asyncio.sleep(0.001)
        source.finish()

    state, _ = await asyncio.gather(run.output(), push())
    assert state == "late"


@test("/run/R9/interrupt")
def interrupt():
    """Ctrl+C ends a loop that waits for ever; only the looking for it is by the clock."""
    run = Gstream.RunStream(Gstream.PushSource.new())
    GLib.idle_add(os.kill, os.getpid(), signal.SIGINT)
    told(KeyboardInterrupt, list, run.values)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not run.values.subscribed


# --- values ---


@test("/payload/E2/values")
async def payloads():
    states = [2**70, -(2**63), 0.5, True, None, "", "naïve 日本語 🦊", [], {}, {"": [None, {}]}, [[[]]]]
    run = Gstream.RunStream(values(*states))
    assert list(run.values) == states
    assert run.output_sync() == states[-1]
    run = Gstream.RunStream(slowly(None))
    assert await run.output() is None


@test("/payload/E2/iteration")
def payload_iteration():
    payload = Gstream.Payload.new('{"messages": [1, [2, "x"], {}], "a": 1, "b": null, "a": 2}', -1)
    assert [(key, value.dup_json()) for key, value in payload] == [
        ("messages", '[1, [2, "x"], {}]'), ("a", "2"), ("b", "null")]
    assert [element.dup_json() for element in payload.lookup("/messages")] == ["1", '[2, "x"]', "{}"]
    assert list(Gstream.Payload.new("[]", -1)) == list(Gstream.Payload.new("{}", -1)) == []
    for scalar in "7", "null", '"text"':
        try:
            iter(Gstream.Payload.new(scalar, -1))
        except TypeError as error:
            assert scalar in str(error)
        else:
            raise AssertionError("expected a TypeError")


@test("/event/E1/parts")
def event():
    event = Gstream.Event.new("values", ["a:1"], {"x": 1}, node="n", id="i", timestamp=5, interrupts=[{"id": "q", "value": 2}])
    assert (event.method, event.namespace, event.data, event.node, event.id, event.timestamp, event.seq) == (
        "values", ["a:1"], {"x": 1}, "n", "i", 5, 0)
    assert event.interrupts == [{"id": "q", "value": 2}]
    assert "values" in repr(event)


@test("/event/E3/dict")
def protocol_dict():
    run = Gstream.RunStream(iter([{"type": "event", "method": "values", "params": {"namespace": [], "timestamp": 1, "data": 3}}]))
    assert run.output_sync() == 3


@test("/interrupts/T8")
async def interrupts():
    async with Gstream.RunStream(recorded("interrupt")) as run:
        assert await run.interrupted()
        assert [(each.id, each.value) for each in await run.interrupts()] == [
            (each["id"], each["value"]) for each in expected("interrupt")["interrupts"]
        ]


# --- transformers ---


class Progress(Gstream.Transformer):
    wants = ["custom"]

    def __init__(self, **properties):
        super().__init__(**properties)
        self.percent = self.add_projection("percent", int)
        self.share = self.add_projection("share", float)
        self.steps = self.add_projection("steps", dict)
        self.things = self.add_projection("things", object)
        self.done = self.add_projection("done", bool)

    def process(self, event):
        step = event.data["step"]
        self.percent.push(step * 25)
        self.share.push(step / 4)
        self.steps.push({"step": step})
        self.things.push(event)
        self.done.push(step == 2)
        return step != 1


def steps():
    for number in range(3):
        yield Gstream.Event.new("custom", [], {"step": number})


@test("/transformer/M1/plain")
async def transformer():
    run = Gstream.RunStream(steps(), Gstream.StreamMux([Progress]))
    cursors = [run[name].subscribe() for name in ("percent", "share", "steps", "done", "log")]

    async def read(cursor):
        return [item async for item in cursor]

    percent, share, taken, done, log = await asyncio.gather(*map(read, cursors))
    assert (percent, share, done) == ([0, 25, 50], [0.0, 0.25, 0.5], [False, False, True])
    assert taken == [{"step": 0}, {"step": 1}, {"step": 2}]
    assert [event.data for event in log if event.method == "custom"] == [{"step": 0}, {"step": 2}]
    run = Gstream.RunStream(steps(), Gstream.StreamMux([Progress]))
    assert [thing.data["step"] for thing in run["things"]] == [0, 1, 2]


@test("/transformer/M3/async")
async def async_transformer():
    class Slow(Gstream.Transformer):
        def __init__(self, **properties):
            super().__init__(**properties)
            self.seen = self.add_projection("seen", str)

        async def process(self, event):
            await asyncio.sleep(0)
            await self.seen.push_async(event.method)
            return event.method != "custom"

    run = Gstream.RunStream(steps(), Gstream.StreamMux([Slow]))
    assert [name async for name in run["seen"]] == ["custom"] * 3


@test("/transformer/M3/sync")
def async_only():
    class Slow(Gstream.Transformer):
        async def process(self, event):
            pass

    run = Gstream.RunStream(steps(), Gstream.StreamMux([Slow]))
    assert "async for" in raised(Gstream.Error.ASYNC_ONLY, lambda: list(run.values)).message


@test("/transformer/M4/side-work")
async def side_work():
    done = []

    async def work():
        await asyncio.sleep(0.001)
        done.append(True)

    class Worker(Gstream.Transformer):
        wants = ["values"]

        def process(self, event):
            self.schedule(work())

    run = Gstream.RunStream(values(1), Gstream.StreamMux([Worker]))
    assert await run.output() == 1
    assert done


@test("/transformer/M7/scopes")
def scopes():
    made = []

    class Seen(Gstream.Transformer):
        def __init__(self, **properties):
            super().__init__(**properties)
            made.append(self)

    Gstream.RunStream(recorded("subgraphs"), Gstream.StreamMux([Seen])).output_sync()
    assert len(made) > 1


@test("/transformer/M2/muxes-that-C-makes")
def added_to_made():
    class Counter(Gstream.Transformer):
        def __init__(self, **properties):
            super().__init__(**properties)
            self.count = self.add_projection("count", int)

        def process(self, event):
            self.count.push(1)

    for mux in (None, Gstream.StreamMux.new(None), GObject.new(Gstream.StreamMux)):
        run = Gstream.RunStream.new(memory(*steps()), mux)
        run.mux.add_transformer(Progress())
        run.mux.add(Counter)
        assert list(run.interleave("percent", "count")) == [("percent", 0), ("count", 1), ("percent", 25), ("count", 1), ("percent", 50), ("count", 1)]


@test("/transformer/M7/taken")
def taken():
    transformer = Progress()
    run = Gstream.RunStream(steps(), Gstream.StreamMux([transformer]))
    assert "belongs to a mux" in raised(Gstream.Error.INVALID, Gstream.StreamMux, [transformer]).message
    assert list(run["percent"]) == [0, 25, 50]
    del run
    gc.collect()
    assert "closed" in raised(Gstream.Error.INVALID, Gstream.StreamMux, [transformer]).message


# --- life ---


@test("/life/temporary")
def temporary():
    assert list(Gstream.RunStream(values(1, 2)).values) == [1, 2]
    iterator = iter(Gstream.RunStream(values(1, 2)).values)
    gc.collect()
    assert list(iterator) == [1, 2]
    message = next(iter(Gstream.RunStream(recorded("chat")).messages))
    gc.collect()
    assert message.wait_sync().text == expected("chat")["messages"][0]["text"]


@test("/life/temporary-named")
def temporary_named():
    words = told(RuntimeError, iter, Gstream.RunStream(steps(), Gstream.StreamMux([Progress]))["percent"])
    assert "dropped" in words


@test("/life/R6/dropped")
def dropped():
    source = Gstream.PushSource.new()
    run = Gstream.RunStream(source, Gstream.StreamMux([Progress]))
    gone = weakref.ref(run)
    cursor = run["percent"].subscribe()
    del run, cursor
    gc.collect()
    assert gone() is None and source.get_closed()


def resident():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1])


@test("/life/flat")
def flat():
    """A thousand runs made, read in part, and dropped."""

    def once():
        run = Gstream.RunStream(steps(), Gstream.StreamMux([Progress]))
        for _ in run["percent"]:
            break
        for _ in Gstream.RunStream(recorded("chat")).messages:
            break

    for _ in range(200):
        once()
    gc.collect()
    before = resident()
    for _ in range(1000):
        once()
    gc.collect()
    assert resident() - before < 512, resident() - before  # pages


def deltas(n):
    about = {"langgraph_node": "agent", "run_id": "r"}

    def line(data):
        params = {"namespace": [], "timestamp": 1, "data": [data, about]}
        return json.dumps({"type": "event", "method": "messages", "params": params}) + "\n"

    start = line({"event": "message-start", "role": "ai", "id": "m"})
    start += line({"event": "content-block-start", "index": 0, "content": {"type": "text", "text": ""}})
    delta = line({"event": "content-block-delta", "index": 0, "delta": {"type": "text-delta", "text": "x"}})
    text = (start + delta * n + line({"event": "message-finish", "reason": "stop"})).encode()
    return Gstream.JsonLinesSource(stream=Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(text)))


@test("/life/million")
def million():
    run = Gstream.RunStream(deltas(1_000_000))
    count = 0
    before = None
    for message in run.messages:
        for delta in message.text_deltas:
            count += 1
            if count == 100_000:
                before = resident()
        assert resident() - before < 2048, resident() - before  # pages: the message's own text grows
    assert count == 1_000_000


# --- wrong uses ---


@test("/wrong/P1/second")
def second():
    run = Gstream.RunStream(values(1))
    cursor = run.values.subscribe()
    assert "tee" in raised(Gstream.Error.ALREADY_SUBSCRIBED, iter, run.values).message
    cursor.close()


@test("/wrong/thread")
def other_thread():
    run = Gstream.RunStream(values(1))
    projection = run.values
    words = []
    thread = threading.Thread(target=lambda: words.append(told(RuntimeError, list, projection)))
    thread.start()
    thread.join()
    assert "thread" in words[0]


@test("/wrong/await")
def forgotten_await():
    run = Gstream.RunStream(values(1))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run.output()
        gc.collect()
    assert "never awaited" in str(caught[0].message)


@test("/wrong/async-generator")
def async_generator_in_for():
    run = Gstream.RunStream(slowly(1))
    assert "async for" in raised(Gstream.Error.ASYNC_ONLY, lambda: list(run.values)).message


@test("/wrong/async-generator-in-loop")
async def async_generator_in_blocking_for():
    run = Gstream.RunStream(slowly(1))
    assert "async for" in told(RuntimeError, list, run.values)


@test("/wrong/values")
def wrong_values():
    assert "set" in told(TypeError, Gstream.Event.new, "values", [], {1})
    assert "not int" in told(TypeError, Gstream.RunStream, 3)
    assert "not int" in raised(Gstream.Error.FAILED, Gstream.RunStream(iter([3])).output_sync).message


# --- the program's own exceptions ---


def raising(exception):
    yield Gstream.Event.new("values", [], 1)
    raise exception


async def raising_later(exception):
    yield Gstream.Event.new("values", [], 1)
    await asyncio.sleep(0)
    raise exception


async def failing(awaitable):
    try:
        await awaitable
    except GLib.Error as error:
        return error
    raise AssertionError("nothing was raised")


@test("/run/R5/cancelled-inside")
async def cancelled_inside():
    """What ends a coroutine in Python ends the run, however it is raised."""

    async def own_task():
        yield Gstream.Event.new("values", [], 1)
        task = asyncio.ensure_future(asyncio.sleep(10))
        task.cancel()
        await task

    for source, word in (
        (own_task(), "CancelledError"),
        (raising_later(asyncio.CancelledError()), "CancelledError"),
        (raising_later(GeneratorExit()), "GeneratorExit"),
        (raising_later(TimeoutError()), "TimeoutError (test-python.py, line "),
        (raising(GeneratorExit()), "GeneratorExit"),
        (raising(asyncio.CancelledError("why")), "CancelledError: why"),
    ):
        run = Gstream.RunStream(source)
        error = await failing(run.output())
        assert error.message.startswith(word), error.message
        assert run.status == Gstream.RunStatus.FAILED and type(error.__cause__).__name__ in word


@test("/run/R5/exit-inside")
def exit_inside():
    """Ctrl+C and the program's exit come out of whatever drives the run, once, and the run has failed."""
    for kind in (KeyboardInterrupt, SystemExit):
        for drive in (lambda run: run.output_sync(), lambda run: list(run.values), lambda run: run.values.subscribe().next_sync()):
            run = Gstream.RunStream(raising(kind("enough")))
            run.values.subscribe().next_sync()
            told(kind, drive, run)
            assert kind.__name__ in raised(Gstream.Error.FAILED, run.output_sync).message
            assert run.status == Gstream.RunStatus.FAILED
        for source in (raising(kind("enough")), raising_later(kind("enough"))):
            told(kind, run_in_ours, Gstream.RunStream(source).output())


@test("/transformer/R5/exit-inside")
def exit_inside_transformer():
    class Exiting(Gstream.Transformer):
        def process(self, event):
            raise KeyboardInterrupt

    class ExitingLate(Gstream.Transformer):
        def finish(self):
            raise SystemExit(3)

    for transformer, kind in ((Exiting, KeyboardInterrupt), (ExitingLate, SystemExit)):
        run = Gstream.RunStream(values(1, 2), Gstream.StreamMux([transformer]))
        told(kind, run.output_sync)
        assert run.status == Gstream.RunStatus.FAILED


def interrupted_inside(how):
    """Ctrl+C while the program's own code of a run is at work."""
    done = []

    def press():
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(10_000):  # until Python sees it
            pass
        done.append(True)

    def agent():
        yield Gstream.Event.new("values", [], 1)
        press()
        yield Gstream.Event.new("values", [], 2)

    class Pressing(Gstream.Transformer):
        def process(self, event):
            press()

    pressing = how.startswith("transformer")
    run = Gstream.RunStream(values(1, 2), Gstream.StreamMux([Pressing])) if pressing else Gstream.RunStream(agent())
    told(KeyboardInterrupt, run.output_sync if how.endswith("sync") else lambda: list(run.values))
    assert not done and run.status == Gstream.RunStatus.FAILED
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    raised(Gstream.Error.FAILED, run.output_sync)


for how in ("generator/sync", "generator/for", "transformer/sync", "transformer/for"):
    test(f"/run/R9/interrupt/{how}")(functools.partial(interrupted_inside, how))


@test("/run/R5/cause")
async def cause():
    """The exception itself, with the program's frames and no others, at every place where its error is told."""
    exceptions = [ValueError("out of ideas"), ValueError("out of ideas")]
    runs = [Gstream.RunStream(raising_later(exception)) for exception in exceptions]
    for run in runs:
        await failing(run.output())
    for run, exception in zip(runs, exceptions):
        for error in (await failing(run.output()), await failing(run.values.subscribe().next()), run.error):
            assert error.__cause__ is exception
        frames = traceback.extract_tb(exception.__traceback__)
        assert [frame.name for frame in frames] == ["raising_later"], frames


@test("/transformer/R5/cause")
def transformer_cause():
    exception = LookupError("no such step")

    class Broken(Gstream.Transformer):
        wants = ["values"]

        def process(self, event):
            raise exception

    run = Gstream.RunStream(values(1), Gstream.StreamMux([Broken]))
    assert raised(Gstream.Error.FAILED, lambda: list(run.values)).__cause__ is exception
    assert traceback.extract_tb(exception.__traceback__)[0].name == "process"


@test("/run/R5/place")
def place():
    """The program's own last line, not that of a library's inside."""

    def broken():
        yield json.loads("[")

    line = broken.__code__.co_firstlineno + 1
    message = raised(Gstream.Error.FAILED, Gstream.RunStream(broken()).output_sync).message
    assert f"(test-python.py, line {line})" in message, message


@test("/run/R5/group")
def group():
    if not hasattr(builtins, "ExceptionGroup"):
        tap.skip("Python before 3.11")
    parts = [ValueError("one"), builtins.ExceptionGroup("inner", [KeyError("two")])]
    message = raised(Gstream.Error.FAILED, Gstream.RunStream(raising(builtins.ExceptionGroup("outer", parts))).output_sync).message
    assert "outer" in message and "ValueError: one" in message and "KeyError: 'two'" in message, message


@test("/life/R6/failed-run-goes")
def failed_run_goes():
    """What the exception's frames know does not keep the run."""

    def use():
        run = Gstream.RunStream(raising(ValueError("x")))
        raised(Gstream.Error.FAILED, run.output_sync)
        return weakref.ref(run)

    gone = use()
    gc.collect()
    assert gone() is None


@test("/run/R6/abort-inside")
async def abort_inside():
    """Its own generator is closed when it has come back."""
    closed = []

    def agent():
        try:
            yield Gstream.Event.new("values", [], 1)
            run.abort()
            yield Gstream.Event.new("values", [], 2)
        finally:
            closed.append("plain")

    async def async_agent():
        try:
            yield Gstream.Event.new("values", [], 1)
            run.abort()
            yield Gstream.Event.new("values", [], 2)
        finally:
            closed.append("async")

    unraisable = []
    hook, sys.unraisablehook, printed = sys.unraisablehook, unraisable.append, sys.excepthook
    sys.excepthook = lambda *exception: unraisable.append(exception)
    try:
        for source in (agent(), async_agent()):
            run = Gstream.RunStream(source)
            assert await run.output() == 1 and run.status == Gstream.RunStatus.ABORTED
            for _ in range(3):
                await asyncio.sleep(0)
    finally:
        sys.unraisablehook, sys.excepthook = hook, printed
    assert closed == ["plain", "async"] and not unraisable, (closed, unraisable)


@test("/run/R9/forked")
def forked():
    """A child process is told at once that the run is not its."""
    run = Gstream.RunStream(values(1, 2, 3))
    cursor = run.values.subscribe()
    assert next(iter(cursor)) == 1
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        words = []
        for use in (run.output_sync, lambda: list(cursor), lambda: Gstream.run(run.output())):
            try:
                use()
                words.append("nothing was raised")
            except RuntimeError as error:
                words.append(str(error))
        os.write(writing, json.dumps(words).encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        words = json.load(pipe)
    os.waitpid(child, 0)
    assert all("forked" in each for each in words), words
    assert list(cursor) == [2, 3]


# --- what is handed back ---


@test("/payload/E2/handed-back")
async def handed_back():
    """Every state that a run gives may be given to one."""
    text = r'{"half": "\ud83d", "other \ude00": ["\u0000", "\ud83d\ude00", 1e-7, 12345678901234567890123]}'
    protocol = f'{{"type": "event", "method": "values", "params": {{"namespace": [], "timestamp": 1, "data": {text}}}}}'
    given = await Gstream.RunStream(memory(Gstream.Event.new_from_json(protocol, -1))).output()
    assert given == json.loads(text)
    again = [Gstream.Event.new("values", [], given), {"type": "event", "method": "values", "params": {"namespace": [], "data": given}}]
    assert list(Gstream.RunStream(iter(again)).values) == [given, given]


@test("/payload/E2/halves")
def halves():
    """Text is UTF-8: halves of surrogate pairs are joined, or read as U+FFFD."""

    class Echo(Gstream.Transformer):
        def __init__(self, **properties):
            super().__init__(**properties)
            self.echo = self.add_projection("echo", str)

        def process(self, event):
            self.echo.push(event.data)

    run = Gstream.RunStream(values("a\ud83d", "\ud83d\ude00"), Gstream.StreamMux([Echo]))
    assert list(run["echo"]) == ["a\ufffd", "\U0001f600"]
    assert "\ufffd" in raised(Gstream.Error.FAILED, Gstream.RunStream(raising(ValueError("\ud83d"))).output_sync).message
    writer = Gstream.MessageWriter(node="n\ud83d")
    assert writer.start().node == "n\ufffd" and "\ufffd" in writer.text("\ud83d").to_json()


@test("/payload/E2/no-json")
def no_json():
    """Which of the program's values has no JSON, by its path."""
    circular = []
    circular.append({"me": circular})
    for value, kind, path in (
        ({"scores": [1, {"a": float("nan")}]}, ValueError, "/scores/1/a"),
        ([float("inf")], ValueError, "/0"),
        (float("-inf"), ValueError, "the top"),
        ({"who": {1, 2}}, TypeError, "/who"),
        ({"a": {(1, 2): 3}}, TypeError, "/a/(1, 2)"),
        (circular, ValueError, "/0/me"),
    ):
        words = told(kind, Gstream.Event.new, "values", [], value)
        assert f"(at {path})" in words, words
    event = {"type": "event", "method": "values", "params": {"namespace": [], "data": {"x": float("nan")}}}
    message = raised(Gstream.Error.FAILED, Gstream.RunStream(iter([event])).output_sync).message
    assert "nan" in message and "/params/data/x" in message, message


# --- transformers with an asynchronous end ---


@test("/transformer/M5/async-finish")
async def async_finish():
    class Closing(Gstream.Transformer):
        def __init__(self, **properties):
            super().__init__(**properties)
            self.words = self.add_projection("words", str)

        async def finish(self):
            await asyncio.sleep(0)
            self.words.push("last")

    run = Gstream.RunStream(values(1), Gstream.StreamMux([Closing]))
    assert [word async for word in run["words"]] == ["last"] and await run.output() == 1
    error = raised(Gstream.Error.ASYNC_ONLY, Gstream.RunStream(values(1), Gstream.StreamMux([Closing])).output_sync)
    assert "async for" in error.message

    class Broken(Gstream.Transformer):
        async def finish(self):
            await asyncio.sleep(0)
            raise OSError("no room")

    error = await failing(Gstream.RunStream(values(1), Gstream.StreamMux([Broken])).output())
    assert "OSError: no room" in error.message and isinstance(error.__cause__, OSError)


@test("/transformer/M5/async-fail")
async def async_fail():
    told_of = []

    class Failing(Gstream.Transformer):
        async def fail(self, error):
            await asyncio.sleep(0)
            told_of.append(error and error.message)

    error = await failing(Gstream.RunStream(raising(ValueError("x")), Gstream.StreamMux([Failing])).output())
    assert told_of == [error.message]
    run = Gstream.RunStream(values(1), Gstream.StreamMux([Failing]))
    run.abort()
    assert await run.output() is None and told_of[1:] == [None]


@test("/transformer/M3/mixed")
def mixed():
    class Plain(Gstream.Transformer):
        def process(self, event):
            pass

    def derive():
        class Slow(Plain):
            async def process(self, event):
                pass

    assert "async" in told(TypeError, derive)


@test("/transformer/M4/blocked")
async def side_work_blocked():
    """Blocking the loop that the run's own coroutine needs would be for ever."""
    gate = asyncio.Event()

    class Worker(Gstream.Transformer):
        wants = ["values"]

        def process(self, event):
            self.schedule(gate.wait(), fails_run=True)

    run = Gstream.RunStream(values(1, 2), Gstream.StreamMux([Worker]))
    cursor = run.values.subscribe()
    assert await cursor.next() == (True, 1)
    raised(Gstream.Error.ASYNC_ONLY, run.output_sync)
    gate.set()
    assert await run.output() == 2
    raised(Gstream.Error.ASYNC_ONLY, Gstream.RunStream(values(1), Gstream.StreamMux([Worker])).output_sync)


# --- properties ---


@test("/transformer/M2/native")
def native():
    class Native(Progress):
        native = True

    run = Gstream.RunStream(steps(), Gstream.StreamMux([Native]))
    assert list(run.percent) == [0, 25, 50]
    run = Gstream.RunStream(steps(), Gstream.StreamMux([Progress]))
    assert "run['percent']" in told(AttributeError, lambda: run.percent)
    assert "valves" in told(AttributeError, lambda: run.valves)

    class Scoped(Gstream.Transformer):
        native = True

        def __init__(self, **properties):
            super().__init__(**properties)
            self.add_projection("seen", int)

    run = Gstream.RunStream(recorded("subgraphs"), Gstream.StreamMux([Scoped]))
    assert [child.seen.name for child in run.subgraphs][:1] == ["seen"]


@test("/properties/set")
def properties_set():
    run = Gstream.RunStream(values(1), turn_budget=0)
    run.values.max_buffered = 2
    run.values.forward = False
    run.turn_budget = 7
    assert (run.values.max_buffered, run.values.forward, run.turn_budget) == (2, False, 7)
    assert (run.status.name, Gstream.Error.ASYNC_ONLY.name) == ("PENDING", "ASYNC_ONLY")


@test("/push-source/P6/async")
async def push_source():
    source = Gstream.PushSource()
    run = Gstream.RunStream(source)
    source.max_buffered = 1

    async def push():
        for number in range(3):
            assert await source.push_async(Gstream.Event.new("values", [], number))
        source.finish()

    pushing = asyncio.create_task(push())
    assert [value async for value in run.values] == [0, 1, 2]
    await pushing


@test("/message-writer")
def message_writer():
    assert Gstream.MessageWriter(["a:1"], node="n", id="i").start().namespace == ["a:1"]
    assert Gstream.MessageWriter().start().node is None


@test("/tool-writer")
def tool_writer():
    """T3, T4: a model's call and what the tool does, with Python's own values."""
    message, tool = Gstream.MessageWriter(), Gstream.ToolWriter(["a:1"], "get_weather", "call_1")
    assert message.start_tool_call("call_1", "get_weather").data["content"]["name"] == "get_weather"
    assert message.tool_call_arguments('{"city"').data["delta"]["args"] == '{"city"'
    assert (tool.namespace, tool.name, tool.id) == (["a:1"], "get_weather", "call_1")
    assert tool.start({"city": "Oslo"}).data["input"] == {"city": "Oslo"}
    assert tool.output("asking").data["delta"] == "asking"
    assert tool.finish({"temperature": 3}).data["output"] == {"temperature": 3}
    assert tool.fail("no such city").data["message"] == "no such city"


@test("/paced-source")
def paced_source():
    paced = Gstream.PacedSource(Gstream.JsonLinesSource(str(RUNS / "chat.jsonl")), 1000)
    assert paced.speed == 1000 and isinstance(paced.source, Gstream.JsonLinesSource)
    assert Gstream.RunStream(paced).output_sync()["messages"]


@test("/wrong/strings")
def wrong_strings():
    """One string where a list of them is wanted, and what is no transformer."""

    def derive():
        class Wanting(Gstream.Transformer):
            wants = "messages"

    assert "['messages']" in told(TypeError, derive)
    assert "['messages']" in told(TypeError, Gstream.Transformer.set_wants, Progress(), "messages")
    assert "['ns']" in told(TypeError, Gstream.Event.new, "values", "ns", 1)
    assert "['ns']" in told(TypeError, Gstream.MessageWriter.new, "ns")
    assert "['values']" in told(TypeError, Gstream.StreamMux, [], "values")
    assert "valves" in told(ValueError, Gstream.StreamMux, [], ["valves"])
    assert "int" in told(TypeError, Gstream.StreamMux, [int])
    assert "3" in told(TypeError, Gstream.StreamMux, [3])
    assert "{}" in told(TypeError, Gstream.StreamMux, [lambda scope: {}])


@test("/wrong/never-runs")
def never_runs():
    class Yielding(Gstream.Transformer):
        def process(self, event):
            yield event

    class Forgetting(Gstream.Transformer):
        def process(self, event):
            return asyncio.sleep(0)

    for transformer, word in ((Yielding, "generator"), (Forgetting, "coroutine")):
        run = Gstream.RunStream(values(1), Gstream.StreamMux([transformer]))
        assert word in raised(Gstream.Error.FAILED, run.output_sync).message


tap.run()
