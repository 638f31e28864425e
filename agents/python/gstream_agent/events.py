# SPDX-License-Identifier: LGPL-2.1-or-later
"""The events of LangGraph's run (`astream_events(version="v3")`) as the events of the agent protocol.

They are those that the Agent Server would send of the same run, so that a run looks the same wherever it
comes from: the same methods, the same namespaces, the same data.
"""

import time

import orjson

from gstream_agent import objects, state

_TERMINAL = ("completed", "failed", "interrupted", "drained")


class RunEvents:
    """Converts the events of a run to lines. Each method returns a list of (method, namespace, line). A line is an event
    in JSON, in UTF-8, without a line feed."""

    def __init__(self, run_id, graph_name):
        self._run_id = run_id
        self._graph_name = graph_name
        self._seq = 0
        self._announced = set()  # namespaces whose start was sent
        self._open = {}  # namespace: its graph's name, of those that have begun and not ended
        self._asked = {}  # interrupt id: the namespace that asks
        self._checkpoints = set()  # (namespace, id) of those that were sent
        self._has_ended = False
        self._messages = {}  # (namespace, node): what stands before the data of a message's events, and behind it

    @property
    def asked(self):
        """The interrupts of this run, id -> namespace."""
        return self._asked

    def begin(self):
        return [self._event("lifecycle", (), {"event": "running", "graph_name": self._graph_name})]

    def translate(self, event):
        method = event["method"]
        params = event["params"]
        namespace = tuple(params.get("namespace") or ())
        if method == "messages":
            return self.message(namespace, params.get("data"), params.get("node"), params.get("timestamp"))
        if method == "lifecycle":
            return list(self._lifecycle(namespace, params.get("data")))
        if method == "checkpoints":
            return list(self._checkpoint(namespace, params))
        self._enter(namespace)
        if method == "values":
            return list(self._values(namespace, params))
        if method == "updates":
            return list(self._updates(namespace, params))
        if method == "tools":
            return list(self._tool(namespace, params))
        return [self._other(method, namespace, params)]

    def end(self, status, error=None):
        """Returns the events at the end of the graph: those of open subgraphs, and of the run."""
        events = []
        for namespace in sorted(self._open, key=len, reverse=True):
            events.append(self._status(namespace, "completed"))
        if not self._has_ended:
            self._has_ended = True
            data = {"event": status, "graph_name": self._graph_name}
            if error is not None:
                data["error"] = error
            events.append(self._event("lifecycle", (), data))
        return events

    def _event(self, method, namespace, data, timestamp=None, node=None):
        self._seq += 1
        params = {
            "namespace": namespace,
            "timestamp": timestamp if timestamp is not None else _now(),
            "data": data if isinstance(data, orjson.Fragment) else orjson.Fragment(objects.dumps(data)),
        }
        if node is not None:
            params["node"] = node
        line = orjson.dumps(
            {
                "type": "event",
                "event_id": f"{self._run_id}:{self._seq}",
                "seq": self._seq,
                "method": method,
                "params": params,
            }
        )
        return method, namespace, line

    def message(self, namespace, data, node=None, timestamp=None):
        """Handles a part of a message, which nearly all events of a run are."""
        payload = data[0] if isinstance(data, (tuple, list)) and len(data) == 2 else data
        if not isinstance(payload, dict) or not isinstance(payload.get("event"), str):
            return []  # a whole message, which is in the state, too
        if namespace:
            self._enter(namespace)
        key = namespace, node
        head, tail = self._messages.get(key) or self._parts_of_messages(*key)
        self._seq = seq = self._seq + 1
        line = b"".join((head % (seq, seq, timestamp or _now()), objects.dumps(payload), tail))
        return [("messages", namespace, line)]

    def _parts_of_messages(self, namespace, node):
        """Returns the parts of the JSON that are the same in all events of a message, which nearly all events of a run
        are."""
        where = orjson.dumps(namespace).replace(b"%", b"%%")
        head = (b'{"type":"event","event_id":"' + self._run_id.encode() + b':%d","seq":%d,"method":"messages",'
                b'"params":{"namespace":' + where + b',"timestamp":%d,"data":')
        tail = b"}}" if node is None else b',"node":' + orjson.dumps(node) + b"}}"
        parts = self._messages[namespace, node] = head, tail
        return parts

    def _values(self, namespace, params):
        data = objects.plain(params.get("data"))
        requests = objects.plain(list(params.get("interrupts") or ()))
        if isinstance(data, dict):
            requests += data.get("__interrupt__") or []
        yield from self._ask(namespace, requests)
        yield self._event("values", namespace, state.state(data), params.get("timestamp"))

    def _updates(self, namespace, params):
        data = objects.plain(params.get("data"))
        members = data if isinstance(data, dict) else {}
        # In LangGraph's own form, data is {NODE: update}, and a node may be called "node".
        node = _text(params.get("node")) or _text(members.get("node"))
        if node == "__interrupt__":
            yield from self._ask(namespace, members.get("values") or [])
            return
        yield self._event("updates", namespace, state.state(data), params.get("timestamp"), node)
        yield from self._leave(namespace, node)

    def _tool(self, namespace, params):
        data = dict(params["data"])
        node = _text(data.pop("__node", None))
        yield self._event("tools", namespace, data, params.get("timestamp"), node)
        if data.get("event") == "tool-finished":
            yield from self._result(namespace, data)

    def _result(self, namespace, data):
        """Handles the result of a tool, which is also a message, in a namespace of its call."""
        output = objects.plain(data.get("output"))
        if not isinstance(output, dict):
            return
        call = next((entry for entry in (data.get("tool_call_id"), output.get("tool_call_id")) if isinstance(entry, str)), None)
        message = output.get("id") if isinstance(output.get("id"), str) and output["id"] else f"tool-{call}" if call else None
        if message is None:
            return
        content = output.get("content")
        text = content if isinstance(content, str) else "" if content is None else objects.dumps(content).decode()
        start = {"event": "message-start", "role": "tool", "id": message} | ({"tool_call_id": call} if call else {})
        where = (*namespace, f"tools:{call}") if call else namespace
        for entry in (
            start,
            {"event": "content-block-start", "index": 0, "content": {"type": "text", "text": ""}},
            {"event": "content-block-delta", "index": 0, "content": {"type": "text", "text": text}},
            {"event": "content-block-finish", "index": 0, "content": {"type": "text", "text": text}},
            {"event": "message-finish", "metadata": {}},
        ):
            yield self._event("messages", where, entry)

    def _other(self, method, namespace, params):
        """Handles custom events of the graph, and those of its transformers, which have names."""
        data = params.get("data")
        if method.startswith("custom:"):
            method, data = "custom", {"name": method.removeprefix("custom:"), "payload": data}
        if method == "input":
            method = "input.requested"
        return self._event(method, namespace, data, params.get("timestamp"), _text(params.get("node")))

    def _checkpoint(self, namespace, params):
        data = params.get("data")
        if isinstance(data, dict) and isinstance(data.get("id"), str) and (namespace, data["id"]) not in self._checkpoints:
            self._checkpoints.add((namespace, data["id"]))
            yield self._event("checkpoints", namespace, data)

    def _ask(self, namespace, requests):
        """Handles an interrupt: for the client, the run is interrupted, although other branches may go on."""
        asked = False
        for request in requests:
            if isinstance(request, dict) and isinstance(request.get("id"), str) and request["id"] not in self._asked:
                self._asked[request["id"]] = list(namespace)
                data = {"interrupt_id": request["id"]} | ({"payload": request["value"]} if "value" in request else {})
                if request.get("response_schema") is not None:
                    data["response_schema"] = request["response_schema"]
                yield self._event("input.requested", namespace, data)
                asked = True
        if asked and not self._has_ended:
            self._has_ended = True
            yield self._event("lifecycle", (), {"event": "interrupted", "graph_name": self._graph_name})

    def _lifecycle(self, namespace, data):
        if not isinstance(data, dict):
            return
        own = data.get("namespace")
        if isinstance(own, (list, tuple)) and len(own) > len(namespace):
            namespace = tuple(own)
        if not namespace:
            return  # the run's own events are made by begin() and end()
        if data.get("event") == "started":
            yield from self._start(namespace, data)
        elif data.get("event") in ("running", *_TERMINAL):
            yield self._status(namespace, data["event"], data)

    def _start(self, namespace, data):
        if namespace not in self._announced:
            self._announced.add(namespace)
            self._enter(namespace)
            if isinstance(data.get("graph_name"), str):
                self._open[namespace] = data["graph_name"]
            yield self._event("lifecycle", namespace, data)

    def _status(self, namespace, status, data=None):
        data = data or {}
        name = data.get("graph_name") or self._open.get(namespace) or _name_of(namespace)
        said = {"event": status, "graph_name": name}
        said |= {key: data[key] for key, kind in (("error", str), ("cause", dict)) if isinstance(data.get(key), kind)}
        if status in _TERMINAL:
            self._open.pop(namespace, None)
        return self._event("lifecycle", namespace, said)

    def _enter(self, namespace):
        for depth in range(len(namespace)):
            part = namespace[: depth + 1]
            if part not in self._open:
                self._open[part] = _name_of(part)

    def _leave(self, parent, node):
        """Handles an update by a node, which ends the oldest open subgraph that was started in it."""
        if not isinstance(node, str) or not node or node.startswith("__"):
            return
        for namespace in self._open:
            if len(namespace) == len(parent) + 1 and namespace[:-1] == parent and _name_of(namespace) == node:
                yield self._status(namespace, "completed")
                return


def _now():
    return int(time.time() * 1000)


def _text(value):
    """Returns a string that is not empty, or None for anything else."""
    return value if isinstance(value, str) and value else None


def _name_of(namespace):
    return namespace[-1].split(":")[0]


def matches(subscription, method, namespace):
    """Whether a subscription (channels, namespaces, depth of the protocol) takes an event."""
    channel = "input" if method == "input.requested" else method
    channels = subscription["channels"]
    if channel not in channels and not (channel == "custom" and any(name.startswith("custom:") for name in channels)):
        return False
    prefixes = subscription.get("namespaces")
    depth = subscription.get("depth")
    if prefixes is None:
        return depth is None or len(namespace) <= depth
    return any(
        _is_below(namespace, prefix) and (depth is None or len(namespace) - len(prefix) <= depth) for prefix in prefixes
    )


def _is_below(namespace, prefix):
    def same(segment, wanted):
        return segment == wanted or (":" not in wanted and segment.split(":")[0] == wanted)

    return len(namespace) >= len(prefix) and all(map(same, namespace, prefix))


