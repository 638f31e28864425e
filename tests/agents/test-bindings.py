# SPDX-License-Identifier: LGPL-2.1-or-later
"""A thread in a child process, in Python."""

import pathlib
import sys

import gi

gi.require_version("Gstream", "1")
from gi.repository import GLib, Gstream  # noqa: E402

import tap  # noqa: E402

AGENT = [sys.executable, str(pathlib.Path(__file__).parent / "fake-agent.py")]


@tap.test("/python/H1/run")
def run():
    thread = Gstream.Thread(command=[*AGENT, "echo"])
    assert type(thread) is Gstream.ProcessThread and thread.command == [*AGENT, "echo"]
    with thread.start_sync({"x": 1}) as run:
        assert list(run.values) == [{"x": 1}]
    assert thread.thread_id == "made" and thread.log == ""


@tap.test("/python/H1/questions")
def questions():
    async def answer():
        thread = Gstream.Thread(command=[*AGENT, "ask"])
        run = await thread.start({})
        asked = await run.interrupts()
        assert [interrupt.value for interrupt in asked] == ["question 1", "question 2"]
        resumed = await thread.respond_all(asked, [True, {"a": 1}])
        return await resumed.output()

    assert [entry["response"] for entry in Gstream.run(answer())["answers"]] == [True, {"a": 1}]


@tap.test("/python/R9/conversation")
def conversation():
    conversation = Gstream.Conversation(Gstream.Thread(command=[*AGENT, "ask"]))
    assert conversation.open_sync()
    conversation.send("hello")
    assert conversation.wait_sync()
    asked = [conversation.questions.get_item(i) for i in range(2)]
    assert [question.value for question in asked] == ["question 1", "question 2"]
    assert conversation.respond_all_sync(asked, [{"a": 1}, None])
    assert conversation.wait_sync() and conversation.questions.get_n_items() == 0
    for refused in (lambda: conversation.respond_sync(asked[0], "late"),
                    lambda: conversation.respond_json_sync([{"interrupt_id": "1", "response": "late"}])):
        try:
            refused()
            raise AssertionError("it was taken")
        except GLib.Error as error:
            assert error.matches(Gstream.error_quark(), Gstream.Error.NOT_FOUND), error


@tap.test("/python/H3/properties")
def properties():
    thread = Gstream.ProcessThread([*AGENT, "echo"], environment={"A": "b"}, directory="/", thread_id="7")
    with thread.start_sync({}) as run:
        (seen,) = run.custom
    assert {"A", "GSTREAM_THREAD_ID"} <= set(seen["environment"]) <= {"A", "GSTREAM_THREAD_ID", "LC_CTYPE"}, seen
    assert seen["directory"] == "/" and thread.environment == ["A=b"]


@tap.test("/python/H3/errors")
def errors():
    try:
        Gstream.Thread(command=["gstream-no-such-agent"])
        raise AssertionError("it was made")
    except GLib.Error as error:
        assert "Is it installed?" in error.message, error
    try:
        Gstream.Thread(command="gstream-agent graph.py:graph")
        raise AssertionError("it was made")
    except TypeError as error:
        assert "is a list of strings" in str(error)
    try:
        Gstream.Thread(command=[*AGENT, "exit"]).start_sync({})
        raise AssertionError("it was started")
    except GLib.Error as error:
        assert error.matches(Gstream.Error.quark(), Gstream.Error.SERVER) and "gone at once" in error.message, error


tap.run()
