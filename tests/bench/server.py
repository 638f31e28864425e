#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An Agent Server that only says what it has prepared. Prints its URL.

A thread is called RECORDING.FRAMING.ANYTHING. What the RECORDINGs are says
recording.py; FRAMING is how HTTP has them: "events", a chunk for each event, as
the real servers write those that happen one after another, or "blocks", chunks
of 16 KiB, as a server or a proxy sends what has piled up. Over a WebSocket each
event is a frame, whatever FRAMING is. Either way all is
joined beforehand and written at once, so that the client alone is measured.

It is a model's endpoint as well, at /v1/chat/completions, where RECORDING.FRAMING is the model.
"""

import functools
import http.server
import json
import pathlib
import sys
import threading

import recording

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import frames  # noqa: E402

BLOCK = 16 * 1024
HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@functools.cache
def record(name):
    return recording.record(name)


def blocks(data):
    return [data[start:start + BLOCK] for start in range(0, len(data), BLOCK)]


@functools.cache
def stream(name, framing, channels):
    """What is sent to a client that asks for CHANNELS."""
    wanted = [data for method, data in record(name) if method in channels]
    chunks = {"events": wanted, "blocks": blocks(b"".join(wanted))}[framing]
    return b"".join(b"%x\r\n%s\r\n" % (len(data), data) for data in chunks)


@functools.cache
def all_frames(name, channels):
    """What is sent over a WebSocket to a client that subscribes to CHANNELS."""
    wanted = [data for method, data in record(name) if method in channels]
    return b"".join(frames.frame(data.split(b"\ndata: ")[1].split(b"\n")[0]) for data in wanted)


@functools.cache
def answer(model):
    """What is sent to a client that asks MODEL, RECORDING.FRAMING, as an endpoint: whole, with its end."""
    name, framing = model.split(".")
    wanted = recording.answer(name)
    parts = {"events": wanted, "blocks": blocks(b"".join(wanted))}[framing]
    return b"".join(b"%x\r\n%s\r\n" % (len(data), data) for data in [*parts, b""])


@functools.cache
def end_of_content(thread):
    return threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def thread_and_action(self):
        _, _, thread, action = self.path.split("?")[0].split("/", 3)
        return thread, action

    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self.send_frames(self.thread_and_action()[0])
        else:
            self.answer({"values": {"messages": [{"type": "human", "content": ""}]},
                         "next": [], "tasks": [], "metadata": {}})

    def do_POST(self):
        if self.path == "/v1/chat/completions":
            self.send_answer()
            return
        thread, action = self.thread_and_action()
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if action == "commands":
            self.answer({"type": "success", "id": request["id"], "result": {"run_id": recording.RUN_ID}})
        else:
            self.send_stream(thread, tuple(sorted(request["channels"])))

    def send_answer(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.connection.sendall(HEADERS + answer(request["model"]))

    def send_stream(self, thread, channels):
        """The connection stays open at the end, as the real servers' does."""
        name, framing, _ = thread.split(".")
        data = stream(name, framing, channels)
        if {"messages", "values"}.isdisjoint(channels):
            # Clients take the run's end from here, too: not before its content.
            self.connection.sendall(HEADERS)
            end_of_content(thread).wait()
            self.connection.sendall(data)
        else:
            self.connection.sendall(HEADERS)
            self.connection.sendall(data)
            end_of_content(thread).set()
        self.connection.recv(1)
        self.close_connection = True

    def send_frames(self, thread):
        """The run's events, when it was started."""
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", frames.accept(self.headers["Sec-WebSocket-Key"]))):
            self.send_header(name, value)
        self.end_headers()
        channels = ()
        while (frame := frames.read(self.rfile)) is not None and frame[0] != frames.CLOSE:
            if frame[0] == frames.PING:
                self.wfile.write(frames.frame(frame[1], frames.PONG))
            elif frame[0] == frames.TEXT:
                command = json.loads(frame[1])
                self.wfile.write(frames.frame(json.dumps({"type": "success", "id": command["id"], "result": {"run_id": recording.RUN_ID}}).encode()))
                if command["method"] == "run.start":
                    self.connection.sendall(all_frames(thread.split(".")[0], channels))
                else:
                    channels = tuple(sorted(command["params"]["channels"]))
        if frame is not None:
            self.wfile.write(frames.frame(frame[1], frames.CLOSE))
        self.close_connection = True

    def handle(self):
        try:
            super().handle()
        except ConnectionError:  # the client has what it wanted
            pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
