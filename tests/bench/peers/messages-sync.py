# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every delta of every message, by Python's synchronous run stream."""

from bench import measure, message_parts
from langgraph.stream._mux import StreamMux
from langgraph.stream.run_stream import GraphRunStream
from langgraph.stream.transformers import (LifecycleTransformer, MessagesTransformer,
                                           SubgraphTransformer, ValuesTransformer)

BUILTINS = [ValuesTransformer, MessagesTransformer, LifecycleTransformer, SubgraphTransformer]


def once(size):
    items = total = 0
    run = GraphRunStream(message_parts(int(size)), StreamMux(factories=BUILTINS, is_async=False))
    for message in run.messages:
        for delta in message.text:
            items += 1
            total += len(delta)
    return items, total


measure(once)
