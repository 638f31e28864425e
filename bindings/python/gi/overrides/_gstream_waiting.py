# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Waiting for GIO's asynchronous calls in Python: with any loop of asyncio, or by blocking.

import asyncio
import selectors
import signal
import threading
import time
import weakref

from gi.module import get_introspection_module
from gi.repository import Gio, GLib

try:
    from gi.events import GLibEventLoop  # PyGObject 3.50: GLib's main context is asyncio's loop
except ImportError:
    GLibEventLoop = None

Gstream = get_introspection_module("Gstream")
LOOK = 100  # ms between two looks for signals in a call that blocks
BUSY = 0.004  # seconds that asyncio may go on with what is ready before files and GLib's main context have a turn

monotonic = time.monotonic


class _Alarm(GLib.Source):
    """A source that ends GLib's polling when one of asyncio's files is ready, or at a given time."""

    def __init__(self, fd):
        super().__init__()
        self.timeout = -1  # ms
        self.add_unix_fd(fd, GLib.IOCondition.IN)

    def prepare(self):
        return False, self.timeout

    def check(self):
        return False

    def dispatch(self, callback, args):
        return GLib.SOURCE_CONTINUE


class _Selector:
    """asyncio's selector, which while it waits also runs GLib's main context.

    Whatever either of them waits for ends the waiting, so nothing polls, and what
    is attached to the main context from a coroutine is seen at once. While asyncio has work of its own, neither is
    looked at more often than once in a while: a look costs more than most work.
    """

    def __init__(self, selector):
        context = GLib.MainContext.ref_thread_default()
        if not context.acquire():
            raise RuntimeError("GLib's main context runs in another thread: await there, or use callbacks")
        self._selector = selector
        self._context = context
        self._alarm = _Alarm(selector.fileno())
        self._alarm.attach(context)
        self._due = 0  # monotonic time of the next look

    def __getattr__(self, name):
        return getattr(self._selector, name)

    def select(self, timeout=None):
        if timeout is None:
            self._alarm.timeout = -1
        elif timeout > 0:
            self._alarm.timeout = int(-(-timeout * 1000 // 1))
        elif monotonic() < self._due:
            return ()
        else:
            self._alarm.timeout = 0
        self._context.iteration(timeout is None or timeout > 0)
        found = self._selector.select(0)
        self._due = monotonic() + BUSY
        return found

    def close(self):
        self._alarm.destroy()
        self._context.release()
        self._selector.close()


class EventLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that also iterates GLib's main context, for versions of PyGObject that have none."""

    def __init__(self):
        super().__init__(_Selector(selectors.DefaultSelector()))


_joined = weakref.WeakSet()  # loops of others that GLib's main context runs in


def new_event_loop():
    """Makes an asyncio loop that iterates GLib's main context: PyGObject's own, if it has one (3.50)."""
    return GLibEventLoop(GLib.MainContext.ref_thread_default()) if GLibEventLoop else EventLoop()


async def _until_exit(main, exits):
    try:
        return await main
    except (KeyboardInterrupt, SystemExit) as reason:
        exits.append(reason)


def run(main, *, debug=None):
    """asyncio.run() with a loop that iterates GLib's main context."""
    exits = []  # PyGObject's loop prints these exceptions where asyncio's end the loop, and would go on for ever
    with asyncio.Runner(debug=debug, loop_factory=new_event_loop) as runner:
        result = runner.run(_until_exit(main, exits) if asyncio.iscoroutine(main) else main)
    if exits:
        raise exits[0]
    return result


def join_loop(loop=None):
    """Makes GLib's main context run in a loop that somebody else has made, the running one if none is given.

    asyncio has no public way for that: it replaces the loop's selector, which is private to asyncio.
    """
    loop = loop or asyncio.get_running_loop()
    if runs_glib(loop):
        return
    selector = getattr(loop, "_selector", None)
    if not isinstance(selector, selectors.BaseSelector):
        raise RuntimeError(f"{type(loop).__name__} cannot wait for GLib: use asyncio's own event loop, or PyGObject's")
    loop._selector = _Selector(selector)
    _joined.add(loop)


def runs_glib(loop):
    return isinstance(loop, EventLoop) or loop in _joined or GLibEventLoop is not None and isinstance(loop, GLibEventLoop)


def running_loop():
    """Returns asyncio's running loop, which then also iterates GLib's main context; None if there is none."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    if not runs_glib(loop):
        raise RuntimeError(
            "GLib's main context does not run in this loop of asyncio's: begin it with Gstream.run(), "
            "or call Gstream.join_loop() in it"
        )
    return loop


class cancelled_with:
    """A cancellable of a call's own, which the caller's cancels, too; cancelling it leaves the caller's alone.

    No generator: in an exception's traceback, that would be a frame which has the exception (Python 3.13).
    """

    def __init__(self, cancellable):
        self._callers = cancellable
        self._handler = 0

    def __enter__(self):
        own = Gio.Cancellable()
        if self._callers is not None:
            self._handler = self._callers.connect(lambda *_: own.cancel())
        return own

    def __exit__(self, *_exception):
        if self._handler:
            self._callers.disconnect(self._handler)


async def wait(start, finish, cancellable=None):
    """Awaits start(cancellable, callback). Cancelling the task only ends this wait (R3), when the call has ended: what
    was waited on can then be waited on again."""
    loop = running_loop()
    future = loop.create_future()
    results = []  # not the future's: PyGObject keeps the callback for a while, which must not keep what it was given

    def on_done(_object, result, *_data):
        results.append(result)
        if not future.done():
            future.set_result(None)

    with cancelled_with(cancellable) as own:
        start(own, on_done)
        try:
            await future
        except asyncio.CancelledError:
            own.cancel()
            if not results:
                future = loop.create_future()
                await future
            results.clear()
            raise
    return finish(results.pop())


_depth = 0  # depth of calls of the program's code: generators, transformers


def call_back(function, *arguments):
    """Calls the program's code, which Ctrl+C interrupts there."""
    global _depth

    _depth += 1
    try:
        return function(*arguments)
    finally:
        _depth -= 1


def looking_for_signals():
    """Attaches a source that regularly runs Python code, because Python handles signals only then."""
    source = GLib.timeout_source_new(LOOK)
    source.set_callback(lambda *_: GLib.SOURCE_CONTINUE)
    source.attach(GLib.MainContext.ref_thread_default())
    return source


class interruptible:
    """Lets Ctrl+C end a call that iterates the main context, where nobody else has taken it over.

    No generator: in an exception's traceback, that would be a frame which has the exception (Python 3.13).
    """

    def __init__(self, cancellable):
        self._cancellable = cancellable
        self._interrupted = False
        self._source = None

    def __enter__(self):
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler and in_main_thread():
            self._source = looking_for_signals()
            signal.signal(signal.SIGINT, self._on_interrupt)

    def __exit__(self, *_exception):
        if self._source is None:
            return
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._source.destroy()
        if self._interrupted:
            raise KeyboardInterrupt

    def _on_interrupt(self, *_):
        self._interrupted = True
        self._cancellable.cancel()
        if _depth > 0:
            raise KeyboardInterrupt


def in_main_thread():
    return threading.current_thread() is threading.main_thread()


_blocking = 0  # depth of nested blocking calls


def idle_loop():
    """asyncio's running loop, unless it is blocked by a call of ours: what is given to it then would not begin."""
    return None if _blocking else running_loop()


def block(call, cancellable=None):
    """Calls call(cancellable), a blocking call that iterates the main context."""
    global _blocking

    with cancelled_with(cancellable) as own, interruptible(own):
        try:
            _blocking += 1
            return call(own)
        except GLib.Error as error:
            if error.matches(Gstream.error_quark(), Gstream.Error.ASYNC_ONLY):
                error.message += ": use `async for` and `await`"
            raise
        finally:
            _blocking -= 1
