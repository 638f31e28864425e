# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The examples of a chat with a tool, one in each language, at an endpoint that
# answers by what it is asked: what it was sent, and what they print (O1).

import os
import pathlib
import shutil
import subprocess

import endpoint
import tap

EXAMPLES = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "examples"


def check(name):
    """Runs the example; what both requests have to have in them."""
    with endpoint.Endpoint() as server:
        done = subprocess.run([EXAMPLES / name, server.url, "model", 'What is "17" x 23?'],
                              env={**os.environ, "API_KEY": "key"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    (path, key, first), (_, _, second) = server.requests
    assert (path, key) == ("/v1/chat/completions", "Bearer key"), (path, key)
    user = {"role": "user", "content": 'What is "17" x 23?'}
    assert first["messages"] == [user] and first["model"] == "model" and first["stream"] is True, first
    assert first["tools"][0]["function"]["name"] == "multiply", first
    asked, said, *results = second["messages"]
    assert asked == user and said["role"] == "assistant", second
    assert [(call["id"], call["function"]["arguments"]) for call in said["tool_calls"]] == endpoint.CALLS, said
    assert [result["tool_call_id"] for result in results] == ["call_1", "call_2"], results
    assert [float(result["content"]) for result in results] == [391, 1], results
    lines = done.stdout.split("\n")
    assert len([line for line in lines if line.startswith("multiply ")]) == 2, lines
    assert [line for line in lines if line.startswith("It is 391 and 1")], lines


for name, needs in [("chat-tool", None), ("chat-tool-vala", None), ("chat-tool-python", None), ("chat-tool-js", "gjs")]:

    @tap.test(f"/endpoint/O1/examples/{name}")
    def example(name=name, needs=needs):
        if not (EXAMPLES / name).exists() or (needs and not shutil.which(needs)):
            tap.skip("not built here")
        check(name)


tap.run()
