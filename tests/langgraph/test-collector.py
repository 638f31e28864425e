# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Python's garbage collector at work with each few objects that are made: what it finds unused is unused.

import contextlib
import gc
import sys

import peer

peer.join("/langgraph/collector")
sys.path[1:1] = [str(peer.TOP / "tests" / "servers" / "python"), str(peer.TOP / "tests" / "langgraph" / "server")]

import gi  # noqa: E402

gi.require_version("Gstream", "1")
import chatting  # noqa: E402
import graphs  # noqa: E402
import tap  # noqa: E402
from gi.repository import GLib, Gstream  # noqa: E402

CHAT = {"messages": [("user", "hi")]}
NOTES = {"topic": "cats", "log": []}
RUNS = peer.TOP / "tests" / "runs"


@contextlib.contextmanager
def collecting():
    """All generations, all the time; not what there is already, such as LangChain, which would take hours."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(1, 1, 1)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def test(path):
    def register(function):
        @tap.test(f"/langgraph/R7/collector/{path}")
        def check():
            with collecting():
                function()

        return function

    return register


@test("recorded")
def recorded():
    with Gstream.RunStream(Gstream.JsonLinesSource(str(RUNS / "python-inprocess" / "tools.jsonl"))) as run:
        calls = run.tool_calls.subscribe()
        said = ["".join(message.text_deltas) for message in run.messages]
        assert said and len([call.wait_sync() for call in calls]) == 2, said


@test("awaited")
def awaited():
    async def main():
        async with Gstream.stream(graphs.chat, CHAT) as run:
            assert [[piece async for piece in message.text_deltas] async for message in run.messages] == [["Hel", "lo, ", "wörld", " ☃"]]
            assert (await run.output())["messages"][-1]["type"] == "ai"

    Gstream.run(main())


@test("in-a-thread")
def in_a_thread():
    with Gstream.stream(graphs.subgraphs, CHAT) as run:
        assert [message.wait_sync().text for message in run.messages] == ["on top"]


@test("callbacks")
def callbacks():
    loop = GLib.MainLoop()
    found = []
    run = Gstream.stream(graphs.tools, CHAT)
    run.output(None, lambda run, result: (found.append(run.output_finish(result)), loop.quit()))
    loop.run()
    assert len(found[0]["messages"]) == 5, found


@test("questions")
def questions():
    thread = Gstream.LocalThread(graphs.questions)
    asked = thread.start_sync(NOTES).interrupts_sync()
    assert len(thread.respond_all_sync(asked, ["yes", "no"]).output_sync()["log"]) == 3


@test("conversation")
def conversation():
    async def main():
        conversation = Gstream.Conversation(Gstream.LocalThread(graphs.chat))
        await conversation.open()
        conversation.send("hi")
        await conversation.wait()
        assert [row.role.name for row in chatting.rows_of(conversation)] == ["HUMAN", "AI"]

    Gstream.run(main())


tap.run()
