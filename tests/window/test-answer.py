# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A question of an agent on the real server is answered in the window, and the run goes on: in both languages.

import os
import pathlib
import subprocess
import sys

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gstream", "1")

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


@tap.test("/window/N1/answer/python")
def answer_python():
    window = widgets.open_window(widgets.load_chat())
    window.talk(server().url, "nested_question", {"topic": "cats", "log": []})
    widgets.wait_for_end(window)
    widgets.assert_shows(window, "Waiting for your answer")
    widgets.assert_shows(window, "cats")

    asked = window.run
    window.answer.set_text("black ones")
    widgets.find(window, "answer_button").activate()
    while window.run is asked:
        widgets.CONTEXT.iteration(True)
    widgets.wait_for_end(window)
    widgets.assert_shows(window, "black ones\n")
    widgets.assert_shows(window, "Done")
    assert not widgets.find(window, "question_bar").get_reveal_child()
    assert "inner heard black ones" in str(window.run.output_sync()), window.run.output_sync()
    window.close()


@tap.test("/window/N1/talk/python")
def talk_python():
    window = widgets.open_window(widgets.load_chat())
    window.talk(server().url, "chat", None)
    window.prompt.set_text("Say hello")
    window.prompt.emit("activate")
    widgets.wait_for_end(window)
    widgets.assert_shows(window, "Say hello")
    widgets.assert_shows(window, "Hello, wörld ☃")
    window.close()


try:
    tap.run()
finally:
    for process in running:
        process.__exit__()
