# SPDX-License-Identifier: LGPL-2.1-or-later
"""One key of every state, by Python's synchronous run stream."""

from bench import measure, value_parts
from langgraph.stream._mux import StreamMux
from langgraph.stream.run_stream import GraphRunStream
from langgraph.stream.transformers import (LifecycleTransformer, MessagesTransformer,
                                           SubgraphTransformer, ValuesTransformer)

BUILTINS = [ValuesTransformer, MessagesTransformer, LifecycleTransformer, SubgraphTransformer]


def once(size):
    items = total = 0
    run = GraphRunStream(value_parts(int(size)), StreamMux(factories=BUILTINS, is_async=False))
    for state in run.values:
        items += 1
        total += len(state["topic"])
    return items, total


measure(once)
