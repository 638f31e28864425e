# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random users of conversations (C), with every kind of thread, and networks with faults between; see run."""

import argparse
import contextlib
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time
import traceback

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDERS = ("support", "remote", "servers", "servers/python", "langgraph/server")
sys.path[1:1] = [str(TOP / "tests" / folder) for folder in FOLDERS]

import peer  # noqa: E402

peer.join("users")

import chatting  # noqa: E402
import fault_proxy  # noqa: E402
import servers  # noqa: E402
from gi.repository import Gio, GLib, Gstream  # noqa: E402

APPROVED = {"decisions": [{"type": "approve"}]}
AGENTS = TOP / "agents"
GRAPHS = TOP / "tests" / "servers" / "python" / "graphs.py"
CAREFUL = TOP / "tests" / "langgraph" / "server" / "agents.py"
NODE = servers.PEERS / "node"
PATIENCE = dict(silence_timeout=1000, retry_pause=20, retry_limit=4, answer_timeout=5000)  # ms, ms, attempts, ms
POLICIES = (*chatting.POLICIES, chatting.Policy.ROLLBACK)
N_ACTS = 20


class User(chatting.User):
    """Does more, and waits for longer."""

    def acts(self):
        return super().acts() + [self.take_back, self.edit_queued, self.move_queued, self.send_queued, self.give_up, self.hide]

    def take_back(self):
        self.with_row(self.conversation.take_back)

    def with_queued(self, what):
        row = self.conversation.queue.get_item(0)
        if row is not None:
            assert what(row)

    def edit_queued(self):
        self.with_queued(lambda row: self.conversation.edit_queued(row, "queued"))

    def move_queued(self):
        self.with_queued(lambda row: self.conversation.move_queued(row, 1))

    def send_queued(self):
        self.conversation.send_queued()

    def give_up(self):
        """Cancels a call while the thread is asked."""
        cancellable = Gio.Cancellable()
        self.with_row(lambda row: self.conversation.regenerate(row, cancellable, lambda *_: None))
        self.pause()
        cancellable.cancel()

    def hide(self):
        self.conversation.tool_rows = not self.conversation.tool_rows

    def pause(self):
        if self.random.randrange(3):
            super().pause()
            return
        end = []
        GLib.timeout_add(self.random.randrange(200), lambda: end.append(True))
        while not end:
            GLib.MainContext.default().iteration(True)


# --- where the threads are ---


def local(name):
    """A graph in this process."""

    @contextlib.contextmanager
    def place():
        import agents
        import graphs

        graph = getattr(agents if hasattr(agents, name) and name != "graphs" else graphs, name)
        yield lambda seed: Gstream.LocalThread(graph, thread_id=f"{name}-{seed}")

    return place


def python_agent(file, name):
    @contextlib.contextmanager
    def place():
        os.environ["PYTHONPATH"] = f"{AGENTS / 'python'}:{GRAPHS.parent}"
        yield lambda _seed: Gstream.Thread(command=[str(peer.PYTHON), "-m", "gstream_agent", f"{file}:{name}"])

    return place


def javascript_agent(name):
    @contextlib.contextmanager
    def place():
        servers.install()
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(NODE / "node_modules", pathlib.Path(folder) / "node_modules")
            shutil.copy(TOP / "tests" / "servers" / "javascript" / "graph.mjs", folder)
            command = [str(NODE / "bin" / "node"), str(AGENTS / "javascript" / "gstream-agent.mjs"), f"{folder}/graph.mjs:{name}"]
            yield lambda _seed: Gstream.Thread(command=command)

    return place


def python_server():
    return servers.Server("python", more=CAREFUL.parent, peer="langchain")


def javascript_server():
    servers.install()
    return servers.Server("javascript")


def remote(make_server, name, transport="sse"):
    kind = Gstream.Transport.SSE if transport == "sse" else Gstream.Transport.WEBSOCKET

    @contextlib.contextmanager
    def place():
        with make_server() as server:
            yield lambda _seed: Gstream.Thread(server.url, name, transport=kind, **PATIENCE)

    return place


class Proxy(fault_proxy.Proxy):
    """Some streams, and some other requests, meet a fault, until it is switched off."""

    def __init__(self, port):
        super().__init__(port)
        self.random = random.Random(0)
        self.is_bad = True

    def restart(self, seed):
        self.random.seed(seed)
        self.is_bad = True

    def fault_of_other(self):
        if not self.is_bad or self.random.randrange(12):
            return fault_proxy.passes
        return self.random.choice([fault_proxy.cut(0), fault_proxy.answers("503 Service Unavailable"), fault_proxy.delays(0, 0.1)])

    def fault_of_stream(self):
        if not self.is_bad or self.random.randrange(2):
            return fault_proxy.passes
        return self.random.choice([fault_proxy.cut(self.random.randrange(4000)), fault_proxy.cut(self.random.randrange(4000), False),
                                   fault_proxy.ends(self.random.randrange(12)), fault_proxy.delays(self.random.randrange(2000), 0.1),
                                   fault_proxy.stalls(self.random.randrange(4000)), fault_proxy.in_pieces(7)])


def badly(make_server, name, transport="sse"):
    """Over a network with faults."""
    kind = Gstream.Transport.SSE if transport == "sse" else Gstream.Transport.WEBSOCKET

    @contextlib.contextmanager
    def place():
        with make_server() as server, Proxy(server.port) as proxy:

            def thread(seed):
                proxy.restart(seed)
                return Gstream.Thread(proxy.url, name, transport=kind, **PATIENCE)

            thread.proxy = proxy
            yield thread

    return place


PLACES = {
    "local-chat": local("chat"),
    "local-careful": local("careful"),
    "local-deep": local("deep"),
    "python-agent-chat": python_agent(GRAPHS, "chat"),
    "python-agent-careful": python_agent(CAREFUL, "careful"),
    "javascript-agent-chat": javascript_agent("chat"),
    "javascript-agent-tools": javascript_agent("tools"),
    "python-server-chat": remote(python_server, "chat"),
    "python-server-careful": remote(python_server, "careful"),
    "python-server-deep": remote(python_server, "deep", "websocket"),
    "javascript-server-chat": remote(javascript_server, "chat"),
    "javascript-server-tools": remote(javascript_server, "tools", "websocket"),
    "python-network": badly(python_server, "careful"),
    "python-network-websocket": badly(python_server, "chat", "websocket"),
    "javascript-network": badly(javascript_server, "tools"),
    "javascript-network-websocket": badly(javascript_server, "chat", "websocket"),
}


# --- playing ---


def rest(user, proxy):
    """A thread over a bad network is looked at once the network is good."""
    if proxy is None:
        user.rest()
        return
    with contextlib.suppress(chatting.Hangs):
        user.rest(10)
    proxy.is_bad = False
    user.rest()
    user.reopen()
    user.rest()


def play(make_thread, seed):
    proxy = getattr(make_thread, "proxy", None)
    user = User(lambda: make_thread(seed), seed, answer=APPROVED, policies=POLICIES)
    try:
        for i in range(N_ACTS):
            user.act()
            if i % 4 == 3 or i == N_ACTS - 1:
                rest(user, proxy)
                user.check()
                if proxy is not None:
                    proxy.is_bad = True
    except BaseException:
        print(user.trail)
        raise


def measure(name, seeds, verbose):
    """Returns the number of those that were wrong."""
    wrong = 0
    begun = time.monotonic()
    with PLACES[name]() as make_thread:
        for seed in seeds:
            try:
                play(make_thread, seed)
            except Exception:
                wrong += 1
                print(f"wrong: {name} --seed {seed}", flush=True)
                traceback.print_exc()
            else:
                if verbose:
                    print(f"right: {name} --seed {seed}", flush=True)
    print(f"{name}: {len(seeds)} users, {wrong} wrong, {time.monotonic() - begun:.0f} s", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(prog="tests/chaos/run users", description=f"""Plays random users of conversations, each of whom
        does {N_ACTS} things; whenever all is at rest, the rows have to be the messages of the thread's state. Exit status 1: some were not.""")
    parser.add_argument("--users", type=int, default=100, metavar="N", help="how many for each kind of thread (100)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the first user's (0); with --users 1 that one again")
    parser.add_argument("--thread", choices=sorted(PLACES), action="append", help="one kind of thread; may be given several times")
    parser.add_argument("--verbose", action="store_true", help="say how each ended")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.users)
    return 1 if sum([measure(name, seeds, options.verbose) for name in options.thread or PLACES]) else 0


if __name__ == "__main__":
    sys.exit(main())
