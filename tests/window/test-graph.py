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
import widgets  # noqa: E402
from gi.repository import Gstream  # noqa: E402
from langgraph.graph import END, START, MessagesState, StateGraph  # noqa: E402

CHAT = {"messages": [("user", "hi")]}
chat = widgets.load_chat()


def show(graph):
    window = widgets.open_window(chat)
    window.show_run(Gstream.stream(graph, CHAT))
    return window


@tap.test("/window/L3/said")
def said():
    window = show(graphs.subgraphs)
    widgets.wait_for_end(window)
    for text in ("deep down", "coming up", "on top"):
        widgets.assert_shows(window, text)
    window.close()


@tap.test("/window/L3/blocking-node")
def blocking():
    """A node that blocks, as long as sixty frames take: they are drawn all the same, or it would not end."""
    begun, drawn = threading.Event(), threading.Event()

    def block(_state):
        begun.set()
        return {"messages": [("ai", "They were." if drawn.wait(60) else "They were not.")]}

    graph = StateGraph(MessagesState)
    graph.add_node("block", block)
    graph.add_edge(START, "block")
    graph.add_edge("block", END)
    window = show(graph.compile())
    while not begun.is_set():
        widgets.CONTEXT.iteration(True)
    widgets.wait_for_frames(window, 60)
    drawn.set()
    widgets.wait_for_end(window)
    assert window.run.get_status() == Gstream.RunStatus.COMPLETED
    assert window.run.output_sync()["messages"][-1]["content"] == "They were."
    window.close()


@tap.test("/window/L4/stop")
def stop():
    window = show(graphs.slow)
    while "word1 " not in widgets.read(window):
        widgets.CONTEXT.iteration(True)
    widgets.find(window, "stop").activate()
    widgets.wait_for_end(window)
    assert window.run.get_status() == Gstream.RunStatus.ABORTED
    window.close()
    for thread in threading.enumerate():
        if thread.name.startswith("gstream-"):
            thread.join(60)
            assert not thread.is_alive()


tap.run()
