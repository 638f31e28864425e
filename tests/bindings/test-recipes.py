# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That each recipe of the guide works as it is written: doc/recipes.md.

import asyncio
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

import gi

gi.require_version("Gstream", "1")
from gi.repository import GLib, Gstream

import guide
import tap

sys.path.append(os.path.join(os.environ["G_TEST_SRCDIR"], "remote"))
import recorded_server

SOURCES = pathlib.Path(os.environ["G_TEST_SRCDIR"])
RECORDING = SOURCES / "runs" / "python-inprocess" / "subgraphs.jsonl"
RECIPE = re.compile(r"^## (.*?)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SERVED = {  # the runs that the recipe's server has; two recorded ones ask, and are answered
    "Answer what a run asks": ["python-server/interrupt", "python-server/interrupt-resume", "python-server/chat"],
    "Several agents at once": ["python-server/chat"] * 2,
}


def surroundings(server):
    """What a recipe takes for granted. What it does is left there, too."""
    said = []
    return {
        "Gstream": Gstream, "GLib": GLib, "asyncio": asyncio, "subprocess": subprocess, "threading": threading,
        "thread": Gstream.Thread(server.url, "agent"), "server": Gstream.Server(server.url),
        "input": {"messages": [{"role": "user", "content": "hi"}]}, "ask": lambda value: said.append(value) or "yes",
        "show": lambda *words: said.append(words), "print": guide.quiet,
        "run": Gstream.RunStream(Gstream.JsonLinesSource(str(RECORDING))), "said": said,
    }


async def cook(title, snippets):
    shutil.copy(RECORDING, "run.jsonl")
    pathlib.Path("agent").write_text("#!/bin/sh\necho one\necho two\n")
    pathlib.Path("agent").chmod(0o755)
    with recorded_server.Server(*SERVED.get(title, ["python-server/chat"])) as server:
        names = surroundings(server)
        for snippet in snippets:
            names["run"] = Gstream.RunStream(Gstream.JsonLinesSource(str(RECORDING)))
            await guide.perform(snippet, title, names)
        return names


def register(title, snippets):
    @tap.test("/recipes/" + re.sub("[^a-z0-9]+", "-", title.lower()).strip("-"))
    def recipe():
        with tempfile.TemporaryDirectory() as folder:
            before, path = os.getcwd(), os.environ["PATH"]
            os.chdir(folder)
            os.environ["PATH"] = f"{folder}:{path}"
            try:
                check = OUTCOMES.get(title, lambda names: None)
                check(Gstream.run(cook(title, snippets)))
            finally:
                os.chdir(before)
                os.environ["PATH"] = path


def answered(names):
    assert names["said"], "nothing was asked"
    assert names["state"], names["state"]


def recorded(names):
    """What is played afterwards shows what was recorded."""
    expected = json.loads(RECORDING.with_suffix(".expected.json").read_text())
    assert names["texts"] == [message["text"] for message in expected["messages"]], names["texts"]


def shown(names):
    assert {agent for agent, _ in names["said"]} == {"writer", "critic"}, names["said"]


OUTCOMES = {
    "Answer what a run asks": answered,
    "Test without a server": recorded,
    "Several agents at once": shown,
}

page = RECIPE.findall((SOURCES.parent / "doc" / "recipes.md").read_text())
assert set(OUTCOMES) <= {title for title, _ in page}
for title, text in page:
    shown = [snippet for language, snippet in guide.FENCE.findall(text) if language == "python"]
    if shown:
        register(title, shown)
tap.run()
