# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gstream for Python: `async for` and `for`, `await`, Python's own values as arguments and results, generators as
# sources, transformers with plain methods.

import asyncio
import functools
import inspect
import json
import os
import sysconfig
import traceback

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib, GObject

from . import _gstream_items as items
from . import _gstream_langgraph as langgraph
from ._gstream_waiting import block, call_back, idle_loop, join_loop, new_event_loop, run, running_loop, wait

Gstream = get_introspection_module("Gstream")

__all__ = ["join_loop", "new_event_loop", "run", "stream"]


def public(cls):
    cls = override(cls)
    __all__.append(cls.__name__)
    return cls


# --- values ---


def unpack(payload):
    """Converts payloads to Python's own objects; other values are returned unchanged."""
    return json.loads(payload.dup_json()) if isinstance(payload, Gstream.Payload) else payload


def pack(value):
    if isinstance(value, Gstream.Payload):
        return value
    text = json_of(value, ensure_ascii=False)
    try:
        return Gstream.Payload.new(text, -1)
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can say it, UTF-8 cannot
        return Gstream.Payload.new(json_of(value), -1)


def json_of(value, ensure_ascii=True):
    try:
        return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False)
    except (TypeError, ValueError) as error:
        found = fault_of(value, "", [])
        if found is None:
            raise
        path, fault = found
        raise type(fault)(f"{fault} (at {path or 'the top'})") from None


def fault_of(value, path, above):
    """Finds the part of @value that JSON cannot represent: returns its path, and an exception that describes it."""
    if any(value is other for other in above):
        return path, ValueError("a container that holds itself is no JSON")
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, (list, tuple)):
        members = enumerate(value)
    else:
        return fault_of_leaf(value, path)
    for key, member in members:
        step = f"{path}/{key}"
        found = fault_of_leaf({key: None}, step) or fault_of(member, step, [*above, value])
        if found:
            return found
    return None


def fault_of_leaf(value, path):
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        isnt_number = isinstance(value, float)
        return path, ValueError(f"{value!r} is no JSON") if isnt_number else error
    return None


def utf8(text):
    """Converts @text to valid UTF-8: halves of surrogate pairs are joined, or become U+FFFD (E2)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def names_of(names, what):
    """Checks a list of strings. A single string, which would be a list of its letters, is an error."""
    if isinstance(names, (str, bytes)):
        raise TypeError(f"{what} is a list of strings: [{names!r}], not {names!r}")
    names = list(names)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{what} is a list of strings, and {name!r} is none")
    return [utf8(name) for name in names]


def pack_or_none(value):
    return None if value is None else pack(value)


def getters(base, *names):
    """Makes properties from get_NAME() or is_NAME(), and set_NAME() if there is one."""

    def accessors(name):
        get, put = (getattr(base, verb + name, None) for verb in ("get_", "set_"))
        get = get or getattr(base, "is_" + name, lambda self: self.get_property(name))
        return property(lambda self: from_gir(get(self), self), put and (lambda self, value: put(self, value)), doc=get.__doc__)

    return {name: accessors(name) for name in names}


def from_gir(value, whole):
    if isinstance(value, GLib.Error):
        return items.with_cause(value, whole)
    return items.adopt(unpack(value), whole)


def with_getters(*names):
    def decorate(cls):
        for name, value in getters(cls.__mro__[1], *names).items():
            setattr(cls, name, value)
        return cls

    return decorate


# Where Python's own modules and installed packages are.
LIBRARIES = tuple({path + os.sep for path in map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))})
PACKAGES = ("site-packages", "dist-packages")
OWN = os.path.dirname(__file__)


def is_of_the_program(filename):
    return not (filename.startswith((OWN, "<frozen")) or filename.startswith(LIBRARIES) or
                any(f"{os.sep}{folder}{os.sep}" in filename for folder in PACKAGES))


def place_of(exception, generator=None):
    """Returns file and line where it was raised: the last line of the program's own code, if there is one."""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(exception.__traceback__)]
    mine = [each for each in frames if is_of_the_program(each[0])]
    frame = getattr(generator, "gi_frame", None) or getattr(generator, "ag_frame", None)
    if not mine and frame is not None:  # raised for what it has yielded
        mine = [(frame.f_code.co_filename, frame.f_lineno)]
    return (mine or frames or [None])[-1]


def words_of(exception, generator=None):
    """Returns the message of a Python exception, and where it was raised; for a group, those of all its exceptions."""
    try:
        text = str(exception)
    except Exception:
        text = ""
    words = type(exception).__name__ + (f": {text}" if text.strip() else "")
    place = place_of(exception, generator)
    if place is not None:
        words += f" ({os.path.basename(place[0])}, line {place[1]})"
    parts = getattr(exception, "exceptions", None)
    if isinstance(parts, (tuple, list)) and parts:
        words += ": " + "; ".join(words_of(part) for part in parts if isinstance(part, BaseException))
    return words


def failure(exception, link=None, generator=None):
    """Makes a GLib.Error with the message of a Python exception, and where it was raised."""
    if isinstance(exception, GLib.Error):
        error = exception
    else:
        error = gerror(utf8(words_of(exception, generator)).replace("\0", "\\0"), Gstream.Error.FAILED)
    home = link.home() if link else None
    if home is not None:
        home.note(error, without_own_frames(exception))
    return error


def without_own_frames(exception):
    trace = exception.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(OWN):
        trace = trace.tb_next
    return exception.with_traceback(trace or exception.__traceback__)


def gerror(message, code):
    return GLib.Error.new_literal(Gstream.error_quark(), message, int(code))


@public
class Payload(Gstream.Payload):
    def __iter__(self):
        """Iterates over the elements of an array, or (key, value) of an object's members; the values are payloads."""
        kind = self.get_kind()
        if kind not in (Gstream.PayloadKind.ARRAY, Gstream.PayloadKind.OBJECT):
            raise TypeError(f"only arrays and objects are iterable, this payload is {self.dup_json()[:40]}")
        return self._members() if kind == Gstream.PayloadKind.OBJECT else self._elements()

    def _members(self):
        iterator = self.iterator()
        is_there, key, value = iterator.next()
        while is_there:
            yield key, value
            is_there, key, value = iterator.next()

    def _elements(self):
        iterator = self.iterator()
        while (value := iterator.next_value()) is not None:
            yield value


# PyGObject before 3.50 has enumerations without a name.
for enumeration in (Gstream.Try, Gstream.RunStatus, Gstream.MessageStatus, Gstream.ToolCallStatus, Gstream.Transport,
                    Gstream.MultitaskStrategy, Gstream.ConnectionState, Gstream.ConversationRole,
                    Gstream.ConversationRowStatus, Gstream.ConversationToolCallStatus, Gstream.Decision,
                    Gstream.PayloadKind, Gstream.Error):
    if not hasattr(enumeration, "name"):
        enumeration.name = property(lambda self: self.value_nick.upper().replace("-", "_"))
        enumeration.value = property(int)


@public
@with_getters("id", "seq", "method", "namespace", "timestamp", "node", "data", "interrupts")
class Event(Gstream.Event):
    @staticmethod
    def new(method, namespace=(), data=None, *, node=None, id=None, timestamp=-1, interrupts=None):
        namespace = names_of(namespace, "a namespace")
        node, id = (each and utf8(each) for each in (node, id))
        return Gstream.Event.new_full(utf8(method), namespace, pack(data), timestamp, node, id, pack_or_none(interrupts))

    def __repr__(self):
        return f"<Gstream.Event {self.method} {self.namespace} {self.get_data().dup_json()}>"


@public
@with_getters("id", "value", "namespace", "response_schema")
class Interrupt(Gstream.Interrupt):
    def __repr__(self):
        return f"<Gstream.Interrupt {self.id} {self.value!r}>"


# --- waiting ---


def with_operations(**operations):
    """For each: NAME() that awaits, or calls back where it is given a callback, NAME_finish(), and NAME_sync() where it is.

    An operation is what makes its result Python's, given also the object, and
    maybe what makes its arguments GIR's, and leaves those that are GIO's.
    """

    def decorate(cls):
        for name, how in operations.items():
            for method in operation(cls.__mro__[1], name, *(how if isinstance(how, tuple) else (how,))):
                setattr(cls, method.__name__, method)
        return cls

    return decorate


def operation(base, name, convert, prepare=lambda *rest: ((), rest)):
    start, end, call = (getattr(base, name + suffix, None) for suffix in ("", "_finish", "_sync"))

    def asynchronous(self, *arguments, **named):
        items.check_process(self)
        given, rest = prepare(*arguments, **named)
        if len(rest) > 1:
            return start(self, *given, *rest)
        return wait(lambda *gio: start(self, *given, *gio), lambda done: finish(self, done), *rest)

    def finish(self, result):
        try:
            return convert(end(self, result), self)
        except GLib.Error as error:
            raise items.explained(error, self)

    def synchronous(self, *arguments, **named):
        check_may_block(self)
        given, rest = prepare(*arguments, **named)
        try:
            return convert(block(lambda cancellable: call(self, *given, cancellable), *rest), self)
        except GLib.Error as error:
            raise items.explained(error, self)
        except KeyboardInterrupt:
            forget_escaped(self)
            raise

    methods = [(method, named) for method, named in ((asynchronous, start), (finish, end), (synchronous, call)) if named]
    for method, named in methods:
        method.__name__ = method.__qualname__ = named.__name__
        method.__doc__ = named.__doc__
    return [method for method, _named in methods]


def check_may_block(part):
    """Fails if the run depends on a coroutine of the running loop, which a blocking call would block for ever."""
    items.check_process(part)
    home = items.home_of(part)
    loop = running_loop() if home else None
    if loop is not None and any(task.get_loop() is loop and not task.done() for task in home.tasks):
        raise gerror("a coroutine of this run is under way: use `async for` and `await`", Gstream.Error.ASYNC_ONLY)


def forget_escaped(part):
    home = items.home_of(part)
    if home is not None:
        home.escaped.clear()


def value(payload, _whole):
    return unpack(payload)


def itself(_handle, whole):
    return whole


def plain(result, _whole):
    return result


# --- projections and cursors ---


class Batches:
    """Iterates over lists of the items available without waiting, at most 64 in each; for handles, one (P11)."""

    def __init__(self, subscribe, subscribes):
        self._subscribe = subscribe
        self._subscribes = subscribes  # the cursor is for the loop alone

    def __iter__(self):
        cursor = self._subscribe()
        return items.synchronously(cursor, items.owner_of(cursor), items.batches_of, self._subscribes)

    def __aiter__(self):
        cursor = self._subscribe()
        return items.asynchronously(cursor, items.owner_of(cursor), items.batches_of, self._subscribes)


@public
@with_operations(wait=plain)
@with_getters("closed", "item_type", "item_name")
class Cursor(Gstream.Cursor):
    def __iter__(self):
        return items.synchronously(self, items.owner_of(self))

    def __aiter__(self):
        return items.asynchronously(self, items.owner_of(self))

    def batches(self):
        return Batches(lambda: self, False)

    def try_next(self):
        take = items.taker_of(self.get_item_type(), items.owner_of(self))
        try:
            tried, taken = take(self, 1)
        except GLib.Error as error:
            raise items.explained(error, self)
        return tried, taken[0] if tried == Gstream.Try.ITEM else None

    def next(self, cancellable=None, callback=None, *user_data):
        """Returns whether there is an item, and the item. Iterating over the cursor does the same, and is cheaper."""
        if callback is not None:
            return super().wait(cancellable, callback, *user_data)
        return wait(super().wait, self.next_finish, cancellable)

    def next_finish(self, result):
        return self._taken(self.wait_finish(result))

    def next_sync(self, cancellable=None):
        return self._taken(self.wait_sync(cancellable))

    def _taken(self, found):
        return found, self.try_next()[1] if found else None

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()


def item_type_of(kind):
    """Returns the GType for a Python type. Types with a JSON form, such as dict, are payloads."""
    types = {str: GObject.TYPE_STRING, int: GObject.TYPE_INT64, bool: GObject.TYPE_BOOLEAN, float: GObject.TYPE_DOUBLE,
             object: GObject.TYPE_PYOBJECT, dict: Gstream.Payload.__gtype__, list: Gstream.Payload.__gtype__}
    return types[kind] if kind in types else GObject.GType(kind)


@public
@with_getters("name", "item_type", "max_buffered", "forward", "n_buffered", "subscribed", "closed", "native")
class Projection(Gstream.Projection):
    def __init__(self, name, item_type, **properties):
        super().__init__(name=name, item_type=item_type_of(item_type), **properties)

    def subscribe(self):
        whole = items.owner_of(self)
        return items.adopt(super().subscribe(), whole)

    def tee(self, n):
        whole = items.owner_of(self)
        return tuple(items.adopt(cursor, whole) for cursor in super().tee(n))

    def __iter__(self):
        whole = items.owner_of(self)
        return items.synchronously(super().subscribe(), whole, is_own=True)

    def __aiter__(self):
        whole = items.owner_of(self)
        return items.asynchronously(super().subscribe(), whole, is_own=True)

    def batches(self):
        return Batches(self.subscribe, True)

    def _value(self, item):
        item_type = self.get_item_type()
        if isinstance(item, str) and item_type == GObject.TYPE_STRING:
            item = utf8(item)
        if item_type == Gstream.Payload.__gtype__:
            return GObject.Value(item_type, pack(item))
        return GObject.Value(item_type, item)

    def push(self, item):
        if isinstance(item, str) and self.get_item_type() == GObject.TYPE_STRING:
            return super().push_string(utf8(item))
        return super().push(self._value(item))

    def push_async(self, item, cancellable=None, callback=None, *user_data):
        push, value = super().push_async, self._value(item)
        if callback is not None:
            return push(value, cancellable, callback, *user_data)
        return wait(lambda *gio: push(value, *gio), self.push_finish, cancellable)


# --- runs and what they give ---


class Interleave:
    """Iterates over several projections of a run together: yields (name, item), in the order of arrival (P10)."""

    def __init__(self, cursor, run):
        self.cursor = cursor
        self._run = run

    def __iter__(self):
        return items.synchronously(self.cursor, self._run, items.named_steps(self._run))

    def __aiter__(self):
        return items.asynchronously(self.cursor, self._run, items.named_steps(self._run))

    def close(self):
        self.cursor.close()


PROJECTIONS = ("log", "messages", "values", "updates", "custom", "checkpoints", "tasks", "debug", "tool_calls",
               "lifecycle", "subgraphs", "extensions")


@public
@with_operations(output=value, interrupted=plain, interrupts=plain)
@with_getters("source", "mux", "status", "error", "held_by", "turn_budget", "wire_pump", "n_interrupts", *PROJECTIONS)
class RunStream(Gstream.RunStream):
    def __init__(self, source, mux=None, **properties):
        super().__init__(source=source_of(source), mux=mux, **properties)
        items.settle_in(self)

    def __getattr__(self, name):
        """The projections of native transformers are properties of the run (M2)."""
        if name.startswith("_") or name not in self.get_mux().list_projections():
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if not self.get_projection(name).get_native():
            raise AttributeError(f"the projection {name!r} is not of a native transformer: it is run[{name!r}]")
        return self[name]

    def abort(self):
        super().abort()
        home = items.home_of(self)
        if home is not None and home.escaped:
            raise home.escaped.pop()

    def __getitem__(self, name):
        projection = self.get_projection(name)
        return items.adopt(projection, self) if name in PROJECTIONS else items.lend(projection, self)

    def extension(self, name):
        if isinstance(source := self.get_source(), langgraph.GraphSource):
            source.need("custom")
        return items.adopt(self.get_extension(name), self)

    def interleave(self, *names):
        return Interleave(items.adopt(super().interleave(names), self), self)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.abort()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_exception):
        self.abort()
        if isinstance(source := self.get_source(), langgraph.GraphSource):
            await source.closed()


@public
@with_getters("path", "graph_name", "trigger_call_id", "cause")
class SubgraphRunStream(Gstream.SubgraphRunStream, RunStream):
    pass


@public
@with_operations(wait=itself)
@with_getters("id", "node", "namespace", "status", "text", "reasoning", "content", "tool_calls", "invalid_tool_calls",
              "usage", "metadata", "finish_reason", "error", "text_deltas", "reasoning_deltas")
class Message(Gstream.Message):
    pass


@public
@with_getters("error", "graph_name", "item", "namespace", "status")
class Lifecycle(Gstream.Lifecycle):
    pass


@public
@with_getters("answered", "id", "interrupt", "namespace", "text", "value")
class PendingInterrupt(Gstream.PendingInterrupt):
    pass


@public
@with_getters("error", "flags", "max_rows", "run")
class RunModel(Gstream.RunModel):
    pass


@public
@with_operations(wait=itself)
@with_getters("id", "name", "namespace", "status", "input", "output", "error", "progress",
              "output_deltas")
class ToolCall(Gstream.ToolCall):
    pass


# --- sources ---


def event_of(item):
    """Converts what a generator yields to an event: an event, or a dict in the format of the protocol's JSON."""
    if isinstance(item, Gstream.Event):
        return item
    if isinstance(item, dict):
        return Gstream.Event.new_from_json(json_of(item), -1)
    raise TypeError(f"a source yields Gstream.Event or the dict of one, not {type(item).__name__}")


OWN_TYPE = "gstream"  # a class of a module in gi.overrides would replace its base class


@public
@with_getters("max_buffered", "n_buffered", "closed", "async_only")
class PushSource(Gstream.PushSource):
    def push(self, event):
        return super().push(event_of(event))

    def push_async(self, event, cancellable=None, callback=None, *user_data):
        push, event = super().push_async, event_of(event)
        if callback is not None:
            return push(event, cancellable, callback, *user_data)
        return wait(lambda *gio: push(event, *gio), self.push_finish, cancellable)

    def push_sync(self, event, cancellable=None):
        return super().push_sync(event_of(event), cancellable)

    def _fail(self, exception):
        if not self.get_closed():
            self.fail(failure(exception, self._link, self._generator))


class GeneratorSource(PushSource):
    """The events of a generator, each of which is made when the run asks for it."""

    __gtype_name__ = "GstreamPythonGeneratorSource"
    __module__ = OWN_TYPE

    def __init__(self, generator):
        super().__init__()
        self._link = items.Link()
        self._generator = generator
        self._running = False
        self.connect("notify::closed", type(self)._on_closed)

    def do_wanted(self):
        try:
            self._running = True
            self.push(call_back(next, self._generator))
        except StopIteration:
            self.finish()
        except BaseException as exception:
            self._fail(exception)
        self._running = False
        if self.get_closed():
            self._close()

    def _on_closed(self, _pspec):
        if not self._running:  # otherwise it is closed when it has returned
            self._close()

    def _close(self):
        if hasattr(self._generator, "close"):
            self._generator.close()


class AsyncGeneratorSource(PushSource):
    """The same for an asynchronous generator, in asyncio's loop."""

    __gtype_name__ = "GstreamPythonAsyncGeneratorSource"
    __module__ = OWN_TYPE

    def __init__(self, generator):
        super().__init__(async_only=True)
        self._link = items.Link()
        self._generator = aiter(generator)
        self._task = None  # the task that makes an event, until it is done
        self.connect("notify::closed", type(self)._on_closed)

    def do_wanted(self):
        loop = running_loop()
        if loop is None:
            message = "the source is an asynchronous generator: use `async for` and `await`"
            self.fail(gerror(message, Gstream.Error.ASYNC_ONLY))
        else:
            self._task = loop.create_task(self._pull())

    async def _pull(self):
        try:
            self.push(await anext(self._generator))
        except StopAsyncIteration:
            self.finish()
        except BaseException as exception:
            self._fail(exception)
        finally:
            self._task = None
            if self.get_closed():
                self._close()

    def _on_closed(self, _pspec):
        if self._task is not None:
            self._task.cancel()
        else:
            self._close()

    def _close(self):
        loop = running_loop()
        if loop is not None and hasattr(self._generator, "aclose"):
            loop.create_task(self._generator.aclose())


def source_of(source):
    """Returns a source as it is; for a generator, asynchronous or not, or another iterable, a source of its events."""
    if isinstance(source, Gstream.EventSource):
        return source
    if langgraph.is_langgraphs(source):
        return langgraph.GraphSource(langgraph.Opening(source))
    if hasattr(source, "__aiter__"):
        return AsyncGeneratorSource(source)
    if hasattr(source, "__iter__") and not isinstance(source, (str, bytes, dict)):
        return GeneratorSource(iter(source))
    raise TypeError(f"a run is made from an event source or a generator of events, not {type(source).__name__}")


def stream(graph, input=None, config=None, *, mux=None, channels=(), transformers=(), **keywords):
    """A run of a LangGraph graph in this process (L1).

    channels: stream modes (updates, custom, tasks, tools, checkpoints, debug) beside those that the graph streams
    of itself, and those that the run's projections need which are read when it begins. transformers: LangGraph's own. Other keywords are those of the graph's astream_events().
    """
    opening = langgraph.opening_of(graph, input, config, names_of(channels, "channels"), transformers, keywords)
    return RunStream(langgraph.GraphSource(opening), mux)


def file_of(path):
    return path if isinstance(path, Gio.File) else Gio.File.new_for_path(os.fspath(path))


def reading(base):
    """Makes the initializer of a source that reads a file or a stream."""

    def __init__(self, file=None, *, stream=None, **properties):
        if (file is None) == (stream is None):
            raise TypeError(f"{type(self).__name__} reads either a file or a stream")
        given = {"stream": stream} if file is None else {"file": file_of(file)}
        base.__init__(self, **given, **properties)

    return __init__


@public
@with_getters("file", "max_line_size", "max_depth")
class JsonLinesSource(Gstream.JsonLinesSource):
    __init__ = reading(Gstream.JsonLinesSource)


@public
@with_getters("file", "max_event_size", "max_depth")
class SseSource(Gstream.SseSource):
    __init__ = reading(Gstream.SseSource)


@public
@with_getters("source", "speed")
class PacedSource(Gstream.PacedSource):
    def __init__(self, source, speed=1):
        super().__init__(source=source, speed=speed)

    @staticmethod
    def new(source, speed=1):
        return PacedSource(source, speed)


@public
@with_getters("namespace", "node", "id")
class MessageWriter(Gstream.MessageWriter):
    def __init__(self, namespace=(), node=None, id=None):
        node, id = (each and utf8(each) for each in (node, id))
        super().__init__(namespace=names_of(namespace or (), "a namespace"), node=node, id=id)

    @staticmethod
    def new(namespace=(), node=None, id=None):
        return MessageWriter(namespace, node, id)

    def text(self, text):
        return super().text(utf8(text))

    def reasoning(self, reasoning):
        return super().reasoning(utf8(reasoning))

    def fail(self, message):
        return super().fail(utf8(message))

    def start_block(self, block):
        return super().start_block(pack(block))

    def start_tool_call(self, id, name):
        return super().start_tool_call(utf8(id), utf8(name))

    def tool_call_arguments(self, piece):
        return super().tool_call_arguments(utf8(piece))

    def finish_block(self, block):
        return super().finish_block(pack(block))

    def finish(self, usage=None, finish_reason=None):
        return super().finish(pack_or_none(usage), finish_reason)


@public
@with_getters("namespace", "name", "id")
class ToolWriter(Gstream.ToolWriter):
    def __init__(self, namespace=(), name="tool", id=None):
        super().__init__(namespace=names_of(namespace or (), "a namespace"), name=utf8(name), id=id and utf8(id))

    @staticmethod
    def new(namespace=(), name="tool", id=None):
        return ToolWriter(namespace, name, id)

    def start(self, input=None):
        return super().start(pack_or_none(input))

    def output(self, piece):
        return super().output(utf8(piece))

    def finish(self, output=None):
        return super().finish(pack_or_none(output))

    def fail(self, message):
        return super().fail(utf8(message))


# --- transformers ---


def settle(coroutine, link, cancellable, tell):
    """Runs @coroutine in asyncio's loop, and calls @tell with its result and None, or with None and its exception as an
    error."""
    loop = idle_loop()
    if loop is None:
        coroutine.close()
        message = f"{coroutine.__qualname__} needs a running asyncio loop: use `async for` and `await`"
        tell(None, gerror(message, Gstream.Error.ASYNC_ONLY))
        return

    def on_done(task):
        if task.cancelled():
            tell(None, GLib.Error.new_literal(Gio.io_error_quark(), "cancelled", int(Gio.IOErrorEnum.CANCELLED)))
        elif task.exception() is not None:
            tell(None, failure(task.exception(), link))
        else:
            tell(task.result(), None)

    task = loop.create_task(coroutine)
    task.add_done_callback(on_done)
    home = link.home()
    if home is not None:
        home.tasks.add(task)
    if cancellable is not None:
        handler = cancellable.connect(lambda *_: loop.call_soon(task.cancel))
        task.add_done_callback(lambda _task: cancellable.disconnect(handler))


def hook(method):
    """Makes a virtual function that calls a plain method. Exceptions of the method are errors of the run."""

    @functools.wraps(method)
    def call(self, *arguments):
        try:
            result = call_back(method, self, *arguments)
            if result is not None and result is not True and result is not False:
                check_result(method, result)
            return result is not False
        except BaseException as exception:
            raise failure(exception, self._link) from exception

    return call


def check_result(method, result):
    """Checks the result of a hook that must not be a coroutine, which would never run."""
    if inspect.isawaitable(result) or inspect.isgenerator(result) or inspect.isasyncgen(result):
        close = getattr(result, "close", None)
        if close is not None:
            close()
        raise TypeError(f"{method.__qualname__} gave {type(result).__name__}: a method that waits is `async def`, and none yields")


# The number of arguments before those of GIO.
GIVEN = {"process": 1, "finish": 0, "fail": 1}


def asynchronous_hooks(name, method):
    """Makes the virtual functions NAME_async and NAME_finish from a coroutine function."""
    count = GIVEN[name]

    def begin(self, *arguments):
        given, (cancellable, callback, *_data) = arguments[:count], arguments[count:]
        task = Gio.Task.new(self, cancellable, lambda source, result, *_: callback(source, result))
        task.set_check_cancellable(False)

        def tell(result, error):
            if error is None:
                task.return_boolean(result is not False)
            else:
                task.return_error(error)

        settle(method(self, *given), self._link, cancellable, tell)

    def finish(self, result):
        return result.propagate_boolean()

    def finish_failing(self, result):
        try:
            result.propagate_boolean()
        except GLib.Error as error:
            traceback.print_exception(items.with_cause(error, None))

    return begin, finish_failing if name == "fail" else finish


@public
@with_getters("scope")
class Transformer(Gstream.Transformer):
    """A base class. Derived classes have process(event), finish() and fail(error), plain or async."""

    wants = None
    channels = None
    before_builtins = False
    native = False

    def __init__(self, **properties):
        given = {"before_builtins": self.before_builtins, "native": self.native, **properties}
        super().__init__(**given)
        self._link = items.Link()
        if self.wants is not None:
            self.set_wants(self.wants)
        if self.channels is not None:
            self.set_channels(self.channels)

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        for name in ("wants", "channels"):
            if isinstance(cls.__dict__.get(name), (str, bytes)):
                names_of(cls.__dict__[name], f"{cls.__name__}.{name}")
        for name in GIVEN:
            method = cls.__dict__.get("do_" + name) or cls.__dict__.get(name)
            if inspect.iscoroutinefunction(method):
                cls._hook_asynchronously(name, method)
            elif method is not None:
                setattr(cls, "do_" + name, hook(method))

    @classmethod
    def _hook_asynchronously(cls, name, method):
        bases = [base for base in cls.__mro__[1:] if issubclass(base, Transformer) and base is not Transformer]
        if any("do_" + name in base.__dict__ for base in bases):
            raise TypeError(f"{cls.__name__}.{name} is async, and what it replaces is not: make both so")
        begin, finish = asynchronous_hooks(name, method)
        setattr(cls, f"do_{name}_async", begin)
        setattr(cls, f"do_{name}_finish", finish)

    def set_wants(self, methods):
        super().set_wants(None if methods is None else names_of(methods, "wants"))

    def set_channels(self, channels):
        super().set_channels(None if channels is None else names_of(channels, "channels"))

    def add_projection(self, name, item_type):
        return super().add_projection(name, item_type_of(item_type))

    def schedule(self, work=None, *, fails_run=False):
        """Starts side work, for which the run's end waits (M4): a coroutine, or work that is completed explicitly."""
        side_work = super().schedule(fails_run)
        if work is not None:
            settle(work, self._link, side_work.get_cancellable(), lambda _result, error: side_work.fail(error) if error else side_work.complete())
        return side_work


def known_builtins(names):
    names = names_of(names, "builtins")
    known = Gstream.StreamMux().list_projections()
    for name in names:
        if name not in known:
            raise ValueError(f"there is no built-in {name!r}; there are {', '.join(known)}")
    return names


def linked(transformer, link):
    if transformer is not None and not isinstance(transformer, Gstream.Transformer):
        raise TypeError(f"a function that makes transformers gave {transformer!r}")
    if transformer is not None:
        transformer._link = link
        link.channels.update(transformer.get_channels() or ())
    return transformer


@public
@with_getters("scope", "log", "builtins")
class StreamMux(Gstream.StreamMux):
    def __init__(self, transformers=(), builtins=None):
        super().__init__(builtins=None if builtins is None else known_builtins(builtins))
        for transformer in transformers:
            self.add(transformer)

    @functools.cached_property
    def _link(self):  # __init__ is not called for what C makes, such as the mux of a run that was given none
        return items.Link()

    def add(self, transformer):
        """Adds a transformer: a class or function makes one for each scope; an object belongs to the root only (M7)."""
        if isinstance(transformer, Gstream.Transformer):
            self.add_transformer(transformer)
        elif isinstance(transformer, type) and issubclass(transformer, Gstream.Transformer):
            self._add_maker(lambda scope: transformer())
        elif callable(transformer) and not isinstance(transformer, type):
            self._add_maker(transformer)
        else:
            raise TypeError(f"a mux takes transformers, their classes and functions that make them, not {transformer!r}")

    def add_transformer(self, transformer):
        added = super().add_transformer(transformer)
        linked(transformer, self._link)  # only now: another mux may have it
        return added

    def _add_maker(self, make):
        exceptions = []
        link = self._link

        def factory(scope, *_data):
            try:
                return linked(make(scope), link)
            except Exception as exception:
                if exceptions is None:
                    raise  # of a subgraph: reported like exceptions in callbacks
                exceptions.append(exception)

        self.add_factory(factory)
        if exceptions:
            raise exceptions[0]
        exceptions = None


# --- threads ---


OPTIONS = ("mux", "config", "metadata", "multitask_strategy", "checkpoint_id", "channels", "namespaces", "depth", "update", "goto")


@public
@with_getters(*OPTIONS)
class RunOptions(Gstream.RunOptions):
    def __init__(self, *, mux=None, config=None, metadata=None, multitask_strategy=Gstream.MultitaskStrategy.DEFAULT,
                 checkpoint_id=None, channels=None, namespaces=None, depth=-1, update=None, goto=None):
        super().__init__(mux=mux, config=pack_or_none(config), metadata=pack_or_none(metadata),
                         multitask_strategy=strategy_of(multitask_strategy), checkpoint_id=checkpoint_id,
                         namespaces=pack_or_none(namespaces), depth=depth, update=pack_or_none(update), goto=pack_or_none(goto))
        if channels is not None:
            self.set_channels(names_of(channels, "channels"))


def strategy_of(name):
    if not isinstance(name, str):
        return name
    strategies = {"default", "enqueue", "interrupt", "rollback", "reject"}
    if name not in strategies:
        raise ValueError(f"there is no multitask strategy {name!r}; there are {', '.join(sorted(strategies))}")
    return getattr(Gstream.MultitaskStrategy, name.upper())


def options_of(options, named):
    """Returns the options, from keywords or from an object."""
    if options is not None and named:
        raise TypeError(f"options and {min(named)} exclude each other: set it in the options")
    if unknown := set(named).difference(OPTIONS):
        raise TypeError(f"there is no option {min(unknown)!r} of a run; there are {', '.join(OPTIONS)}")
    return RunOptions(**named) if named else options


def start(input=None, *rest, options=None, **named):
    return (pack_or_none(input), options_of(options, named)), rest


def respond(interrupt, response, *rest, options=None, **named):
    return (interrupt, pack(response), options_of(options, named)), rest


def respond_all(interrupts, responses, *rest, options=None, **named):
    return (list(interrupts), [pack(response) for response in responses], options_of(options, named)), rest


def respond_json(responses, *rest, options=None, **named):
    return (pack(responses), options_of(options, named)), rest


def attach(run_id=None, *rest, options=None, **named):
    return (run_id, options_of(options, named)), rest


def fetch_state(checkpoint_id=None, *rest):
    return (checkpoint_id,), rest


def fetch_history(limit=0, before=None, *rest):
    return (limit, before), rest


def update_state(values, as_node=None, checkpoint_id=None, *rest):
    return (pack_or_none(values), as_node, checkpoint_id), rest


def cancel_run(run_id=None, *rest):
    return (run_id,), rest


def run_of(run, _thread):
    return run if getattr(run, "_home", None) else items.settle_in(run)


def values(payloads, _thread):
    return [unpack(payload) for payload in payloads]


# The properties of a server that can be given to a thread.
LIMITS = ("max_event_size", "max_depth", "retry_limit", "retry_pause", "retry_pause_max", "silence_timeout")
OF_SERVER = ("session", "api_key", *LIMITS, "answer_timeout")


def copy_thread(thread_id, *rest):
    return (thread_id,), rest


def update_thread(thread_id, metadata, *rest):
    return (thread_id, pack(metadata)), rest


def list_assistants(graph_id=None, *rest):
    return (graph_id,), rest


def list_runs(thread_id, limit=0, *rest):
    return (thread_id, limit), rest


def cancel_run_of(thread_id, run_id, *rest):
    return (thread_id, run_id), rest


@public
@with_operations(copy_thread=(value, copy_thread), update_thread=(value, update_thread), delete_thread=(plain, copy_thread),
                 list_assistants=(values, list_assistants), list_runs=(values, list_runs), cancel_run=(plain, cancel_run_of))
@with_getters("url", "session", "transport", *LIMITS, "answer_timeout")
class Server(Gstream.Server):
    def __init__(self, url, *, headers=None, **properties):
        super().__init__(url=url, **properties)
        for name, text in (headers or {}).items():
            self.set_header(name, text)

    def open_thread(self, assistant, thread_id=None):
        return super().open_thread(assistant, thread_id)


@public
@with_getters("thread_id", "status", "created_at", "updated_at", "metadata", "values")
class ThreadInfo(Gstream.ThreadInfo):
    pass


@public
@with_getters("server", "metadata", "with_values", "page_size", "loading", "complete", "error")
class ThreadList(Gstream.ThreadList):
    def __init__(self, server, metadata=None, **properties):
        super().__init__(server=server, metadata=pack_or_none(metadata), **properties)

    @staticmethod
    def new(server, metadata=None):
        return ThreadList(server, metadata)


def failing_task(begin):
    """A virtual function of a thread that begins a call: what it raises, the call fails with."""
    @functools.wraps(begin)
    def guarded(self, *arguments):
        try:
            return begin(self, *arguments)
        except Exception as exception:
            arguments[-1].return_error(failure(exception))

    return guarded


@public
@with_operations(start=(run_of, start), respond=(run_of, respond), respond_all=(run_of, respond_all), respond_json=(run_of, respond_json),
                 attach=(run_of, attach), fetch_state=(value, fetch_state), fetch_history=(values, fetch_history),
                 update_state=(value, update_state), cancel_run=(plain, cancel_run))
@with_getters("thread_id", "cancel_on_abort")
class Thread(Gstream.Thread):
    """Thread(url, assistant, ...) makes a thread on a server, Thread(command=[...]) one in a child process."""

    def __new__(cls, *arguments, **named):
        return thread_of(*arguments, **named) if cls is Thread else super().__new__(cls)

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        for name, function in list(vars(cls).items()):
            if name.startswith("do_begin_"):
                setattr(cls, name, failing_task(function))


def thread_of(url=None, assistant=None, *, command=None, **properties):
    if command is not None:
        return thread_of_command(command, properties)
    if url is None or assistant is None:
        raise TypeError("a thread is made with a URL and an assistant, or with a command")
    return thread_on_server(url, assistant, properties)


def thread_of_command(command, properties):
    if not properties:
        return Gstream.Thread.new_for_command(names_of(command, "a command"))
    return ProcessThread(command, **properties)


def thread_on_server(url, assistant, properties):
    names = {name for name in properties if name in OF_SERVER or name == "headers"}
    server = Server(url, **{name: properties.pop(name) for name in names})
    return ServerThread(server=server, assistant=assistant, **properties)


@public
@with_getters("server", "assistant", "transport")
class ServerThread(Gstream.ServerThread, Thread):
    pass


@public
@with_getters("command", "environment", "directory", "max_event_size", "max_depth", "answer_timeout")
class ProcessThread(Gstream.ProcessThread, Thread):
    log = property(lambda self: self.dup_log())

    def __init__(self, command, *, environment=None, **properties):
        """The environment is a dict, or a list of strings NAME=VALUE."""
        if isinstance(environment, dict):
            environment = [f"{name}={value}" for name, value in environment.items()]
        super().__init__(command=names_of(command, "a command"), environment=environment, **properties)


@public
@with_getters("run_id", "connection_state", "retry_at", "connection_error")
class ThreadRun(Gstream.ThreadRun, RunStream):
    def __init__(self, source, mux=None, *, run_id=None, **properties):
        super().__init__(source, mux, run_id=run_id, **properties)

    @staticmethod
    def new(source, mux=None, run_id=None):
        return ThreadRun(source, mux, run_id=run_id)


# --- conversations ---


def again(row, *rest, options=None, **named):
    return (row, options_of(options, named)), rest


def otherwise(row, text, *rest, options=None, **named):
    return (row, text, options_of(options, named)), rest


def branch_of(row, branch, *rest):
    return (row, branch), rest


def answer(question, response, *rest):
    return (question, pack(response)), rest


def answers(questions, responses, *rest):
    return (list(questions), [pack(response) for response in responses]), rest


def named_answers(responses, *rest):
    return (pack(responses),), rest


@public
@with_operations(open=plain, wait=plain, regenerate=(plain, again), edit=(plain, otherwise), choose_branch=(plain, branch_of),
                 respond=(plain, answer), respond_all=(plain, answers), respond_json=(plain, named_answers))
@with_getters("thread", "messages_key", "tool_rows", "policy", "options", "history_limit", "busy", "loading", "error", "run",
              "values", "checkpoint_id", "questions", "queue")
class Conversation(Gstream.Conversation):
    def __init__(self, thread, **properties):
        super().__init__(thread=thread, **properties)

    def send(self, text, *, options=None, **named):
        """Text, or a message as a dict."""
        given = options_of(options, named)
        return super().send(text, given) if isinstance(text, str) else super().send_message(pack(text), given)

    def send_message(self, message, *, options=None, **named):
        return super().send_message(pack(message), options_of(options, named))


@public
@with_getters("id", "role", "status", "text", "reasoning", "name", "content", "payload", "message", "tool_call_id", "time",
              "error", "tool_calls", "subagents", "checkpoint_id", "n_branches", "branch")
class ConversationRow(Gstream.ConversationRow):
    pass


@public
@with_getters("id", "name", "input", "status", "progress", "output", "error", "subagents", "call")
class ConversationToolCall(Gstream.ConversationToolCall):
    pass


@public
@with_getters("name", "arguments", "description", "decision", "edited_arguments", "message")
class ActionRequest(Gstream.ActionRequest):
    def edit(self, arguments):
        super().edit(pack(arguments))


@public
@with_getters("interrupt", "text", "value", "response_schema", "actions", "answering", "error")
class Question(Gstream.Question):
    def dup_response(self):
        return unpack(super().dup_response())


@public
@with_getters("name", "task", "path", "status", "error", "started", "ended", "rows", "run")
class Subagent(Gstream.Subagent):
    pass


# --- threads in this process ---


REFUSALS = {"conflict": Gstream.Error.CONFLICT, "invalid_argument": Gstream.Error.INVALID, "not_supported": Gstream.Error.NOT_SUPPORTED,
            "no_such_interrupt": Gstream.Error.NOT_FOUND, "no_such_checkpoint": Gstream.Error.NOT_FOUND,
            "no_such_run": Gstream.Error.NOT_FOUND}


def failure_of_thread(exception):
    code = REFUSALS.get(getattr(exception, "code", None))
    return failure(exception) if code is None else gerror(str(exception), code)


class LocalThread(Thread):
    """A conversation with a LangGraph graph of this process (L5): the calls of a thread on a server.

    Checkpoints are kept by checkpointer, else by the graph's own, else in memory.
    """

    __gtype_name__ = "GstreamPythonLocalThread"
    __module__ = OWN_TYPE

    def __init__(self, graph, thread_id="1", *, checkpointer=None):
        super().__init__(thread_id=str(thread_id))
        from gstream_agent.thread import GraphThread

        self._thread = GraphThread(langgraph.with_checkpoints(graph, checkpointer), str(thread_id))
        self._source = None  # of the last run
        self._run = lambda: None  # that run, as long as somebody holds it
        self._home = items.Home()  # knows which exceptions its errors come from
        self._blocking = False  # in a synchronous call, during which asyncio's loop does nothing
        self._n_starting = 0
        self._reads = []  # what is read when the runs that are being started have begun

    graph = property(lambda self: self._thread.graph)

    def do_begin_start(self, given, options, task):
        params = {**params_of(options), "input": unpack(given)}
        self._begin_run(self._thread.input_of, params, params, options, task)

    def do_begin_respond(self, responses, options, task):
        params = {**params_of(options), "responses": unpack(responses)}
        self._begin_run(self._thread.answer_of, params, params, options, task)

    def do_begin_attach(self, run_id, _options, task):
        """A run is an object of this program: whoever attaches to it is given that."""
        run = self._run()
        if run is None or not langgraph.is_under_way(self._source, run_id):
            task.return_error(failure_of_thread(langgraph.no_such_run(run_id)))
        else:
            task.return_value(run)

    def do_begin_fetch_state(self, checkpoint_id, task):
        self._read(self._thread.get_state, {"checkpoint_id": checkpoint_id, "subgraphs": True}, task, packed)

    def do_begin_fetch_history(self, limit, before, task):
        params = {"limit": limit or 10, "before": before}
        self._read(self._thread.list_checkpoints, params, task, lambda found: packed(found["checkpoints"]))

    def do_begin_update_state(self, given, as_node, checkpoint_id, task):
        params = {"values": unpack(given), "as_node": as_node, "checkpoint_id": checkpoint_id}
        self._read(self._thread.update_state, params, task, lambda found: packed(found["checkpoint"]))

    def _read(self, work, params, task, convert):
        """Reads the state after a run that was asked for before, and after the end of one that is just being dropped."""

        def read(*_):
            self._perform(langgraph.when_over(self._source, work, params), task, convert)
            return GLib.SOURCE_REMOVE

        if self._blocking or self._n_starting == 0 and (self._source is None or self._source.get_closed()):
            read()
        elif self._n_starting > 0:
            self._reads.append((read, task.get_context()))
        else:
            langgraph.call_in(task.get_context(), read, GLib.PRIORITY_DEFAULT_IDLE)

    def _started(self):
        self._n_starting -= 1
        if self._n_starting == 0:
            for read, context in self._reads:
                langgraph.call_in(context, read, GLib.PRIORITY_DEFAULT_IDLE)
            self._reads.clear()

    def do_begin_cancel_run(self, run_id, task):
        self._perform(langgraph.cancel(self._source, run_id), task, bool)

    def _begin_run(self, make_input, given, params, options, task):
        """Runs are executed one after the other, because each continues from the checkpoints of the previous one."""
        graph, config, mux = self._thread.graph, self._thread.config(params), options.get_mux()
        channels = [name for name in options.get_channels() or () if name in langgraph.MODES.values()]

        def begin(found):
            self._source = langgraph.GraphSource(langgraph.opening_of(graph, found, config, channels, (), {}))
            run = ThreadRun(self._source, mux, run_id=self._source.run_id)
            self._run = run.weak_ref()
            return run

        if self._n_starting > 0:
            task.return_error(failure_of_thread(langgraph.conflict()))
            return
        self._n_starting += 1
        self._perform(langgraph.after(self._source, make_input, given), task, begin, self._started)

    def _perform(self, coroutine, task, convert, then=lambda: None):
        """Completes the task with the result of the coroutine, converted to the result type of the call. Calls then() first,
        because whoever is told may begin the next call at once."""

        def tell(work):
            done, what = self._outcome(work, task, convert)
            then()
            done(what)

        langgraph.perform(coroutine, task, self._blocking, tell)

    def _outcome(self, work, task, convert):
        """Returns the method of the task that completes it, and what that is given."""
        try:
            return task.return_value, convert(work.result())
        except asyncio.CancelledError:
            return task.return_error, GLib.Error.new_literal(Gio.io_error_quark(), "The operation was cancelled.", int(Gio.IOErrorEnum.CANCELLED))
        except GLib.Error as error:
            return task.return_error, error
        except Exception as exception:
            error = failure_of_thread(exception)
            self._home.note(error, exception)
            return task.return_error, error


def packed(found):
    """Converts LangGraph's objects to the format of an Agent Server."""
    from gstream_agent import objects

    return pack(objects.plain(found))


def params_of(options):
    """Returns the parameters of the protocol as plain Python objects."""
    params = {name: unpack(getattr(options, "get_" + name)()) for name in ("config", "metadata", "update", "goto", "checkpoint_id")}
    return {name: given for name, given in params.items() if given is not None}


def blocking(call):
    @functools.wraps(call)
    def synchronous(self, *arguments, **named):
        was, self._blocking = self._blocking, True
        try:
            return call(self, *arguments, **named)
        finally:
            self._blocking = was

    return synchronous


for each in ("start", "respond", "respond_all", "attach", "fetch_state", "fetch_history", "update_state", "cancel_run"):
    setattr(LocalThread, each + "_sync", blocking(getattr(Thread, each + "_sync")))

__all__.append("LocalThread")


# --- a model's endpoint ---


@public
@with_getters("url", "model", "messages", "tools", "parameters", "session", *LIMITS)
class ChatSource(Gstream.ChatSource):
    def __init__(self, url, model, messages, *, tools=None, parameters=None, headers=None, **properties):
        super().__init__(url=url, model=model, messages=pack(messages), tools=pack_or_none(tools),
                         parameters=pack_or_none(parameters), **properties)
        for name, text in (headers or {}).items():
            self.set_header(name, text)

    def set_tools(self, tools):
        super().set_tools(pack_or_none(tools))

    def set_parameters(self, parameters):
        super().set_parameters(pack_or_none(parameters))

    tools = property(lambda self: unpack(self.get_tools()), set_tools)
    parameters = property(lambda self: unpack(self.get_parameters()), set_parameters)
