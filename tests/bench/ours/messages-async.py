# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every delta of every message, by a Python program on gstream, with `async for`."""

import asyncio

from events import Gstream, messages
from bench import measure


async def read(size):
    items = total = 0
    async with Gstream.RunStream(messages(size)) as run:
        async for message in run.messages:
            async for delta in message.text_deltas:
                items += 1
                total += len(delta)
    return items, total


with asyncio.Runner(loop_factory=Gstream.new_event_loop) as runner:
    measure(lambda size: runner.run(read(size)))
