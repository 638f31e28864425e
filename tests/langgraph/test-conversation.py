# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Conversations with LangGraph's graphs in this process.

import asyncio
import sys

import peer

peer.join("/langgraph/conversation")
sys.path[1:1] = [str(peer.TOP / "tests" / "servers" / "python"), str(peer.TOP / "tests" / "langgraph" / "server")]

import gi  # noqa: E402

gi.require_version("Gstream", "1")
import agents  # noqa: E402
import chatting  # noqa: E402
import graphs  # noqa: E402
import tap  # noqa: E402
from gi.repository import GLib, Gstream  # noqa: E402

APPROVED = {"decisions": [{"type": "approve"}]}


@tap.test("/langgraph/C1/send-edit-choose")
def story():
    async def tell():
        conversation = Gstream.Conversation(Gstream.LocalThread(agents.agent))
        await conversation.open()
        sent = conversation.send("And on Monday?")
        assert sent.status == chatting.Status.SENDING
        await conversation.wait()
        rows = chatting.rows_of(conversation)
        assert [row.role.name for row in rows] == ["HUMAN", "AI", "TOOL", "AI"], rows
        assert rows[0] == sent and rows[3].text == "It is sunny."
        call = rows[1].tool_calls.get_item(0)
        assert (call.name, call.input, call.status.name) == ("weather", {"city": "Paris"}, "FINISHED"), call.status
        assert call.output == rows[2].text

        row = await conversation.edit(sent, "And on Tuesday?")
        await conversation.wait()
        assert row.text == "And on Tuesday?" and row.n_branches == 2 and row.branch == 1
        assert await conversation.choose_branch(row, 0)
        await conversation.wait()
        assert chatting.rows_of(conversation)[0].text == "And on Monday?"
        await conversation.regenerate(chatting.rows_of(conversation)[3])
        await conversation.wait()
        assert chatting.rows_of(conversation)[3].n_branches == 2

    Gstream.run(tell())


@tap.test("/langgraph/C2/second-window")
def second_window():
    """A conversation that is opened while another one's run is under way shows what came of that."""

    async def tell():
        thread = Gstream.LocalThread(agents.agent)
        first = Gstream.Conversation(thread)
        begun = asyncio.Event()
        first.connect("notify::run", lambda *_: begun.set())
        first.send("And on Monday?")
        await begun.wait()
        second = Gstream.Conversation(thread)
        await second.open()
        assert second.run == first.run == await thread.attach(first.run.run_id)
        await first.wait()
        await second.wait()
        assert second.run is None
        assert [row.id for row in chatting.rows_of(second)] == [row.id for row in chatting.rows_of(first)]
        assert [row.role.name for row in chatting.rows_of(second)] == ["HUMAN", "AI", "TOOL", "AI"]
        try:
            await thread.attach()
        except GLib.Error as error:
            assert error.matches(Gstream.error_quark(), Gstream.Error.NOT_FOUND), error
        else:
            raise AssertionError("there was a run to attach to")

    Gstream.run(tell())


@tap.test("/langgraph/C8/question")
def question():
    async def tell():
        conversation = Gstream.Conversation(Gstream.LocalThread(agents.careful))
        conversation.send("Paris?")
        await conversation.wait()
        asked = conversation.questions.get_item(0)
        assert asked is not None and conversation.questions.get_n_items() == 1
        await conversation.respond(asked, APPROVED)
        await conversation.wait()
        assert conversation.questions.get_n_items() == 0
        assert chatting.rows_of(conversation)[-1].text == "It is sunny."

    Gstream.run(tell())


@tap.test("/langgraph/C9/sub-agents")
def subagents():
    async def tell():
        conversation = Gstream.Conversation(Gstream.LocalThread(agents.deep))
        conversation.send("What shall I wear?")
        await conversation.wait()
        calls = [row.tool_calls.get_item(i) for row in chatting.rows_of(conversation)
                 for i in range(row.tool_calls.get_n_items())]
        task = next(call for call in calls if call.name == "task")
        assert task.subagents.get_n_items() == 1, [call.name for call in calls]
        scout = task.subagents.get_item(0)
        assert scout.name == "scout" and scout.task == "the weather in Paris", (scout.name, scout.task)
        assert scout.status == Gstream.RunStatus.COMPLETED
        assert scout.rows.get_item(scout.rows.get_n_items() - 1).text == "It is sunny."

    Gstream.run(tell())


def users(graph, seeds, **how):
    for seed in seeds:
        chatting.User(lambda: Gstream.LocalThread(graph, thread_id=f"user-{seed}"), seed, **how).play(16)


@tap.test("/langgraph/C3/users-of-a-model")
def users_of_a_model():
    users(graphs.chat, range(4))


@tap.test("/langgraph/C3/users-of-a-careful-agent")
def users_of_a_careful_agent():
    users(agents.careful, range(10, 13), answer=APPROVED)


tap.run()
