# SPDX-License-Identifier: LGPL-2.1-or-later
"""An Agent Server whose runs are recorded ones: each command begins, or resumes, the next of them.

    with recorded_server.Server("python-server/interrupt", "python-server/interrupt-resume") as server:
        ... a client of server.url ...
"""

import http.server
import json
import os
import pathlib
import re
import select
import ssl
import threading

TURN = 0.02  # seconds: so often is looked whether the client is still there
RUNS = pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "runs"


class Run:
    def __init__(self, name):
        text = (RUNS / f"{name}.sse").read_text(encoding="utf-8")
        self.blocks = text
        self.id = re.search(r'"synth:([0-9a-f-]{36})', text)[1]
        expected = json.loads((RUNS / f"{name}.expected.json").read_text(encoding="utf-8"))
        self.interrupts = [{"id": one["id"], "value": one["value"]} for one in expected["interrupts"] or []]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, document, status=200, kind="application/json"):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path, json.loads(body) if body else None))
        self.server.heads.append(dict(self.headers))
        return self.server.requests[-1][2]

    def do_GET(self):
        self.note()
        begun = self.server.begun
        if not self.server.known:
            self.answer({"detail": "Thread not found"}, 404)
        elif "/runs/" in self.path:
            self.answer({"run_id": self.path.split("/")[-1], "status": "success", "created_at": "1"})
        elif self.path.endswith("/state?subgraphs=true"):
            interrupts = begun[-1].interrupts if begun else []
            self.answer({"values": {}, "next": [], "tasks": [{"id": "1", "name": "ask", "interrupts": interrupts}]})
        elif "/history" in self.path:
            self.answer([{"values": {}, "next": [], "metadata": {"step": 1}, "checkpoint": {"checkpoint_id": "1f1e"}}])
        else:
            self.answer([{"run_id": run.id, "status": "success", "created_at": str(at)} for at, run in enumerate(begun)])

    def do_POST(self):
        body = self.note()
        if self.server.status is not None:
            self.answer({"detail": "the key is not right"}, self.server.status)
        elif self.path.endswith("/threads"):
            self.answer({"thread_id": "t1"})
        elif self.path.endswith("/commands"):
            if body["method"] != "agent.getTree":
                self.server.begin()
            result = {"run_id": self.server.begun[-1].id} if body["method"] == "run.start" else {}
            self.answer({"type": "success", "id": body["id"], "result": result})
        else:
            self.stream()

    def stream(self):
        """All runs that have begun, and those that begin, until the client leaves."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        given = 0
        while not select.select([self.connection], [], [], 0)[0]:
            for run in self.server.after(given):
                self.wfile.write(run.blocks.encode())
                given += 1


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *runs, status=None, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.runs = [Run(name) for name in runs]
        self.begun = []
        self.more = threading.Condition()
        self.status = status  # of every answer to a command, where that is no success
        self.requests = []
        self.heads = []
        self.known = True  # whether the thread is
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server_address[1]}"

    @property
    def thread_id(self):
        """That of the last request to a thread, which the client may have chosen."""
        return [path for _, path, _ in self.requests if path.startswith("/threads/")][-1].split("/")[2]

    def begin(self):
        with self.more:
            self.begun.append(self.runs[len(self.begun)])
            self.more.notify_all()

    def after(self, given):
        """The runs after as many, which are waited for, for a moment."""
        with self.more:
            self.more.wait_for(lambda: len(self.begun) > given, TURN)
            return self.begun[given:]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.shutdown()
        self.server_close()
