# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every delta of every message of a server's run, by Python's SDK.

A task per message: the SDK fills a message only while the messages are read.
"""

import asyncio
import itertools
import sys

from bench import cpu_seconds, measure
from langgraph_sdk import get_client

URL = sys.argv.pop(1)
runs = itertools.count()


async def lengths(message):
    return [len(delta) async for delta in message.text]


async def read(client, recording):
    thread_id = f"{recording}.async-{next(runs)}"
    async with client.threads.stream(thread_id, assistant_id="bench") as thread:
        await thread.run.start(input={})
        tasks = [asyncio.create_task(lengths(message)) async for message in thread.messages]
        read_lengths = await asyncio.gather(*tasks)
    return sum(map(len, read_lengths)), sum(map(sum, read_lengths))


with asyncio.Runner() as runner:
    client = get_client(url=URL)
    measure(lambda recording: runner.run(read(client, recording)), clock=cpu_seconds)
