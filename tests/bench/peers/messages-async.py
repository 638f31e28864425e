# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every delta of every message, by Python's asynchronous run stream."""

import asyncio

from bench import each, measure, message_parts
from langgraph.stream._mux import StreamMux
from langgraph.stream.run_stream import AsyncGraphRunStream
from langgraph.stream.transformers import (LifecycleTransformer, MessagesTransformer,
                                           SubgraphTransformer, ValuesTransformer)

BUILTINS = [ValuesTransformer, MessagesTransformer, LifecycleTransformer, SubgraphTransformer]


async def read(size):
    items = total = 0
    mux = StreamMux(factories=BUILTINS, is_async=True)
    run = AsyncGraphRunStream(each(message_parts(int(size))), mux)
    async for message in run.messages:
        async for delta in message.text:
            items += 1
            total += len(delta)
    return items, total


with asyncio.Runner() as runner:
    measure(lambda size: runner.run(read(size)))
