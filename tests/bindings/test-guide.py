# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That what the guide shows in Python works as it is written, page by page: what comes first on a page is there for what comes
# later. (Recipes have a test of their own, and what needs a LangGraph graph runs in tests/langgraph/test-guide.py.)

import os
import pathlib
import shutil
import sys
import tempfile

import gi

gi.require_version("Gstream", "1")
from gi.repository import GLib, Gstream

import endpoint
import guide
import tap

sys.path.append(os.path.join(os.environ["G_TEST_SRCDIR"], "remote"))
import recorded_server

RECORDING = guide.TOP / "tests" / "runs" / "python-inprocess" / "chat.jsonl"
# The runs that a page's server has; of a question, the first that is asked.
SERVED = {
    "python": ["python-server/interrupt", "python-server/interrupt-resume", "python-server/chat"],
    "remote": ["python-server/interrupt", "python-server/interrupt-resume", "python-server/chat"],
    "threads": ["python-server/chat"] * 4,
}
TOOL = {"type": "function", "function": {"name": "multiply", "parameters": {"type": "object"}}}


def surroundings(server, model):
    """What a page takes for granted."""
    return {
        "Gstream": Gstream, "GLib": GLib, "os": os, "print": guide.quiet,
        "thread": Gstream.Thread(server.url, "agent"), "input": {"messages": []}, "earlier": "1f1e",
        "interrupt": Gstream.Interrupt.new("q1", Gstream.Payload.new("1", -1), None, None),
        "url": model.url, "model": "qwen3", "question": "Why?", "tools": [TOOL],
        "run_tool": lambda name, args: str(args["a"] * args["b"]),
    }


async def read(page, shown):
    with recorded_server.Server(*SERVED.get(page.stem, [])) as server, endpoint.Endpoint() as model:
        names = surroundings(server, model)
        for snippet in shown:
            snippet = snippet.replace(guide.SERVER, server.url).replace(guide.ENDPOINT, model.url)
            await guide.perform(snippet, page.name, names)
        return names, model.requests


def register(page, shown):
    @tap.test(f"/guide/{page.stem}")
    def check():
        before, path = os.getcwd(), os.environ["PATH"]
        with tempfile.TemporaryDirectory() as folder:
            for name in ("run.jsonl", "chat.jsonl"):
                shutil.copy(RECORDING, pathlib.Path(folder, name))
            agent = pathlib.Path(folder, "gstream-agent")
            agent.write_text('#!/bin/sh\nexec python3 -m gstream_agent "$@"\n')
            agent.chmod(0o755)
            os.environ["PATH"] = f"{folder}:{path}"
            os.chdir(folder)
            try:
                names, requests = Gstream.run(read(page, shown))
            finally:
                os.chdir(before)
                os.environ["PATH"] = path
            OUTCOMES.get(page.stem, lambda *_: None)(names, requests)


def told_results(_names, requests):
    """The model was asked again, with what its tools gave."""
    assert [message["content"] for message in requests[-1][2]["messages"] if message["role"] == "tool"] == ["391", "1.0"], requests


def echoes(names, _requests):
    """A thread of a kind of one's own has a run, and a state."""
    thread = names["Echo"]()
    assert thread.start_sync("hi").output_sync() == {"messages": ["hi"]}
    assert thread.fetch_state_sync()["next"] == []


OUTCOMES = {"model-endpoint": told_results, "threads": echoes}
for page in guide.PAGES:
    shown = [snippet for snippet in guide.snippets(page, "python") if not guide.needs_graph(snippet)]
    if shown and page.stem != "recipes":
        register(page, shown)
tap.run()
