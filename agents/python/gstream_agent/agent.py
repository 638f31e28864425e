# SPDX-License-Identifier: LGPL-2.1-or-later
"""One thread of conversation with one graph: its commands, and its runs, one after the other."""

import asyncio
import collections
import traceback
import uuid
import warnings

import orjson
from langgraph.errors import GraphInterrupt
from langgraph.types import Command, Send

from gstream_agent import objects, state
from gstream_agent.events import RunEvents, matches

STRATEGIES = ("enqueue", "reject", "interrupt", "rollback")


class Refused(Exception):
    """A command that cannot be done: the protocol's code, and words for people."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Run:
    """A run that waits for its turn or has it."""

    def __init__(self, graph_input, config, metadata):
        self.id = str(uuid.uuid4())
        self.input = graph_input
        self.config = config
        self.metadata = metadata
        self.task = None
        self.checkpoint = None  # the thread's when it began, to go back to (rollback)
        self.is_rolled_back = False


class Agent:
    """`write` is an asynchronous function that takes a line and comes back when more can be taken: it is what
    holds the graph while its client does not read."""

    def __init__(self, graph, graph_name, thread_id, write, log):
        self._graph = graph
        self._graph_name = graph_name
        self._thread_id = thread_id
        self._write = write
        self._log = log
        self._subscriptions = {}
        self._waiting = collections.deque()
        self._run = None
        self._commands = {
            "subscription.subscribe": self._subscribe,
            "subscription.unsubscribe": self._unsubscribe,
            "run.start": self._start,
            "run.cancel": self._cancel,
            "input.respond": self._respond,
            "state.get": self._get_state,
            "state.update": self._update_state,
            "state.listCheckpoints": self._list_checkpoints,
        }

    async def handle(self, line):
        """Does the command of a line, and answers it."""
        number = None
        try:
            command = _parse(line)
            number = command.get("id")
            do = self._commands.get(command.get("method"))
            if do is None:
                raise Refused("unknown_command", f"There is no command {command.get('method')!r}.")
            params = command.get("params")
            result = await do(params if isinstance(params, dict) else {})
            answer = {"type": "success", "id": number, "result": result}
        except Refused as refusal:
            answer = {"type": "error", "id": number, "error": refusal.code, "message": str(refusal)}
        except Exception as error:
            self._log(traceback.format_exc())
            answer = {"type": "error", "id": number, "error": "unknown_error", "message": f"{type(error).__name__}: {error}"}
        await self._write(objects.dumps(answer))
        self._begin_next()

    async def close(self):
        """Cancels what runs, and waits for it."""
        self._waiting.clear()
        if self._run is not None and self._run.task is not None:
            self._run.task.cancel()
            await asyncio.wait([self._run.task])

    # subscriptions

    async def _subscribe(self, params):
        channels = params.get("channels")
        if not isinstance(channels, list) or not channels or not all(isinstance(name, str) for name in channels):
            raise Refused("invalid_argument", "subscription.subscribe needs `channels`, a list of names.")
        name = str(uuid.uuid4())
        self._subscriptions[name] = {
            "channels": set(channels),
            "namespaces": params.get("namespaces"),
            "depth": params.get("depth"),
        }
        return {"subscription_id": name, "replayed_events": 0}

    async def _unsubscribe(self, params):
        if self._subscriptions.pop(params.get("subscription_id"), None) is None:
            raise Refused("no_such_subscription", f"There is no subscription {params.get('subscription_id')!r}.")
        return {}

    async def _send(self, events):
        for method, namespace, line in events:
            if any(matches(entry, method, namespace) for entry in self._subscriptions.values()):
                await self._write(line)

    # runs

    async def _start(self, params):
        config = self._config(params)
        graph_input = params.get("input")
        strategy = params.get("multitask_strategy", params.get("multitaskStrategy", "enqueue"))
        if strategy not in STRATEGIES:
            raise Refused("invalid_argument", f"multitask_strategy is {strategy!r}; it can be {', '.join(STRATEGIES)}.")
        asked = [] if graph_input is None or _forks(config) else await self._pending()
        if asked:
            graph_input = Command(resume=graph_input)
        return await self._enqueue(Run(graph_input, config, params.get("metadata")), strategy)

    async def _respond(self, params):
        entries = params.get("responses", [params])
        if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
            raise Refused("invalid_argument", "input.respond needs at least one response.")
        pending = {interrupt["id"]: interrupt for interrupt in await self._pending()}
        answers = {}
        for entry in entries:
            name = entry.get("interrupt_id", entry.get("interruptId"))
            if name is None and len(pending) == 1:
                name = next(iter(pending))
            if name not in pending:
                raise Refused("no_such_interrupt", f"Unknown or already answered interrupt: {name}")
            answers[name] = entry.get("response")
        command = Command(resume=answers, update=params.get("update"), goto=_goto(params.get("goto")))
        return await self._enqueue(Run(command, self._config(params), params.get("metadata")), "enqueue")

    async def _cancel(self, params):
        wanted = params.get("run_id", params.get("runId"))
        run = self._run
        if run is not None and wanted in (None, run.id):
            run.task.cancel()
            return {}
        for waiting in self._waiting:
            if waiting.id == wanted:
                self._waiting.remove(waiting)
                await self._write(_end_of(waiting, "interrupted"))
                return {}
        raise Refused("no_such_run", f"No run {wanted!r} is under way.")

    async def _enqueue(self, run, strategy):
        current = self._run
        if current is not None and strategy == "reject":
            raise Refused("conflict", f"Run {current.id} is under way on this thread.")
        if current is not None and strategy in ("interrupt", "rollback"):
            current.is_rolled_back = strategy == "rollback"
            current.task.cancel()
        self._waiting.append(run)
        return {"run_id": run.id}

    def _begin_next(self):
        if self._run is None and self._waiting:
            self._run = self._waiting.popleft()
            self._run.task = asyncio.create_task(self._perform(self._run))

    async def _perform(self, run):
        events = RunEvents(run.id, self._graph_name)
        status, error = "failed", None
        try:
            run.checkpoint = (await self._graph.aget_state(self._config({}))).config if self._graph.checkpointer else None
            await self._send(events.begin())
            status = await self._iterate(run, events)
        except asyncio.CancelledError:
            status = "interrupted"
            await self._roll_back(run)
        except BaseException as exception:
            self._log("".join(traceback.format_exception(exception)))
            error = str(exception) or type(exception).__name__
        await self._send(events.end(status, error))
        await self._write(_end_of(run, status))
        self._run = None
        self._begin_next()

    async def _iterate(self, run, events):
        config = {**run.config, "metadata": {**run.config.get("metadata", {}), **(run.metadata or {})}}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that LangGraph calls version 3 experimental
            stream = await self._graph.astream_events(run.input, config, version="v3")
        async with stream:
            try:
                async for event in stream:
                    await self._send(events.translate(event))
            except GraphInterrupt:
                pass
            except Exception as exception:
                if type(exception).__name__ == "GraphDrained":
                    return "drained"
                raise
        return "interrupted" if events.asked else "completed"

    async def _roll_back(self, run):
        """As if the run had never been: the thread goes on from the checkpoint that it had before."""
        if run.is_rolled_back and run.checkpoint is not None and run.checkpoint.get("configurable", {}).get("checkpoint_id"):
            await self._graph.aupdate_state(run.checkpoint, None)

    # the state

    async def _pending(self):
        if not self._graph.checkpointer:
            return []
        snapshot = await self._graph.aget_state(self._config({}), subgraphs=True)
        return [
            {"id": interrupt.id, "value": interrupt.value}
            for task in snapshot.tasks
            if task.result is None
            for interrupt in task.interrupts
        ]

    async def _get_state(self, params):
        self._need_checkpointer()
        config = self._config(params)
        return _snapshot(await self._graph.aget_state(config, subgraphs=bool(params.get("subgraphs"))))

    async def _update_state(self, params):
        self._need_checkpointer()
        config = await self._graph.aupdate_state(self._config(params), params.get("values"), params.get("as_node"))
        return {"checkpoint": config["configurable"]}

    async def _list_checkpoints(self, params):
        self._need_checkpointer()
        before = params.get("before")
        config = {"configurable": {"thread_id": self._thread_id}}
        if before is not None:
            before = {"configurable": {**config["configurable"], "checkpoint_id": before}}
        limit = params.get("limit", 10)
        found = [entry async for entry in self._graph.aget_state_history(config, before=before, limit=limit)]
        return {"checkpoints": [_snapshot(entry) for entry in found]}

    def _need_checkpointer(self):
        if not self._graph.checkpointer:
            raise Refused("not_supported", "The graph keeps no checkpoints.")

    def _config(self, params):
        config = params.get("config")
        config = dict(config) if isinstance(config, dict) else {}
        configurable = config.get("configurable")
        configurable = dict(configurable) if isinstance(configurable, dict) else {}
        checkpoint = params.get("checkpoint_id")
        if checkpoint is not None:
            configurable["checkpoint_id"] = checkpoint
        return {**config, "configurable": {**configurable, "thread_id": self._thread_id}}


def _parse(line):
    try:
        command = orjson.loads(line)
    except ValueError as error:
        raise Refused("invalid_argument", f"A line that is no JSON: {error}") from None
    if not isinstance(command, dict):
        raise Refused("invalid_argument", "A line that is no JSON object.")
    return command


def _forks(config):
    return "checkpoint_id" in config["configurable"]


def _goto(value):
    if isinstance(value, list):
        return [_goto(entry) for entry in value]
    return Send(value["node"], value.get("input")) if isinstance(value, dict) else value or ()


def _end_of(run, status):
    return objects.dumps({"type": "end", "run_id": run.id, "status": status})


def _checkpoint_of(config):
    configurable = (config or {}).get("configurable", {})
    if "checkpoint_id" not in configurable:
        return None
    return {key: configurable.get(key, "") for key in ("thread_id", "checkpoint_ns", "checkpoint_id")}


def _snapshot(snapshot):
    checkpoint = _checkpoint_of(snapshot.config)
    return {
        "values": state.state(objects.plain(snapshot.values)),
        "next": list(snapshot.next),
        "tasks": [_task(task) for task in snapshot.tasks],
        "metadata": snapshot.metadata,
        "created_at": snapshot.created_at,
        "checkpoint": checkpoint,
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
