# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gstream as Python would have it: `async for` and `for`, `await`, Python's own
# values in and out, generators as sources, transformers with plain methods.

import functools
import inspect
import json
import os
import traceback

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib, GObject

from . import _gstream_items as items
from ._gstream_waiting import awaited, block, running_loop, wait

Gstream = get_introspection_module("Gstream")

__all__ = []


def public(cls):
    cls = override(cls)
    __all__.append(cls.__name__)
    return cls


# --- values ---


def unpack(payload):
    """Python's own objects; what is no payload stays what it is."""
    return json.loads(payload.dup_json()) if isinstance(payload, Gstream.Payload) else payload


def pack(value):
    if isinstance(value, Gstream.Payload):
        return value
    return Gstream.Payload.new(json.dumps(value, ensure_ascii=False, allow_nan=False), -1)


def pack_or_none(value):
    return None if value is None else pack(value)


def getters(base, *names):
    """Properties for what GIR gives as get_NAME()."""

    def getter(name):
        get = getattr(base, "get_" + name)
        return property(lambda self: items.adopt(unpack(get(self)), self), doc=get.__doc__)

    return {name: getter(name) for name in names}


def with_getters(*names):
    def decorate(cls):
        for name, value in getters(cls.__mro__[1], *names).items():
            setattr(cls, name, value)
        return cls

    return decorate


def failure(exception):
    """The GLib.Error that says what a Python exception said, and where."""
    if isinstance(exception, GLib.Error):
        return exception
    where = traceback.extract_tb(exception.__traceback__)[-1]
    message = f"{type(exception).__name__}: {exception} ({os.path.basename(where.filename)}, line {where.lineno})"
    return gerror(message, Gstream.Error.FAILED)


def gerror(message, code):
    return GLib.Error.new_literal(Gstream.error_quark(), message, int(code))


@public
class Payload(Gstream.Payload):
    def __iter__(self):
        """The elements of an array; (key, value) of each member of an object. All are payloads."""
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


@public
@with_getters("id", "seq", "method", "namespace", "timestamp", "node", "data", "interrupts")
class Event(Gstream.Event):
    @staticmethod
    def new(method, namespace=(), data=None, *, node=None, id=None, timestamp=-1, interrupts=None):
        return Gstream.Event.new_full(method, list(namespace), pack(data), timestamp, node, id, pack_or_none(interrupts))

    def __repr__(self):
        return f"<Gstream.Event {self.method} {self.namespace} {self.get_data().dup_json()}>"


@public
@with_getters("id", "value", "namespace")
class Interrupt(Gstream.Interrupt):
    def __repr__(self):
        return f"<Gstream.Interrupt {self.id} {self.value!r}>"


# --- waiting ---


def with_operations(**operations):
    """For each: NAME() that awaits, or calls back where it is given a callback, NAME_finish() and NAME_sync().

    An operation is what makes its result Python's, given also the object, and
    maybe what makes its arguments GIR's, and leaves those that are GIO's.
    """

    def decorate(cls):
        for name, how in operations.items():
            for method in operation(cls.__mro__[1], name, *(how if isinstance(how, tuple) else (how,))):
                setattr(cls, method.__name__, method)
        return cls

    return decorate


def operation(base, name, result, prepare=lambda *rest: ((), rest)):
    start, end, call = (getattr(base, name + suffix) for suffix in ("", "_finish", "_sync"))

    def asynchronous(self, *arguments, **named):
        given, rest = prepare(*arguments, **named)
        if len(rest) > 1:
            return start(self, *given, *rest)
        return wait(lambda *gio: start(self, *given, *gio), lambda done: finish(self, done), *rest)

    def finish(self, done):
        return result(end(self, done), self)

    def synchronous(self, *arguments, **named):
        given, rest = prepare(*arguments, **named)
        return result(block(lambda cancellable: call(self, *given, cancellable), *rest), self)

    for method, named in zip((asynchronous, finish, synchronous), (start, end, call)):
        method.__name__ = method.__qualname__ = named.__name__
        method.__doc__ = named.__doc__
    return asynchronous, finish, synchronous


def value(payload, _whole):
    return unpack(payload)


def itself(_handle, whole):
    return whole


def plain(result, _whole):
    return result


# --- projections and cursors ---


class Batches:
    """Lists of the items that there are without waiting, at most 64 in each; of handles, one (P11)."""

    def __init__(self, subscribe):
        self._subscribe = subscribe

    def __iter__(self):
        cursor = self._subscribe()
        return items.synchronously(cursor, items.owner_of(cursor), items.batches_of)

    def __aiter__(self):
        cursor = self._subscribe()
        return items.asynchronously(cursor, items.owner_of(cursor), items.batches_of)


@public
@with_operations(wait=plain)
@with_getters("item_type", "item_name")
class Cursor(Gstream.Cursor):
    def __iter__(self):
        return items.synchronously(self, items.owner_of(self))

    def __aiter__(self):
        return items.asynchronously(self, items.owner_of(self))

    def batches(self):
        return Batches(lambda: self)

    def try_next(self):
        take = items.taker_of(self.get_item_type(), items.owner_of(self))
        tried, taken = take(self, 1)
        return tried, taken[0] if tried == Gstream.Try.ITEM else None

    def next(self, cancellable=None, callback=None, *user_data):
        """Whether there is an item, and the item. Iterating is the same, and cheaper."""
        if callback is not None:
            return super().wait(cancellable, callback, *user_data)
        return wait(super().wait, self.next_finish, cancellable)

    def next_finish(self, result):
        return self._taken(super().wait_finish(result))

    def next_sync(self, cancellable=None):
        return self._taken(self.wait_sync(cancellable))

    def _taken(self, found):
        return found, self.try_next()[1] if found else None

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()


def item_type_of(kind):
    """The GType for a Python type; values that JSON knows, such as dict, are payloads."""
    types = {str: GObject.TYPE_STRING, int: GObject.TYPE_INT64, bool: GObject.TYPE_BOOLEAN, float: GObject.TYPE_DOUBLE,
             object: GObject.TYPE_PYOBJECT, dict: Gstream.Payload.__gtype__, list: Gstream.Payload.__gtype__}
    return types[kind] if kind in types else GObject.GType(kind)


@public
@with_getters("name", "item_type", "max_buffered", "forward", "n_buffered")
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
        return items.synchronously(super().subscribe(), whole)

    def __aiter__(self):
        whole = items.owner_of(self)
        return items.asynchronously(super().subscribe(), whole)

    def batches(self):
        return Batches(self.subscribe)

    def _value(self, item):
        item_type = self.get_item_type()
        if item_type == Gstream.Payload.__gtype__:
            return GObject.Value(item_type, pack(item))
        return GObject.Value(item_type, item)

    def push(self, item):
        if isinstance(item, str) and self.get_item_type() == GObject.TYPE_STRING:
            return super().push_string(item)
        return super().push(self._value(item))

    def push_async(self, item, cancellable=None, callback=None, *user_data):
        push, value = super().push_async, self._value(item)
        if callback is not None:
            return push(value, cancellable, callback, *user_data)
        return wait(lambda *gio: push(value, *gio), self.push_finish, cancellable)

    @property
    def subscribed(self):
        return self.is_subscribed()

    @property
    def closed(self):
        return self.is_closed()


# --- runs and what they give ---


class Interleave:
    """Several projections of a run in one: (name, item) after (name, item), as they come (P10)."""

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
@with_getters("source", "mux", "status", "error", "held_by", "turn_budget", *PROJECTIONS)
class RunStream(Gstream.RunStream):
    def __init__(self, source, mux=None, **properties):
        super().__init__(source=source_of(source), mux=mux, **properties)
        items.settle_in(self)

    def __getitem__(self, name):
        projection = self.get_projection(name)
        return items.adopt(projection, self) if name in PROJECTIONS else items.lend(projection, self)

    def extension(self, name):
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


@public
@with_getters("path", "graph_name", "trigger_call_id", "cause")
class SubgraphRunStream(Gstream.SubgraphRunStream, RunStream):
    pass


@public
@with_operations(finished=itself)
@with_getters("id", "node", "namespace", "status", "text", "reasoning", "content", "tool_calls", "invalid_tool_calls",
              "usage", "metadata", "finish_reason", "error", "text_deltas", "reasoning_deltas")
class Message(Gstream.Message):
    pass


@public
@with_operations(finished=itself)
@with_getters("id", "name", "namespace", "status", "input", "output", "error", "output_deltas")
class ToolCall(Gstream.ToolCall):
    pass


# --- sources ---


def event_of(item):
    """What a generator yields: an event, or the dict of one, as in protocol's JSON."""
    if isinstance(item, Gstream.Event):
        return item
    if isinstance(item, dict):
        return Gstream.Event.new_from_json(json.dumps(item), -1)
    raise TypeError(f"a source yields Gstream.Event or the dict of one, not {type(item).__name__}")


OWN_TYPE = "gstream"  # a class of a module in gi.overrides would be the one that it derives from


class GeneratorSource(Gstream.PushSource):
    """A generator's events, each made when the run wants it."""

    __gtype_name__ = "GstreamPythonGeneratorSource"
    __module__ = OWN_TYPE

    def __init__(self, generator):
        super().__init__()
        self._generator = generator
        self.connect("notify::closed", type(self)._on_closed)

    def do_wanted(self):
        try:
            self.push(event_of(next(self._generator)))
        except StopIteration:
            self.finish()
        except Exception as exception:
            self.fail(failure(exception))

    def _on_closed(self, _pspec):
        if hasattr(self._generator, "close"):
            self._generator.close()


class AsyncGeneratorSource(Gstream.PushSource):
    """The same of an asynchronous generator, in asyncio's loop."""

    __gtype_name__ = "GstreamPythonAsyncGeneratorSource"
    __module__ = OWN_TYPE

    def __init__(self, generator):
        super().__init__()
        self._generator = aiter(generator)
        self._task = None  # that makes an event, until it is done
        self.connect("notify::closed", type(self)._on_closed)

    def do_wanted(self):
        loop = running_loop()
        if loop is None:
            message = "the source is an asynchronous generator: use `async for` and `await`"
            self.fail(gerror(message, Gstream.Error.ASYNC_ONLY))
        else:
            self._task = loop.create_task(self._pull())
            awaited.add(self._task)

    async def _pull(self):
        try:
            self.push(event_of(await anext(self._generator)))
        except StopAsyncIteration:
            self.finish()
        except Exception as exception:
            self.fail(failure(exception))
        finally:
            self._task = None

    def _on_closed(self, _pspec):
        loop = running_loop()
        if self._task is not None:
            self._task.cancel()
        elif loop is not None and hasattr(self._generator, "aclose"):
            loop.create_task(self._generator.aclose())


def source_of(source):
    """A source as it is; of a generator, asynchronous or not, or anything to iterate, one that makes its events."""
    if isinstance(source, Gstream.EventSource):
        return source
    if hasattr(source, "__aiter__"):
        return AsyncGeneratorSource(source)
    if hasattr(source, "__iter__") and not isinstance(source, (str, bytes, dict)):
        return GeneratorSource(iter(source))
    raise TypeError(f"a run is made from an event source or a generator of events, not {type(source).__name__}")


def file_of(path):
    return path if isinstance(path, Gio.File) else Gio.File.new_for_path(os.fspath(path))


def reading(base):
    """The initialiser of a source that reads a file or a stream."""

    def __init__(self, file=None, *, stream=None, **properties):
        if (file is None) == (stream is None):
            raise TypeError(f"{type(self).__name__} reads either a file or a stream")
        given = {"stream": stream} if file is None else {"file": file_of(file)}
        base.__init__(self, **given, **properties)

    return __init__


@public
class JsonLinesSource(Gstream.JsonLinesSource):
    __init__ = reading(Gstream.JsonLinesSource)


@public
class SseSource(Gstream.SseSource):
    __init__ = reading(Gstream.SseSource)


@public
class MessageWriter(Gstream.MessageWriter):
    @staticmethod
    def new(namespace=(), node=None, id=None):
        return Gstream.MessageWriter.new(list(namespace), node, id)

    def start_block(self, block):
        return super().start_block(pack(block))

    def finish_block(self, block):
        return super().finish_block(pack(block))

    def finish(self, usage=None, finish_reason=None):
        return super().finish(pack_or_none(usage), finish_reason)


# --- transformers ---


def settle(coroutine, cancellable, tell):
    """Runs @coroutine in asyncio's loop, and tells its result and None, or None and its exception as an error."""
    loop = running_loop()
    if loop is None:
        coroutine.close()
        tell(None, gerror(f"{coroutine.__qualname__} needs a running asyncio loop", Gstream.Error.ASYNC_ONLY))
        return

    def on_done(task):
        if task.cancelled():
            tell(None, GLib.Error.new_literal(Gio.io_error_quark(), "cancelled", int(Gio.IOErrorEnum.CANCELLED)))
        elif task.exception() is not None:
            tell(None, failure(task.exception()))
        else:
            tell(task.result(), None)

    task = loop.create_task(coroutine)
    task.add_done_callback(on_done)
    if cancellable is not None:
        cancellable.connect(lambda *_: loop.call_soon(task.cancel))


def hook(method):
    """A virtual function that calls a plain method, and whose exceptions are errors of the run."""

    @functools.wraps(method)
    def call(self, *arguments):
        try:
            return method(self, *arguments) is not False
        except Exception as exception:
            raise failure(exception) from exception

    return call


def asynchronous_hooks(method):
    def process_async(self, event, cancellable, callback, *_data):
        task = Gio.Task.new(self, cancellable, lambda source, result, *_: callback(source, result))

        def tell(result, error):
            if error is None:
                task.return_boolean(result is not False)
            else:
                task.return_error(error)

        settle(method(self, event), cancellable, tell)

    def process_finish(self, result):
        return result.propagate_boolean()

    return process_async, process_finish


@public
class Transformer(Gstream.Transformer):
    """To derive from: process(event), plain or async, and finish() and fail(error)."""

    wants = None
    channels = None
    before_builtins = False
    native = False

    def __init__(self, **properties):
        super().__init__(before_builtins=self.before_builtins, native=self.native, **properties)
        if self.wants is not None:
            self.set_wants(self.wants)
        if self.channels is not None:
            self.set_channels(self.channels)

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        for name in ("process", "finish", "fail"):
            method = cls.__dict__.get("do_" + name) or cls.__dict__.get(name)
            if inspect.iscoroutinefunction(method):
                cls.do_process_async, cls.do_process_finish = asynchronous_hooks(method)
            elif method is not None:
                setattr(cls, "do_" + name, hook(method))

    def add_projection(self, name, item_type):
        return super().add_projection(name, item_type_of(item_type))

    def schedule(self, work=None, *, fails_run=False):
        """Side work that the run's end waits for (M4): a coroutine, or what is completed by hand."""
        side_work = super().schedule(fails_run)
        if work is not None:
            settle(work, side_work.get_cancellable(), lambda _result, error: side_work.fail(error) if error else side_work.complete())
        return side_work


@public
@with_getters("scope", "log")
class StreamMux(Gstream.StreamMux):
    def __init__(self, transformers=(), builtins=None):
        super().__init__(builtins=builtins)
        for transformer in transformers:
            self.add(transformer)

    def add(self, transformer):
        """A class or a function of the scope makes one for every scope; one that is ready-made is the root's (M7)."""
        if isinstance(transformer, Gstream.Transformer):
            self.add_transformer(transformer)
        elif isinstance(transformer, type):
            self._add_maker(lambda scope: transformer())
        else:
            self._add_maker(transformer)

    def _add_maker(self, make):
        exceptions = []

        def factory(scope, *_data):
            try:
                return make(scope)
            except Exception as exception:
                if exceptions is None:
                    raise  # of a subgraph's: told where exceptions in callbacks are
                exceptions.append(exception)

        self.add_factory(factory)
        if exceptions:
            raise exceptions[0]
        exceptions = None


# --- runs on a server ---


def start(input=None, *rest, config=None, metadata=None, mux=None):
    return (pack_or_none(input), pack_or_none(config), pack_or_none(metadata), mux), rest


def respond(interrupt, response, *rest, mux=None):
    return (interrupt, pack(response), mux), rest


def respond_all(interrupts, responses, *rest, mux=None):
    return (interrupts, [pack(response) for response in responses], mux), rest


def attach(run_id, *rest, mux=None):
    return (run_id, mux), rest


def run_of(run, _thread):
    return items.settle_in(run)


@public
@with_operations(start=(run_of, start), respond=(run_of, respond), respond_all=(run_of, respond_all),
                 attach=(run_of, attach), state=value)
@with_getters("url", "assistant", "thread_id", "transport")
class Thread(Gstream.Thread):
    def __init__(self, url, assistant, *, headers=None, **properties):
        super().__init__(url=url, assistant=assistant, **properties)
        for name, text in (headers or {}).items():
            self.set_header(name, text)
