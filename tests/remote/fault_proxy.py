# SPDX-License-Identifier: LGPL-2.1-or-later
"""A proxy on loopback, between a client and a real server, that has the faults of a network.

    with fault_proxy.Proxy(server.port) as proxy:
        proxy.faults.append(fault_proxy.cut(1000))
        ... a client of proxy.url ...

A fault is a function of one connection to a thread's events, given what the server
answers in units (the head, then a chunk or a frame each), and the way to the client.
Each befalls one connection, in order; every other request passes.
"""

import contextlib
import select
import socket
import struct
import threading

STREAM = "/stream/events"
ABORT = struct.pack("ii", 1, 0)  # closing resets the connection
TURN = 0.02  # seconds: so often is looked whether an exchange is over


class Client:
    """The way to the client."""

    def __init__(self, connection, websocket):
        self.connection = connection
        self.websocket = websocket
        self.sent = 0

    def send(self, data):
        self.connection.sendall(data)
        self.sent += len(data)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)

    def end(self):
        """As an answer ends that is whole."""
        self.send(b"\x88\x02\x03\xe8" if self.websocket else b"0\r\n\r\n")


def passes(units, client):
    for unit in units:
        client.send(unit)


def up_to(size, units, client):
    """Sends @size bytes, and gives what is left of the unit they end in; None: there were no more."""
    for unit in units:
        room = size - client.sent
        client.send(unit[:room])
        if len(unit) >= room:
            return unit[room:]
    return None


def cut(size, reset=True):
    def fault(units, client):
        up_to(size, units, client)
        if reset:
            client.reset()

    return fault


def ends(n_units):
    """An end that looks proper, after so many chunks or frames."""

    def fault(units, client):
        for _, unit in zip(range(n_units), units):
            client.send(unit)
        client.end()

    return fault


def stalls(size):
    """Nothing more comes, and the connection stays open until the client leaves."""

    def fault(units, client):
        up_to(size, units, client)
        while client.connection.recv(4096):
            pass

    return fault


def delays(size, seconds):
    def fault(units, client):
        rest = up_to(size, units, client)
        threading.Event().wait(seconds)
        client.send(rest or b"")
        passes(units, client)

    return fault


def in_pieces(size):
    def fault(units, client):
        client.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for unit in units:
            for at in range(0, len(unit), size):
                client.send(unit[at:at + size])

    return fault


def doubled(units, client):
    """Every chunk, or frame, twice: what stands in it is an event."""
    client.send(next(units))
    for unit in units:
        client.send(unit * 2 if b'"event_id"' in unit else unit)


def answers(status, headers="", body=""):
    """Not the server, but this."""

    def fault(_units, client):
        client.send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n{body}".encode())

    return fault


class Reader:
    """What comes over a connection, in the units of its protocol."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def fill(self):
        data = self.connection.recv(65536)
        self.buffer += data
        return bool(data)

    def take(self, size):
        while len(self.buffer) < size:
            if not self.fill():
                size = len(self.buffer)
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def until(self, mark):
        while mark not in self.buffer:
            if not self.fill():
                return self.take(len(self.buffer))
        return self.take(self.buffer.index(mark) + len(mark))

    def chunk(self):
        head = self.until(b"\r\n")
        return head + self.take(int(head, 16) + 2) if head.strip() else b""

    def frame(self):
        head = self.take(2)
        size = head[1] & 0x7F if len(head) == 2 else 0
        more = self.take({126: 2, 127: 8}.get(size, 0))
        return head + more + self.take(int.from_bytes(more, "big") if more else size)

    def rest(self):
        return self.take(len(self.buffer)) if self.buffer or self.fill() else b""

    def units(self):
        head = self.until(b"\r\n\r\n")
        lower = head.lower()
        yield head
        following = (self.frame if lower.startswith(b"http/1.1 101") else
                     self.chunk if b"transfer-encoding: chunked" in lower else self.rest)
        while unit := following():
            yield unit


class Proxy:
    def __init__(self, port, key=None):
        """key: what a request has to have as its X-Api-Key; None: nothing."""
        self.target = ("127.0.0.1", port)
        self.key = key
        self.faults = []
        self.n_streams = 0
        self.open = []
        self.listener = None
        self.port = 0

    def __enter__(self):
        self.listen()
        return self

    def __exit__(self, *_exception):
        self.refuse()
        for connection in self.open:
            connection.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def listen(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def refuse(self):
        """Until it listens again."""
        with contextlib.suppress(OSError):  # it does already
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        """One request a connection, so that each stream has its own."""
        with connection, socket.create_connection(self.target) as target:
            self.open.append(target)
            try:
                self.exchange(connection, target)
            except OSError:  # either has gone
                pass

    def exchange(self, connection, target):
        reader = Reader(connection)
        head = reader.until(b"\r\n\r\n")
        websocket = b"\r\nupgrade: websocket" in head.lower()
        if not websocket:
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            head = b"\r\n".join([lines[0], b"Connection: close", *lines[1:]])
        target.sendall(head)
        if self.key is not None and f"\r\nx-api-key: {self.key}\r\n".encode() not in head.lower():
            answers("401 Unauthorized", body="")(None, Client(connection, websocket))
            return
        fault = self.fault_of_stream() if STREAM.encode() in head.split(b"\r\n")[0] else self.fault_of_other()
        over = threading.Event()
        upward = threading.Thread(target=self.send_on, args=(reader, target, over), daemon=True)
        upward.start()
        try:
            fault(Reader(target).units(), Client(connection, websocket))
        finally:
            over.set()
            upward.join()  # a socket that somebody reads would not close

    def fault_of_stream(self):
        self.n_streams += 1
        return self.faults.pop(0) if self.faults else passes

    def fault_of_other(self):
        return passes

    def send_on(self, reader, target, over):
        """What else the client says; that it has gone, too."""
        poll = select.poll()  # select() takes none of a process's later files
        poll.register(reader.connection, select.POLLIN)
        try:
            while not over.is_set():
                if reader.buffer or poll.poll(TURN * 1000):
                    data = reader.rest()
                    if not data:
                        target.shutdown(socket.SHUT_RDWR)
                        return
                    target.sendall(data)
        except OSError:
            pass
