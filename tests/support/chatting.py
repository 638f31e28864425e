# SPDX-License-Identifier: LGPL-2.1-or-later
"""A user who does anything at any time with a conversation, and what must be so once all is at rest."""

import random

import gi

gi.require_version("Gstream", "1")
from gi.repository import GLib, Gstream  # noqa: E402

Status = Gstream.ConversationRowStatus
Policy = Gstream.MultitaskStrategy
MARKED = (Status.STOPPED, Status.FAILED)
POLICIES = (Policy.ENQUEUE, Policy.INTERRUPT, Policy.REJECT)
PATIENCE = 240  # seconds until a conversation that is not at rest hangs


def rows_of(conversation):
    return [conversation.get_item(i) for i in range(conversation.get_n_items())]


def text_of(content):
    if isinstance(content, str):
        return content
    return "".join(block if isinstance(block, str) else block.get("text", "") for block in content or [])


class Hangs(AssertionError):
    """A conversation that does not come to rest: what was done, whether it is busy, and whether it loads."""


class Watch:
    """Knows the list by its items-changed alone, and that what is spoken only grows."""

    def __init__(self, conversation):
        self.rows = rows_of(conversation)
        self.lengths = {}
        conversation.connect("items-changed", self.change)

    def change(self, conversation, position, removed, added):
        news = [conversation.get_item(position + i) for i in range(added)]
        old = {row.id for row in self.rows[position:position + removed]}
        assert not old.intersection(row.id for row in news), "a row was touched that stays"
        self.rows[position:position + removed] = news
        for row in news:
            if row.role == Gstream.ConversationRole.AI:
                row.connect("notify::text", self.grow)

    def grow(self, row, _pspec):
        if row.status == Status.STREAMING:
            assert len(row.text) >= self.lengths.get(row.id, 0), (row.id, row.text)
            self.lengths[row.id] = len(row.text)


class User:
    def __init__(self, make_thread, seed, answer="yes", policies=POLICIES):
        self.random = random.Random(seed)
        self.thread = make_thread()
        self.answer = answer
        self.policies = policies
        self.said = 0
        self.trail = []
        self.open()

    def open(self):
        self.conversation = Gstream.Conversation(self.thread)
        self.watch = Watch(self.conversation)
        self.conversation.open(None, lambda *_: None)

    def send(self):
        self.said += 1
        self.conversation.policy = self.random.choice(self.policies)
        self.conversation.send(f"words {self.said}")

    def with_row(self, what):
        rows = rows_of(self.conversation)
        if rows:
            what(self.random.choice(rows))

    def regenerate(self):
        self.with_row(lambda row: self.conversation.regenerate(row, None, lambda *_: None))

    def edit(self):
        self.with_row(lambda row: self.conversation.edit(row, "otherwise", None, lambda *_: None))

    def choose(self):
        self.with_row(lambda row: self.conversation.choose_branch(row, self.random.randrange(2), None, lambda *_: None))

    def retry(self):
        self.with_row(self.conversation.retry)

    def respond(self):
        question = self.conversation.questions.get_item(0)
        if question is not None:
            self.conversation.respond(question, self.answer, None, lambda *_: None)

    def stop(self):
        self.conversation.stop()

    def reopen(self):
        self.conversation = self.watch = None
        self.open()

    def acts(self):
        """What the user does, each as often as it stands here."""
        return [self.send] * 4 + [self.respond] * 3 + [self.regenerate, self.edit, self.choose, self.retry, self.stop, self.reopen]

    def act(self):
        what = self.random.choice(self.acts())
        self.trail.append(what.__name__)
        what()
        self.pause()

    def pause(self):
        for _ in range(self.random.randrange(30)):
            GLib.MainContext.default().iteration(False)

    def rest(self, patience=PATIENCE):
        done = []
        hung = GLib.timeout_add_seconds(patience, lambda: done.append("hangs"))
        self.conversation.wait(None, lambda _conversation, result: done.append(result))
        while not done:
            GLib.MainContext.default().iteration(True)
        if done == ["hangs"]:
            raise Hangs(self.trail, self.conversation.busy, self.conversation.loading)
        GLib.source_remove(hung)

    def state(self):
        """The shown one. The newest is asked for as such: it has what nodes have returned in a step that was stopped."""
        if not self.thread.thread_id:
            return {}
        state = self.thread.fetch_state_sync(None)
        shown = self.conversation.checkpoint_id
        return state if (state.get("checkpoint") or {}).get("checkpoint_id") == shown else self.thread.fetch_state_sync(shown)

    def check(self):
        """The rows, but for what was stopped or failed, are the state's messages."""
        rows = rows_of(self.conversation)
        assert self.watch.rows == rows, self.trail
        state = self.state()
        messages = (state.get("values") or {}).get("messages") or []
        shown = [(row.id, row.text) for row in rows if row.status not in MARKED]
        if not self.conversation.tool_rows:
            messages = [message for message in messages if message["type"] != "tool"]
        kept = [(message["id"], text_of(message["content"])) for message in messages]
        assert shown == kept, (self.trail, self.conversation.checkpoint_id, state.get("checkpoint"), shown, kept)

    def play(self, n_acts, every=4):
        for i in range(n_acts):
            self.act()
            if i % every == every - 1:
                self.rest()
                self.check()
        self.rest()
        self.check()
