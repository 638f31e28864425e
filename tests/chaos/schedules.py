# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random schedules of a network's faults: what befalls each connection of a run, by a seed.

Each fault is one of tests/remote/fault_proxy.py, or of these.
"""

import random
import socket
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "remote"))
import fault_proxy  # noqa: E402

HTML = "<html><body><h1>502</h1> try <a href='/'>again</a></body></html>"
TEXT = "Content-Type: text/html\r\n"
SIZE = 6000  # bytes: most faults come before so many


def half_closes(size):
    """Nothing more is sent, and what the client says is still read."""

    def fault(units, client):
        fault_proxy.up_to(size, units, client)
        client.connection.shutdown(socket.SHUT_WR)
        while client.connection.recv(4096):
            pass

    return fault


def truncates(at):
    """The unit with that number ends in its middle, and with it the connection, without a reset."""

    def fault(units, client):
        for number, unit in enumerate(units):
            client.send(unit if number < at else unit[:len(unit) // 2])
            if number >= at:
                return

    return fault


def repeats(at, times):
    """One chunk, or frame, several times."""

    def fault(units, client):
        for number, unit in enumerate(units):
            client.send(unit * (times if number == at and b'"event_id"' in unit else 1))

    return fault


def redirects(where):
    return fault_proxy.answers(random.choice(("301 Moved Permanently", "302 Found", "307 Temporary Redirect")),
                               f"Location: {where}\r\n")


KINDS = {
    "cut": lambda r: fault_proxy.cut(r.randrange(SIZE)),
    "closed": lambda r: fault_proxy.cut(r.randrange(SIZE), reset=False),
    "ended": lambda r: fault_proxy.ends(r.randrange(20)),
    "stalled": lambda r: fault_proxy.stalls(r.randrange(SIZE)),
    "delayed": lambda r: fault_proxy.delays(r.randrange(SIZE), r.random() * 0.1),
    "in pieces": lambda r: fault_proxy.in_pieces(r.choice((1, 2, 3, 7, 100))),
    "doubled": lambda r: fault_proxy.doubled,
    "repeated": lambda r: repeats(r.randrange(30), r.randrange(2, 5)),
    "half-closed": lambda r: half_closes(r.randrange(SIZE)),
    "truncated": lambda r: truncates(r.randrange(30)),
    "5xx": lambda r: fault_proxy.answers(r.choice(("500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable",
                                                   "504 Gateway Timeout")), TEXT, HTML),
    "429": lambda r: fault_proxy.answers("429 Too Many Requests", r.choice(("", "Retry-After: 0\r\n"))),
    "4xx": lambda r: fault_proxy.answers(r.choice(("401 Unauthorized", "403 Forbidden", "404 Not Found")), TEXT, HTML),
    "a page": lambda r: fault_proxy.answers("200 OK", TEXT, HTML),
    "redirected": lambda r: redirects(r.choice(("/elsewhere", "http://localhost:1/", "/threads"))),
}
# Those that a client must not try to outlast: an error is right.
FINAL = {"4xx", "a page", "redirected"}


def schedule(seed):
    """Names and functions of one to four faults for the streams, and of at most one for the other requests."""
    chosen = random.Random(seed)

    def draw(names):
        name = chosen.choice(names)
        return name, KINDS[name](chosen)

    usual = [name for name in KINDS if name not in FINAL]
    streams = [draw(usual) for _ in range(chosen.randrange(1, 5))]
    if chosen.random() < 0.1:
        streams.append(draw(sorted(FINAL)))
    others = [("passes", fault_proxy.passes)] * chosen.randrange(4) + [draw(["5xx", "429", "delayed", "cut", "closed", "in pieces"])]
    return streams, others if chosen.random() < 0.3 else []


# --- HTTP/2: the same with its own means, for http2-proxy.mjs ---

CODES = (0, 1, 2, 7, 8, 11)  # NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM


def page(r, statuses):
    return {"kind": "answer", "status": r.choice(statuses), "headers": {"content-type": "text/html"}, "body": HTML}


HTTP2_KINDS = {
    **{name: lambda r, name=name: {"kind": name, "at": r.randrange(SIZE)} for name in ("cut", "closed", "ended", "stalled")},
    **{name: lambda r, name=name: {"kind": name, "at": r.randrange(SIZE), "code": r.choice(CODES)} for name in ("reset", "goaway", "goaway-cut")},
    "delayed": lambda r: {"kind": "delayed", "at": r.randrange(SIZE), "milliseconds": r.randrange(100)},
    "in pieces": lambda r: {"kind": "in pieces", "size": r.choice((1, 2, 3, 7, 100))},
    "5xx": lambda r: page(r, (500, 502, 503, 504)),
    "429": lambda r: {"kind": "answer", "status": 429, "headers": r.choice(({}, {"retry-after": "0"})), "body": ""},
    "4xx": lambda r: page(r, (401, 403, 404)),
    "a page": lambda r: page(r, (200,)),
    "redirected": lambda r: {"kind": "answer", "status": r.choice((301, 302, 307)), "headers": {"location": "/elsewhere"}, "body": ""},
}


def http2_schedule(seed):
    """As schedule(), of what is told to the proxy."""
    chosen = random.Random(seed)

    def draw(names):
        name = chosen.choice(names)
        return name, HTTP2_KINDS[name](chosen)

    usual = [name for name in HTTP2_KINDS if name not in FINAL]
    streams = [draw(usual) for _ in range(chosen.randrange(1, 5))]
    if chosen.random() < 0.1:
        streams.append(draw(sorted(FINAL)))
    others = [("passes", None)] * chosen.randrange(4) + [draw(["5xx", "429", "delayed", "cut", "reset", "in pieces"])]
    return streams, others if chosen.random() < 0.3 else []
