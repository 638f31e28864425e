# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs of gstream-agent that are cancelled: each is reported to its end."""

import asyncio
import json
import sys

import graph
from gstream_agent.agent import Agent
from langgraph.checkpoint.memory import InMemorySaver

MOST_TURNS = 200  # more than a run of the graph takes
COMMANDS = (
    ("run.cancel", {}),
    ("run.start", {"input": {"log": ["second"]}, "multitask_strategy": "interrupt"}),
    ("run.start", {"input": {"log": ["second"]}, "multitask_strategy": "rollback"}),
)


class Saver(InMemorySaver):
    is_full = False

    async def aput(self, *arguments):
        if self.is_full:
            raise OSError("the disk is full")
        return await super().aput(*arguments)


class Client:
    def __init__(self, compiled):
        self.lines = []
        self.is_read = asyncio.Event()
        self.saver = Saver()
        self.agent = Agent(compiled.copy(update={"checkpointer": self.saver}), "graph", "1", self.write, print)

    async def write(self, line):
        """Takes a turn, as writing into a pipe may."""
        self.lines.append(json.loads(line))
        self.is_read.set()
        await asyncio.sleep(0)

    async def ask(self, method, **params):
        await self.agent.handle(json.dumps({"id": 1, "method": method, "params": params}).encode())

    async def found(self, count, is_wanted):
        """Waits for so many lines."""
        while len(found := list(filter(is_wanted, self.lines))) < count:
            self.is_read.clear()
            await self.is_read.wait()
        return found

    async def ends(self, count):
        return await self.found(count, lambda line: line["type"] == "end")


async def cancelled_after(turns, method, params):
    """Returns whether there was still a run to be cancelled."""
    client = Client(graph.talks)
    await client.ask("run.start", input={"log": ["first"]}, channels=["values", "lifecycle"])
    for _ in range(turns):
        await asyncio.sleep(0)
    was_running = client.agent._run is not None
    await client.ask(method, **params)
    runs = 2 if method == "run.start" else 1
    ends = await client.ends(runs)
    assert len({end["run_id"] for end in ends}) == runs, ends
    terminals = [line["params"]["data"]["event"] for line in client.lines if line.get("method") == "lifecycle"]
    assert terminals == ["running", ends[0]["status"]], (turns, method, terminals, ends)
    await client.agent.close()
    return was_running


async def at_any_time():
    for method, params in COMMANDS:
        turns = 0
        while await cancelled_after(turns, method, params):
            turns += 1
            assert turns < MOST_TURNS
        assert turns > 5, (method, turns)


async def state_after_cancel():
    for command in ("state.get", "state.listCheckpoints"):
        client = Client(graph.waits)
        await client.ask("run.start", input={"log": ["first"]}, channels=["values"])
        await client.found(1, lambda line: line.get("method") == "values")
        await client.ask("run.cancel")
        await client.ask(command)
        assert [line["type"] for line in client.lines[-2:]] == ["end", "success"], client.lines
        await client.agent.close()


async def rollback_that_fails():
    client = Client(graph.waits)
    await client.ask("state.update", values={"log": ["begun"]})
    await client.ask("run.start", input={"log": ["first"]}, channels=["values"])
    await client.found(1, lambda line: line.get("method") == "values")
    client.saver.is_full = True
    await client.ask("run.start", input={"log": []}, multitask_strategy="rollback")
    statuses = [end["status"] for end in await client.ends(1)]
    assert statuses == ["failed"], client.lines
    await client.agent.close()


asyncio.run({"at-any-time": at_any_time, "state-after": state_after_cancel, "rollback-that-fails": rollback_that_fails}[sys.argv[1]]())
