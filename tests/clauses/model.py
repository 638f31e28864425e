# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The clauses of doc/semantics.md that decide what a stream comes to, as a program: from events to the digest that
# `gstream digest` prints. It is written from the clauses and the recordings alone and shares nothing with the library,
# which is compared with it on random streams. It reads a whole stream at once and cares for nothing but being right.
#
# Where a clause leaves a choice, the docstring says "Taken:" what was chosen: what recordings show, else what
# LangGraph's own library does, else the plain reading.

import json
import re

ANY = "*"  # in an expected digest: some words, whose choice is not a clause's
TERMINALS = {"completed", "failed", "interrupted", "drained"}
PLAIN = ("values", "updates", "checkpoints", "tasks", "debug")


# Reading ------------------------------------------------------------------------------------------------------------


def read(text, name):
    """The events of a file: JSON Lines, or Server-Sent Events where its name ends in .sse."""
    if not name.endswith(".sse"):
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    events = []
    for block in re.split(r"\r?\n\r?\n", text):
        data = [line[5:].removeprefix(" ") for line in block.splitlines() if line.startswith("data:")]
        if data:
            events.append(json.loads("\n".join(data)))
    return events


def words(text):
    """E2: pairs of surrogates are joined; a lone half reads as U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def json_text(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def id_text(value):
    """T4: an id that is no string counts by its JSON text. Taken: so does an interrupt's (T8)."""
    return value if value is None or isinstance(value, str) else json_text(value)


def error_text(error):
    """The words of an error: itself, or an object's `message`, or its JSON text; None where there are none. D3: a
    string that holds a JSON document stays what it is."""
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        return error["message"]
    return error if isinstance(error, str) or error is None else json_text(error)


def lifecycle_error(error):
    """D3: of `lifecycle` alone, a JSON document inside a string means its `message`. Taken: in every dialect, since
    an event does not say which it is of."""
    try:
        document = json.loads(error) if isinstance(error, str) else error
    except ValueError:
        document = error
    return error_text(document if isinstance(document, dict) and "message" in document else error)


# Scopes -------------------------------------------------------------------------------------------------------------


class Scope:
    """A run: the root's or a subgraph's."""

    def __init__(self, path):
        self.path = path
        self.items = {method: [] for method in PLAIN}
        self.custom, self.extensions = [], {}
        self.messages = []
        self.tool_calls = []
        self.lifecycle, self.subgraphs = [], []
        self.output, self.interrupts = None, []
        self.status, self.error = None, None  # of its end
        name, colon, trigger = path[-1].partition(":") if path else (None, "", None)
        self.graph_name, self.trigger = name, trigger if colon else None

    def digest(self):
        """R5: a run that failed gives its error where its questions are asked for. Taken: the digest then has none,
        and as output the latest snapshot, as recordings do."""
        interrupts = [] if self.status == "failed" else self.interrupts
        return {
            **self.items,
            "custom": self.custom,
            "extensions": self.extensions,
            "messages": [message.digest() for message in self.messages],
            "tool_calls": [call.digest() for call in self.tool_calls],
            "lifecycle": self.lifecycle,
            "subgraphs": [child.as_subgraph() for child in self.subgraphs],
            "output": self.output,
            "interrupted": bool(interrupts),
            "interrupts": interrupts,
        }

    def as_subgraph(self):
        return {
            "path": list(self.path),
            "graph_name": self.graph_name,
            "trigger_call_id": self.trigger,
            "status": self.status,
            "error": self.error,
            "run": self.digest(),
        }


class Run:
    """A stream, event by event."""

    def __init__(self):
        self.root = Scope(())
        self.scopes = {(): self.root}
        self.log = []
        self.told = {}  # namespace -> None, or its terminal: what lifecycle has told started, in that order
        self.said = {}  # namespace -> (name, trigger) that lifecycle has said
        self.causes = {}  # task id -> tool call id
        self.messages = []  # of every scope, those of tools too
        self.over = set()  # (namespace, run id) of messages of which nothing but the end was seen
        self.removed = set()  # (scope's path or namespace, id) of messages that were taken out
        self.hidden = []  # tool calls that have started where the scope was over
        self.last = {}  # namespace -> what the last message event without an id was (T2)
        self.lifecycle_seen = False
        self.begun = False
        self.terminal = None  # the root's (status, error)
        self.failure = None  # the source's own error

    def process(self, event):
        if event.get("type") == "error":
            self.failure = event["message"]
            return
        method, params = event["method"], event["params"]
        namespace, data = tuple(params["namespace"]), params.get("data")
        if method == "lifecycle":
            self.lifecycle_event(counting_namespace(namespace, data), data)
        else:
            self.discover(namespace, method)
            self.deliver(method, namespace, data, params)
        if method != "tasks":  # T7
            self.to_log(method, namespace)

    def to_log(self, method, namespace):
        """E4: in the order of arrival, from 1, without gaps; what is forwarded meanwhile came before its cause."""
        self.log.append([len(self.log) + 1, method, list(namespace)])

    # D4

    def discover(self, namespace, method=None, trigger=None):
        """D4: what lies above an event is a subgraph, and so is its own namespace by these methods, or by a trigger
        that `lifecycle started` names. Nothing begins below what has ended (T6)."""
        own = method in (*PLAIN, "input.requested") or trigger is not None
        for depth in range(1, len(namespace) + (1 if own else 0)):
            path = namespace[:depth]
            parent = self.scopes.get(path[:-1])
            if path in self.scopes or parent is None or parent.status:
                continue
            self.scopes[path] = child = Scope(path)
            parent.subgraphs.append(child)
            self.name(child)

    def name(self, child):
        """T6: what lifecycle said of a namespace, before its child was known or after, is the child's; else its
        segment's name and id."""
        graph_name, trigger = self.said.get(child.path, (None, None))
        child.graph_name = graph_name or child.graph_name
        child.trigger = trigger or child.trigger

    def scope_of(self, namespace):
        """D4: an event is delivered at exactly one scope: its namespace's, or the parent's while that is a node."""
        return self.scopes.get(namespace) or self.scopes.get(namespace[:-1])

    def deliver(self, method, namespace, data, params):
        scope = self.scope_of(namespace)
        if method == "tasks":
            self.task_event(namespace, data)
        if method == "input.requested":
            self.input_requested(namespace, data)
        elif method == "messages":
            self.message_event(scope, namespace, data, params)
        elif method == "tools":
            self.tool_event(scope, namespace, data)
        elif scope is not None and not scope.status:
            self.plain_event(scope, method, data, params)

    # T1, T8, D5

    def plain_event(self, scope, method, data, params):
        """T1, R4: the items, and the last values as output. D5, T9: custom data that names itself is an extension's;
        so is what has the method `custom:NAME` (M6)."""
        if method in PLAIN:
            scope.items[method].append(data)
        if method == "values":
            scope.output = data
            for interrupt in params.get("interrupts") or []:
                add_interrupt(scope, interrupt.get("id"), interrupt.get("value", interrupt.get("payload")))
        elif method == "custom" and isinstance(data, dict) and data.keys() == {"payload"}:
            scope.custom.append(data["payload"])
        elif method == "custom" and is_extension(data):
            scope.extensions.setdefault(data["name"], []).append(data["payload"])
        elif method == "custom":
            scope.custom.append(data)
        elif method.startswith("custom:"):
            scope.extensions.setdefault(method[7:], []).append(data)

    def input_requested(self, namespace, data):
        """T8: a question counts at its own scope and at every scope above it; not where that has ended."""
        identity = data.get("interrupt_id", data.get("id"))
        value = data.get("payload", data.get("value"))
        for depth in range(len(namespace) + 1):
            scope = self.scopes.get(namespace[:depth])
            if scope is not None and not scope.status:
                add_interrupt(scope, identity, value, list(namespace))

    # T5, T6

    def lifecycle_event(self, namespace, data):
        """T5: an item of every scope above it. R10: the root's own is the root's status."""
        self.lifecycle_seen = True
        if not namespace:
            return self.root_lifecycle(data)
        event, trigger = data.get("event"), data.get("trigger_call_id")
        graph_name, old_trigger = self.said.get(namespace, (None, None))
        self.said[namespace] = data.get("graph_name") or graph_name, trigger or old_trigger
        self.discover(namespace, trigger=trigger if event == "started" else None)
        if namespace in self.scopes:
            self.name(self.scopes[namespace])
        error = lifecycle_error(data.get("error"))
        item = {"event": event, "namespace": list(namespace)}
        for key in ("graph_name", "trigger_call_id", "cause"):
            if data.get(key) is not None:
                item[key] = data[key]
        self.tell(namespace, item, error)
        if event in TERMINALS:
            self.end(namespace, event, error)

    def root_lifecycle(self, data):
        """R8: the source has stated the beginning. R10: the first terminal decides."""
        event = data.get("event")
        if event in TERMINALS and self.terminal is None:
            error = lifecycle_error(data.get("error"))
            self.terminal = event, (error or ANY) if event == "failed" else None
        elif event in ("running", "started"):
            self.begun = True

    def tell(self, namespace, item, error=None):
        """T5: once for the same change. Taken: a namespace that has ended has no further changes, and what its source
        says of its end, a `lifecycle` event or a task's result, is given as said (D3: `completed`, where T8 makes its
        handle interrupted)."""
        event = item["event"]
        before = self.told.get(namespace)
        if before in TERMINALS or before == event:
            return
        self.told[namespace] = event
        if error is not None:
            item["error"] = error
        for depth in range(len(namespace)):
            scope = self.scopes.get(namespace[:depth])
            if scope is not None and not scope.status:
                scope.lifecycle.append(item)

    def forward(self, namespace, item, error=None):
        """T5, M6: an item that was no event before is forwarded to the main log, once, at the root's scope."""
        before = self.told.get(namespace)
        self.tell(namespace, item, error)
        if self.told.get(namespace) != before:
            self.to_log("lifecycle", ())

    def task_event(self, namespace, data):
        """T5: `tasks` tell what `lifecycle` events would, until one of those was seen (D6)."""
        if self.lifecycle_seen or not isinstance(data, dict):
            return
        if "result" in data:
            self.task_result(namespace, data)
        else:
            self.task_started(namespace, data)

    def task_started(self, namespace, data):
        """T5: the first task that starts in a namespace tells that it has started. The reference: not where its
        segment has no id; an agent within has its own name, and its cause is the tool call of the task it runs in."""
        call = tool_call_of(data.get("input"))
        if call is not None:
            self.causes[data.get("id")] = call
        scope = self.scopes.get(namespace)
        if not namespace or namespace in self.told or scope is None or scope.trigger is None:
            return
        agent = (data.get("metadata") or {}).get("lc_agent_name")
        self.said[namespace] = agent or scope.graph_name, scope.trigger
        self.name(scope)
        item = {"event": "started", "namespace": list(namespace), "graph_name": scope.graph_name}
        item["trigger_call_id"] = scope.trigger
        if agent and scope.trigger in self.causes:
            item["cause"] = {"type": "toolCall", "tool_call_id": self.causes[scope.trigger]}
        self.forward(namespace, item)

    def task_result(self, namespace, data):
        """D1: ends the child whose trigger id it names. The reference: interrupts before an error."""
        error = error_text(data.get("error"))
        status = "interrupted" if data.get("interrupts") else "failed" if error else "completed"
        for child in list(self.scopes[namespace].subgraphs) if namespace in self.scopes else []:
            if child.trigger != id_text(data.get("id")) or child.status:
                continue
            error = error if status == "failed" else None
            if child.path in self.told:
                self.forward(child.path, {"event": status, "namespace": list(child.path)}, error)
            self.end(child.path, status, error)

    def end(self, namespace, status, error):
        """T6: the end of a namespace. T8: what has completed and holds interrupts is interrupted. Every namespace
        that was told started below it ends with its own parent, in the order of their beginnings."""
        scope = self.scopes.get(namespace)
        if scope is None or scope.status:
            return
        ends = {namespace: end_of(scope, status, error)}
        for path in sorted({*self.told, *self.scopes}, key=list(self.beginnings()).index):
            if path[: len(namespace)] != namespace or path == namespace or path[:-1] not in ends:
                continue
            child = self.scopes.get(path)
            if child.status if child is not None else self.told.get(path) in TERMINALS:
                continue
            ends[path] = inherited(child, *ends[path[:-1]])
            if path in self.told:
                self.forward(path, {"event": ends[path][0], "namespace": list(path)}, ends[path][1])
        for path, (its_status, its_error) in ends.items():
            if path in self.scopes:
                self.close(self.scopes[path], its_status, its_error)

    def beginnings(self):
        """Every namespace in the order in which it was told started; a parent always before what lies below it."""
        order = {}
        for path in [*self.told, *self.scopes]:
            for depth in range(len(path) + 1):
                order.setdefault(path[:depth])
        return order

    def close(self, scope, status, error):
        """T3, T4: what is still open fails with its scope, or ends with what it has."""
        scope.status, scope.error = status, error
        for message in self.messages:
            if message.scope is scope and message.open:
                message.end("failed" if status == "failed" else "incomplete", error)
        for call in scope.tool_calls:
            if call.running:
                call.end(None, error if status == "failed" else None)
                call.running, call.over = True, True

    def finish(self):
        """R10, R8, T8: the end of the source."""
        if self.terminal is not None:
            status, error = self.terminal
        elif self.failure is not None:
            status, error = "failed", self.failure
        elif self.begun:
            status, error = "failed", ANY
        else:
            status, error = "completed", None
        self.end((), status, error)

    # T4

    def tool_event(self, scope, namespace, data):
        """T4. D4: a call that was begun while the namespace was a node stays the parent's. Taken: one that its scope's end
        has ended, or that starts after it, is still told from others of its id; what comes for it is late."""
        calls = [call for s in self.scopes.values() for call in s.tool_calls if call.namespace == namespace or s is scope]
        calls += [call for call in self.hidden if call.namespace == namespace]
        event, identity = data.get("event"), id_text(data.get("tool_call_id"))
        if event == "tool-started":
            call = ToolCall(namespace, identity, data.get("tool_name"), data.get("input"))
            (scope.tool_calls if scope is not None and not scope.status else self.hidden).append(call)
            return
        mine = [call for call in calls if call.id == identity]
        call = running_call(mine, data.get("tool_name"))
        if event == "tool-output-delta":
            if call is not None and not call.over:
                delta = data.get("delta")
                call.deltas.append(words(delta) if isinstance(delta, str) else json_text(delta))
            return
        if call is None and not mine and scope is not None and not scope.status:
            call = ToolCall(namespace, identity, data.get("tool_name"), None)
            scope.tool_calls.append(call)
        if call is not None and event == "tool-finished":
            call.end(data.get("output"), None)
        elif call is not None and event == "tool-error":
            call.end(None, error_text(data.get("message")) or ANY)

    # T2

    def message_event(self, scope, namespace, data, params):
        """T2: to which message an event belongs. D1: a pair with metadata; D2, D3: flat."""
        data, metadata = data if isinstance(data, list) else (data, {})
        keys = {key for key in (metadata.get("run_id", data.get("run_id")),) if key}
        if "event" not in data:
            return self.whole_message(scope, namespace, data, node_of(scope, namespace, metadata, params), keys)
        event = data["event"]
        if event == "message-start":
            return self.message_start(scope, namespace, data, metadata, params, keys)
        if keys:
            message = self.open_message(scope, namespace, keys)
            if message is None and not self.is_known(scope, namespace, keys):
                message = self.begun_in_the_middle(scope, namespace, data, metadata, params, keys)
            if message is not None:
                message.apply(data, message.block_for(data))
            elif event in ("message-finish", "error"):
                self.over |= {(namespace, key) for key in keys}
        else:
            self.event_without_id(scope, namespace, data, metadata, params)

    def message_start(self, scope, namespace, data, metadata, params, keys):
        """T2: pushes a stream; ends an open one of the same id as incomplete. The start of an id that has ended
        begins it again (taken: a start is no late event)."""
        keys |= {id_text(data.get("id"))} - {None}
        old = self.open_message(scope, namespace, keys)
        if old is not None:
            old.end("incomplete")
        self.last[namespace] = "message-start", None, None
        if scope is None or scope.status:
            return
        message = Message(scope, namespace, keys, node_of(scope, namespace, metadata, params), data)
        self.last[namespace] = "message-start", message, None
        self.add(message)

    def add(self, message):
        self.messages.append(message)
        if message.role != "tool":  # T2: tool-role messages are left out
            message.scope.messages.append(message)

    def open_message(self, scope, namespace, keys):
        """D4: one that was begun while the namespace was a node is found there still."""
        for message in self.messages:
            if message.open and message.keys & keys and (message.namespace == namespace or message.scope is scope):
                return message
        return None

    def is_known(self, scope, namespace, keys):
        """T2: events of a message that has ended are late, even where nothing but its end was seen."""
        known = any(m.keys & keys for m in self.messages if m.namespace == namespace or m.scope is scope)
        return known or any((namespace, key) in self.over for key in keys)

    def begun_in_the_middle(self, scope, namespace, data, metadata, params, keys):
        """T2: block events of a message whose start was never seen begin one."""
        if not data["event"].startswith("content-block-") or scope is None or scope.status:
            return None
        message = Message(scope, namespace, keys, node_of(scope, namespace, metadata, params), {})
        self.add(message)
        return message

    def whole_message(self, scope, namespace, data, node, run):
        """D1: those of type `tool` or `AIMessageChunk` are left out. T2: the end of an open one with its id; nothing
        where its id is that of one that has ended or was taken out; else a finished stream, for which events of its
        run that say no id are late."""
        identity = id_text(data.get("id"))
        if data.get("type") in ("tool", "AIMessageChunk") or scope is None:
            return
        if data.get("type") == "remove":
            self.removed |= {(scope.path, identity), (namespace, identity)} if identity is not None else set()
            return
        keys = {identity} - {None}
        message = self.open_message(scope, namespace, keys)
        if message is None:
            if self.is_known(scope, namespace, keys) or self.removed & {(scope.path, identity), (namespace, identity)} or scope.status:
                return
            message = Message(scope, namespace, keys | run, node, {"id": identity})
            self.add(message)
        message.take_whole(data)

    # T2, of messages without ids

    def event_without_id(self, scope, namespace, data, metadata, params):
        """T2: the one open message of the namespace, or the one that the order of events tells. With none open a block
        event begins one where none has ended; else it is late (taken: of the one that has ended)."""
        mine = [message for message in self.messages if message.namespace == namespace]
        open_ = [message for message in mine if message.open]
        event = data["event"]
        if not mine:
            message = self.begun_in_the_middle(scope, namespace, data, metadata, params, set())
            open_ = [message] if message is not None else []
        if len(open_) > 1:
            for message in open_:
                message.told_apart = True
        message, block = self.told_by_order(namespace, open_, data) if open_ else (None, None)
        if message is None and event == "content-block-delta":
            for torn in open_:
                torn.gap += 1
        if message is not None:
            block = block or message.block_for(data)
            guessed = event == "content-block-start" and self.is_guess(namespace, open_, message)
            block = message.apply(data, block)
            if guessed and block is not None:
                block.guessed = True
        self.last[namespace] = event, message, block

    def is_guess(self, namespace, open_, message):
        last, its_message, _ = self.last.get(namespace, (None, None, None))
        return len(open_) > 1 and not (last == "message-start" and its_message is message)

    def told_by_order(self, namespace, open_, data):
        """T2: "with several open". A pair of message and block (None: that of the index). Taken: of messages with as
        few blocks unfinished, the newest ends, since one without blocks starts and ends in one piece."""
        event, index = data["event"], data.get("index")
        last, its_message, its_block = self.last.get(namespace, (None, None, None))
        follows = its_message if its_message in open_ else None
        if len(open_) == 1:
            return open_[0], None
        if event == "content-block-start":
            if last == "message-start" and follows:
                return follows, None
            return next((m for m in reversed(open_) if not m.blocks_at(index)), None), None
        if event == "content-block-delta":
            return (follows, its_block) if last == "content-block-start" and follows else (None, None)
        if event == "content-block-finish":
            if last == "content-block-finish" and follows:
                return follows, None
            return message_of_finish(open_, index, data.get("content") or {}), None
        if last == "content-block-finish" and follows:
            return follows, None
        return min(reversed(open_), key=lambda m: sum(not block.finished for block in m.blocks)), None


def counting_namespace(namespace, data):
    """D1b: the namespace in a lifecycle event's data is the one that counts."""
    said = data.get("namespace") if isinstance(data, dict) else None
    return tuple(said) if isinstance(said, list) else namespace


def is_extension(data):
    """D5: exactly `{name, payload}`."""
    return isinstance(data, dict) and data.keys() == {"name", "payload"} and isinstance(data["name"], str)


def add_interrupt(scope, identity, value, namespace=None):
    """T8: each once: same id and equal value; one without an id counts by itself (its id reads as empty)."""
    identity = id_text(identity)
    for held in scope.interrupts if identity is not None else []:
        if held["id"] == identity and held["value"] == value:
            if namespace is not None:
                held.setdefault("namespace", namespace)
            return
    interrupt = {"id": identity or "", "value": value}
    if namespace is not None:
        interrupt["namespace"] = namespace
    scope.interrupts.append(interrupt)


def tool_call_of(task_input):
    """The reference: the tool call that a task was made for."""
    if isinstance(task_input, dict) and isinstance(task_input.get("tool_call"), dict):
        found = task_input["tool_call"].get("id")
        return found if isinstance(found, str) else None
    calls = task_input if isinstance(task_input, list) else []
    return next((c["id"] for c in calls if isinstance(c, dict) and isinstance(c.get("id"), str)), None)


def end_of(scope, status, error):
    """T8: completed with interrupts is interrupted. A failure has words."""
    if status == "completed" and scope.interrupts:
        return "interrupted", None
    return status, (error or ANY) if status == "failed" else None


def inherited(child, status, error):
    """T6: failed with the parent's error, drained with it, otherwise completed (interrupted where it holds
    interrupts)."""
    if status in ("failed", "drained"):
        return status, error
    return "interrupted" if child is not None and child.interrupts else "completed", None


def node_of(scope, namespace, metadata, params):
    """D1: the metadata's node. E1: the event's. D4: the name of the node's segment."""
    segment = namespace[-1].partition(":")[0] if scope is not None and scope.path != namespace else None
    return metadata.get("langgraph_node") or params.get("node") or segment


# Tool calls ---------------------------------------------------------------------------------------------------------


class ToolCall:
    def __init__(self, namespace, identity, name, input_):
        self.namespace, self.id, self.name, self.input = namespace, identity, name, input_
        self.deltas, self.output, self.error = [], None, None
        self.running = True  # no finish or error has come for it
        self.over = False  # it has ended with its scope

    def end(self, output, error):
        self.running = False
        if not self.over:
            self.output, self.error = output, error

    def digest(self):
        return {
            "id": self.id,
            "name": self.name,
            "input": self.input,
            "output_deltas": self.deltas,
            "output": self.output,
            "error": self.error,
        }


def running_call(calls, name):
    """T4: of calls with the same id, or without one, the oldest running one of its tool's name, else the oldest
    running one."""
    running = [call for call in calls if call.running]
    return next((call for call in running if call.name == name), running[0] if running else None)


# Messages -----------------------------------------------------------------------------------------------------------

TOOL_CALLS = {"tool_call", "tool_call_chunk", "invalid_tool_call"}
SERVER_CALLS = {"server_tool_call", "server_tool_call_chunk"}


def kind(block_type):
    """Chunks become calls, valid or not: they are one kind."""
    return "tool_call" if block_type in TOOL_CALLS else "server_call" if block_type in SERVER_CALLS else block_type


class Block:
    """A content block as it grows. `words` is its text, reasoning, arguments or data; `held` the half of a surrogate
    pair that waits for its other half."""

    FIELD = {"text": "text", "reasoning": "reasoning", "tool_call": "args", "server_call": "args"}

    def __init__(self, index, content):
        self.index, self.content = index, dict(content)
        self.kind = kind(content.get("type"))
        self.field = self.FIELD.get(self.kind, "base64")
        self.words, self.held, self.finished, self.guessed = "", "", False, False
        self.gap = 0  # how many holes its message had when it began

    @property
    def id(self):
        return self.content.get("id")

    def append(self, text):
        """T3: what can be said now; half of a surrogate pair at the end waits."""
        text, self.held = self.held + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self.held = text[:-1], text[-1]
        self.words += words(text)
        return words(text)

    def shown(self, message_finished):
        """T3: content with its index, tool calls and invalid ones without. Chunks become calls only where the message
        finishes; arguments that are no JSON object end as an invalid call."""
        content = dict(self.content)
        if not self.finished and (self.kind in self.FIELD or self.words):
            content[self.field] = self.words
            if self.kind in ("tool_call", "server_call") and message_finished:
                content = call_of_chunk(content, self.kind)
        if content["type"] in ("tool_call", "invalid_tool_call"):
            content.pop("index", None)
        else:
            content.setdefault("index", self.index)
        return content


def call_of_chunk(chunk, its_kind):
    content = {key: value for key, value in chunk.items() if key != "index"}
    try:
        arguments = json.loads(chunk["args"] or "{}", parse_constant=lambda name: float(name + "?"))
        error = ANY
    except ValueError:
        arguments, error = None, "Failed to parse tool call arguments as JSON"
    if isinstance(arguments, dict):
        return content | {"type": "tool_call" if its_kind == "tool_call" else "server_tool_call", "args": arguments}
    return content | {"type": "invalid_tool_call", "error": error}


class Message:
    """T3: one model call's message."""

    def __init__(self, scope, namespace, keys, node, start):
        self.scope, self.namespace, self.keys, self.node = scope, namespace, keys, node
        self.id, self.role = id_text(start.get("id")), start.get("role")
        self.blocks, self.open, self.status, self.error = [], True, None, None
        self.usage, self.metadata, self.reason = start.get("usage"), start.get("metadata") or {}, None
        self.deltas = {"text": [], "reasoning": []}
        self.told_apart = False  # by order alone: then its live words are guesses
        self.gap = 0  # how many deltas that may be its own went to nobody

    def blocks_at(self, index):
        return [block for block in self.blocks if block.index == index]

    def block_for(self, data):
        """T3: which block at that index an event is about; None: none yet. Several are told apart by id, then by
        order: a delta is the newest's, a finish the oldest's that has not finished."""
        at = [block for block in self.blocks_at(data.get("index")) if not block.finished]
        if data["event"] == "content-block-delta":
            return next((block for block in reversed(at) if fits_delta(block, delta_of(data))), None)
        if data["event"] == "content-block-finish":
            return block_of_finish(at, content_of(data)) or self.finished_again(data.get("index"), content_of(data))
        return None

    def finished_again(self, index, content):
        """T3: a finish is authoritative, a second one too. Taken: but that of a call is another call (several at one index),
        and so is one that has another id."""
        at = [block for block in self.blocks_at(index) if block.finished and block.kind == kind(content.get("type"))]
        same = [block for block in at if block.id is None or content.get("id") is None]
        return same[-1] if same and same[-1].kind not in ("tool_call", "server_call") else None

    def apply(self, data, block):
        """One event; the block that it was about."""
        event = data["event"]
        if event == "content-block-start":
            return self.start_block(data.get("index"), content_of(data))
        if event == "content-block-delta":
            return self.delta(data.get("index"), delta_of(data), block)
        if event == "content-block-finish":
            return self.finish_block(data.get("index"), content_of(data), block)
        if event == "message-finish":
            self.finish(data)
        elif event == "error":
            self.end("failed", error_text(data.get("message")) or ANY)
        return None

    def start_block(self, index, content):
        """T3: text in a block's start is its first text."""
        block = Block(index, content)
        block.gap = self.gap
        first = block.content.pop(block.field, None)
        self.blocks.append(block)
        if isinstance(first, str):
            self.say(block, block.append(first))
        return block

    def delta(self, index, delta, block):
        """T3: unknown delta types are ignored, and so are arguments whose start was not seen. Taken: text after the
        finish of its block begins another there, so that no words are lost. T2, taken: behind deltas that went to nobody, words do not join on to what
        there is; a block that was open then, or whose start was not seen, gets them with its finish."""
        delta_type = delta.get("type")
        field = {"text-delta": "text", "reasoning-delta": "reasoning"}.get(delta_type)
        if block is None and field and not self.gap:
            block = self.start_block(index, {"type": field})
        if block is None:
            return None
        if delta_type == "block-delta":
            fields = {key: value for key, value in delta["fields"].items() if value is not None}
            if block.kind in ("tool_call", "server_call") and isinstance(fields.get("args"), str):
                block.words = words(fields.pop("args"))
            block.content |= fields
        else:
            said = delta.get({"tool-call-delta": "args", "data-delta": "data"}.get(delta_type, field))
            said = said if block.gap == self.gap else ""
            self.say(block, block.append(said) if isinstance(said, str) else "")
        return block

    def say(self, block, text):
        if text and block.kind in self.deltas:
            self.deltas[block.kind].append(text)

    def finish_block(self, index, content, block):
        """T3: authoritative. Text that extends what was streamed is streamed on; other text replaces it, without a
        delta."""
        if block is None:
            block = Block(index, content)
            self.blocks.append(block)
        block.content, block.finished, block.guessed, block.held = dict(content), True, False, ""
        if block.kind in self.deltas:
            full = words(content.get(block.field) or "")
            if full.startswith(block.words):
                self.say(block, full[len(block.words) :])
            block.words = block.content[block.field] = full
        return block

    def finish(self, data):
        """T3: the finish reason, and usage of start and finish merged."""
        self.usage = {**(self.usage or {}), **(data.get("usage") or {})} or None
        metadata = {**self.metadata, **(data.get("metadata") or {})}
        reasons = [data.get("reason"), data.get("finish_reason")]
        reasons += [metadata.get(key) for key in ("finish_reason", "stop_reason", "finishReason")]
        self.reason = next((reason for reason in reasons if reason), None)
        self.end("finished")

    def take_whole(self, data):
        """T2: block by block, by type and id, not by position. The reference: blocks, then the calls that are not
        among them, then the invalid ones."""
        left = list(self.blocks)
        for content in whole_blocks(data):
            block = block_of_finish(left, content)
            index = block.index if block else max([b.index for b in self.blocks], default=-1) + 1
            self.finish_block(index, content, block)
            if block is not None:
                left.remove(block)
        self.finish({"usage": data.get("usage_metadata"), "metadata": data.get("response_metadata")})

    def end(self, status, error=None):
        """T3: what waits for its other half will not get it. T2: a guessed block that never finished is dropped."""
        self.open, self.status, self.error = False, status, error
        self.blocks = [block for block in self.blocks if not block.guessed]
        for block in self.blocks:
            if block.held:
                block.words += "\ufffd"
                self.say(block, "\ufffd")

    def digest(self):
        blocks = sorted(self.blocks, key=lambda block: block.index)
        content = [block.shown(self.status == "finished") for block in blocks]
        calls = {name: [{key: block.get(key) for key in ("id", "name", "args")} for block in content if block["type"] == name]
                 for name in ("tool_call", "invalid_tool_call")}
        digest = {
            "id": self.id,
            "node": self.node,
            "status": self.status,
            "text": "".join(block.words for block in blocks if block.kind == "text"),
            "reasoning": "".join(block.words for block in blocks if block.kind == "reasoning"),
            "content": content,
            "tool_calls": calls["tool_call"],
            "invalid_tool_calls": calls["invalid_tool_call"],
            "usage": self.usage,
            "finish_reason": self.reason,
            "error": self.error,
        }
        if not self.told_apart:
            digest |= {"text_deltas": self.deltas["text"], "reasoning_deltas": self.deltas["reasoning"]}
        return digest


def content_of(data):
    """Taken from the reference: older cores say `content_block`."""
    return data.get("content") or data.get("content_block") or {}


def delta_of(data):
    """T2: "whatever its form": an older delta is a piece of the block itself."""
    if isinstance(data.get("delta"), dict):
        return data["delta"]
    piece = content_of(data)
    if piece.get("type") in ("text", "reasoning"):
        return {"type": piece["type"] + "-delta", piece["type"]: piece.get(piece["type"], "")}
    return {}


def fits_delta(block, delta):
    wanted = {
        "text-delta": {"text"},
        "reasoning-delta": {"reasoning"},
        "tool-call-delta": {"tool_call", "server_call"},
        "block-delta": {kind((delta.get("fields") or {}).get("type"))},
    }.get(delta.get("type"))
    if delta.get("type") == "data-delta":
        return block.kind not in Block.FIELD
    return wanted is not None and block.kind in wanted


def block_of_finish(blocks, content):
    """T3: by id, then by order."""
    wanted = {kind(content.get("type"))} | ({"server_call"} if content.get("type") == "invalid_tool_call" else set())
    fitting = [block for block in blocks if block.kind in wanted]
    same = [block for block in fitting if block.id is not None and block.id == content.get("id")]
    unnamed = [block for block in fitting if block.id is None or content.get("id") is None]
    return next(iter(same + unnamed), None)


def message_of_finish(open_, index, content):
    """T2: the message whose block of that kind has that id, else whose words its text begins with (taken: the longest
    such words, then the message with fewest blocks unfinished, since all blocks of a message finish in one, then the
    oldest); words that contradict rule it out."""
    its_kind, identity = kind(content.get("type")), content.get("id")
    for message in open_:
        for block in message.blocks:
            if identity is not None and block.kind == its_kind and block.id == identity and not block.finished:
                return message
    said = words(content.get(its_kind) or "") if its_kind in ("text", "reasoning") else ""
    best, longest, best_at = None, -1, []
    for message in open_:
        at = [block for block in message.blocks_at(index) if block.kind == its_kind and not block.finished]
        if its_kind in ("tool_call", "server_call"):
            at = [block for block in at if block.id is None or identity is None]
        length = len(at[0].words) if at and said.startswith(at[0].words) else 0 if not message.blocks_at(index) else -1
        if length > longest or (length == longest == 0 and unlikely(message, at) < unlikely(best, best_at)):
            best, longest, best_at = message, length, at
    return best


def unlikely(message, at):
    return not at, sum(not block.finished for block in message.blocks)


def whole_blocks(data):
    """The blocks of a whole message. Taken: a provider's forms of reasoning are reasoning, that beside the content first."""
    content = data.get("content")
    raw = [content] if isinstance(content, str) else content if isinstance(content, list) else []
    blocks = [{"type": "text", "text": block} if isinstance(block, str) else dict(block) for block in raw if block]
    for block in blocks:
        if block.get("type") == "thinking":
            block |= {"type": "reasoning", "reasoning": block.pop("thinking", "")}
        elif block.get("type") == "reasoning_content":
            block |= {"type": "reasoning", "reasoning": block.pop("reasoning_content", {}).get("text", "")}
        elif block.get("type") == "reasoning" and "summary" in block and "reasoning" not in block:
            block["reasoning"] = "".join(part.get("text", "") for part in block.pop("summary"))
    beside = (data.get("additional_kwargs") or {}).get("reasoning_content")
    if beside and not any(block.get("type") == "reasoning" for block in blocks):
        blocks.insert(0, {"type": "reasoning", "reasoning": beside})
    for name, member in (("tool_call", "tool_calls"), ("invalid_tool_call", "invalid_tool_calls")):
        known = [block.get("id") for block in blocks if block.get("type") == name]
        blocks += [call | {"type": name} for call in data.get(member) or [] if call.get("id") not in known]
    return blocks


# The digest ---------------------------------------------------------------------------------------------------------


def digest(events):
    """What `gstream digest` prints for these events. What the clauses do not choose is ANY; what they do not decide
    is left out."""
    run = Run()
    for event in events:
        run.process(event)
    run.finish()
    return {"status": run.root.status, "error": run.root.error, "log": run.log, **run.root.digest()}
