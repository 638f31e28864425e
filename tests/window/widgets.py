# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the user sees in examples/chat-gtk.py, and does to it."""

import functools
import importlib.util
import os
import pathlib
import sys

from gi.repository import GLib, Gstream, Gtk

CONTEXT = GLib.MainContext.default()


@functools.cache
def load_chat():
    """examples/chat-gtk.py, as a module."""
    Gtk.init()
    path = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "examples" / "chat-gtk.py"
    spec = importlib.util.spec_from_file_location("chat_gtk", path)
    chat = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(chat)
    return chat


def open_chat(delay):
    """With its own agent, to which a word takes that many milliseconds."""
    return Window(Gstream.Thread.new_for_command([sys.executable, str(load_chat().AGENT), "--delay", delay]))


class Window:
    def __init__(self, thread):
        self.chat = load_chat().ChatWindow(None, thread)
        self.chat.set_default_size(640, 1500)
        self.chat.add_tick_callback(lambda *_frame: GLib.SOURCE_CONTINUE)  # what is waited for may be a frame
        self.chat.present()

    def close(self):
        self.chat.destroy()

    def below(self, widget):
        """All widgets that are visible, from the top down."""
        if widget.get_child_visible() and widget.get_visible():
            yield widget
            child = widget.get_first_child()
            while child is not None:
                yield from self.below(child)
                child = child.get_next_sibling()

    def read(self):
        """The texts of all labels, a line each."""
        return "".join(f"{widget.get_label()}\n" for widget in self.below(self.chat) if isinstance(widget, Gtk.Label))

    def wait(self, condition):
        while not condition():
            CONTEXT.iteration(True)

    def see(self, *texts):
        for text in texts:
            self.wait(lambda: text in self.read())

    def see_no_more(self, text):
        self.wait(lambda: text not in self.read())

    def find(self, kind, **properties):
        return next((widget for widget in self.below(self.chat) if isinstance(widget, kind) and
                     all(widget.get_property(name) == value for name, value in properties.items())), None)

    def write(self, placeholder, text):
        entry = self.find(Gtk.Entry, placeholder_text=placeholder)
        entry.set_text(text)
        entry.emit("activate")

    def say(self, text):
        self.write("Message the agent", text)

    def press(self, name):
        self.find(Gtk.Button, tooltip_text=name).emit("clicked")
