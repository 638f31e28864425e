# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every delta of every message of a graph in this process, by LangGraph's own run."""

import asyncio

from bench import cpu_seconds, measure
import prepared_graph as graph  # behind bench, which says where it is


async def read(built):
    items = total = 0
    async with await built.astream_events(graph.INPUT, graph.CONFIG, version="v3") as run:
        async for message in run.messages:
            async for delta in message.text:
                items += 1
                total += len(delta)
    return items, total


with asyncio.Runner() as runner:
    measure(lambda size: runner.run(read(graph.make(int(size)))), clock=cpu_seconds)
