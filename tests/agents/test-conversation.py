# SPDX-License-Identifier: LGPL-2.1-or-later
"""Conversations with graphs in child processes."""

import os

import peer

peer.need("/agents/conversation")
import chatting  # noqa: E402
import tap  # noqa: E402
from gi.repository import Gstream  # noqa: E402

AGENT = [str(peer.PYTHON), "-m", "gstream_agent"]
GRAPHS = peer.TOP / "tests" / "servers" / "python" / "graphs.py"
AGENTS = peer.TOP / "tests" / "langgraph" / "server" / "agents.py"
os.environ["PYTHONPATH"] = os.pathsep.join([str(peer.TOP / "agents" / "python"), str(GRAPHS.parent), os.environ.get("PYTHONPATH", "")])
os.environ["LANGSMITH_TRACING"] = "false"


def thread(file, graph):
    return Gstream.Thread(command=[*AGENT, f"{file}:{graph}"])


@tap.test("/agents/C3/users-of-a-model")
def users_of_a_model():
    chatting.User(lambda: thread(GRAPHS, "chat"), 1).play(16)


@tap.test("/agents/C3/users-of-a-careful-agent")
def users_of_a_careful_agent():
    chatting.User(lambda: thread(AGENTS, "careful"), 2, answer={"decisions": [{"type": "approve"}]}).play(16)


tap.run()
