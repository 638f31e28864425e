# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs through a network with random faults. Each has to be the run without them, or to end in one clear error; see run."""

import argparse
import collections
import contextlib
import functools
import json
import pathlib
import subprocess
import sys
import time

import gi

gi.require_version("Gstream", "1")
gi.require_version("Soup", "3.0")
from gi.repository import Gio, GLib, Gstream, Soup  # noqa: E402

import schedules  # noqa: E402
import streaming_agent  # noqa: E402
from schedules import fault_proxy  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "servers"))
import servers  # noqa: E402

CERTIFICATE = HERE.parent / "remote" / "self-signed.pem"
TRANSPORTS = {"sse": Gstream.Transport.SSE, "websocket": Gstream.Transport.WEBSOCKET, "http2": Gstream.Transport.SSE}
RECORDINGS = {"python": ("chat", "tools", "subgraphs", "parallel", "nested-interrupt"), "javascript": ("chat", "subgraphs", "custom")}
FOLDERS = {"python": "python-server", "javascript": "js-server"}
PATIENCE = dict(silence_timeout=300, retry_pause=5, retry_limit=6)  # ms, ms, attempts
# ms: only over a WebSocket does a fault leave a command without an answer; elsewhere a machine that is slow to give one is none.
ANSWER_TIMEOUTS = {"sse": 10_000, "websocket": 2000, "http2": 10_000}
BOUND = 60  # seconds: a run that takes longer hangs


class Proxy(fault_proxy.Proxy):
    """Other requests have faults of their own."""

    def __init__(self, port, streams, others):
        super().__init__(port)
        self.faults = [fault for _, fault in streams]
        self.others = [fault for _, fault in others]

    def fault_of_other(self):
        return self.others.pop(0) if self.others else fault_proxy.passes


@functools.cache
def http2_proxy():
    """One for all schedules; it ends with this program."""
    servers.install()
    return subprocess.Popen([servers.PEERS / "node" / "bin" / "node", HERE / "http2-proxy.mjs", CERTIFICATE],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@functools.cache
def http2_port():
    return http2_proxy().stdout.readline().strip()


@contextlib.contextmanager
def http2_url(port, streams, others):
    schedule = {"port": port, "streams": [fault for _, fault in streams], "others": [fault for _, fault in others]}
    print(json.dumps(schedule), file=http2_proxy().stdin, flush=True)
    http2_port()
    yield f"https://127.0.0.1:{http2_port()}/{http2_proxy().stdout.readline().strip()}"


@contextlib.contextmanager
def http1_url(port, streams, others):
    with Proxy(port, streams, others) as proxy:
        yield proxy.url


@functools.cache
def http2_session():
    """One for all, that never goes away: libsoup would warn of each connection that was destroyed (see test-http2.py)."""
    session = Soup.Session(timeout=0, max_conns=100, max_conns_per_host=100, tls_database=Gio.TlsFileDatabase.new(str(CERTIFICATE)))
    GLib.timeout_add_seconds(GLib.MAXUINT32 // 1000, lambda: session.get_timeout() == 0)
    return session


def new_thread(url, transport):
    session = http2_session() if url.startswith("https:") else None
    return Gstream.Server(url=url, session=session, transport=TRANSPORTS[transport], answer_timeout=ANSWER_TIMEOUTS[transport], **PATIENCE).create_thread("agent")


class Outcome:
    def __init__(self, kind, seconds, error=None, why=""):
        self.kind = kind  # "equal", "error" or "wrong"
        self.seconds = seconds
        self.error = error
        self.why = why


def stated(event):
    """What an event is, but for what gstream adds where a run fails: the ends of its children (T6)."""
    method, _, data = event
    return not (method == "lifecycle" and isinstance(data, dict) and data.get("event") in ("failed", "interrupted"))


def read(url, transport):
    """All events of a run at @url, its status, and the error that it ended with."""
    cancellable = Gio.Cancellable()
    watchdog = GLib.timeout_add_seconds(BOUND, lambda: cancellable.cancel() or True)
    seen, run = [], None
    try:
        run = new_thread(url, transport).start_sync({"messages": []}, cancellable)
        cursor = run.log.subscribe()
        while True:
            more, event = cursor.next_sync(cancellable)
            if not more:
                break
            seen.append((event.method, tuple(event.namespace), event.data))
        return seen, run.status.value_nick, None
    except GLib.Error as error:
        return seen, run.status.value_nick if run else None, error
    finally:
        GLib.source_remove(watchdog)


def judge(seen, status, error, expected):
    events, end = expected
    if error is None:
        if seen == events and status == end:
            return "equal", ""
        return "wrong", f"{len(seen)} events, {status}; without faults {len(events)}, {end}"
    if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
        return "wrong", f"it hung after {len(seen)} events"
    if len(error.message.strip()) < 10:
        return "wrong", f"the error says too little: {error.message!r}"
    if status not in ("failed", None):
        return "wrong", f"the run is {status}, though it failed: {error.message}"
    told = [event for event in seen if stated(event)]
    if told != [event for event in events if stated(event)][:len(told)]:
        return "wrong", "what came before the error is not how the run begins"
    return "error", error.message


def one(agent, transport, seed, expected):
    streams, others = schedules.http2_schedule(seed) if transport == "http2" else schedules.schedule(seed)
    begun = time.monotonic()
    with (http2_url if transport == "http2" else http1_url)(agent.port, streams, others) as url:
        seen, status, error = read(url, transport)
    kind, why = judge(seen, status, error, expected)
    return Outcome(kind, time.monotonic() - begun, error, why), [name for name, _ in streams] + [f"{name} of a request" for name, _ in others]


def measure(kind, transport, seeds, verbose):
    """Outcome by seed."""
    outcomes, agents = {}, {}
    for seed in seeds:
        name = RECORDINGS[kind][seed % len(RECORDINGS[kind])]
        if name not in agents:
            agent = streaming_agent.Agent(f"{FOLDERS[kind]}/{name}").__enter__()
            seen, status, error = read(agent.url, transport)
            assert error is None and seen, error
            agents[name] = agent, (seen, status)
        outcome, faults = one(agents[name][0], transport, seed, agents[name][1])
        outcomes[seed] = outcome
        if outcome.kind == "wrong" or verbose:
            print(f"{outcome.kind}: {kind} {transport} --seed {seed} ({name}: {', '.join(faults)}): {outcome.why}", flush=True)
    for agent, _ in agents.values():
        agent.__exit__()
    return outcomes


def summary(kind, transport, outcomes):
    count = collections.Counter(outcome.kind for outcome in outcomes.values())
    slowest = max(outcome.seconds for outcome in outcomes.values())
    return {"server": kind, "transport": transport, "schedules": len(outcomes), "equal": count["equal"],
            "error": count["error"], "wrong": count["wrong"], "slowest": round(slowest, 1)}


def main():
    parser = argparse.ArgumentParser(prog="tests/chaos/run", description="""Sends runs through a network with random faults, over
        Server-Sent Events (HTTP/1.1 and HTTP/2) and over a WebSocket, in the framings of both servers. Each has to be the run without faults, or end in
        one clear error, with nothing twice before it. Exit status 1: one was not.""")
    parser.add_argument("--schedules", type=int, default=2000, metavar="N", help="how many for each server and transport (2000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the first schedule's (0); with --schedules 1 that one again")
    parser.add_argument("--server", choices=sorted(RECORDINGS), help="one alone")
    parser.add_argument("--transport", choices=sorted(TRANSPORTS), help="one alone")
    parser.add_argument("--verbose", action="store_true", help="say how each ended")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there")
    options = parser.parse_args()

    figures = []
    for kind in sorted(RECORDINGS) if options.server is None else [options.server]:
        for transport in sorted(TRANSPORTS) if options.transport is None else [options.transport]:
            outcomes = measure(kind, transport, range(options.seed, options.seed + options.schedules), options.verbose)
            figures.append(summary(kind, transport, outcomes))
            print("{server}, {transport}: {schedules} schedules, {equal} equal, {error} one error, {wrong} wrong; the slowest {slowest} s".format(**figures[-1]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if any(figure["wrong"] for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
