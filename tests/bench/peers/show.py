# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows the messages of a small recording: what `gstream show` is compared with."""

import json
import sys

from langgraph.stream._mux import StreamMux
from langgraph.stream.run_stream import GraphRunStream
from langgraph.stream.transformers import (LifecycleTransformer, MessagesTransformer,
                                           SubgraphTransformer, ValuesTransformer)

BUILTINS = [ValuesTransformer, MessagesTransformer, LifecycleTransformer, SubgraphTransformer]


def parts(path):
    with open(path) as lines:
        for line in lines:
            event = json.loads(line)
            yield {"type": event["method"], "ns": event["params"]["namespace"], "data": event["params"]["data"]}


run = GraphRunStream(parts(sys.argv[1]), StreamMux(factories=BUILTINS, is_async=False))
for message in run.messages:
    for delta in message.text:
        print(delta, end="")
    print()
