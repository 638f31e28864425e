# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A real endpoint: llama.cpp's own server, with a model of random weights that is
# made here. What it says means nothing; how it says it is its own (O1, O2).

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import gi

import tap

gi.require_version("Gstream", "1")
from gi.repository import Gstream

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PYTHON = TOP / "build" / "peers" / "endpoint" / "bin" / "python"
KEY = "sesame-4711"
MODEL = "random"
HI = [{"role": "user", "content": "hi"}]
WEATHER = {"type": "function", "function": {
    "name": "weather", "description": "How the weather is.",
    "parameters": {"type": "object", "required": ["city"], "properties": {"city": {"enum": ["Rome", "Oslo"]}}}}}
CALL, END = "259", "2"  # the model's tokens: what begins a call, and what ends an answer


def need():
    done = subprocess.run([TOP / "tests" / "peers", "endpoint"])
    if done.returncode == 77 and os.environ.get("CI", "") in ("", "false", "0"):
        print("ok 1 /endpoint/O1/llama # SKIP the package registries cannot be reached\n1..1")
        sys.exit(0)
    done.check_returncode()


def source(messages=HI, key=KEY, **parameters):
    parameters = {"temperature": 0, "seed": 3, "max_tokens": 40, **parameters}
    tools = parameters.pop("tools", None)
    return Gstream.ChatSource(url, MODEL, messages, tools=tools, parameters=parameters, api_key=key)


async def answer(messages=HI, **parameters):
    """The message, whole, its deltas, and the messages to go on with."""
    async with Gstream.RunStream(source(messages, **parameters)) as run:
        async for message in run.messages:
            deltas = [delta async for delta in message.text_deltas]
        return message, deltas, (await run.output())["messages"]


def test(path):
    return lambda function: tap.test(path)(lambda: Gstream.run(function()))


@test("/endpoint/O1/llama/text")
async def text():
    message, deltas, messages = await answer()
    assert len(deltas) > 10 and "".join(deltas) == message.text, deltas
    assert message.finish_reason == "length", message.finish_reason
    assert message.usage["output_tokens"] == 40 and message.usage["input_tokens"] > 0, message.usage
    assert messages == [*HI, {"role": "assistant", "content": message.text}], messages


@test("/endpoint/O1/llama/document")
async def document():
    streamed, _, messages = await answer()
    whole, _, same = await answer(stream=False)
    assert (whole.text, whole.finish_reason, same) == (streamed.text, streamed.finish_reason, messages), whole.text


@test("/endpoint/O1/llama/schema")
async def schema():
    wanted = {"type": "object", "required": ["n"], "properties": {"n": {"enum": [1, 2]}}, "additionalProperties": False}
    message, _, _ = await answer(max_tokens=200, response_format={"type": "json_schema", "json_schema": {"schema": wanted}})
    assert json.loads(message.text)["n"] in (1, 2), message.text
    assert message.finish_reason == "stop", message.finish_reason


def calls_at_least(n):
    """Parameters that make the model call a tool at once, and others as often as not."""
    return {"tools": [WEATHER], "tool_choice": "required", "parallel_tool_calls": n > 1, "temperature": 1,
            "max_tokens": 400, "logit_bias": {CALL: 30, END: 30}}


@test("/endpoint/O1/llama/calls")
async def calls():
    message, _, messages = await answer(**calls_at_least(1))
    assert message.tool_calls and not message.invalid_tool_calls, (message.tool_calls, message.invalid_tool_calls)
    assert all(call["name"] == "weather" and call["args"]["city"] in ("Rome", "Oslo") for call in message.tool_calls)
    assert message.finish_reason == "tool_calls", message.finish_reason
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "sunny"} for call in message.tool_calls]
    final, _, _ = await answer(messages + results, max_tokens=5)  # the server takes back what it said
    assert final.text and final.finish_reason == "length", final.text


@test("/endpoint/O1/llama/parallel-calls")
async def parallel_calls():
    for seed in range(20):
        message, _, _ = await answer(**{**calls_at_least(2), "seed": seed})
        if len(message.tool_calls) > 1:
            break
    ids = {call["id"] for call in message.tool_calls}
    assert len(ids) == len(message.tool_calls) > 1, message.tool_calls


async def failure(**parameters):
    try:
        await answer(**parameters)
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


@test("/endpoint/O2/llama/key")
async def key():
    error = await failure(key="wrong-key-1")
    assert error.matches(Gstream.error_quark(), Gstream.Error.PERMISSION_DENIED), error
    assert "Invalid API Key" in error.message and "wrong-key-1" not in error.message, error.message


@test("/endpoint/O2/llama/too-long")
async def too_long():
    error = await failure(messages=[{"role": "user", "content": "word " * 5000}])
    assert error.matches(Gstream.error_quark(), Gstream.Error.REFUSED), error
    assert "context" in error.message, error.message


@test("/endpoint/O2/llama/several")
async def several():
    error = await failure(n=2)
    assert error.matches(Gstream.error_quark(), Gstream.Error.INVALID), error


@test("/endpoint/O2/llama/abort")
async def abort():
    """The server has one slot: were the answer not given up, the next question would wait for ever."""
    async with Gstream.RunStream(source(max_tokens=-1, logit_bias={END: -100}, ignore_eos=True)) as run:
        async for message in run.messages:
            async for delta in message.text_deltas:
                break
            break
        run.abort()
    await text_again()


async def text_again():
    message, _, _ = await answer(max_tokens=3)
    assert message.status == Gstream.MessageStatus.FINISHED, message.status


need()
with tempfile.TemporaryDirectory() as folder:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "LD_PRELOAD")}
    server = subprocess.Popen([PYTHON, TOP / "tests" / "endpoint" / "llama_server.py", folder, KEY], env=environment,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    url = server.stdout.readline().strip()
    try:
        tap.run()
    finally:
        server.terminate()
        server.wait()
