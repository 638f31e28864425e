# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The chat window in Python shows what the one in C does, and both write their screenshots.

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

EXAMPLES = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "examples"
RUNS = pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "runs"
TRIP = ("Waiting for your answer", "What should I do in Paris on Sunday?", "plan\nDone",
        "weather\n{\"city\": \"Paris\"}\nAsking the station in Paris … answered.\n14 °C, light rain until noon, then sun",
        "hotels\n{\"city\": \"Paris\"}\nThe hotel service does not answer", "On Sunday it rains in Paris until noon",
        "Shall I book the 09:40 to Paris for 64 €?")

chat = widgets.load_chat()


def play(name=None):
    window = widgets.open_window(chat)
    window.play(chat.open_source(name))
    widgets.wait_for_end(window)
    return window


@tap.test("/window/T6/python/trip")
def trip():
    window = play()
    for text in TRIP:
        widgets.assert_shows(window, text)
    assert not window.banner.get_reveal_child()
    assert not window.answer.is_sensitive()
    window.close()


@tap.test("/window/T6/python/tree")
def tree():
    window = play(str(RUNS / "js-server" / "subgraphs.sse"))
    for text in ("left\nDone", "leaf\nDone", "right\nDone", "close"):
        widgets.assert_shows(window, text)
    window.close()


@tap.test("/window/R5/python/failed")
def failed():
    window = play(str(RUNS / "python-inprocess" / "error.jsonl"))
    for text in ("model connection lost", "this will not finish\nFailed"):
        widgets.assert_shows(window, text)
    assert window.banner.get_reveal_child()
    window.close()


@tap.test("/window/R6/python/stop")
def stop():
    source = Gstream.PushSource.new()
    writer = Gstream.MessageWriter.new([], "model", "m1")
    source.push(writer.start())
    source.push(writer.text("This will take a while"))
    window = widgets.open_window(chat)
    window.play(source)
    widgets.wait_for_frames(window, 5)
    widgets.assert_shows(window, "This will take a while")
    widgets.find(window, "stop").activate()
    widgets.wait_for_end(window)
    widgets.assert_shows(window, "Stopped")
    assert source.get_closed()
    window.close()


def shoot(name, *command):
    """The window, as PNG, in the build folder."""
    path = EXAMPLES.parent / name
    path.unlink(missing_ok=True)
    subprocess.run([*command, "--screenshot", path], check=True, timeout=120)
    png = path.read_bytes()
    width, height = (int.from_bytes(png[at:at + 4], "big") for at in (16, 20))
    assert png.startswith(b"\x89PNG") and width >= 600 and height >= 600, (width, height)
    assert len(png) > 10000, "nothing is in the window"


@tap.test("/window/screenshot/c")
def screenshot_c():
    shoot("chat-gtk.png", EXAMPLES / "chat-gtk")


@tap.test("/window/screenshot/python")
def screenshot_python():
    shoot("chat-gtk-python.png", sys.executable, EXAMPLES / "chat-gtk.py")


tap.run()
