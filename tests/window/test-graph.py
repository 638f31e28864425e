# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A graph of this process in a window, without asyncio: Debian's PyGObject, GTK's main loop, and the graph in a thread.

import sys
import threading

import peer

peer.join("/window/graph")
sys.path[1:1] = [str(peer.TOP / "tests" / "servers" / "python")]

import gi  # noqa: E402

gi.require_version("Gtk", "4.0")
gi.require_version("Gstream", "1")
import graphs  # noqa: E402
import tap  # noqa: E402
from gi.repository import GLib, GObject, Gstream, Gtk  # noqa: E402
from langgraph.graph import END, START, MessagesState, StateGraph  # noqa: E402

CHAT = {"messages": [("user", "hi")]}
CONTEXT = GLib.MainContext.default()
Gtk.init()


class Window:
    """A list of a run's messages, those of its subgraphs, too."""

    def __init__(self, run):
        self.run = run
        self.model = Gstream.RunModel.new(run, Gstream.RunModelFlags.MESSAGES | Gstream.RunModelFlags.DEEP)
        self.box = Gtk.ListBox()
        self.box.bind_model(self.model, self.create_label)
        self.window = Gtk.Window(child=self.box)
        self.window.present()
        run.output(None, lambda run, result: None)

    def create_label(self, message):
        label = Gtk.Label()
        message.bind_property("text", label, "label", GObject.BindingFlags.SYNC_CREATE)
        return label

    def read(self):
        rows = (self.box.get_row_at_index(i) for i in range(self.model.get_n_items()))
        return "\n".join(row.get_child().get_label() for row in rows)

    def wait_for_end(self):
        while self.run.get_status() <= Gstream.RunStatus.RUNNING:
            CONTEXT.iteration(True)

    def wait_for_frames(self, n):
        drawn = []
        self.window.add_tick_callback(lambda *frame: drawn.append(frame) or len(drawn) < n)
        while len(drawn) < n:
            CONTEXT.iteration(True)

    def close(self):
        self.box.bind_model(None, None)
        self.window.destroy()


def show(graph):
    return Window(Gstream.stream(graph, CHAT))


@tap.test("/window/L3/said")
def said():
    window = show(graphs.subgraphs)
    window.wait_for_end()
    for text in ("deep down", "coming up", "on top"):
        while text not in window.read():  # a row comes with the next frame
            CONTEXT.iteration(True)
    window.close()


@tap.test("/window/L3/blocking-node")
def blocking():
    """A node that blocks, as long as sixty frames take: they are drawn all the same, or it would not end."""
    begun, drawn = threading.Event(), threading.Event()

    def block(_state):
        begun.set()
        CONTEXT.wakeup()  # nothing else may come until the node has ended
        return {"messages": [("ai", "They were." if drawn.wait(60) else "They were not.")]}

    graph = StateGraph(MessagesState)
    graph.add_node("block", block)
    graph.add_edge(START, "block")
    graph.add_edge("block", END)
    window = show(graph.compile())
    while not begun.is_set():
        CONTEXT.iteration(True)
    window.wait_for_frames(60)
    drawn.set()
    window.wait_for_end()
    assert window.run.get_status() == Gstream.RunStatus.COMPLETED
    assert window.run.output_sync()["messages"][-1]["content"] == "They were."
    window.close()


@tap.test("/window/L4/stop")
def stop():
    window = show(graphs.slow)
    while "word1 " not in window.read():
        CONTEXT.iteration(True)
    window.run.abort()
    window.wait_for_end()
    assert window.run.get_status() == Gstream.RunStatus.ABORTED
    window.close()
    for thread in threading.enumerate():
        if thread.name.startswith("gstream-"):
            thread.join(60)
            assert not thread.is_alive()


tap.run()
