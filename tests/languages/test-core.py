# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sources and transformers written in Python, without any overrides of ours.

import sys

sys.path[:] = [path for path in sys.path if "bindings" not in path]

import gi  # noqa: E402

gi.require_version("Gstream", "1")
from gi.repository import Gio, GLib, GObject, Gstream  # noqa: E402

import tap  # noqa: E402

EMPTY = []


def event(method, data):
    return Gstream.Event.new(method, [], Gstream.Payload.new(data, -1))


class Countdown(GObject.Object, Gstream.EventSource):
    """Always ready: only try_next."""

    def __init__(self, left, fail_with=None):
        super().__init__()
        self.left = left
        self.fail_with = fail_with
        self.n_closed = 0
        self.channels = None

    def do_try_next(self):
        if self.left == 0:
            if self.fail_with is not None:
                raise self.fail_with
            return Gstream.Try.ENDED, None
        self.left -= 1
        return Gstream.Try.ITEM, event("custom", str(self.left))

    def do_close(self):
        self.n_closed += 1

    def do_set_channels(self, channels):
        self.channels = channels


class Ticker(GObject.Object, Gstream.EventSource):
    """Never ready: only next."""

    def __init__(self, left):
        super().__init__()
        self.left = left

    def do_next(self, cancellable, callback, *_data):
        task = Gio.Task.new(self, cancellable, lambda source, result, *_: callback(source, result))

        def tick():
            self.left -= 1
            if self.left >= 0:
                task.item = event("custom", str(self.left))
            task.return_boolean(True)

        GLib.idle_add(tick)

    def do_next_finish(self, result):
        result.propagate_boolean()
        return getattr(result, "item", None)


class Doubler(Gstream.Transformer):
    def __init__(self, **properties):
        super().__init__(**properties)
        self.set_wants(["custom"])
        self.doubled = self.add_projection("doubled", GObject.TYPE_INT64)
        self.story = []
        self.fail_at = None

    def do_process(self, event):
        number = event.get_data().get_integer("")
        self.story.append(number)
        if number == self.fail_at:
            raise GLib.Error.new_literal(Gio.io_error_quark(), "from Python", Gio.IOErrorEnum.NO_SPACE)
        self.doubled.push(2 * number)
        return number != 1  # which is kept out of the main log

    def do_finish(self):
        self.story.append("finish")
        return True

    def do_fail(self, error):
        self.story.append(error.message if error else "abort")


class Waiting(Gstream.Transformer):
    def do_process_async(self, event, cancellable, callback, *_data):
        task = Gio.Task.new(self, cancellable, lambda source, result, *_: callback(source, result))
        self.replace(globals()["event"]("custom", str(100 + event.get_data().get_integer(""))))
        GLib.idle_add(lambda: task.return_boolean(True))

    def do_process_finish(self, result):
        return result.propagate_boolean()


def make_run(source, *transformers):
    mux = Gstream.StreamMux.new(EMPTY)
    for transformer in transformers:
        assert mux.add_transformer(transformer)
    return Gstream.RunStream.new(source, mux)


def drain(cursor):
    items = []
    while True:
        found, item = cursor.next_sync(None)
        if not found:
            return items
        items.append(item)


# PyGObject hands out a boxed item of a GValue without taking it: events come by the typed call.


def numbers(log):
    found = []
    while log.wait_sync(None):
        _tried, event = log.try_next_event()
        found.append(event.get_data().get_integer(""))
    return found


def numbers_async(log):
    loop = GLib.MainLoop()
    found = []

    def on_ready(log, result):
        if not log.wait_finish(result):
            loop.quit()
            return
        _tried, event = log.try_next_event()
        found.append(event.get_data().get_integer(""))
        log.wait(None, on_ready)

    log.wait(None, on_ready)
    loop.run()
    return found


@tap.test("/run/R1/python/try-next")
def try_next():
    source = Countdown(3)
    run = make_run(source)
    log = run.get_log().subscribe()
    assert source.left == 3
    assert numbers(log) == [2, 1, 0]
    assert run.get_status() == Gstream.RunStatus.COMPLETED
    assert source.n_closed == 1


@tap.test("/run/R1/python/next")
def next_finish():
    run = make_run(Ticker(3))
    assert numbers_async(run.get_log().subscribe()) == [2, 1, 0]


@tap.test("/run/R5/python/error-of-source")
def error_of_source():
    run = make_run(Countdown(1, GLib.Error.new_literal(Gio.io_error_quark(), "no more", Gio.IOErrorEnum.BROKEN_PIPE)))
    try:
        run.output_sync(None)
    except GLib.Error as error:
        assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.BROKEN_PIPE), error
        assert error.message == "no more"
    else:
        raise AssertionError("no error")


@tap.test("/mux/M1/python/process")
def process():
    doubler = Doubler()
    run = make_run(Countdown(3), doubler)
    cursor = doubler.doubled.subscribe()
    doubler.doubled.set_forward(False)
    log = run.get_log().subscribe()
    assert drain(cursor) == [4, 2, 0]
    assert doubler.story == [2, 1, 0, "finish"]
    assert numbers(log) == [2, 0]


@tap.test("/mux/M5/python/error-in-process")
def error_in_process():
    doubler = Doubler()
    doubler.fail_at = 1
    run = make_run(Countdown(3), doubler)
    try:
        run.output_sync(None)
    except GLib.Error as error:
        assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE), error
    else:
        raise AssertionError("no error")
    assert doubler.story == [2, 1, "from Python"]


@tap.test("/mux/M5/python/abort")
def abort():
    doubler = Doubler()
    run = make_run(Countdown(3), doubler)
    run.abort()
    assert doubler.story == ["abort"]


@tap.test("/mux/M3/python/process-async")
def process_async():
    run = make_run(Countdown(3), Waiting())
    assert numbers_async(run.get_log().subscribe()) == [102, 101, 100]


@tap.test("/mux/M7/python/type")
def by_type():
    mux = Gstream.StreamMux.new(EMPTY)
    assert mux.add_type(Doubler)
    run = Gstream.RunStream.new(Countdown(2), mux)
    cursor = run.get_projection("doubled").subscribe()
    assert drain(cursor) == [2, 0]


@tap.test("/mux/M8/python/channels")
def channels():
    source = Countdown(0)
    run = make_run(source, Doubler())
    assert source.channels == ["custom"]
    run.abort()


@tap.test("/mux/M4/python/side-work")
def side_work():
    doubler = Doubler()
    run = make_run(Countdown(1), doubler)
    work = doubler.schedule(False)
    GLib.idle_add(lambda: work.complete())
    assert run.output_sync(None) is None
    assert doubler.story == [0, "finish"]


tap.run()
