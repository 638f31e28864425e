# SPDX-License-Identifier: LGPL-2.1-or-later
"""Graphs as programs build them with langchain and deepagents, with models that say what a script says."""

import asyncio
import dataclasses
import datetime
import decimal
import enum
import operator
import pathlib
import uuid
from typing import Annotated, Any

import pydantic
from deepagents import create_deep_agent
from graphs import MessagesState, Notes, ScriptedModel, notes, says, speaker, weather
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware, TodoListMiddleware
from langchain_core.messages import AIMessageChunk, HumanMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.stream.transformers import CustomTransformer, UpdatesTransformer
from langgraph.types import Interrupt, Send, interrupt
from typing_extensions import TypedDict


class TurnsModel(ScriptedModel):
    """Says the next of its turns, by how often the conversation's model has spoken."""

    chunks: list[AIMessageChunk] = []
    turns: list[list[AIMessageChunk]]

    def bind_tools(self, tools: Any, **kwargs: Any):
        return self

    def _turn(self, messages):
        return ScriptedModel(chunks=self.turns[sum(message.type == "ai" for message in messages)])

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return self._turn(messages)._generate(messages)

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs):
        async for chunk in self._turn(messages)._astream(messages):
            yield chunk


def said(*pieces):
    return [AIMessageChunk(content=piece) for piece in pieces]


def called(name, arguments, call):
    return [AIMessageChunk(content="", tool_call_chunks=[{"name": name, "args": arguments, "id": call, "index": 0}])]


# agent: a model, a tool, an answer; careful: somebody has to agree to the tool

_weather = [called("weather", '{"city": "Paris"}', "call-1"), said("It is ", "sunny.")]
agent = create_agent(TurnsModel(turns=_weather), [weather])
careful = create_agent(TurnsModel(turns=_weather), [weather],
                       middleware=[HumanInTheLoopMiddleware(interrupt_on={"weather": True})])


# deep: todos, then a sub-agent that uses a tool, then an answer

_todos = '{"todos": [{"content": "ask", "status": "in_progress"}]}'
_task = '{"description": "the weather in Paris", "subagent_type": "scout"}'
deep = create_deep_agent(
    model=TurnsModel(turns=[called("write_todos", _todos, "call-t"), called("task", _task, "call-s"), said("Take ", "no coat.")]),
    middleware=[TodoListMiddleware()],
    subagents=[{"name": "scout", "description": "looks outside", "system_prompt": "Look.", "tools": [weather],
                "model": TurnsModel(turns=_weather)}],
)


# fan: one node for each of a list

class Words(TypedDict):
    words: list[str]
    lengths: Annotated[list[int], operator.add]


_fan = StateGraph(Words)
_fan.add_node("measure", lambda state: {"lengths": [len(state["word"])]})
_fan.add_conditional_edges(START, lambda state: [Send("measure", {"word": word}) for word in state["words"]], ["measure"])
fan = _fan.compile()


# levels: a model in a graph in a graph in a graph

def _around(inner, name, line):
    graph = StateGraph(MessagesState)
    graph.add_node(name, inner)
    graph.add_node("say", speaker(says(line)))
    graph.add_edge(START, name)
    graph.add_edge(name, "say")
    return graph.compile(name=name)


_core = StateGraph(MessagesState)
_core.add_node("say", speaker(says("core ", "here")))
_core.add_edge(START, "say")
levels = _around(_around(_around(_core.compile(name="core"), "core", "third"), "third", "second"), "second", "first")


# endless: never comes to an end

_endless = StateGraph(Notes)
_endless.add_node("again", notes("again"))
_endless.add_edge(START, "again")
_endless.add_edge("again", "again")
endless = _endless.compile()


# objects: what Python has and JSON has not

class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: float


class Model(pydantic.BaseModel):
    name: str
    when: datetime.datetime


class Anything(TypedDict):
    things: dict


def _make(_state):
    things = {
        "dataclass": Point(1, 2.5), "pydantic": Model(name="n", when=datetime.datetime(2026, 1, 2, 3, 4, 5)),
        "date": datetime.date(2026, 1, 2), "delta": datetime.timedelta(minutes=1), "uuid": uuid.UUID(int=7), "enum": Colour.RED,
        "set": {1}, "tuple": (1, "two"), "decimal": decimal.Decimal("1.50"), "bytes": b"\0\xff", "path": pathlib.Path("a/b"),
        "nan": float("nan"), "message": HumanMessage("hi", id="7"),
    }
    # What no checkpoint can keep.
    get_stream_writer()({**things, "unknown": object(), "exception": ValueError("no"), "send": Send("node", {"a": 1}),
                         "interrupt": Interrupt(value={"x": 1}, id="8")})
    return {"things": things}


_objects = StateGraph(Anything)
_objects.add_node("make", _make)
_objects.add_edge(START, "make")
objects = _objects.compile(transformers=[CustomTransformer])


# told: its updates are streamed, and it asks

def _ask(state):
    return {"log": [f"heard {interrupt('go on?')}"]}


_told = StateGraph(Notes)
_told.add_node("note", notes("noted"))
_told.add_node("ask", _ask)
_told.add_edge(START, "note")
_told.add_edge("note", "ask")
told = _told.compile(transformers=[UpdatesTransformer])
