# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Conversations on the real Agent Servers, with users who do anything at any time, and a network that fails between.

import chatting
import fault_proxy
import live
import tap

from gi.repository import Gstream  # noqa: E402

N_ACTS = 10
CUTS = (350, 1100, 2000)  # bytes: what a connection gives before it breaks


def finish(conversation):
    user = chatting.User.__new__(chatting.User)
    user.conversation, user.trail = conversation, []
    user.rest()


@live.test("C1", "send-edit-choose")
def story(kind):
    thread = live.thread(kind, "chat")
    conversation = Gstream.Conversation(thread)
    conversation.send("And on Monday?")
    finish(conversation)
    rows = chatting.rows_of(conversation)
    assert [(row.role.name, row.status.name) for row in rows] == [("HUMAN", "FINISHED"), ("AI", "FINISHED")], conversation.error
    assert rows[0].text == "And on Monday?" and rows[0].checkpoint_id is not None

    conversation.edit(rows[0], "And on Tuesday?", None, lambda *_: None)
    finish(conversation)
    row = chatting.rows_of(conversation)[0]
    assert (row.text, row.n_branches, row.branch) == ("And on Tuesday?", 2, 1), (row.text, row.n_branches, row.branch)
    conversation.choose_branch(row, 0, None, lambda *_: None)
    finish(conversation)
    assert chatting.rows_of(conversation)[0].text == "And on Monday?"
    conversation.regenerate(chatting.rows_of(conversation)[1], None, lambda *_: None)
    finish(conversation)
    rows = chatting.rows_of(conversation)
    assert len(rows) == 2 and rows[1].n_branches == 2, (len(rows), rows[1].n_branches)

    shown = [row.id for row in rows]
    conversation.send("And on Sunday?")
    finish(conversation)
    rows = chatting.rows_of(conversation)
    assert [row.id for row in rows[:2]] == shown and rows[2].text == "And on Sunday?" and len(rows) == 4, [row.text for row in rows]


@live.test("C3", "users")
def users(kind):
    policies = (*chatting.POLICIES, Gstream.MultitaskStrategy.ROLLBACK)
    chatting.User(lambda: live.thread(kind, "chat"), 1, policies=policies).play(N_ACTS)


@live.test("C3", "users-of-a-bad-network")
def users_of_a_bad_network(kind):
    with fault_proxy.Proxy(live.server(kind).port) as proxy:
        user = chatting.User(lambda: live.thread(kind, "chat", url=proxy.url), 2)
        for i in range(N_ACTS):
            proxy.faults = [fault_proxy.cut(CUTS[i % len(CUTS)])] if i % 2 else []
            user.act()
        proxy.faults = []
        user.rest()
        user.reopen()
        user.rest()
        user.check()


live.run_tests()
