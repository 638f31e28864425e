# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That what the guide shows of LangGraph's graphs in this process works as it is written.

import sys

import peer

peer.join("/langgraph/guide")
sys.path.insert(1, str(peer.TOP / "tests" / "servers" / "python"))

import gi  # noqa: E402

gi.require_version("Gstream", "1")
import graphs  # noqa: E402
import guide  # noqa: E402
import tap  # noqa: E402
from gi.repository import Gstream  # noqa: E402
from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402


def surroundings(asks):
    """What a page takes for granted: a graph that asks, where it is answered."""
    return {
        "Gstream": Gstream, "print": guide.quiet, "config": {"configurable": {"thread_id": "1"}}, "saver": InMemorySaver(),
        "graph": graphs.questions if asks else graphs.chat,
        "input": {"topic": "cats", "log": []} if asks else {"messages": [("user", "hi")]},
    }


def register(page, number, snippet):
    @tap.test(f"/langgraph/guide/{page.stem}-{number}")
    def check():
        names = surroundings(asks="respond_all" in snippet)
        Gstream.run(guide.perform(snippet, page.name, names))
        if "run" in names:
            assert Gstream.run(output(names["run"])) is not None


async def output(run):
    return await run.output()


for page in guide.PAGES:
    for number, snippet in enumerate(filter(guide.needs_graph, guide.snippets(page, "python")), 1):
        register(page, number, snippet)
tap.run()
