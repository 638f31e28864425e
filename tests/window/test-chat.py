# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The smallest chat, in Python, with its scripted agent; and the window of a recorded run writes its screenshot.

import os
import pathlib
import subprocess

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gstream", "1")

import tap  # noqa: E402
import widgets  # noqa: E402

EXAMPLES = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "examples"


@tap.test("/window/C5/python/tools")
def tools():
    window = widgets.open_chat("0")
    window.say("Plan a trip to Paris")
    window.see("I ask two agents", "weather (city: Paris, day: Sunday)", "The station in Paris does not answer",
               "ten more than the one at 08:12")
    window.close()


@tap.test("/window/C8/python/question")
def question():
    window = widgets.open_chat("0")
    window.say("Find me a hotel")
    window.see("Shall I book two nights")
    window.write("Your answer", "Look for a cheaper one")
    window.see("Not booked: Look for a cheaper one")
    window.see_no_more("Shall I book two nights")
    window.close()


@tap.test("/window/C10/python/stop")
def stop():
    window = widgets.open_chat("5")
    window.say("Tell me a long story")
    window.see("The ferry left")
    window.press("Stop")
    window.wait(lambda: not window.chat.conversation.busy)
    window.see("The ferry left")
    window.close()


@tap.test("/window/C10/python/failed")
def failed():
    window = widgets.open_chat("0")
    window.say("Fail, please")
    window.see("The model is overloaded")
    window.say("Hi")
    window.see("I am a *scripted* agent")
    window.see_no_more("The model is overloaded")
    window.close()


@tap.test("/window/screenshot/c")
def screenshot_c():
    """The window, as PNG, in the build folder."""
    path = EXAMPLES.parent / "run-gtk.png"
    path.unlink(missing_ok=True)
    subprocess.run([EXAMPLES / "run-gtk", "--screenshot", path], check=True, timeout=120)
    png = path.read_bytes()
    width, height = (int.from_bytes(png[at:at + 4], "big") for at in (16, 20))
    assert png.startswith(b"\x89PNG") and width >= 600 and height >= 600, (width, height)
    assert len(png) > 10000, "nothing is in the window"


tap.run()
