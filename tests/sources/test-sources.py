# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sources from Python, through introspection alone: made, pushed to, derived from.

import threading

import gi

gi.require_version("Gstream", "1")
from gi.repository import Gio, GLib, GObject, Gstream

import tap


def event(number):
    return Gstream.Event.new("custom", [], Gstream.Payload.new(str(number), -1))


def numbers(source):
    """Runs the source to its end, and gives what its events hold."""
    run = Gstream.RunStream.new(source, None)
    log = run.get_log().subscribe()
    run.output_sync(None)
    got = []
    while True:
        result, item = log.try_next_event()
        if result == Gstream.Try.ENDED:
            return got
        assert result == Gstream.Try.ITEM, result
        got.append(item.get_data().get_integer(""))


class Countdown(Gstream.PushSource):
    """Makes an event when one is wanted."""

    def __init__(self, events):
        super().__init__()
        self.events = events

    def do_wanted(self):
        try:
            self.push(next(self.events))
        except StopIteration:
            self.finish()


class Own(GObject.Object, Gstream.EventSource):
    """All a source's own: gives what is there, and waits for what is not."""

    def __init__(self, left, waits):
        super().__init__()
        self.left = left
        self.waits = waits
        self.closed = 0

    def do_try_next(self):
        if self.waits:
            return Gstream.Try.PENDING, None
        if self.left == 0:
            return Gstream.Try.ENDED, None
        self.left -= 1
        return Gstream.Try.ITEM, event(self.left)

    def do_next(self, cancellable, callback, *data):
        task = Gio.Task.new(self, cancellable, callback)
        GLib.idle_add(lambda: task.return_boolean(True))

    def do_next_finish(self, result):
        assert result.propagate_boolean()
        if self.left == 0:
            return None
        self.left -= 1
        return event(self.left)

    def do_close(self):
        self.closed += 1


@tap.test("/sources/memory/python")
def memory():
    assert numbers(Gstream.MemorySource.new([event(1), event(2)])) == [1, 2]
    assert numbers(Gstream.MemorySource.new([])) == []


@tap.test("/sources/memory/python/func")
def func():
    events = iter([event(1), event(2)])
    assert numbers(Gstream.MemorySource.new_func(lambda *data: next(events, None))) == [1, 2]


@tap.test("/run/R5/memory/python/func-raises")
def func_raises():
    def fail(*data):
        raise GLib.Error("no more", "g-io-error-quark", Gio.IOErrorEnum.BUSY)

    try:
        numbers(Gstream.MemorySource.new_func(fail))
    except GLib.Error as error:
        assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.BUSY) and error.message == "no more", error
    else:
        raise AssertionError("the run did not fail")


@tap.test("/sources/json-lines/python")
def json_lines():
    source = Gstream.JsonLinesSource(
        stream=Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(event(5).to_json().encode())), max_line_size=1000
    )
    assert numbers(source) == [5]


@tap.test("/sources/sse/python")
def sse():
    text = f"id: 9\ndata: {event(5).to_json()}\n\n"
    source = Gstream.SseSource.new_for_stream(Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(text.encode())))
    assert numbers(source) == [5]
    assert source.props.last_event_id == "9"


@tap.test("/sources/push/python/derived")
def derived():
    assert numbers(Countdown(event(n) for n in (3, 2, 1))) == [3, 2, 1]


@tap.test("/sources/push/python/thread")
def thread():
    source = Gstream.PushSource.new()

    def work():
        for n in range(100):
            source.push(event(n))
        source.finish()

    worker = threading.Thread(target=work)
    worker.start()
    assert numbers(source) == list(range(100))
    worker.join()


@tap.test("/projection/P6/push-source/python/blocking")
def blocking():
    source = Gstream.PushSource.new()
    source.set_max_buffered(2)
    ahead = []

    def work():
        for n in range(50):
            source.push_sync(event(n), None)
            ahead.append(source.get_n_buffered())
        source.finish()

    worker = threading.Thread(target=work)
    worker.start()
    assert numbers(source) == list(range(50))
    worker.join()
    assert max(ahead) <= 2


@tap.test("/run/R5/push/python/fail")
def fail():
    source = Gstream.PushSource.new()
    source.push(event(1))
    source.fail(GLib.Error("the model is busy", "g-io-error-quark", Gio.IOErrorEnum.BUSY))
    try:
        numbers(source)
    except GLib.Error as error:
        assert error.message == "the model is busy", error
    else:
        raise AssertionError("the run did not fail")


@tap.test("/run/R6/push/python/closed")
def closed():
    source = Gstream.PushSource.new()
    run = Gstream.RunStream.new(source, None)
    run.abort()
    assert source.get_closed()
    try:
        source.push(event(1))
    except GLib.Error as error:
        assert error.matches(Gstream.Error.quark(), Gstream.Error.CLOSED), error
    else:
        raise AssertionError("a closed source took an event")


@tap.test("/run/R1/own-source/python/tries")
def own_tries():
    source = Own(3, False)
    assert numbers(source) == [2, 1, 0]
    assert source.closed == 1


@tap.test("/run/R1/own-source/python/waits")
def own_waits():
    source = Own(3, True)
    assert numbers(source) == [2, 1, 0]
    assert source.closed == 1


tap.run()
