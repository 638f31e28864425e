# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Agents on the real server: a question of a run is answered in its window, and the smallest chat talks.

import os
import pathlib
import subprocess
import sys

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gstream", "1")

from gi.repository import Gstream  # noqa: E402

import tap  # noqa: E402
import widgets  # noqa: E402

sys.path.insert(0, str(pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "servers"))
import servers  # noqa: E402

running = []


def server():
    if not running:
        try:
            servers.install()
        except servers.Unreachable as reason:
            tap.skip(str(reason))
        running.append(servers.Server("python").__enter__())
    return running[0]


@tap.test("/window/N1/answer/c")
def answer_c():
    program = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "window" / "test-window-answer"
    subprocess.run([program, server().url], check=True, timeout=120)


@tap.test("/window/N1/talk/python")
def talk_python():
    window = widgets.Window(Gstream.Thread(server().url, "chat"))
    window.say("Say hello")
    window.see("Say hello", "Hello, wörld ☃")
    window.close()


try:
    tap.run()
finally:
    for process in running:
        process.__exit__()
