# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What else there is to say to a thread on the real Agent Servers, and to ask of one: options of a run, its states, its runs.

import live
from live import CHAT, NOTES, TRANSPORTS

from gi.repository import GLib, Gstream  # noqa: E402


def runs(kind, thread):
    return live.server(kind).get(f"/threads/{thread.thread_id}/runs")


def refused(call, code):
    try:
        call()
    except GLib.Error as error:
        assert error.matches(Gstream.error_quark(), code), error
        return error.message
    raise AssertionError("nothing was refused")


@live.test("N9", "metadata")
def metadata(kind):
    thread = live.thread(kind, "chat")
    run = thread.start_sync(CHAT, metadata={"why": "test"})
    run.output_sync()
    [known] = runs(kind, thread)
    assert known["metadata"]["why"] == "test" and known["run_id"] == run.run_id, known


@live.test("N9", "config")
def config(kind):
    """The recursion limit is one that the graph cannot do with."""
    thread = live.thread(kind, "tools")
    message = refused(lambda: thread.start_sync(CHAT, config={"recursion_limit": 1}).output_sync(), Gstream.Error.FAILED)
    assert "ecursion" in message, message


@live.test("N9", "checkpoint")
def checkpoint(kind):
    """A run from an earlier state is a branch: what came after that is not in its state."""
    thread = live.thread(kind, "chat")
    thread.start_sync(CHAT).output_sync()
    thread.start_sync({"messages": [{"role": "user", "content": "again"}]}).output_sync()
    first = next(state for state in thread.fetch_history_sync(20) if len(state["values"]["messages"]) == 2)
    given = {"messages": [{"role": "user", "content": "other"}]}
    output = thread.start_sync(given, checkpoint_id=first["checkpoint"]["checkpoint_id"]).output_sync()
    assert [message["content"] for message in output["messages"] if message["type"] == "human"] == ["hi", "other"], output


@live.test("N9", "reject")
def reject(kind):
    thread = live.thread(kind, "slow")
    run = thread.start_sync(CHAT)
    next(iter(run.log))
    refused(lambda: thread.start_sync(CHAT, multitask_strategy="reject"), Gstream.Error.CONFLICT)
    run.abort()


@live.test("N9", "options-that-are-wrong")
def wrong_options(kind):
    thread = live.thread(kind, "chat")
    for name in ("config", "metadata", "namespaces"):
        message = refused(lambda: thread.start_sync(CHAT, **{name: 3}), Gstream.Error.INVALID)
        assert name in message, message


@live.test("N9", "unnamed-response")
def unnamed_response(kind):
    for transport in TRANSPORTS:
        thread = live.thread(kind, "questions", transport)
        refused(lambda: thread.respond_sync(None, "early"), Gstream.Error.NOT_FOUND)
        asked = thread.start_sync(NOTES).interrupts_sync()
        message = refused(lambda: thread.respond_sync(None, "both?"), Gstream.Error.INVALID)
        assert "there are 2" in message, message
        thread.respond_sync(asked[0], "one").output_sync()
        output = thread.respond_sync(None, "two").output_sync()
        assert output["log"][-1] == "finished cats" and any("two" in line for line in output["log"]), output
        refused(lambda: thread.respond_sync(None, "late"), Gstream.Error.NOT_FOUND)


@live.test("N9", "update")
def update_with_answer(kind):
    """The answer changes the state, too."""
    thread = live.thread(kind, "questions")
    asked = thread.start_sync(NOTES).interrupts_sync()
    output = thread.respond_all_sync(asked, ["yes", "no"], update={"log": ["told"]}).output_sync()
    assert "told" in output["log"] and output["log"][-1] == "finished cats", output


def channels_of(kind, **options):
    seen, problem = live.events(live.thread(kind, "subgraphs").start_sync(CHAT, **options))
    assert problem is None, problem
    return {(method, tuple(segment.split(":")[0] for segment in namespace)) for method, namespace, _ in seen}


@live.test("N10", "channels")
def channels(kind):
    assert {method for method, _ in channels_of(kind, channels=["messages"])} == {"lifecycle", "messages"}
    assert {method for method, _ in channels_of(kind, channels=[])} == {"lifecycle"}


@live.test("N10", "depth")
def depth(kind):
    assert max(len(namespace) for _, namespace in channels_of(kind)) > 1
    assert max(len(namespace) for _, namespace in channels_of(kind, depth=1)) == 1
    assert {namespace for _, namespace in channels_of(kind, depth=0)} == {()}


@live.test("N10", "namespaces")
def namespaces(kind):
    found = channels_of(kind, namespaces=[["middle"]])
    assert {namespace for _, namespace in found} == {(), ("middle",)}, found


def said_by_humans(thread):
    messages = thread.fetch_state_sync()["values"].get("messages", [])
    return [message["content"] for message in messages if message["type"] == "human"]


@live.test("N9", "instead-of-another")
def instead_of_another(kind):
    """JavaScript's server ends a run that is to be rolled back, and leaves the state as it is."""
    for strategy, kept in (("interrupt", True), ("rollback", False)):
        thread = live.thread(kind, "slow")
        first = thread.start_sync(CHAT)
        live.comes_to(lambda: said_by_humans(thread) == ["hi"])
        second = thread.start_sync({"messages": [{"role": "user", "content": "no, this"}]}, multitask_strategy=strategy)
        expected = ["hi"] * (kept or kind == "javascript") + ["no, this"]
        live.comes_to(lambda: said_by_humans(thread) == expected)
        first.abort()
        second.abort()


@live.test("N9", "behind-another")
def behind_another(kind):
    """A run waits for one that is cancelled. JavaScript's server forgets the first, which says so."""
    thread = live.thread(kind, "slow")
    first = thread.start_sync(CHAT)
    next(iter(first.log))
    second = thread.start_sync(CHAT, multitask_strategy="enqueue")
    assert thread.cancel_run_sync(first.run_id)
    seen, problem = live.events(first)
    if kind == "python":
        assert problem is None and seen[-1][2]["event"] == "interrupted", (seen[-1], problem)
    else:
        assert problem.matches(Gstream.error_quark(), Gstream.Error.INCOMPLETE), problem
        assert "another run began on the thread before the end of this one came" in problem.message, problem
    next(iter(second.messages))
    second.abort()


@live.test("N11", "run-id-and-state")
def run_id_and_state(kind):
    for transport in TRANSPORTS:
        thread = live.thread(kind, "chat", transport)
        run = thread.start_sync(CHAT)
        states = []
        run.connect("notify::connection-state", lambda run, _: states.append(run.connection_state))
        assert run.connection_state == Gstream.ConnectionState.CONNECTING and run.retry_at == 0 and run.connection_error is None
        next(iter(run.log))
        assert run.connection_state == Gstream.ConnectionState.STREAMING
        run.output_sync()
        while states[-1:] != [Gstream.ConnectionState.CLOSED]:
            GLib.MainContext.default().iteration(True)
        assert states == [Gstream.ConnectionState.STREAMING, Gstream.ConnectionState.CLOSED], states
        assert run.run_id == runs(kind, thread)[0]["run_id"]


@live.test("N14", "history")
def history(kind):
    thread = live.thread(kind, "chat")
    refused(thread.fetch_history_sync, Gstream.Error.NOT_FOUND)
    thread.start_sync(CHAT).output_sync()
    states = thread.fetch_history_sync()
    assert [len(state["values"].get("messages", [])) for state in states] == [2, 1, 0], states
    assert [state["next"] for state in states] == [[], ["model"], ["__start__"]], states
    for newer, older in zip(states, states[1:]):
        assert newer["parent_checkpoint"]["checkpoint_id"] == older["checkpoint"]["checkpoint_id"]
        assert newer["created_at"] > older["created_at"] and newer["metadata"]["step"] == older["metadata"]["step"] + 1
    ids = [state["checkpoint"]["checkpoint_id"] for state in states]
    assert [state["checkpoint"]["checkpoint_id"] for state in thread.fetch_history_sync(1, ids[0])] == ids[1:2]
    assert thread.fetch_state_sync(ids[1])["values"] == states[1]["values"]
    assert thread.fetch_state_sync()["checkpoint"]["checkpoint_id"] == ids[0]


@live.test("N14", "update")
def update(kind):
    thread = live.thread(kind, "chat")
    refused(lambda: thread.update_state_sync({"messages": []}), Gstream.Error.NOT_FOUND)
    thread.start_sync(CHAT).output_sync()
    said = thread.update_state_sync({"messages": [{"role": "user", "content": "more"}]}, "model")
    state = thread.fetch_state_sync()
    assert state["checkpoint"]["checkpoint_id"] == said["checkpoint_id"], (state, said)
    assert [message["content"] for message in state["values"]["messages"]][::2] == ["hi", "more"], state
    first = thread.fetch_history_sync()[-2]["checkpoint"]["checkpoint_id"]
    branch = thread.update_state_sync({"messages": [{"role": "user", "content": "other"}]}, None, first)
    assert thread.fetch_state_sync()["checkpoint"]["checkpoint_id"] == branch["checkpoint_id"]
    assert [message["content"] for message in thread.fetch_state_sync()["values"]["messages"]] == ["hi", "other"]


@live.test("N14", "cancel")
def cancel(kind):
    thread = live.thread(kind, "slow")
    refused(thread.cancel_run_sync, Gstream.Error.NOT_FOUND)
    run = thread.start_sync(CHAT)
    next(iter(run.log))
    assert thread.cancel_run_sync()
    live.comes_to(lambda: runs(kind, thread)[0]["status"] not in ("running", "pending"))
    refused(thread.cancel_run_sync, Gstream.Error.NOT_FOUND)
    run.output_sync()
    assert run.status == Gstream.RunStatus.INTERRUPTED, run.status


def loaded(model):
    while model.loading:
        GLib.MainContext.default().iteration(True)


def ids_of(model):
    return [model.get_item(i).thread_id for i in range(model.get_n_items())]


@live.test("N13", "threads")
def threads(kind):
    """Pages that load as they are looked at, newest first; and what is done to threads is seen."""
    server = Gstream.Server(live.server(kind).url)
    mine = {"test": f"threads-{kind}"}
    made = [server.create_thread("chat") for _ in range(5)]
    for thread in made:
        thread.start_sync(CHAT).output_sync()
        server.update_thread_sync(thread.thread_id, mine)
    newest = [thread.thread_id for thread in reversed(made)]

    model = Gstream.ThreadList(server, mine, page_size=2)
    shadow = []
    model.connect("items-changed", lambda _model, at, removed, added: shadow.__setitem__(
        slice(at, at + removed), [model.get_item(i).thread_id for i in range(at, at + added)]))
    loaded(model)
    while not model.complete:
        ids_of(model)
        loaded(model)
    assert ids_of(model) == newest == shadow and model.error is None

    row = model.get_item(1)
    server.update_thread_sync(newest[1], {"title": "Cats"})
    assert row.metadata["title"] == "Cats" and row.metadata["test"] == mine["test"], row.metadata
    assert row.status == "idle" and row.created_at.compare(row.updated_at) < 0
    server.delete_thread_sync(newest[0])
    assert ids_of(model) == newest[1:] == shadow
    copy = server.copy_thread_sync(newest[4])["thread_id"]
    copied = server.open_thread("chat", copy)
    assert len(copied.fetch_state_sync()["values"]["messages"]) == 2

    model.reload()
    loaded(model)
    assert ids_of(model) == shadow and set(newest[1:]) <= set(shadow) and model.get_item(shadow.index(newest[1])) == row
    live.server(kind).get(f"/threads/{copy}")
    refused(lambda: server.delete_thread_sync(newest[0]), Gstream.Error.NOT_FOUND)


@live.test("N13", "assistants-and-runs")
def assistants_and_runs(kind):
    server = Gstream.Server(live.server(kind).url)
    assert {"chat", "slow"} <= {assistant["graph_id"] for assistant in server.list_assistants_sync()}
    assert [assistant["name"] for assistant in server.list_assistants_sync("chat")] == ["chat"]
    thread = server.create_thread("slow")
    run = thread.start_sync(CHAT)
    next(iter(run.log))
    live.comes_to(lambda: server.list_runs_sync(thread.thread_id)[0]["status"] == "running")
    assert [known["run_id"] for known in server.list_runs_sync(thread.thread_id)] == [run.run_id]
    assert server.cancel_run_sync(thread.thread_id, run.run_id)
    live.comes_to(lambda: server.list_runs_sync(thread.thread_id)[0]["status"] not in ("running", "pending"))
    refused(lambda: server.cancel_run_sync(thread.thread_id, "00000000-0000-7000-8000-000000000000"), Gstream.Error.NOT_FOUND)


@live.test("N12", "two-transports")
def two_transports(kind):
    """A server that keeps to the first transport that a thread was followed with is told of as that, once, and soon."""
    first = live.thread(kind, "chat", "sse")
    first.start_sync(CHAT).output_sync()
    second = live.thread(kind, "chat", "websocket", thread_id=first.thread_id)
    seen, problem = live.events(second.start_sync(CHAT))
    if kind == "python":
        assert problem is None and seen[-1][2]["event"] == "completed", problem
    else:
        assert not seen and problem.matches(Gstream.error_quark(), Gstream.Error.INCOMPLETE), problem
        assert problem.message.count("over what the thread was first followed with") == 1, problem


live.run_tests()
