# SPDX-License-Identifier: LGPL-2.1-or-later
"""A graph of several agents that needs no model: what they say is written down here. `examples/run --live` runs it.

Two researchers look things up at the same time, each an agent of its own with a tool; an editor writes from what they
found, and asks whether that is to be published.
"""

import asyncio
import operator
from typing import Annotated, Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt._tool_call_transformer import ToolCallTransformer
from langgraph.types import interrupt

PAUSE = 0.05  # seconds between the words


class ScriptedModel(BaseChatModel):
    """Says what it was given, a word at a time; after a tool has answered, what comes next."""

    script: list[AIMessage]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _line(self, messages):
        return self.script[sum(message.type == "tool" for message in messages)]

    def _generate(self, messages, stop=None, run_manager=None, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._line(messages))])

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs: Any):
        line = self._line(messages)
        for word in line.content.split(" "):
            await asyncio.sleep(PAUSE)
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))
        for index, call in enumerate(line.tool_calls, 1):
            chunk = {"name": call["name"], "args": f'{{"question": "{call["args"]["question"]}"}}', "id": call["id"], "index": index}
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[chunk]))


@tool
async def look_up(question: str) -> str:
    """Looks something up."""
    await asyncio.sleep(10 * PAUSE)
    return {"moon": "The Moon's pull is what raises them.", "sun": "The Sun's is about half as strong."}[question]


class Article(MessagesState):
    topic: str
    found: Annotated[list[str], operator.add]


def researcher(subject, answer):
    """An agent of its own: a model that calls a tool, and says what it has found."""
    call = {"name": "look_up", "args": {"question": subject}, "id": f"call-{subject}", "type": "tool_call"}
    model = ScriptedModel(script=[AIMessage(f"Let me see about the {subject}.", tool_calls=[call]), AIMessage(answer)])

    async def think(state: Article):
        message = await model.ainvoke(state["messages"])
        return {"messages": [message]} | ({} if message.tool_calls else {"found": [message.text.strip()]})

    agent = StateGraph(Article)
    agent.add_node("think", think)
    agent.add_node("tools", ToolNode([look_up]))
    agent.add_edge(START, "think")
    agent.add_conditional_edges("think", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    agent.add_edge("tools", "think")
    return agent.compile(name=f"{subject}-researcher", transformers=[ToolCallTransformer])


def research_with(agent):
    """Only what it has found goes back, not what it said to itself."""

    async def research(state: Article):
        return {"found": (await agent.ainvoke({"topic": state["topic"], "messages": [("user", state["topic"])]}))["found"]}

    return research


async def edit(state: Article):
    model = ScriptedModel(script=[AIMessage(f"About {state['topic']}: " + " ".join(sorted(state["found"])))])
    return {"messages": [await model.ainvoke(state["topic"])]}


def publish(state: Article):
    answer = interrupt({"question": "Publish this?", "text": state["messages"][-1].text})
    published = str(answer).lower() in ("y", "yes", "true", "ok")
    return {"messages": [AIMessage("It is published." if published else "It stays in the drawer.")]}


_graph = StateGraph(Article)
_graph.add_node("moon", research_with(researcher("moon", "the Moon raises most of them.")))
_graph.add_node("sun", research_with(researcher("sun", "the Sun adds half as much.")))
_graph.add_node("edit", edit)
_graph.add_node("publish", publish)
_graph.add_edge(START, "moon")
_graph.add_edge(START, "sun")
_graph.add_edge(["moon", "sun"], "edit")
_graph.add_edge("edit", "publish")
_graph.add_edge("publish", END)
graph = _graph.compile(transformers=[ToolCallTransformer])
