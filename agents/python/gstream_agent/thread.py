# SPDX-License-Identifier: LGPL-2.1-or-later
"""A conversation thread: a graph, its checkpoints and an id. The input of its runs, and its states."""

from langgraph.types import Command, Send

from gstream_agent import objects, state


class Refused(Exception):
    """A refused command: the protocol's code, and a message."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class GraphThread:
    """`params` are the parameters of the protocol's commands, as plain Python objects."""

    def __init__(self, graph, thread_id):
        self.graph = graph
        self.thread_id = thread_id

    def config(self, params):
        config = params.get("config")
        config = dict(config) if isinstance(config, dict) else {}
        configurable = config.get("configurable")
        configurable = dict(configurable) if isinstance(configurable, dict) else {}
        checkpoint = params.get("checkpoint_id")
        if checkpoint is not None:
            configurable["checkpoint_id"] = checkpoint
            configurable.setdefault("checkpoint_ns", "")
        metadata = {**(config.get("metadata") or {}), **(params.get("metadata") or {})}
        return {**config, "metadata": metadata, "configurable": {**configurable, "thread_id": self.thread_id}}

    async def input_of(self, params):
        """Returns the graph's input for `run.start`; if there is a pending interrupt, it is the answer."""
        graph_input = params.get("input")
        forks = "checkpoint_id" in self.config(params)["configurable"]
        if graph_input is None or forks or not await self.pending():
            return graph_input
        return Command(resume=graph_input)

    async def answer_of(self, params):
        """The same for `input.respond`."""
        entries = params.get("responses", [params])
        if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
            raise Refused("invalid_argument", "input.respond needs at least one response.")
        pending = await self.pending()
        answers = {}
        for entry in entries:
            name = entry.get("interrupt_id", entry.get("interruptId"))
            if name is None and len(pending) == 1:
                name = pending[0]
            if name not in pending:
                raise Refused("no_such_interrupt", f"Unknown or already answered interrupt: {name}")
            answers[name] = entry.get("response")
        return Command(resume=answers, update=params.get("update"), goto=_goto(params.get("goto")))

    async def pending(self):
        """Returns the ids of the pending interrupts."""
        if not self.graph.checkpointer:
            return []
        snapshot = await self.graph.aget_state(self.config({}), subgraphs=True)
        return [entry.id for task in snapshot.tasks if task.result is None for entry in task.interrupts]

    async def get_state(self, params):
        self._need_checkpointer()
        return _snapshot(await self.graph.aget_state(self.config(params), subgraphs=bool(params.get("subgraphs"))))

    async def update_state(self, params):
        self._need_checkpointer()
        config = await self.graph.aupdate_state(self.config(params), params.get("values"), params.get("as_node"))
        return {"checkpoint": config["configurable"]}

    async def list_checkpoints(self, params):
        self._need_checkpointer()
        before = params.get("before")
        config = self.config({})
        if before is not None:
            before = {"configurable": {**config["configurable"], "checkpoint_id": before}}
        history = self.graph.aget_state_history(config, before=before, limit=params.get("limit", 10))
        return {"checkpoints": [_snapshot(entry) async for entry in history]}

    def _need_checkpointer(self):
        if not self.graph.checkpointer:
            raise Refused("not_supported", "The graph keeps no checkpoints.")


def _goto(value):
    if isinstance(value, list):
        return [_goto(entry) for entry in value]
    return Send(value["node"], value.get("input")) if isinstance(value, dict) else value or ()


def _checkpoint_of(config):
    configurable = (config or {}).get("configurable", {})
    if "checkpoint_id" not in configurable:
        return None
    return {key: configurable.get(key, "") for key in ("thread_id", "checkpoint_ns", "checkpoint_id")}


def _snapshot(snapshot):
    return {
        "values": state.state(objects.plain(snapshot.values)),
        "next": list(snapshot.next),
        "tasks": [_task(task) for task in snapshot.tasks],
        "metadata": snapshot.metadata,
        "created_at": snapshot.created_at,
        "checkpoint": _checkpoint_of(snapshot.config),
        "parent_checkpoint": _checkpoint_of(snapshot.parent_config),
        "interrupts": [{"id": entry.id, "value": entry.value} for entry in snapshot.interrupts],
    }


def _task(task):
    nested = task.state
    return {
        "id": task.id,
        "name": task.name,
        "path": task.path,
        "error": None if task.error is None else str(task.error),
        "interrupts": [{"id": entry.id, "value": entry.value} for entry in task.interrupts],
        "state": _snapshot(nested) if hasattr(nested, "values") and hasattr(nested, "tasks") else None,
        "result": task.result,
    }
