#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A chat window: shows a recorded run, or talks to an agent on a server."""

import argparse
import ctypes
import json
import pathlib

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gstream", "1")
from gi.repository import Gio, GLib, GObject, Gstream, Gtk  # noqa: E402

RESOURCES = "/org/gstream/chat-gtk/"
Gio.Resource.load(str(pathlib.Path(__file__).parent / "chat-window" / "chat-window.gresource"))._register()

ROWS = Gstream.RunModelFlags.MESSAGES | Gstream.RunModelFlags.TOOL_CALLS | Gstream.RunModelFlags.SUBGRAPHS
STATUS = {
    Gstream.RunStatus.PENDING: "Starting",
    Gstream.RunStatus.RUNNING: "Working",
    Gstream.RunStatus.COMPLETED: "Done",
    Gstream.RunStatus.FAILED: "Failed",
    Gstream.RunStatus.INTERRUPTED: "Waiting for your answer",
    Gstream.RunStatus.DRAINED: "Let go by the server",
    Gstream.RunStatus.ABORTED: "Stopped",
}
TOOL_ICONS = {
    Gstream.ToolCallStatus.RUNNING: "content-loading-symbolic",
    Gstream.ToolCallStatus.FINISHED: "emblem-ok-symbolic",
    Gstream.ToolCallStatus.FAILED: "dialog-error-symbolic",
}


class Closures:
    """What the .ui files make of the properties they are bound to."""

    def chat_has_text(self, _this, text):
        return bool(text)

    def chat_is_there(self, _this, value):
        return value is not None

    def chat_payload_text(self, _this, payload):
        """A string as it is, a tool's message as its content, anything else as JSON."""
        if payload is None:
            return None
        return payload.get_string("") or payload.get_string("/content") or payload.dup_json()

    def chat_error_text(self, _this, error):
        return error and error.message

    def chat_answer_hint(self, _this, live):
        return "Answer" if live else "A recorded run takes no answers"

    def chat_goes_on(self, _this, status):
        return status in (Gstream.RunStatus.PENDING, Gstream.RunStatus.RUNNING)

    def chat_status_text(self, _this, status):
        return STATUS[status]

    def chat_message_streams(self, _this, status):
        return status == Gstream.MessageStatus.STREAMING

    def chat_message_ended_badly(self, _this, status):
        return status in (Gstream.MessageStatus.INCOMPLETE, Gstream.MessageStatus.FAILED)

    def chat_message_end_text(self, _this, status):
        return "Failed" if status == Gstream.MessageStatus.FAILED else "Not complete"

    def chat_tool_icon(self, _this, status):
        return TOOL_ICONS[status]


def was_cancelled(error):
    return error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


@Gtk.Template(resource_path=RESOURCES + "chat-window.ui")
class ChatWindow(Gtk.ApplicationWindow):
    __gtype_name__ = "ChatWindow"

    run = GObject.Property(type=Gstream.RunStream)  # the newest
    question = GObject.Property(type=Gstream.PendingInterrupt)  # the first of those that it asks
    live = GObject.Property(type=bool, default=False)  # an agent to talk to, and no recording

    list = Gtk.Template.Child()
    scroller = Gtk.Template.Child()
    banner = Gtk.Template.Child()
    banner_text = Gtk.Template.Child()
    answer = Gtk.Template.Child()
    prompt = Gtk.Template.Child()

    chat_answer_hint = Gtk.Template.Callback()(Closures.chat_answer_hint)
    chat_goes_on = Gtk.Template.Callback()(Closures.chat_goes_on)
    chat_is_there = Gtk.Template.Callback()(Closures.chat_is_there)
    chat_status_text = Gtk.Template.Callback()(Closures.chat_status_text)

    def __init__(self, application):
        super().__init__(application=application)
        self.conversation = Gio.ListStore(item_type=Gio.ListModel)  # what was asked, and the runs that answered
        self.questions = None
        self.answered = None  # the question whose answer is on its way
        self.thread = None
        self.screenshot = None
        self.cancellable = Gio.Cancellable()
        self.connect("close-request", self.on_close_request)
        self.load_css()
        self.fill_list()
        self.follow_end()

    def load_css(self):
        provider = Gtk.CssProvider()
        provider.load_from_resource(RESOURCES + "chat.css")
        Gtk.StyleContext.add_provider_for_display(self.get_display(), provider, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)

    def on_close_request(self, _window):
        self.cancellable.cancel()
        return False

    # --- errors ---

    def show_error(self, error):
        self.banner_text.set_label(error.message)
        self.banner.set_reveal_child(True)

    @Gtk.Template.Callback()
    def on_banner_dismissed(self, _button):
        self.banner.set_reveal_child(False)

    # --- the run ---

    def play(self, source):
        """A run that was recorded: it is shown, and takes no answers."""
        run = Gstream.RunStream(source)
        self.show_recorded_prompt(run)
        self.show_run(run)

    def talk(self, url, assistant, given):
        """An agent to talk to. Without the first run's input, the user begins."""
        self.thread = Gstream.Thread(url, assistant)
        self.live = True
        if given is not None:
            self.start(given)

    def show_run(self, run):
        """All that a window has to do for a run. Its models fill the list, and its status the header bar."""
        self.run = run
        self.conversation.append(Gstream.RunModel.new(run, ROWS))
        self.questions = Gstream.RunModel.new(run, Gstream.RunModelFlags.INTERRUPTS)
        self.questions.connect("items-changed", self.on_questions_changed)
        self.on_questions_changed(self.questions)
        run.output(self.cancellable, self.on_output)

    def on_output(self, run, result):
        try:
            run.output_finish(result)
        except GLib.Error as error:
            if was_cancelled(error):
                return
            self.show_error(error)
        if self.screenshot is not None:
            self.shoot_soon()

    def on_questions_changed(self, questions, *_change):
        if questions is not self.questions:
            return
        self.question = questions.get_item(0)
        if self.question is not None and self.live:
            self.answer.grab_focus()

    @Gtk.Template.Callback()
    def on_stop_clicked(self, _button):
        self.run.abort()

    # --- what the user says ---

    def show_prompt(self, text):
        self.conversation.append(Gtk.StringList.new([text]))

    def start(self, given):
        self.thread.start(given, self.cancellable, self.on_started)

    def on_started(self, thread, result):
        try:
            self.show_run(thread.start_finish(result))
        except GLib.Error as error:
            if not was_cancelled(error):
                self.show_error(error)

    @Gtk.Template.Callback()
    def on_prompted(self, _widget):
        text = self.prompt.get_text()
        if text:
            self.prompt.set_text("")
            self.show_prompt(text)
            self.start({"messages": [{"role": "user", "content": text}]})

    @Gtk.Template.Callback()
    def on_answered(self, _widget):
        if self.question is None or self.thread is None or self.answered is not None:
            return
        self.answered = self.question
        self.answer.set_editable(False)
        self.thread.respond(self.question.get_interrupt(), self.answer.get_text(), self.cancellable, self.on_resumed)

    def on_resumed(self, thread, result):
        try:
            run = thread.respond_finish(result)
        except GLib.Error as error:  # the question stays, and what was written as its answer
            if not was_cancelled(error):
                self.stop_answering()
                self.show_error(error)
            return
        self.stop_answering().set_answered(True)
        self.show_prompt(self.answer.get_text())
        self.answer.set_text("")
        self.show_run(run)

    def stop_answering(self):
        answered, self.answered = self.answered, None
        self.answer.set_editable(True)
        return answered

    def show_recorded_prompt(self, run):
        """What was said in a recorded run: its first state has it."""
        prompt = Gtk.StringList()
        states = run.values.subscribe()

        def on_first_state(_states, result):
            _found, state = states.next_finish(result)
            messages = state and state.get("messages")
            if messages and messages[0]["type"] == "human":
                prompt.append(messages[0]["content"])
            states.close()

        self.conversation.append(prompt)
        states.next(None, on_first_state)

    # --- rows ---

    @Gtk.Template.Callback()
    def on_row_bind(self, _factory, list_item):
        """In the .ui files, `item` is the row's object: they bind its properties."""
        row = list_item.get_item()
        item = row.get_item()
        builder = Gtk.Builder(Closures())
        builder.expose_object("item", item)
        builder.add_from_resource(RESOURCES + self.choose_ui(item))
        expander = Gtk.TreeExpander(list_row=row, indent_for_icon=row.get_depth() > 0)
        expander.set_child(builder.get_object("row"))
        list_item.set_child(expander)

    @Gtk.Template.Callback()
    def on_row_unbind(self, _factory, list_item):
        list_item.set_child(None)

    def choose_ui(self, item):
        if isinstance(item, Gstream.Message):
            return "message.ui"
        if isinstance(item, Gstream.ToolCall):
            return "tool-call.ui"
        if isinstance(item, Gstream.RunStream):
            return "agent.ui"
        return "prompt.ui"

    def fill_list(self):
        rows = Gtk.FlattenListModel.new(self.conversation)
        tree = Gtk.TreeListModel.new(rows, False, True, lambda item: Gstream.RunModel.create_child(item, None))
        self.list.set_model(Gtk.NoSelection.new(tree))

    # --- the end of the list stays in sight, unless the user has scrolled away from it ---

    def follow_end(self):
        self.at_end = True
        self.end = 0
        adjustment = self.scroller.get_vadjustment()
        adjustment.connect("changed", self.on_grown)
        adjustment.connect("value-changed", self.on_scrolled)

    def get_end(self):
        adjustment = self.scroller.get_vadjustment()
        return adjustment.get_upper() - adjustment.get_page_size()

    def scroll_to_end(self, _widget, _clock):
        self.scroller.get_vadjustment().set_value(self.get_end())
        return GLib.SOURCE_REMOVE

    def on_grown(self, _adjustment):
        """From inside the list's layout, which must not be changed now: the next frame scrolls."""
        if self.at_end and self.get_end() != self.end:
            self.scroller.add_tick_callback(self.scroll_to_end)
        self.end = self.get_end()

    def on_scrolled(self, adjustment):
        """Where the list has grown, it was not the user who scrolled."""
        if self.get_end() == self.end:
            self.at_end = adjustment.get_value() >= self.end - 1

    # --- the screenshot ---

    def shoot_at_end(self, path):
        """Writes the window as PNG when the run has ended, and closes it."""
        self.screenshot = path
        Gtk.Settings.get_default().set_property("gtk-enable-animations", False)

    def shoot_soon(self):
        """A few frames after the run's end: rows come with the first, and find their place in the next."""
        left = iter(range(6))

        def on_frame(_widget, _clock):
            if next(left, None) is not None:
                return GLib.SOURCE_CONTINUE
            self.shoot()
            self.close()
            return GLib.SOURCE_REMOVE

        self.add_tick_callback(on_frame)

    def shoot(self):
        """By ctypes, because PyGObject 3.42 cannot hold a render node; hash() is an object's address."""
        snapshot = Gtk.Snapshot()
        Gtk.WidgetPaintable.new(self).snapshot(snapshot, self.get_width(), self.get_height())
        gtk = ctypes.CDLL("libgtk-4.so.1")
        address = ctypes.c_void_p
        gtk.gtk_snapshot_to_node.restype = gtk.gsk_renderer_render_texture.restype = address
        node = address(gtk.gtk_snapshot_to_node(address(hash(snapshot))))
        texture = address(gtk.gsk_renderer_render_texture(address(hash(self.get_renderer())), node, None))
        gtk.gdk_texture_save_to_png(texture, self.screenshot.encode())


def open_source(name):
    if name is None:
        return Gstream.JsonLinesSource(Gio.File.new_for_uri("resource://" + RESOURCES + "trip.jsonl"))
    return (Gstream.SseSource if name.endswith(".sse") else Gstream.JsonLinesSource)(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="talk to an agent on this server")
    parser.add_argument("--input", type=json.loads, metavar="JSON", help="begin with this input")
    parser.add_argument("--screenshot", metavar="OUT.png", help="write the window when the run has ended, and exit")
    parser.add_argument("name", nargs="?", metavar="FILE | ASSISTANT")
    arguments = parser.parse_args()

    def on_activate(application):
        window = ChatWindow(application)
        if arguments.screenshot is not None:
            window.shoot_at_end(arguments.screenshot)
        if arguments.url is not None:
            window.talk(arguments.url, arguments.name or "agent", arguments.input)
        else:
            window.play(open_source(arguments.name))
        window.present()

    application = Gtk.Application(application_id="org.gstream.ChatGtk", flags=Gio.ApplicationFlags.NON_UNIQUE)
    application.connect("activate", on_activate)
    application.run()


if __name__ == "__main__":
    main()
