# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Threads as Python has them: made by what they are told, kinds of one's own, and options as keywords.


import gi

gi.require_version("Gstream", "1")
import tap  # noqa: E402
from gi.repository import GLib, Gstream  # noqa: E402


def caught(call):
    try:
        call()
    except (GLib.Error, TypeError, ValueError) as error:
        return error
    raise AssertionError("nothing was raised")


class Echo(Gstream.Thread):
    """Says what it was told."""

    def do_begin_start(self, given, options, task):
        self.options = options
        event = Gstream.Event.new("values", [], {"said": Gstream.Payload.dup_json(given)})
        task.return_value(Gstream.ThreadRun(iter([event]), options.mux, run_id="r1"))

    def do_begin_respond(self, responses, options, task):
        task.return_error(GLib.Error.new_literal(Gstream.error_quark(), responses.dup_json(), int(Gstream.Error.REFUSED)))

    def do_begin_fetch_state(self, checkpoint_id, task):
        task.return_value(Gstream.Payload.new('{"values": {"n": 1}}', -1))

    def do_begin_fetch_history(self, limit, before, task):
        task.return_value(Gstream.Payload.new(f'[{{"limit": {limit}}}, {{"before": "{before}"}}]', -1))

    def do_begin_cancel_run(self, run_id, task):
        task.return_value(3)


@tap.test("/thread/N1/python/own-kind")
def own_kind():
    thread = Echo()
    run = thread.start_sync("hi", config={"a": 1}, multitask_strategy="reject", depth=2, channels=["values"], namespaces=[["x"]])
    assert run.run_id == "r1" and run.output_sync() == {"said": '"hi"'}
    options = thread.options
    assert options.config == {"a": 1} and options.multitask_strategy == Gstream.MultitaskStrategy.REJECT
    assert options.depth == 2 and options.channels == ["values"] and options.namespaces == [["x"]] and options.metadata is None
    assert thread.fetch_state_sync() == {"values": {"n": 1}}
    assert thread.fetch_history_sync(3, "c") == [{"limit": 3}, {"before": "c"}]


@tap.test("/thread/N1/python/awaited")
def awaited():
    async def main():
        thread = Echo()
        run = await thread.start({"n": [1]})
        return await run.output(), await thread.fetch_state()

    assert Gstream.run(main()) == ({"said": '{"n": [1]}'}, {"values": {"n": 1}})


@tap.test("/thread/N1/python/raises")
def raises():
    """What a virtual function raises ends the call, in the exception's words."""
    class Broken(Gstream.Thread):
        def do_begin_start(self, given, options, task):
            raise LookupError("no such song")

        def do_begin_fetch_state(self, checkpoint_id, task):
            raise GLib.Error.new_literal(Gstream.error_quark(), "gone", int(Gstream.Error.NOT_FOUND))

    assert "LookupError: no such song" in caught(lambda: Broken().start_sync("hi")).message
    assert caught(Broken().fetch_state_sync).matches(Gstream.error_quark(), Gstream.Error.NOT_FOUND)


@tap.test("/thread/N9/python/mistakes")
def mistakes():
    thread = Echo()
    assert caught(lambda: thread.respond_sync(None, {"ok": 1})).message == '[{"response":{"ok": 1}}]'
    assert caught(lambda: thread.respond_json_sync([{"interrupt_id": "1", "response": 2}])).message == '[{"interrupt_id": "1", "response": 2}]'
    assert "was expected" in caught(thread.cancel_run_sync).message
    assert caught(lambda: thread.update_state_sync({})).matches(Gstream.error_quark(), Gstream.Error.NOT_SUPPORTED)
    assert "'nonsense'" in str(caught(lambda: thread.start_sync(1, nonsense=2)))
    assert "'maybe'" in str(caught(lambda: thread.start_sync(1, multitask_strategy="maybe")))
    assert "exclude each other" in str(caught(lambda: thread.start_sync(1, options=Gstream.RunOptions(), depth=1)))
    assert "list of strings" in str(caught(lambda: thread.start_sync(1, channels="values")))


@tap.test("/thread/N13/python/made")
def made():
    thread = Gstream.Thread("http://localhost:1", "agent", retry_limit=0, headers={"X-A": "b"}, thread_id="t")
    assert type(thread) is Gstream.ServerThread and isinstance(thread, Gstream.Thread) and thread.thread_id == "t"
    assert thread.server.url == "http://localhost:1" and thread.assistant == "agent"
    again = thread.server.open_thread("other")
    assert again.server is thread.server and again.thread_id is None
    assert type(Gstream.Thread.new("http://localhost:1", "agent")) is Gstream.ServerThread
    caught(lambda: Gstream.Thread("http://localhost:1"))
    caught(lambda: Gstream.Thread())


tap.run()
