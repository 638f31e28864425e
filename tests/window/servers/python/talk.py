# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person talks with in ../test-live.py: it repeats what it hears; "slowly", for five minutes; told to tidy up, it asks first."""

from graphs import says
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import interrupt

QUESTION = {"action_requests": [{"name": "delete_file", "args": {"path": "old.txt", "force": False}}],
            "review_configs": [{"action_name": "delete_file", "allowed_decisions": ["approve", "edit", "reject"]}]}


def path_of(decision):
    return decision.get("edited_action", {"args": {"path": "old.txt"}})["args"]["path"]


async def answer(state: MessagesState):
    heard = state["messages"][-1].content
    if "tidy" in heard:
        decision = interrupt(QUESTION)["decisions"][0]
        model = says(f"Decided: {decision['type']}, ", path_of(decision))
    elif "slowly" in heard:
        model = says(*[f"word{n} " for n in range(3000)], pause=0.1)
    else:
        model = says("You said: ", heard)
    return {"messages": [await model.ainvoke(state["messages"])]}


_talk = StateGraph(MessagesState)
_talk.add_node("model", answer)
_talk.add_edge(START, "model")
_talk.add_edge("model", END)
talk = _talk.compile()
