# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs on the real Agent Servers: how they are started, seen, and told apart from one another."""

import json
import pathlib
import re
import subprocess
import sys
import time

import gi

gi.require_version("Gstream", "1")
from gi.repository import GLib, Gstream  # noqa: E402

import tap  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "servers"))
import servers  # noqa: E402

KINDS = ("python", "javascript")
TRANSPORTS = {"sse": Gstream.Transport.SSE, "websocket": Gstream.Transport.WEBSOCKET}
CHAT = {"messages": [{"role": "user", "content": "hi"}]}
NOTES = {"topic": "cats", "log": []}
INTERRUPTED = 3  # how `gstream connect` ends where a run stopped to ask

running = {}


def server(kind):
    """Each is started once, for all that follows."""
    if kind not in running:
        try:
            servers.install()
        except servers.Unreachable as reason:
            tap.skip(str(reason))
        running[kind] = servers.Server(kind).__enter__()
    return running[kind]


def test(clause, name):
    """Registers a test once for each server."""

    def register(function):
        for kind in KINDS:
            tap.test(f"/remote/{clause}/{name}-{kind}")(lambda kind=kind: function(kind))
        return function

    return register


def run_tests():
    try:
        tap.run()
    finally:
        for one in running.values():
            one.__exit__()


def thread(kind, graph, transport="sse", url=None, **properties):
    patience = {"silence_timeout": 1000, "retry_pause": 20, "retry_limit": 4}
    return Gstream.Thread(url or server(kind).url, graph, transport=TRANSPORTS[transport], **{**patience, **properties})


def comes_to(condition):
    """Iterates the main loop until the server is as it should be; the test's own time limit ends it otherwise."""
    context = GLib.MainContext.default()
    while not condition():
        if not context.iteration(False):
            time.sleep(0.02)


def events(run):
    """The whole log, and the error that it ends with."""
    seen = []
    try:
        for event in run.log:
            seen.append((event.method, tuple(event.namespace), event.data))
    except GLib.Error as problem:
        return seen, problem
    return seen, None


def digest(kind, graph, transport, input_, *options):
    """What `gstream connect --digest` prints, a list with one of each run, and how it ends."""
    done = subprocess.run(["gstream", "connect", server(kind).url, graph, "--input", json.dumps(input_), "--digest", *options,
                           *(["--websocket"] if transport == "websocket" else [])],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    digests, decoder, at = [], json.JSONDecoder(), 0
    while at < len(done.stdout.rstrip()):
        one, at = decoder.raw_decode(done.stdout, at)
        digests.append(one)
        at += 1
    assert digests, done.stderr
    return digests, done.returncode


class Names:
    """Ids differ from run to run: each becomes its place in the order of appearance."""

    PATTERN = re.compile(r"(lc_)?(run-+)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}")

    def __init__(self):
        self.known = {}

    def __call__(self, text):
        return self.PATTERN.sub(lambda match: self.known.setdefault(match[0], f"id{len(self.known)}"), text)


def without_times(data):
    """Metadata says when, where and for the how-manieth time."""
    if isinstance(data, dict):
        return {name: without_times(member) for name, member in data.items() if name not in ("metadata", "timestamp")}
    if isinstance(data, list):
        return [without_times(item) for item in data]
    return data


def normal(data):
    return json.loads(Names()(json.dumps(without_times(data))))


def nameless(data):
    return Names.PATTERN.sub("id", json.dumps(without_times(data), sort_keys=True))


def story(log):
    return normal(log)


# What branches that run side by side do has an order within each of them, and none between them.

UNORDERED = ("messages", "tool_calls", "lifecycle", "subgraphs", "interrupts", "updates", "tasks", "checkpoints", "values", "log")


def branches(log):
    """The events of each namespace, in their order; those at the root, where branches meet, in none."""
    found = {}
    for method, namespace, *data in log:
        found.setdefault(nameless(namespace), []).append(nameless([method, *data]))
    return {namespace: items if namespace != "[]" else sorted(items) for namespace, items in found.items()}


def unordered(one):
    """A digest in which side-by-side branches may have come in any order."""
    shown = {name: value for name, value in one.items() if name not in UNORDERED}
    shown["log"] = branches(entry[1:] for entry in one.get("log", []))
    for name in UNORDERED[:-1]:
        shown[name] = sorted(nameless(unordered_run(item)) for item in one[name] or [])
    return json.loads(nameless(shown))


def unordered_run(item):
    if isinstance(item, dict) and isinstance(item.get("run"), dict):
        return {**item, "run": unordered(item["run"])}
    return item
