# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody who uses examples/chat-app without seeing it: through the accessible tree, as a screen reader does (AT-SPI).

What can be pressed, written and read is found by its role and its accessible name.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

# The tree goes over a bus of its own, whose programs are not to write into the tests' output.
BUS = "exec 3>&1 1>&2; exec dbus-run-session -- bash -c 'exec \"$@\" 1>&3 3>&-' bash \"$@\""
if os.environ.get("PERSON_BUS") is None:
    os.execvpe("bash", ["bash", "-c", BUS, "bash", sys.executable, *sys.argv], {**os.environ, "PERSON_BUS": "1", "G_DEBUG": ""})

import gi  # noqa: E402

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

warnings.simplefilter("ignore", DeprecationWarning)  # of the binding: PyGObject has no other way to these calls
PROGRAM = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "examples" / "chat-app" / "chat-app"
LOOK_AGAIN = 50  # ms
OF_GTK = "g_variant_is_object_path: assertion"  # GTK 4.8, where a window is closed that somebody reads


class Person:
    def __init__(self, *arguments, environment={}):
        self.complaints = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([PROGRAM, *arguments], stderr=self.complaints,
                                        env={**os.environ, "GTK_A11Y": "atspi", **environment})
        self.application = None
        self.wait(self.find_application)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        ended = self.process.poll()
        if exception[0] is not None:
            self.tell_tree()
        self.process.kill()
        self.process.wait()
        self.complaints.seek(0)
        complaints = [line for line in self.complaints if line.strip() and OF_GTK not in line]
        self.complaints.close()
        assert exception[0] is not None or (ended is None and complaints == []), (ended, complaints)

    def find_application(self):
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() == self.process.pid:
                self.application = child
        return self.application

    # --- the tree ---

    def below(self, node):
        """All that is there, from the top down; what leaves under the eyes is not."""
        try:
            if node is not self.application and not node.get_state_set().contains(Atspi.StateType.VISIBLE):
                return
            children = [node.get_child_at_index(i) for i in range(node.get_child_count())]
        except GLib.Error:
            return
        yield node
        for child in children:
            if child is not None:
                yield from self.below(child)

    def nodes(self):
        self.application.clear_cache()
        return list(self.below(self.application))

    def tell_tree(self):
        for node in self.nodes():
            print(f"# {node.get_role_name()} “{node.get_name()}” “{self.text(node)}”")

    @staticmethod
    def text(node):
        if "Text" not in node.get_interfaces():
            return ""
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))

    @staticmethod
    def can_be_used(node):
        """What is on no page that is shown has no size."""
        return (node.get_state_set().contains(Atspi.StateType.SENSITIVE) and
                Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW).width > 0)

    def is_it(self, node, role, name, sensitive):
        """GTK 4.8 names a button with a mnemonic, as those of libadwaita's dialogs, twice."""
        try:
            return (node.get_role_name() == role and node.get_name() in (name, f"_{name} {name}") and
                    (not sensitive or self.can_be_used(node)))
        except GLib.Error:
            return False

    def find(self, role, name, sensitive=False):
        """The last."""
        return next((node for node in reversed(self.nodes()) if self.is_it(node, role, name, sensitive)), None)

    def label(self, node):
        try:
            return self.text(node) if node.get_role_name() == "label" else ""
        except GLib.Error:
            return ""

    def read(self):
        """The texts of all labels, a line each."""
        return "\n".join(filter(None, map(self.label, self.nodes())))

    # --- what is done ---

    def wait(self, condition, patience=60):
        """Until it is true, which it says itself."""
        loop = GLib.MainLoop()
        found = []

        def look():
            found[:] = [condition()]
            if found[0] or self.process.poll() is not None:
                loop.quit()
                return GLib.SOURCE_REMOVE
            return GLib.SOURCE_CONTINUE

        again = GLib.timeout_add(LOOK_AGAIN, look)
        end = GLib.timeout_add_seconds(patience, loop.quit)
        loop.run()
        if found and found[0]:
            GLib.source_remove(end)
            return found[0]
        if self.process.poll() is None:
            GLib.source_remove(again)
        raise AssertionError("it did not come")

    def see(self, *texts):
        """Waits until it can be read."""
        for text in texts:
            self.wait(lambda: text in self.read())

    def see_no_more(self, text):
        self.wait(lambda: (words := self.read()) and text not in words)

    def act(self, role, name, action="click"):
        node = self.wait(lambda: self.find(role, name, sensitive=True))
        names = [Atspi.Action.get_action_name(node, i) for i in range(Atspi.Action.get_n_actions(node))]
        Atspi.Action.do_action(node, names.index(action))

    def press(self, name):
        self.act("push button", name)

    def choose(self, title):
        """A conversation of the list."""
        self.act("list item", title, "listitem.select")

    def write(self, name, text):
        node = self.wait(lambda: self.find("text", name))
        Atspi.EditableText.set_text_contents(node, text)

    def say(self, text):
        self.write("Message", text)
        self.press("Send")
