# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The examples of a chat with a tool, one in each language, at an endpoint that
# answers by what it is asked: what it was sent, and what they print (O1).

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

import tap

EXAMPLES = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "examples"
CALLS = [("call_1", '{"a": 17, "b": 23}'), ("call_2", '{"a": 2, "b": 0.5}')]


def chunk(delta, finish_reason=None):
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return f"data: {json.dumps({'id': 'c', 'choices': [choice]})}\n\n".encode()


def calling():
    """Two calls, whose arguments come in two pieces."""
    for index, (id, arguments) in enumerate(CALLS):
        function = {"name": "multiply", "arguments": arguments[:5]}
        yield chunk({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]})
        yield chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments[5:]}}]})
    yield chunk({}, "tool_calls")


def saying(results):
    for word in ["It", " is ", " and ".join(results), "."]:
        yield chunk({"content": word})
    yield chunk({}, "stop")


class Endpoint(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers["Authorization"], request))
        results = [message["content"] for message in request["messages"] if message["role"] == "tool"]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for data in saying(results) if results else calling():
            self.wfile.write(data)
        self.wfile.write(b"data: [DONE]\n\n")


def check(name):
    """Runs the example; what both requests have to have in them."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.requests = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        done = subprocess.run([EXAMPLES / name, f"http://127.0.0.1:{server.server_address[1]}/v1", "model", 'What is "17" x 23?'],
                              env={**os.environ, "API_KEY": "key"}, capture_output=True, text=True, timeout=60)
    finally:
        server.shutdown()
    assert done.returncode == 0 and not done.stderr, done.stderr
    (path, key, first), (_, _, second) = server.requests
    assert (path, key) == ("/v1/chat/completions", "Bearer key"), (path, key)
    user = {"role": "user", "content": 'What is "17" x 23?'}
    assert first["messages"] == [user] and first["model"] == "model" and first["stream"] is True, first
    assert first["tools"][0]["function"]["name"] == "multiply", first
    asked, said, *results = second["messages"]
    assert asked == user and said["role"] == "assistant", second
    assert [(call["id"], call["function"]["arguments"]) for call in said["tool_calls"]] == CALLS, said
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
