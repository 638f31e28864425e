# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A LangGraph graph of this process as an event source: in asyncio's loop where one
# runs, in a thread with a loop of its own where none does (a GTK application).

import asyncio
import contextlib
import inspect
import threading
import uuid
import warnings

from gi.module import get_introspection_module
from gi.repository import GLib

from . import _gstream_items as items
from ._gstream_waiting import running_loop

Gstream = get_introspection_module("Gstream")


def is_langgraphs(source):
    """Whether it is LangGraph's own run, or what one is awaited from."""
    return inspect.isawaitable(source) or type(source).__module__.partition(".")[0] == "langgraph"


def transformers_of(channels):
    """LangGraph's transformers for the stream modes that it does not stream of itself."""
    from langgraph.prebuilt._tool_call_transformer import ToolCallTransformer
    from langgraph.stream import transformers

    known = {
        "checkpoints": transformers.CheckpointsTransformer,
        "custom": transformers.CustomTransformer,
        "debug": transformers.DebugTransformer,
        "tasks": transformers.TasksTransformer,
        "tools": ToolCallTransformer,
        "updates": transformers.UpdatesTransformer,
    }
    return [known[name] for name in channels if name in known]


class Opening:
    """How LangGraph's run is to be had: asked of a graph when the first event is wanted, awaited, or given."""

    def __init__(self, opened, name="root"):
        self._opened = opened
        self.name = name

    async def open(self):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The v3 streaming protocol")  # that LangGraph calls it experimental
            opened = self._opened() if callable(self._opened) else self._opened
            return await opened if inspect.isawaitable(opened) else opened

    def drop(self):
        """Nobody has opened it: a coroutine that is never awaited would warn of that."""
        if inspect.iscoroutine(self._opened):
            self._opened.close()


def opening_of(graph, graph_input, config, channels, transformers, keywords):
    def opened():
        more = [*transformers_of(channels), *transformers]
        return graph.astream_events(graph_input, config, version="v3", transformers=more or None, **keywords)

    return Opening(opened, graph.get_name())


class Steps:
    """The events of a run, asynchronous or not, one at a time."""

    def __init__(self, run):
        self._run = run
        self._asynchronous = hasattr(run, "__aiter__")
        self._iterator = aiter(run) if self._asynchronous else iter(run)

    async def next(self):
        if self._asynchronous:
            return await anext(self._iterator)
        step = await asyncio.to_thread(next, self._iterator, self)
        if step is self:
            raise StopAsyncIteration
        return step

    async def close(self):
        """Cancels the nodes that are running, and closes the graph's iterator."""
        if not hasattr(self._run, "abort"):
            return
        if inspect.isawaitable(done := self._run.abort()):
            await done


class GraphSource(Gstream.PushSource):
    """A graph's events, each made when the run wants it, as an Agent Server would send them (L1-L4)."""

    __gtype_name__ = "GstreamPythonGraphSource"
    __module__ = "gstream"  # a class of a module in gi.overrides would be the one that it derives from

    def __init__(self, opening):
        super().__init__()
        from gstream_agent.events import RunEvents

        self._opening = opening
        self._link = items.Link()
        self._events = RunEvents(str(uuid.uuid4()), opening.name)
        self._loop = None  # where the graph runs
        self._task = None
        self._thread = None
        self._wanted = None  # asyncio.Event
        self.connect("notify::closed", type(self)._on_closed)

    def do_wanted(self):
        if self._loop is None:
            self._start()
        elif self._thread is None:
            self._wanted.set()
        else:
            self._loop.call_soon_threadsafe(self._wanted.set)

    async def closed(self):
        """Waits until the graph has let go of everything. The source has been closed, or has ended."""
        if self._task is not None and self._thread is None:
            await asyncio.wait([self._task])

    def _start(self):
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._loop = running_loop()
        if self._loop is not None:
            self._task = self._loop.create_task(self._run())
            if (home := self._link.home()) is not None:
                home.tasks.add(self._task)
            return
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._run())
        self._thread = threading.Thread(target=self._serve, name="gstream-graph", daemon=True)
        self._thread.start()

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._task)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _run(self):
        try:
            self._give(self._events.begin())
            self._give(self._events.end(await self._iterate()))
        except asyncio.CancelledError:
            if not self.is_closed():
                raise  # not the run's doing: whoever cancelled it wants to know
        except BaseException as exception:
            self._fail(exception)
        finally:
            self._opening.drop()
            with contextlib.suppress(Exception):
                self.finish()

    async def _iterate(self):
        steps = Steps(await self._opening.open())
        try:
            while True:
                await self._wanted.wait()
                if self._give(self._events.translate(await steps.next())):
                    self._wanted.clear()
        except StopAsyncIteration:
            return "interrupted" if self._events.asked else "completed"
        except BaseException as exception:
            return self._status_of(exception)
        finally:
            await steps.close()

    def _status_of(self, exception):
        name = type(exception).__name__
        if name == "GraphInterrupt":
            return "interrupted"
        if name == "GraphDrained":
            return "drained"
        raise exception

    def _fail(self, exception):
        words = str(exception) or type(exception).__name__
        if (home := self._link.home()) is not None:
            home.note(GLib.Error.new_literal(Gstream.error_quark(), words, int(Gstream.Error.FAILED)), exception)
        self._give(self._events.end("failed", words))

    def _give(self, lines):
        for _method, _namespace, line in lines:
            if self.is_closed():
                raise asyncio.CancelledError
            self.push(Gstream.Event.new_from_json(line.decode(), -1))
        return len(lines)

    def _on_closed(self, _pspec):
        if self._task is None:
            self._opening.drop()
        elif self._thread is None:
            self._task.cancel()
        else:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended
                self._loop.call_soon_threadsafe(self._task.cancel)
