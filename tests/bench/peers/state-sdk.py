# SPDX-License-Identifier: LGPL-2.1-or-later
"""One field of every state of a server's run, by Python's SDK."""

import asyncio
import itertools
import sys

from bench import cpu_seconds, measure
from langgraph_sdk import get_client

URL = sys.argv.pop(1)
runs = itertools.count()


async def read(client, recording):
    items = total = 0
    thread_id = f"{recording}.async-{next(runs)}"
    async with client.threads.stream(thread_id, assistant_id="bench") as thread:
        await thread.run.start(input={})
        async for state in thread.values:
            items += 1
            total += len(state["messages"][-1]["content"])
    return items - 1, total  # the first is the thread's state from before the run


with asyncio.Runner() as runner:
    client = get_client(url=URL)
    measure(lambda recording: runner.run(read(client, recording)), clock=cpu_seconds)
