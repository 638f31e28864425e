# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Aegra, which implements a part of the Agent Server's routes: its threads, states, history, assistants and runs are there,
# and a run that cannot be started and followed as the protocol says fails with one clear error.

import live
import servers
import tap
from live import CHAT, TRANSPORTS

from gi.repository import GLib, Gstream  # noqa: E402

PATIENCE = 1000 * servers.PATIENCE  # milliseconds

aegra = None


def test(clause, name):
    def register(function):
        tap.test(f"/remote/{clause}/aegra-{name}")(function)
        return function

    return register


def server():
    global aegra
    if aegra is None:
        try:
            servers.install("aegra")
        except servers.Unreachable as reason:
            tap.skip(str(reason))
        aegra = servers.Server("aegra").__enter__()
    return Gstream.Server(aegra.url, retry_limit=0, answer_timeout=PATIENCE)


def made(graph="chat", runs=1, **more):
    """A thread, with runs of Aegra's own routes."""
    thread_id = aegra.post("/threads", {})["thread_id"]
    for _ in range(runs):
        aegra.post(f"/threads/{thread_id}/runs/wait", {"assistant_id": graph, "input": CHAT, **more})
    return thread_id


def refused(call, code):
    try:
        call()
    except GLib.Error as error:
        assert error.matches(Gstream.error_quark(), code), error
        return error.message
    raise AssertionError("nothing was refused")


@test("N13", "threads")
def threads():
    of = server()
    mine = {"test": "threads"}
    ids = [made(runs=0) for _ in range(5)]
    for thread_id in ids:
        of.update_thread_sync(thread_id, mine)
    model = Gstream.ThreadList(of, mine, page_size=2)
    live.comes_to(lambda: not model.loading)
    while not model.complete:
        model.get_item(model.get_n_items() - 1)
        live.comes_to(lambda: not model.loading)
    assert model.error is None and [model.get_item(i).thread_id for i in range(model.get_n_items())] == ids[::-1], model.error

    row = model.get_item(1)
    of.update_thread_sync(ids[3], {"title": "Cats"})
    assert row.metadata["title"] == "Cats" and row.metadata["test"] == "threads", row.metadata
    of.delete_thread_sync(ids[4])
    assert [model.get_item(i).thread_id for i in range(model.get_n_items())] == ids[3::-1]
    refused(lambda: of.delete_thread_sync(ids[4]), Gstream.Error.NOT_FOUND)


@test("N13", "copy")
def copy():
    of = server()
    message = refused(lambda: of.copy_thread_sync(made(runs=0)), Gstream.Error.NOT_SUPPORTED)
    assert "has no “/copy”" in message, message
    refused(lambda: of.copy_thread_sync("00000000-0000-7000-8000-000000000000"), Gstream.Error.NOT_FOUND)


@test("N13", "assistants-and-runs")
def assistants_and_runs():
    of = server()
    assert {"chat", "slow"} <= {assistant["graph_id"] for assistant in of.list_assistants_sync()}
    assert [assistant["name"] for assistant in of.list_assistants_sync("chat")] == ["chat"]
    thread_id = made()
    assert [run["status"] for run in of.list_runs_sync(thread_id)] == ["success"]


@test("N14", "state-and-history")
def state_and_history():
    thread = server().open_thread("chat", made())
    states = thread.fetch_history_sync()
    assert [len(state["values"].get("messages", [])) for state in states] == [2, 1, 0], states
    assert thread.fetch_state_sync()["values"] == states[0]["values"]
    ids = [state["checkpoint"]["checkpoint_id"] for state in states]
    assert [state["parent_checkpoint"]["checkpoint_id"] for state in states[:2]] == ids[1:]
    assert thread.fetch_state_sync(ids[1])["values"] == states[1]["values"]
    refused(lambda: thread.fetch_history_sync(1, ids[0]), Gstream.Error.SERVER)  # Aegra 0.6.0 fails with "before"


@test("N14", "update")
def update():
    thread = server().open_thread("chat", made())
    said = thread.update_state_sync({"messages": [{"role": "user", "content": "more"}]}, "model")
    state = thread.fetch_state_sync()
    assert state["checkpoint"]["checkpoint_id"] == said["checkpoint_id"], (state, said)
    assert [message["content"] for message in state["values"]["messages"]][::2] == ["hi", "more"], state


@test("N14", "cancel")
def cancel():
    of = server()
    thread_id = made(runs=0)
    thread = of.open_thread("slow", thread_id)
    refused(thread.cancel_run_sync, Gstream.Error.NOT_FOUND)
    aegra.post(f"/threads/{thread_id}/runs", {"assistant_id": "slow", "input": CHAT})
    live.comes_to(lambda: of.list_runs_sync(thread_id)[0]["status"] == "running")
    assert thread.cancel_run_sync()
    live.comes_to(lambda: of.list_runs_sync(thread_id)[0]["status"] not in ("running", "pending"))
    refused(thread.cancel_run_sync, Gstream.Error.NOT_FOUND)


@test("N11", "runs")
def runs():
    """They are started and followed by routes that Aegra does not have."""
    for transport in TRANSPORTS.values():
        server()
        of = Gstream.Server(aegra.url, transport=transport, answer_timeout=PATIENCE)
        known = of.open_thread("questions", made("questions", 0))
        thread_id = known.thread_id
        aegra.post(f"/threads/{thread_id}/runs/wait", {"assistant_id": "questions", "input": {"topic": "cats", "log": []}})
        for call in (lambda: of.create_thread("chat").start_sync(CHAT), lambda: known.start_sync(CHAT), known.attach_sync,
                     lambda: known.respond_json_sync([{"interrupt_id": "x", "response": 1}])):
            message = refused(call, Gstream.Error.NOT_SUPPORTED)
            assert "has no “/commands”" in message, message


@test("C2", "conversation")
def conversation():
    """It shows what there is; what is sent fails, and says why."""
    thread = server().open_thread("chat", made(runs=2))
    shown = Gstream.Conversation(thread)
    shown.open_sync()
    shown.wait_sync()
    texts = [shown.get_item(i).text for i in range(shown.get_n_items())]
    assert texts == ["hi", "Hello, wörld ☃"] * 2 and shown.get_item(3).checkpoint_id is not None, texts
    row = shown.send("more")
    refused(shown.wait_sync, Gstream.Error.NOT_SUPPORTED)
    assert row.status == Gstream.ConversationRowStatus.FAILED and "has no “/commands”" in row.error.message
    assert shown.take_back(row)


try:
    tap.run()
finally:
    if aegra is not None:
        aegra.__exit__()
