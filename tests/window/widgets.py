# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the user sees in a window, and does to it."""

import functools
import importlib.util
import os
import pathlib

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


def open_window(chat):
    window = chat.ChatWindow(None)
    window.set_default_size(640, 1500)
    Gtk.Settings.get_default().set_property("gtk-enable-animations", False)
    window.present()
    return window


def wait_for_frames(window, n):
    left = [n]

    def on_frame(_widget, _clock):
        left[0] -= 1
        return left[0] > 0

    window.add_tick_callback(on_frame)
    while left[0] > 0:
        CONTEXT.iteration(True)


def wait_for_end(window):
    """Until the run has ended, and what it changed has been drawn."""
    while window.run is None or window.run.get_status() <= Gstream.RunStatus.RUNNING:
        CONTEXT.iteration(True)
    wait_for_frames(window, 10)


def below(widget):
    """All widgets that are visible, from the top down."""
    if widget.get_child_visible() and widget.get_visible():
        yield widget
        child = widget.get_first_child()
        while child is not None:
            yield from below(child)
            child = child.get_next_sibling()


def read(window):
    """The texts of all labels and entries that are visible, a line each."""
    labels = ((widget.get_label() if isinstance(widget, Gtk.Label) else widget.get_text())
              for widget in below(window) if isinstance(widget, (Gtk.Label, Gtk.Entry)))
    return "".join(f"{label}\n" for label in labels)


def assert_shows(window, text):
    shown = read(window)
    assert text in shown, f"“{text}” is not shown, only:\n{shown}"


def find(window, name):
    return next(widget for widget in below(window) if widget.get_buildable_id() == name)
