# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A LangGraph graph of this process as an event source: in asyncio's loop if one is running, otherwise (in a GTK
# application) in a thread with its own loop.

import asyncio
import concurrent.futures
import contextlib
import functools
import inspect
import threading
import uuid
import warnings
import weakref

from gi.module import get_introspection_module
from gi.repository import GLib

from . import _gstream_items as items
from ._gstream_task import ResumableTask, park
from ._gstream_waiting import running_loop

Gstream = get_introspection_module("Gstream")


def let_langgraph_set_loops():
    """At each step, LangGraph sets the running loop as the thread's loop, which PyGObject's policy would refuse."""
    policy = type(asyncio.get_event_loop_policy())
    refusing = policy.set_event_loop
    if policy.__module__ != "gi.events" or hasattr(refusing, "__wrapped__"):
        return

    @functools.wraps(refusing)
    def set_event_loop(self, loop):
        if loop is None or loop is not asyncio._get_running_loop():
            refusing(self, loop)

    policy.set_event_loop = set_event_loop


def is_langgraphs(source):
    """Whether it is a run of LangGraph, or an awaitable of one."""
    return inspect.isawaitable(source) or type(source).__module__.partition(".")[0] == "langgraph"


# The stream modes that LangGraph does not stream by default, and the projections that need them.
MODES = {"updates": "updates", "custom": "custom", "checkpoints": "checkpoints", "tasks": "tasks", "debug": "debug", "tool_calls": "tools"}


def modes_of(run):
    """Returns the stream modes that the run's subscribed projections and its transformers need (M8)."""
    if run is None:
        return set()
    mux = run.get_mux()
    there = mux.list_projections()
    read = {mode for name, mode in MODES.items() if name in there and mux.get_projection(name).get_subscribed()}
    return read | getattr(mux, "_link", items.Link()).channels.intersection(MODES.values())


def asking_for(modes, on_task):
    """Makes a LangGraph transformer that requests these modes, and passes on `tasks` events, which LangGraph's own
    transformers keep."""
    from langgraph.stream import StreamTransformer

    class Asking(StreamTransformer):
        required_stream_modes = tuple(modes)

        def init(self):
            return {}

        def process(self, event):
            if event["method"] == "tasks" and "tasks" in modes and not self.scope:
                on_task(event)
            return True

    return Asking


push = Gstream.PushSource.push_json  # the method of GIR, looked up once


class Opening:
    """How LangGraph's run is obtained: started when the first event is needed, awaited, or given."""

    def __init__(self, opened, name="root", channels=()):
        self._opened = opened
        self.is_own = callable(opened)  # nobody else has the run
        self.name = name
        self.channels = set(channels)

    async def open(self, modes, on_task):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The v3 streaming protocol")  # that LangGraph calls it experimental
            opened = self._opened(modes | self.channels, on_task) if callable(self._opened) else self._opened
            return await opened if inspect.isawaitable(opened) else opened

    def drop(self):
        """Closes an awaitable that was not used, because a coroutine that is never awaited causes a warning."""
        if inspect.iscoroutine(self._opened):
            self._opened.close()


def opening_of(graph, graph_input, config, channels, transformers, keywords):
    if unknown := set(channels).difference(MODES.values()):
        raise ValueError(f"there is no stream mode {min(unknown)!r} to ask for; there are {', '.join(MODES.values())}")

    def opened(modes, on_task):
        more = [*([asking_for(modes, on_task)] if modes else []), *transformers]
        return graph.astream_events(graph_input, config, version="v3", transformers=more or None, **keywords)

    return Opening(opened, graph.get_name(), channels)


class Steps:
    """Iterates over a run, asynchronous or not, one event at a time."""

    def __init__(self, run, events):
        self._run = run
        self._translate = events.translate
        self._asynchronous = hasattr(run, "__aiter__")
        self._iterator = aiter(run) if self._asynchronous else iter(run)

    async def next(self):
        """Returns the lines of the next event, which may be none."""
        if self._asynchronous:
            return self._translate(await anext(self._iterator))
        step = await asyncio.to_thread(next, self._iterator, self)
        if step is self:
            raise StopAsyncIteration
        return self._translate(step)

    async def close(self):
        """Cancels the nodes that are running, and closes the graph's iterator."""
        if not hasattr(self._run, "abort"):
            return
        if inspect.isawaitable(done := self._run.abort()):
            await done


class OwnSteps(Steps):
    """The same of a run that we have opened, whose projections nobody can read: its graph is asked.

    What LangGraph's run does for each event beside keeping it in its log is to make a task, so that its abort() can cancel
    it, and to fill its projections. Here who asks is cancelled, and of its transformers only those work that have a say
    in what comes into the log. A version of LangGraph that is made otherwise, or a transformer of somebody else's, who may
    look at the projections, has the run iterated.
    """

    def __init__(self, run, events):
        aiter(run)  # from now on the log is kept
        self._run = run
        self._events = events
        self._mux = run._mux
        self._pull = run._graph_aiter.__anext__
        self._log = self._mux._events._items
        self._working = [transformer for transformer in self._mux._transformers if not only_fills(transformer)]

    async def next(self):
        if self._log:
            return self._events.translate(self._log.popleft()[1])
        if self._run._exhausted:
            raise self._mux._events._error or StopAsyncIteration
        try:
            part = await self._pull()
            if part["type"] == "messages":
                return self._events.message(part["ns"], part["data"])
            await self._process(part)
        except StopAsyncIteration:
            self._run._exhausted = True
            await self._mux.aclose()
        except Exception as exception:
            self._run._exhausted = True
            await self._mux.afail(exception)
        return ()

    async def _process(self, part):
        from langgraph.stream._convert import convert_to_protocol_event

        event = convert_to_protocol_event(part)
        kept = [await transformer.aprocess(event) for transformer in self._working]
        if all(kept):
            self._mux._events.push(event)


# What OwnSteps has to know of LangGraph's run, its mux, its log and its transformers.
KNOWN_OF_RUN = {"_mux", "_graph_aiter", "_exhausted"}
KNOWN_OF_MUX = {"_events", "_transformers", "aclose", "afail"}
KNOWN_OF_LOG = {"_items", "_error", "push"}
KNOWN_TRANSFORMERS = {"LifecycleTransformer", "TasksTransformer", "CheckpointsTransformer", "DebugTransformer", "Asking"}
FILLING = {"ValuesTransformer", "MessagesTransformer", "SubgraphTransformer", "UpdatesTransformer", "CustomTransformer", "ToolCallTransformer"}


def has_all(thing, names):
    return all(hasattr(thing, name) for name in names)


def is_known(transformer, names):
    kind = type(transformer)
    return kind.__name__ in names and kind.__module__.partition(".")[0] in ("langgraph", "gi")


def only_fills(transformer):
    """Whether it does nothing but fill a projection, and lets every event go on, but for those that another takes as well."""
    return is_known(transformer, FILLING)


def can_ask_graph(run):
    return (type(run).__name__ == "AsyncGraphRunStream" and has_all(run, KNOWN_OF_RUN)
            and has_all(run._mux, KNOWN_OF_MUX) and has_all(run._mux._events, KNOWN_OF_LOG)
            and all(is_known(transformer, FILLING | KNOWN_TRANSFORMERS) for transformer in run._mux._transformers))


def steps_of(run, own, events):
    return OwnSteps(run, events) if own and can_ask_graph(run) else Steps(run, events)


async def cancel_all_others():
    """Cancels the remaining tasks in the loop of a thread: nodes of a run that could not be closed while it was being
    resumed."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class GraphSource(Gstream.PushSource):
    """The events of a graph in an Agent Server's format, each made when the run asks for it (L1-L4)."""

    __gtype_name__ = "GstreamPythonGraphSource"
    __module__ = "gstream"  # a class of a module in gi.overrides would replace its base class

    def __init__(self, opening):
        super().__init__()
        from gstream_agent.events import RunEvents

        self._opening = opening
        self._link = items.Link()
        self.run_id = str(uuid.uuid4())
        self._events = RunEvents(self.run_id, opening.name)
        self._loop = None  # where the graph runs
        self._task = None
        self._thread = None
        self._modes = None
        self._wanted = False  # the run waits for an event
        self._waiting = []  # futures of consumers in this loop
        self._cancelled = False
        self._tasks_seen = []  # events of that mode, which come beside the others
        self.ended = concurrent.futures.Future()  # the graph has released all resources
        self.connect("notify::closed", type(self)._on_closed)

    def do_wanted(self):
        if self._loop is None:
            self._begin()
        elif self._thread is not None:
            self._call_in_thread(self._want)
        elif (home := self._link.home()) is not None and home.asking:
            self._wanted = home.is_wanting = True
        else:
            self.want_soon()

    def want_soon(self):
        self._loop.call_soon(self._want)

    def _want(self):
        self._wanted = True
        self._task.resume()

    def next_step(self):
        """Asks the graph for the event that the run waits for. Returns True if there is one, a future that is done when
        there is one, or None if the run waits for something else.
        """
        if not self._wanted:
            return None
        self._task.resume()
        if not self._wanted:
            return True
        step = asyncio.Future(loop=self._loop)
        self._waiting.append(step)
        return step

    def _stepped(self):
        self._wanted = False
        if self._waiting:
            for step in self._waiting:
                if not step.done():
                    step.set_result(None)
            self._waiting.clear()

    def need(self, mode):
        """Requests a stream mode, if the graph has not been started yet."""
        self._opening.channels.add(mode)

    async def cancel(self):
        """Cancels the run from outside; its readers get an error."""
        self._cancelled = True
        if self._task is not None:
            self._cancel_task()
            await asyncio.wrap_future(self.ended)

    def _cancel_task(self):
        if self._thread is None:
            self._task.cancel()  # of this thread's loop, or of one that has not begun
        else:
            self._call_in_thread(self._task.cancel)

    def _call_in_thread(self, call):
        with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended
            self._loop.call_soon_threadsafe(call)

    async def closed(self):
        """Waits until the graph has released all resources, after the source was closed or has ended. Does not wait for a
        graph in a loop that is blocked by the call that waits."""
        if self._task is not None and (self._thread is not None or self._loop is asyncio.get_running_loop()):
            await asyncio.wrap_future(self.ended)

    def _begin(self):
        let_langgraph_set_loops()
        self._wanted = True
        self._loop = running_loop() or asyncio.SelectorEventLoop()  # asyncio's own, whatever the policy
        self._task = ResumableTask(self._run(), self._loop)
        self._task.add_done_callback(self._on_done)
        if self._loop.is_running():
            if (home := self._link.home()) is not None:
                home.tasks.add(self._task)
                home.get_source = weakref.ref(self)
            return
        # Who reads the run is known when this turn of the main loop is over.
        start = GLib.Idle(priority=GLib.PRIORITY_DEFAULT)
        start.set_callback(type(self)._start_thread, self)
        start.attach(GLib.MainContext.ref_thread_default())

    def _start_thread(self, *_data):
        self._modes = modes_of(self._link.run())
        self._thread = threading.Thread(target=self._serve, name="gstream-graph", daemon=True)
        self._thread.start()
        return GLib.SOURCE_REMOVE

    def _serve(self):
        try:
            self._loop.run_until_complete(self._task)
        finally:
            self._loop.run_until_complete(cancel_all_others())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            self.ended.set_result(None)

    def _on_done(self, _task):
        self._opening.drop()
        if self._thread is None:
            self.ended.set_result(None)

    async def _run(self):
        try:
            self._give(self._events.begin())
            self._stepped()
            if self._cancelled:
                raise asyncio.CancelledError
            self._give(self._events.end(await self._iterate()))
        except asyncio.CancelledError:
            if self._cancelled and not self.get_closed():
                self._give(self._events.end("interrupted"))  # like an Agent Server for a run that was cancelled
            elif not self.get_closed():
                raise  # not the run's doing: whoever cancelled it wants to know
        except BaseException as exception:
            self._fail(exception)
        finally:
            with contextlib.suppress(Exception):
                self.finish()
            self._stepped()

    async def _iterate(self):
        modes = self._modes if self._thread else modes_of(self._link.run())
        run = await self._opening.open(modes, self._tasks_seen.append)
        steps = steps_of(run, self._opening.is_own, self._events)
        try:
            while True:
                if not self._wanted:
                    await park()
                lines = await steps.next()
                given = self._give_tasks() if self._tasks_seen else 0
                if given + self._give(lines):
                    self._stepped()
        except StopAsyncIteration:
            self._give_tasks()
            return "interrupted" if self._events.asked else "completed"
        except BaseException as exception:
            return self._status_of(exception)
        finally:
            await steps.close()

    def _give_tasks(self):
        given = sum([self._give(self._events.translate(event)) for event in self._tasks_seen])
        self._tasks_seen.clear()
        return given

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
            try:
                push(self, line.decode(), -1)
            except GLib.Error:
                if self.get_closed():
                    raise asyncio.CancelledError from None
                raise
        return len(lines)

    def _on_closed(self, _pspec):
        if self._task is None:
            self._opening.drop()
        else:
            self._cancel_task()


# --- threads ---


def with_checkpoints(graph, checkpointer):
    """Returns the compiled graph with a checkpointer: the given one, its own, or one in memory."""
    if not hasattr(graph, "astream_events"):
        graph = graph.compile()
    if checkpointer is None and not graph.checkpointer:
        from langgraph.checkpoint.memory import InMemorySaver

        checkpointer = InMemorySaver()
    return graph if checkpointer is None else graph.copy(update={"checkpointer": checkpointer})


def is_under_way(source, run_id):
    """Whether a source has a run that has not ended, and that is the one that is meant; run_id: None: any."""
    return source is not None and not source.get_closed() and run_id in (None, source.run_id)


def no_such_run(run_id):
    from gstream_agent.thread import Refused

    return Refused("no_such_run", f"There is no run {run_id} under way." if run_id else "There is no run under way.")


def conflict():
    from gstream_agent.thread import Refused

    return Refused("conflict", "A run of this thread is under way: read it to its end, or abort it.")


async def cancel(source, run_id):
    """Cancels the run of a source, which must be the given run, and be running."""
    if not is_under_way(source, run_id):
        raise no_such_run(run_id)
    await source.cancel()
    return True


async def after(source, work, params):
    """Calls the function when the run of a source has ended, which may still be cleaning up."""
    if source is not None and not source.get_closed():
        raise conflict()
    return await when_over(source, work, params)


async def when_over(source, work, params):
    """Calls the function; if the run of a source was aborted, when its graph writes no more checkpoints."""
    if source is not None and source.get_closed():
        await source.closed()
    return await work(params)


def perform(coroutine, task, in_thread, tell):
    """Runs a coroutine, in asyncio's loop or in a thread, and reports its result or exception in the task's context."""
    loop = None if in_thread else running_loop()
    if loop is None:
        perform_in_thread(coroutine, task, tell)
        return
    work = loop.create_task(coroutine)
    work.add_done_callback(tell)
    on_cancel(task.get_cancellable(), work, work.cancel)


def perform_in_thread(coroutine, task, tell):
    let_langgraph_set_loops()
    loop = asyncio.SelectorEventLoop()
    work = loop.create_task(coroutine)
    context = task.get_context()

    def serve():
        with contextlib.suppress(BaseException):
            loop.run_until_complete(work)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        call_in(context, lambda *_: tell(work))

    on_cancel(task.get_cancellable(), work, lambda: loop.call_soon_threadsafe(work.cancel))
    threading.Thread(target=serve, name="gstream-thread", daemon=True).start()


def call_in(context, call, priority=GLib.PRIORITY_DEFAULT):
    source = GLib.Idle(priority=priority)
    source.set_callback(call)
    source.attach(context)


def on_cancel(cancellable, work, cancel):
    """Calls the function when the cancellable is cancelled, until the work is done: it may be used for many calls."""

    def cancelled(*_):
        with contextlib.suppress(RuntimeError):  # the loop is closed: it is done
            cancel()

    if cancellable is not None and cancellable.is_cancelled():
        work.cancel()  # it has not begun
    elif cancellable is not None:
        handler = cancellable.connect(cancelled)
        work.add_done_callback(lambda _work: cancellable.disconnect(handler))
