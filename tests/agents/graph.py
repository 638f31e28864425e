# SPDX-License-Identifier: LGPL-2.1-or-later
"""Graphs for the tests of gstream-agent, beside those of ../servers/python/graphs.py."""

import asyncio
import operator
import os
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class Notes(TypedDict):
    log: Annotated[list[str], operator.add]


def chain(*nodes):
    graph = StateGraph(Notes)
    names = [START]
    for node in nodes:
        graph.add_node(node.__name__, node)
        graph.add_edge(names[-1], node.__name__)
        names.append(node.__name__)
    graph.add_edge(names[-1], END)
    return graph


def chatty(_state):
    print("printed by a node")
    return {"log": ["chatty"]}


def ask(_state):
    return {"log": [f"answer: {interrupt('go on?')}"]}


async def wait(_state):
    await asyncio.Event().wait()


def block(_state):
    print(f"blocked {os.getpid()}", flush=True)
    while True:
        os.read(os.open("/dev/zero", os.O_RDONLY), 1 << 20)


async def block_loop(_state):
    block(_state)


def die(_state):
    print("about to go")
    os._exit(7)


talks = chain(chatty).compile()
asks = chain(chatty, ask)  # not compiled
waits = chain(wait).compile()
blocks = chain(block).compile()
blocks_loop = chain(block_loop).compile()
dies = chain(die).compile()


def made():
    return chain(chatty).compile()


async def made_later():
    return chain(chatty).compile()


not_a_graph = 7
