# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small graphs for the tests, without a model: each says what a fixed script says."""

import asyncio
import operator
from typing import Annotated, Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt._tool_call_transformer import ToolCallTransformer
from langgraph.stream.transformers import CustomTransformer, TasksTransformer, UpdatesTransformer
from langgraph.types import interrupt
from typing_extensions import TypedDict


class ScriptedModel(BaseChatModel):
    """Streams the chunks it was given, each time the same."""

    chunks: list[AIMessageChunk]
    pause: float = 0.0

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        whole = self.chunks[0]
        for chunk in self.chunks[1:]:
            whole += chunk
        message = AIMessage(content=whole.content, tool_calls=whole.tool_calls)
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _astream(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any):
        for chunk in self.chunks:
            await asyncio.sleep(self.pause)
            yield ChatGenerationChunk(message=chunk.model_copy())


def says(*pieces: str, pause: float = 0.0) -> ScriptedModel:
    return ScriptedModel(chunks=[AIMessageChunk(content=piece) for piece in pieces], pause=pause)


class Notes(TypedDict):
    topic: str
    log: Annotated[list[str], operator.add]


def speaker(model: ScriptedModel):
    async def speak(state: MessagesState):
        return {"messages": [await model.ainvoke(state["messages"])]}

    return speak


def notes(line: str):
    def note(state: Notes):
        return {"log": [f"{line} {state['topic']}"]}

    return note


# chat: one model call, its text in four pieces

_chat = StateGraph(MessagesState)
_chat.add_node("model", speaker(says("Hel", "lo, ", "wörld", " ☃")))
_chat.add_edge(START, "model")
_chat.add_edge("model", END)
chat = _chat.compile()


# tools: the model calls two tools, one of which fails, then answers

@tool
def weather(city: str) -> str:
    """The weather somewhere."""
    return f"sunny in {city}"


@tool
def broken(reason: str) -> str:
    """A tool that does not work."""
    raise ValueError(f"broken: {reason}")


_calls = ScriptedModel(
    chunks=[
        AIMessageChunk(content="Let me look. "),
        AIMessageChunk(content="", tool_call_chunks=[{"name": "weather", "args": "", "id": "call-1", "index": 1}]),
        AIMessageChunk(content="", tool_call_chunks=[{"name": None, "args": '{"city": ', "id": None, "index": 1}]),
        AIMessageChunk(content="", tool_call_chunks=[{"name": None, "args": '"Paris"}', "id": None, "index": 1}]),
        AIMessageChunk(content="", tool_call_chunks=[{"name": "broken", "args": '{"reason": "test"}', "id": "call-2", "index": 2}]),
    ]
)
_answer = says("It is sunny.")


async def _agent(state: MessagesState):
    model = _answer if state["messages"][-1].type == "tool" else _calls
    return {"messages": [await model.ainvoke(state["messages"])]}


_tools = StateGraph(MessagesState)
_tools.add_node("agent", _agent)
_tools.add_node("tools", ToolNode([weather, broken], handle_tool_errors=True))
_tools.add_edge(START, "agent")
_tools.add_conditional_edges("agent", lambda state: "tools" if state["messages"][-1].tool_calls else END)
_tools.add_edge("tools", "agent")
tools = _tools.compile(transformers=[ToolCallTransformer])


# subgraphs: a child and, in it, a grandchild with a model call

_leaf = StateGraph(MessagesState)
_leaf.add_node("model", speaker(says("deep ", "down")))
_leaf.add_edge(START, "model")
_middle = StateGraph(MessagesState)
_middle.add_node("leaf", _leaf.compile(name="leaf"))
_middle.add_node("after", speaker(says("coming ", "up")))
_middle.add_edge(START, "leaf")
_middle.add_edge("leaf", "after")
_top = StateGraph(MessagesState)
_top.add_node("middle", _middle.compile(name="middle"))
_top.add_node("last", speaker(says("on ", "top")))
_top.add_edge(START, "middle")
_top.add_edge("middle", "last")
subgraphs = _top.compile()


# parallel: three models at once

_parallel = StateGraph(MessagesState)
for _name in ("red", "green", "blue"):
    _parallel.add_node(_name, speaker(says(f"{_name} one, ", f"{_name} two, ", f"{_name} three", pause=0.002)))
    _parallel.add_edge(START, _name)
parallel = _parallel.compile()


# error, child_error: a node of the run, or of its child, raises

def _raise(state: Notes):
    raise RuntimeError(f"no {state['topic']} today")


_error = StateGraph(Notes)
_error.add_node("first", notes("began"))
_error.add_node("fails", _raise)
_error.add_edge(START, "first")
_error.add_edge("first", "fails")
error = _error.compile()

_child = StateGraph(Notes)
_child.add_node("fails", _raise)
_child.add_edge(START, "fails")
_child_error = StateGraph(Notes)
_child_error.add_node("child", _child.compile(name="child"))
_child_error.add_edge(START, "child")
child_error = _child_error.compile()


# custom: the graph's own events, plain and named, with updates and tasks asked for

def _progress(state: Notes):
    write = get_stream_writer()
    for step in range(1, 4):
        write({"step": step})
    write({"name": "sources", "payload": {"title": "Ünïcode", "url": None}})
    return {"log": ["worked"]}


_custom = StateGraph(Notes)
_custom.add_node("work", _progress)
_custom.add_edge(START, "work")
custom = _custom.compile(transformers=[CustomTransformer, UpdatesTransformer, TasksTransformer])


# questions: two pending at once; nested_question: one asked in a subgraph

def asks(who: str):
    def ask(state: Notes):
        return {"log": [f"{who} heard {interrupt({'from': who, 'topic': state['topic']})}"]}

    return ask


_questions = StateGraph(Notes)
_questions.add_node("left", asks("left"))
_questions.add_node("right", asks("right"))
_questions.add_node("end", notes("finished"))
_questions.add_edge(START, "left")
_questions.add_edge(START, "right")
_questions.add_edge(["left", "right"], "end")
questions = _questions.compile()

_inner = StateGraph(Notes)
_inner.add_node("draft", notes("drafted"))
_inner.add_node("ask", asks("inner"))
_inner.add_edge(START, "draft")
_inner.add_edge("draft", "ask")
_nested = StateGraph(Notes)
_nested.add_node("inner", _inner.compile(name="inner"))
_nested.add_node("end", notes("finished"))
_nested.add_edge(START, "inner")
_nested.add_edge("inner", "end")
nested_question = _nested.compile()


# busy_question: one branch asks at once; another, a subgraph, talks on, and then asks too

def _talker(pieces, pause):
    async def talk(state: Notes):
        message = await says(*pieces, pause=pause).ainvoke([("user", state["topic"])])
        return {"log": [message.content]}

    return talk


_busy = StateGraph(Notes)
_busy.add_node("talk", _talker([f"word{n} " for n in range(8)], 0.1))
_busy.add_node("ask", asks("busy"))
_busy.add_edge(START, "talk")
_busy.add_edge("talk", "ask")
_both = StateGraph(Notes)
_both.add_node("quick", asks("quick"))
_both.add_node("busy", _busy.compile(name="busy"))
_both.add_node("end", notes("finished"))
_both.add_edge(START, "quick")
_both.add_edge(START, "busy")
_both.add_edge(["quick", "busy"], "end")
busy_question = _both.compile()


# slow: talks for a minute, a word every twenty milliseconds

_slow = StateGraph(MessagesState)
_slow.add_node("model", speaker(says(*[f"word{n} " for n in range(3000)], pause=0.02)))
_slow.add_edge(START, "model")
slow = _slow.compile()
