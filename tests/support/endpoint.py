# SPDX-License-Identifier: LGPL-2.1-or-later
"""A model's endpoint that calls a tool for each of CALLS, and says their results when it is told them."""

import http.server
import json
import threading

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
    for word in ["It", " is ", " and ".join(results) or "so", "."]:
        yield chunk({"content": word})
    yield chunk({}, "stop")


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers["Authorization"], request))
        results = [message["content"] for message in request["messages"] if message["role"] == "tool"]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for data in saying(results) if results or not request.get("tools") else calling():
            self.wfile.write(data)
        self.wfile.write(b"data: [DONE]\n\n")


class Endpoint(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []  # (path, the header with the key, what was asked)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.shutdown()
        self.server_close()
