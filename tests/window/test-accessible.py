# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A whole conversation in examples/chat-app, by somebody who hears what is in the window and does not see it.

import pathlib
import tempfile

import person
import tap


AGENT = pathlib.Path(__file__).resolve().parents[2] / "examples" / "chat-app" / "agent.py"


def open_window(folder):
    return person.Person("--folder", folder, "--command", f"python3 {AGENT} --delay 0")


@tap.test("/window/C7/accessible/conversation")
def conversation():
    with tempfile.TemporaryDirectory() as folder:
        with open_window(folder) as user:
            user.say("What is the weather in Paris?")
            user.see("Take an umbrella to breakfast", "celsius")
            user.press("Answer Again")
            user.see("Sunday in Paris: rain in the morning", "2 of 2")
            user.press("Earlier Version")
            user.see("Take an umbrella to breakfast", "1 of 2")
            user.press("Edit")
            user.write("Edited Message", "Find me a hotel")
            user.press("Send Again")
            user.see("Shall I book two nights")
            user.see_no_more("Take an umbrella")
            user.press("Look for a cheaper one")
            user.see("Not booked: Look for a cheaper one")
            user.see_no_more("Shall I book two nights")
            user.press("New Conversation")
            user.see_no_more("Not booked")
            assert user.find("list item", "What is the weather in Paris?")  # its title stays
            assert len(list(pathlib.Path(folder).glob("*.checkpoints"))) == 1
            user.press("Conversation Menu")
            user.act("menu item", "Delete…")
            user.see("Delete Conversation?")
            user.press("Delete")
            user.wait(lambda: not list(pathlib.Path(folder).glob("*.checkpoints")))  # nobody reads a dialog that closes
            user.wait(lambda: user.find("list item", "What is the weather in Paris?") is None)


@tap.test("/window/C1/accessible/windows")
def windows():
    with tempfile.TemporaryDirectory() as folder, open_window(folder) as user:
        user.press("Main Menu")
        user.act("menu item", "Keyboard Shortcuts")
        user.see("New conversation", "Stop the agent, or end an edit or a search")
        user.press("Main Menu")
        user.act("menu item", "About Chat")
        user.see("The gstream authors")


tap.run()
