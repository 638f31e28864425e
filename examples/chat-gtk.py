#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The smallest chat: a conversation with a scripted agent in a child process, with any other, or with one on a server.

What it shows is bound to the conversation's models and properties, and what the user does is a call of it. chat-app/ beside
it is what an application makes of the same.
"""

import argparse
import pathlib
import shlex
import sys

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gstream", "1")
from gi.repository import GLib, GObject, Gstream, Gtk  # noqa: E402

AGENT = pathlib.Path(__file__).parent / "chat-app" / "agent.py"
HUMAN = Gstream.ConversationRole.HUMAN
SHOW = GObject.BindingFlags.SYNC_CREATE


def label(**properties):
    return Gtk.Label(wrap=True, wrap_mode=2, xalign=0, selectable=True, **properties)  # 2: words, and else characters


def tool_call(call):
    """Its name and arguments, and what came of it."""
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    given = ", ".join(f"{name}: {value}" for name, value in (call.input or {}).items())
    box.append(label(label=f"{call.name} ({given})", css_classes=["heading"]))
    box.append(result := label(css_classes=["dim-label"]))
    call.bind_property("output", result, "label", SHOW)
    call.bind_property("error", result, "label", SHOW, lambda _, error: error.message if error else call.output)
    return box


class Row(Gtk.Box):
    """A message."""

    def __init__(self):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6, margin_start=12, margin_end=12, margin_top=6,
                         margin_bottom=6)
        self.append(text := label())
        self.append(calls := Gtk.ListBox(selection_mode=Gtk.SelectionMode.NONE, css_classes=["boxed-list"]))
        self.text, self.calls, self.binding = text, calls, None

    def show_row(self, row):
        """Its text grows as the agent speaks."""
        self.text.set_halign(Gtk.Align.END if row.role == HUMAN else Gtk.Align.FILL)
        self.text.set_css_classes(["card", "heading"] if row.role == HUMAN else [])
        self.binding = row.bind_property("text", self.text, "label", SHOW)
        self.calls.bind_model(row.tool_calls, tool_call)

    def forget_row(self):
        self.binding.unbind()
        self.calls.bind_model(None, None)


class ChatWindow(Gtk.ApplicationWindow):
    def __init__(self, application, thread):
        super().__init__(application=application, title="Chat", default_width=560, default_height=640)
        self.conversation = Gstream.Conversation(thread, tool_rows=False)
        self.scroller = Gtk.ScrolledWindow(vexpand=True, hscrollbar_policy=Gtk.PolicyType.NEVER, child=self.create_list())
        self.scroller.get_vadjustment().connect("changed", lambda _: GLib.idle_add(self.scroll_to_end))
        questions = Gtk.ListBox(selection_mode=Gtk.SelectionMode.NONE)
        questions.bind_model(self.conversation.questions, self.create_question)
        self.set_child(box := Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6))
        for child in (self.scroller, questions, self.create_error(), self.create_entry()):
            box.append(child)
        self.entry.grab_focus()
        self.conversation.open(None, lambda conversation, result: self.finish(conversation.open_finish, result))

    def finish(self, call, result):
        """What went wrong is the conversation's error, or the question's, too."""
        try:
            call(result)
        except GLib.Error as error:
            self.error.set_label(error.message)

    def create_list(self):
        factory = Gtk.SignalListItemFactory()
        factory.connect("setup", lambda _, item: item.set_child(Row()))
        factory.connect("bind", lambda _, item: item.get_child().show_row(item.get_item()))
        factory.connect("unbind", lambda _, item: item.get_child().forget_row())
        return Gtk.ListView(model=Gtk.NoSelection(model=self.conversation), factory=factory)

    def scroll_to_end(self):
        adjustment = self.scroller.get_vadjustment()
        adjustment.set_value(adjustment.get_upper())

    def create_question(self, question):
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        box.append(label(label=question.text, css_classes=["heading"]))
        box.append(entry := Gtk.Entry(placeholder_text="Your answer"))
        entry.connect("activate", lambda entry: self.conversation.respond(
            question, entry.get_text(), None, lambda conversation, result: self.finish(conversation.respond_finish, result)))
        return box

    def create_error(self):
        self.error = label(css_classes=["error"])
        self.conversation.bind_property("error", self.error, "label", SHOW, lambda _, error: error.message if error else "")
        return self.error

    def create_entry(self):
        self.entry = Gtk.Entry(placeholder_text="Message the agent", hexpand=True)
        self.entry.connect("activate", self.on_send)
        stop = Gtk.Button(icon_name="media-playback-stop-symbolic", tooltip_text="Stop")
        stop.connect("clicked", lambda _: self.conversation.stop())
        self.conversation.bind_property("busy", stop, "sensitive", SHOW)
        box = Gtk.Box(spacing=6, margin_start=6, margin_end=6, margin_bottom=6)
        box.append(self.entry)
        box.append(stop)
        return box

    def on_send(self, entry):
        if entry.get_text():
            self.conversation.send(entry.get_text())
            entry.set_text("")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--command", default=shlex.join([sys.executable, str(AGENT)]), help="talk to this child process")
    parser.add_argument("--url", help="talk to an agent on this server")
    parser.add_argument("--assistant", default="agent", help="which of the server's")
    given = parser.parse_args()
    thread = (Gstream.Thread(given.url, given.assistant) if given.url
              else Gstream.Thread.new_for_command(shlex.split(given.command)))
    application = Gtk.Application(application_id="org.gstream.ChatGtk")
    application.connect("activate", lambda application: ChatWindow(application, thread).present())
    application.run()


if __name__ == "__main__":
    main()
