# SPDX-License-Identifier: LGPL-2.1-or-later
"""One thread of conversation with one graph: its commands, and its runs, one after the other."""

import asyncio
import collections
import traceback
import uuid
import warnings

import orjson
from langgraph.errors import GraphInterrupt

from gstream_agent import objects
from gstream_agent.events import RunEvents, matches
from gstream_agent.thread import GraphThread, Refused

STRATEGIES = ("enqueue", "reject", "interrupt", "rollback")


class Run:
    """A run that is queued or running."""

    def __init__(self, graph_input, config, subscription):
        self.id = str(uuid.uuid4())
        self.input = graph_input
        self.config = config
        self.subscriptions = [] if subscription is None else [subscription]  # its own ones, besides those of all runs
        self.task = None  # reports it from its beginning to its end, and is never cancelled
        self.work = None  # the graph's part, which can be cancelled
        self.is_cancelled = False
        self.checkpoint = None  # the thread's checkpoint when it began, for a rollback
        self.is_rolled_back = False

    def cancel(self):
        self.is_cancelled = True
        if self.work is not None:
            self.work.cancel()


class Agent:
    """`write` is an asynchronous function that writes a line and returns when more can be written, so that the graph is
    blocked while its client does not read."""

    def __init__(self, graph, graph_name, thread_id, write, log):
        self._graph = graph
        self._graph_name = graph_name
        self._thread = thread = GraphThread(graph, thread_id)
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
            "state.get": self._when_over(thread.get_state),
            "state.update": self._when_over(thread.update_state),
            "state.listCheckpoints": self._when_over(thread.list_checkpoints),
        }

    async def handle(self, line):
        """Executes the command of a line, and answers it."""
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
        """Cancels the current run, and waits for it."""
        self._waiting.clear()
        if self._run is not None:
            self._run.cancel()
            await asyncio.wait([self._run.task])

    def _when_over(self, do):
        """A run that was cancelled may still write checkpoints: the state is the one after it."""

        async def later(params):
            if self._run is not None and self._run.is_cancelled:
                await asyncio.wait([self._run.task])
            return await do(params)

        return later

    # subscriptions

    async def _subscribe(self, params):
        subscription = _subscription(params)
        if subscription is None:
            raise Refused("invalid_argument", "subscription.subscribe needs `channels`, a list of names.")
        name = str(uuid.uuid4())
        if params.get("run_id") is None:
            self._subscriptions[name] = subscription
        else:
            self._find(params["run_id"]).subscriptions.append(subscription)
        return {"subscription_id": name, "replayed_events": 0}

    async def _unsubscribe(self, params):
        if self._subscriptions.pop(params.get("subscription_id"), None) is None:
            raise Refused("no_such_subscription", f"There is no subscription {params.get('subscription_id')!r}.")
        return {}

    async def _send(self, run, events):
        for method, namespace, line in events:
            if any(matches(entry, method, namespace) for entry in (*self._subscriptions.values(), *run.subscriptions)):
                await self._write(line)

    # runs

    async def _start(self, params):
        strategy = params.get("multitask_strategy", params.get("multitaskStrategy", "enqueue"))
        if strategy not in STRATEGIES:
            raise Refused("invalid_argument", f"multitask_strategy is {strategy!r}; it can be {', '.join(STRATEGIES)}.")
        run = Run(await self._thread.input_of(params), self._thread.config(params), _subscription(params))
        return await self._enqueue(run, strategy)

    async def _respond(self, params):
        run = Run(await self._thread.answer_of(params), self._thread.config(params), _subscription(params))
        return await self._enqueue(run, "enqueue")

    def _find(self, name):
        for run in (self._run, *self._waiting):
            if run is not None and run.id == name:
                return run
        raise Refused("no_such_run", f"No run {name!r} is under way.")

    async def _cancel(self, params):
        wanted = params.get("run_id", params.get("runId"))
        run = self._run
        if run is not None and wanted in (None, run.id):
            run.cancel()
            return {}
        waiting = self._find(wanted)
        self._waiting.remove(waiting)
        await self._write(_end_of(waiting, "interrupted"))
        return {}

    async def _enqueue(self, run, strategy):
        current = self._run
        if current is not None and strategy == "reject":
            raise Refused("conflict", f"Run {current.id} is under way on this thread.")
        if current is not None and strategy in ("interrupt", "rollback"):
            current.is_rolled_back = strategy == "rollback"
            current.cancel()
            while self._waiting:
                await self._write(_end_of(self._waiting.popleft(), "interrupted"))
        self._waiting.append(run)
        return {"run_id": run.id, "thread_id": self._thread.thread_id}

    def _begin_next(self):
        if self._run is None and self._waiting:
            self._run = self._waiting.popleft()
            self._run.task = asyncio.create_task(self._perform(self._run))

    async def _perform(self, run):
        """Reports the end of the run whenever it is cancelled: before it has begun, and while it is ending."""
        events = RunEvents(run.id, self._graph_name)
        await self._send(run, events.begin())
        run.work = asyncio.create_task(self._attempt(self._iterate, run, events))
        if run.is_cancelled:
            run.work.cancel()
        await asyncio.wait([run.work])
        status, error = ("interrupted", None) if run.work.cancelled() else run.work.result()
        if run.is_rolled_back and (failure := await self._attempt(self._roll_back, run)):
            status, error = failure
        await self._send(run, events.end(status, error))
        await self._write(_end_of(run, status))
        self._run = None
        self._begin_next()

    async def _attempt(self, work, *arguments):
        """Returns the result; the status and the error if it fails."""
        try:
            return await work(*arguments)
        except asyncio.CancelledError:
            raise
        except BaseException as exception:
            self._log("".join(traceback.format_exception(exception)))
            return "failed", str(exception) or type(exception).__name__

    async def _iterate(self, run, events):
        if self._graph.checkpointer:
            run.checkpoint = (await self._graph.aget_state(self._thread.config({}))).config
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that LangGraph calls version 3 experimental
            stream = await self._graph.astream_events(run.input, run.config, version="v3")
        async with stream:
            try:
                async for event in stream:
                    await self._send(run, events.translate(event))
            except GraphInterrupt:
                pass
            except Exception as exception:
                if type(exception).__name__ == "GraphDrained":
                    return "drained", None
                raise
        return "interrupted" if events.asked else "completed", None

    async def _roll_back(self, run):
        """Undoes the run: the thread continues from the checkpoint that it had before."""
        if run.checkpoint is not None and run.checkpoint.get("configurable", {}).get("checkpoint_id"):
            await self._graph.aupdate_state(run.checkpoint, None)


def _parse(line):
    try:
        command = orjson.loads(line)
    except ValueError as error:
        raise Refused("invalid_argument", f"A line that is no JSON: {error}") from None
    if not isinstance(command, dict):
        raise Refused("invalid_argument", "A line that is no JSON object.")
    return command


def _subscription(params):
    """Returns the subscription of a run; None: there is none."""
    channels = params.get("channels")
    if channels is None:
        return None
    if not isinstance(channels, list) or not channels or not all(isinstance(name, str) for name in channels):
        raise Refused("invalid_argument", "`channels` is a list of names.")
    return {"channels": set(channels), "namespaces": params.get("namespaces"), "depth": params.get("depth")}


def _end_of(run, status):
    return objects.dumps({"type": "end", "run_id": run.id, "status": status})
