# SPDX-License-Identifier: LGPL-2.1-or-later
"""An Agent Server whose runs are recorded ones, and which streams as the real ones do: a chunk of HTTP or a frame of a
WebSocket for each event, on connections that stay open, with all of a thread's events on each new one.

    with streaming_agent.Agent("python-server/chat") as agent:
        ... clients of agent.url, a thread each ...
"""

import http.server
import json
import pathlib
import re
import socketserver
import sys
import threading

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(TESTS / "support"))
import frames  # noqa: E402

RUNS = TESTS / "runs"
TURN = 0.02  # seconds: so often is looked whether the client is still there


class Recording:
    def __init__(self, name):
        text = (RUNS / f"{name}.sse").read_text(encoding="utf-8")
        self.events = [block + "\n\n" for block in text.split("\n\n") if block.strip()]
        self.documents = [re.search(r"^data: (.*)$", block, re.M)[1] for block in self.events]
        synthetic = re.search(r'"synth:([0-9a-f-]{36})', text)
        self.run_id = synthetic[1] if synthetic else "00000000-0000-4000-8000-000000000001"
        expected = json.loads((RUNS / f"{name}.expected.json").read_text(encoding="utf-8"))
        self.status = {"completed": "success", "failed": "error"}.get(expected["status"], expected["status"])
        self.interrupts = [{"id": one["id"], "value": one["value"]} for one in expected["interrupts"] or []]


class Thread:
    def __init__(self):
        self.begun = threading.Condition()
        self.runs = 0  # that were started: each is the recording, and a second is one too many

    def begin(self):
        with self.begun:
            self.runs += 1
            self.begun.notify_all()

    def wait(self):
        with self.begun:
            if self.runs == 0:
                self.begun.wait(TURN)
        return self.runs > 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    @property
    def recording(self):
        return self.server.recording

    @property
    def thread(self):
        return self.server.thread(self.path.split("/")[2])

    def answer(self, document, status=200):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def state(self):
        return {"values": {}, "next": [], "tasks": [{"id": "1", "name": "ask", "interrupts": self.recording.interrupts}]}

    def run(self):
        return {"run_id": self.recording.run_id, "status": self.recording.status, "created_at": "1"}

    def do_GET(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self.stream_frames()
        elif "/state" in self.path:
            self.answer(self.state())
        elif "/runs/" in self.path:
            self.answer(self.run())
        else:
            self.answer([self.run()] if self.thread.runs else [])

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
        if self.path.endswith("/threads"):
            self.answer({"thread_id": self.server.new_thread()})
        elif self.path.endswith("/commands"):
            self.answer(self.obey(self.thread, body))
        elif self.path.endswith("/stream/events"):
            self.stream_chunks()
        else:
            self.answer({})

    def obey(self, thread, command):
        if command["method"] == "run.start":
            thread.begin()
            return {"type": "success", "id": command["id"], "result": {"run_id": self.recording.run_id}}
        return {"type": "success", "id": command["id"], "result": {}}

    # Server-Sent Events

    def stream_chunks(self):
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("X-Accel-Buffering", "no")  # as Python's server says to whoever might hold a stream back
        self.end_headers()
        while not self.thread.wait():
            self.chunk(": heartbeat\n\n")
        for event in self.recording.events:
            self.chunk(event)
        self.connection.recv(1)  # until the client leaves

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    # WebSocket

    def stream_frames(self):
        self.close_connection = True
        accepted = frames.accept(self.headers["Sec-WebSocket-Key"])
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accepted)):
            self.send_header(name, value)
        self.end_headers()
        self.writing = threading.Lock()
        subscribed, gone = threading.Event(), threading.Event()
        writer = threading.Thread(target=self.write_frames, args=(subscribed, gone), daemon=True)
        writer.start()
        try:
            while (frame := frames.read(self.rfile)) is not None:
                kind, data = frame
                if kind == frames.CLOSE:
                    self.frame(data, frames.CLOSE)
                    return
                if kind == frames.PING:
                    self.frame(data, frames.PONG)
                elif kind == frames.TEXT:
                    command = json.loads(data)
                    self.frame(json.dumps(self.obey(self.thread, command)).encode())
                    if command["method"] == "subscription.subscribe":
                        subscribed.set()
        finally:
            gone.set()
            writer.join()

    def write_frames(self, subscribed, gone):
        while not gone.is_set() and not (subscribed.wait(TURN) and self.thread.wait()):
            pass
        try:
            for document in self.recording.documents if not gone.is_set() else ():
                self.frame(document.encode())
        except OSError:  # the client has gone
            pass

    def frame(self, data, kind=frames.TEXT):
        with self.writing:
            self.wfile.write(frames.frame(data, kind))


class Agent(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, name):
        super().__init__(("127.0.0.1", 0), Handler)
        self.recording = Recording(name)
        self.threads = {}
        self.port = self.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def new_thread(self):
        name = f"t{len(self.threads)}"
        self.threads[name] = Thread()
        return name

    def thread(self, name):
        return self.threads.setdefault(name, Thread())

    def handle_error(self, request, client_address):
        pass  # a client that has gone

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.shutdown()
        self.server_close()
