# SPDX-License-Identifier: LGPL-2.1-or-later
"""The graph that is streamed on both sides: a node that calls a model, which says prepared words."""

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.graph import END, START, MessagesState, StateGraph
from recording import DELTAS, TEXTS, WORDS


class Model(BaseChatModel):
    """Says message NUMBER: the words that everybody is served."""

    number: int = 0

    @property
    def _llm_type(self):
        return "prepared"

    def _generate(self, messages, stop=None, run_manager=None, **keywords):
        return ChatResult(generations=[ChatGeneration(message=AIMessage(TEXTS[self.number % len(WORDS)]))])

    async def _astream(self, messages, stop=None, run_manager=None, **keywords):
        for delta in range(DELTAS):
            chunk = ChatGenerationChunk(message=AIMessageChunk(WORDS[(self.number + delta) % len(WORDS)]))
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk


def make(count):
    """COUNT calls of the model, one after another."""

    async def call(state):
        return {"messages": [await Model(number=len(state["messages"]) - 1).ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("call", call)
    graph.add_edge(START, "call")
    graph.add_conditional_edges("call", lambda state: "call" if len(state["messages"]) <= count else END)
    return graph.compile()


INPUT = {"messages": [("user", "Go.")]}
CONFIG = {"recursion_limit": 1000}
