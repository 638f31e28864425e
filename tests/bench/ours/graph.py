# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same on gstream: Gstream.stream() of the graph, read in asyncio's loop."""

import asyncio
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "peers"))
from bench import cpu_seconds, measure  # noqa: E402

sys.path.append(str(next(pathlib.Path("build/peers/langchain").glob("lib/python3*/site-packages"))))
import gi  # noqa: E402

gi.require_version("Gstream", "1")
import prepared_graph as graph  # noqa: E402
from gi.repository import Gstream  # noqa: E402


async def read(built):
    items = total = 0
    async with Gstream.stream(built, graph.INPUT, graph.CONFIG) as run:
        async for message in run.messages:
            async for delta in message.text_deltas:
                items += 1
                total += len(delta)
    return items, total


with asyncio.Runner(loop_factory=Gstream.new_event_loop) as runner:
    measure(lambda size: runner.run(read(graph.make(int(size)))), clock=cpu_seconds)
