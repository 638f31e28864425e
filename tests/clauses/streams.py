# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Random streams, possible but odd, of each dialect of the protocol (D1 to D3): what real sources send, in every order
# that they could, with what goes wrong in practice. The same seed gives the same stream.
#
# A stream is made by actors: each yields pieces (lists of events that come together), and the pieces of all are
# shuffled into one another. Where messages have no ids (D2), what is one chunk of a model is one piece.

import itertools
import json
import random

DIALECTS = ("D1", "D1b", "D2", "D3")
WORDS = "alpha beta gamma delta rain sun Genève 東京 🦊 fox lazy dog plans writes says hello".split()


def stream(seed, dialect):
    """The events of a stream."""
    maker = Maker(random.Random(f"{dialect} {seed}"), dialect)
    events = []
    while not events:
        events = [event for piece in maker.root() for event in piece]
    if maker.chance(0.06):
        events = events[: maker.random.randrange(len(events)) + 1]
    return events


def text(events, dialect):
    """As a file's text, and the ending of its name."""
    lines = [json.dumps(event, separators=(",", ":")) for event in events]
    if dialect in ("D1", "D1b"):
        return "".join(line + "\n" for line in lines), ".jsonl"
    return "".join(f"event: {event['method']}\ndata: {line}\n\n" for event, line in zip(events, lines)), ".sse"


class Maker:
    def __init__(self, random_, dialect):
        self.random, self.dialect = random_, dialect
        self.numbers = itertools.count(1)
        self.ids_given = dialect != "D2"  # whether what a message's events belong to is said

    def chance(self, likely):
        return self.random.random() < likely

    def pick(self, *choices):
        return self.random.choice(choices)

    def number(self):
        return str(next(self.numbers))

    def event(self, method, namespace, data, **params):
        return {"type": "event", "method": method, "params": {"namespace": list(namespace), "timestamp": 1, "data": data, **params}}

    def shuffled(self, actors):
        """The pieces of all actors, each one's in its order."""
        actors = list(actors)
        while actors:
            actor = self.random.choice(actors)
            piece = next(actor, None)
            if piece is None:
                actors.remove(actor)
            elif self.ids_given:
                yield from ([event] for event in piece)
            else:
                yield piece

    # Runs

    def root(self):
        """The whole stream."""
        served = self.dialect in ("D2", "D3")
        if served and self.chance(0.97):
            yield [self.event("lifecycle", (), {"event": "running", "graph_name": "g"})]
        late = []  # what comes after the root's end
        yield from self.inside((), 0, late)
        if served and self.chance(0.95):
            yield [self.event("lifecycle", (), self.terminal("g"))]
            if self.chance(0.1):
                yield [self.event("lifecycle", (), self.terminal("g"))]
        elif not served and self.chance(0.15):
            yield [{"type": "error", "error": "unknown_error", "message": self.pick("connection lost", '{"message": "no"}')}]
            return
        yield from self.shuffled(late)

    def inside(self, namespace, depth, late):
        """What happens in a run: some of everything, shuffled."""
        actors = [self.plain(namespace)]
        places = [namespace]
        if self.dialect == "D3" or self.chance(0.15):
            nodes = [(*namespace, f"n{at}:{self.number()}") for at in range(self.pick(0, 1, 1, 2))]
            actors += [self.node(node) for node in nodes]
            places += nodes
        for place in places:
            actors += self.talk(place)
        if self.chance(0.3):
            actors.append(self.tools(self.random.choice(places)))
        for _ in range(self.pick(0, 0, 1, 1, 2) if depth < 2 else 0):
            actors.append(self.child(namespace, depth, late))
        yield from self.shuffled(actors)

    def talk(self, place):
        """Models that speak at once; without ids, those that are told apart by order, or one after another."""
        if self.ids_given:
            return [self.message(place) for _ in range(self.pick(0, 1, 1, 2))]
        if self.chance(0.5):
            return [self.crowded_message(place) for _ in range(self.pick(1, 2, 2, 3))]
        return [self.lonely_messages(place)]

    def plain(self, namespace):
        for _ in range(self.pick(0, 1, 2, 4)):
            method = self.pick("values", "values", "updates", "custom", "custom", "checkpoints", "debug", "noise")
            if method == "custom":
                yield [self.custom(namespace)]
            elif method == "noise":
                yield [self.event(self.pick("telemetry", "flush", "custom:progress"), namespace, self.value())]
            elif method == "values" and self.dialect in ("D1", "D1b"):
                yield [self.event("values", namespace, self.value(), interrupts=self.questions(namespace))]
            else:
                yield [self.event(method, namespace, self.value())]
        if self.chance(0.15) and self.dialect in ("D2", "D3"):
            yield [self.question(namespace)]

    def custom(self, namespace):
        data = self.pick(
            self.value(),
            {"payload": self.value()},
            {"name": self.pick("progress", "eta"), "payload": self.value()},
            {"name": 3, "payload": 1},
            {"name": "progress", "payload": 1, "more": 2},
        )
        return self.event("custom", namespace, data)

    def value(self):
        return self.pick({"n": self.random.randrange(99)}, {"n": [1, 2.5, None, True, "x"]}, "words", 7, None, [{"a": {}}])

    def questions(self, namespace):
        """D1: the interrupts of a values event."""
        if self.chance(0.85):
            return []
        identity = self.pick("i1", "i2", 7, None)
        interrupt = {"value": self.pick("Publish?", "Really?", {"tool": "circle"})}
        if identity is not None or self.chance(0.5):
            interrupt["id"] = identity
        return [interrupt, dict(interrupt)] if self.chance(0.2) else [interrupt]

    def question(self, namespace):
        """D2, D3: a question, asked again at times."""
        identity = self.pick("i1", "i2", "i" + self.number())
        return self.event("input.requested", namespace, {"interrupt_id": identity, "payload": self.pick("Publish?", {"q": 1})})

    def terminal(self, name, error=True):
        event = self.pick("completed", "completed", "completed", "failed", "interrupted", "drained")
        data = {"event": event, "graph_name": name} if self.chance(0.8) else {"event": event}
        if event == "failed":
            data |= self.pick({"error": "it broke"}, {"error": {"message": "object", "code": 3}}, {"error": {"code": 3}}, {})
            if self.dialect == "D3":
                data["error"] = '{"error":"Error","message":"model connection lost"}'
        return data

    def node(self, namespace):
        """A namespace with messages, tools and custom events, told started at times (D3), that may become a
        subgraph at any moment (D4)."""
        told = self.dialect == "D3" and self.chance(0.8)
        name = namespace[-1].partition(":")[0]
        if told:
            yield [self.event("lifecycle", namespace, {"event": "started", "graph_name": name})]
        if self.chance(0.5):
            yield [self.custom(namespace)]
        if self.chance(0.3):
            yield [self.event(self.pick("values", "updates"), namespace, self.value())]
        if told and self.chance(0.8):
            yield [self.event("lifecycle", namespace, {"event": "completed", "graph_name": name})]

    def child(self, parent, depth, late):
        """A subgraph."""
        identity = self.number()
        namespace = (*parent, f"{self.pick('sub', 'leaf', 'tools')}:{identity}")
        yield from {"D1": self.child_of_tasks, "D1b": self.child_of_log}.get(self.dialect, self.child_of_server)(
            parent, namespace, identity, depth, late
        )

    def child_of_tasks(self, parent, namespace, identity, depth, late):
        """D1: known from tasks; the first event is anything, at any depth."""
        name = namespace[-1].partition(":")[0]
        if self.chance(0.9):
            call = {"tool_call": {"id": "call_" + identity}} if self.chance(0.2) else {}
            yield [self.event("tasks", parent, {"id": identity, "name": name, "input": call, "triggers": []})]
        if self.chance(0.3):
            yield [self.event(self.pick("values", "checkpoints"), namespace, self.value())]
        if self.chance(0.85):
            agent = {"metadata": {"lc_agent_name": "agent_" + identity}} if self.chance(0.2) else {}
            yield [self.event("tasks", namespace, {"id": self.number(), "name": "w", "input": {}, "triggers": [], **agent})]
        yield from self.inside(namespace, depth + 1, late)
        if self.chance(0.8):
            result = {"id": identity, "name": name, "result": {}, "error": None, "interrupts": []}
            ends = ({}, {}, {"error": "RuntimeError('no')"}, {"error": '{"message": "Rate limit"}'}, {"error": {"message": "m"}})
            result |= self.pick(*ends, {"interrupts": [{"id": "i1", "value": "Publish?"}]})
            yield [self.event("tasks", parent, result)]
            yield from self.after_the_end(namespace)

    def child_of_log(self, parent, namespace, identity, depth, late):
        """D1b: its lifecycle stands in the log of a scope above it."""
        name = namespace[-1].partition(":")[0]
        logged = self.pick((), parent)
        said = {"namespace": list(namespace)}
        started = {"event": "started", **said, "graph_name": name, "trigger_call_id": identity}
        if self.chance(0.3):
            yield [self.event("values", namespace, self.value())]
        yield [self.event("lifecycle", logged, started)]
        yield from self.inside(namespace, depth + 1, late)
        if self.chance(0.8):
            event = self.pick("completed", "completed", "failed", "interrupted")
            yield [self.event("lifecycle", logged, {"event": event, **said, **({"error": "it broke"} if event == "failed" else {})})]
            yield from self.after_the_end(namespace)

    def child_of_server(self, parent, namespace, identity, depth, late):
        """D2, D3: its values or a question may come before `started`; its end after the root's."""
        name = self.pick(namespace[-1].partition(":")[0], "researcher")
        if self.chance(0.3):
            yield [self.event("values", namespace, self.value())]
        if self.chance(0.15):
            yield [self.question(namespace)]
        started = {"event": "started", "graph_name": name}
        if self.dialect == "D2":
            started |= {"namespace": list(namespace), "trigger_call_id": identity}
        elif self.chance(0.2):
            started["cause"] = {"type": "toolCall", "tool_call_id": "c"}
        told = self.chance(0.85)
        if told:
            yield [self.event("lifecycle", namespace, started)]
        yield from self.inside(namespace, depth + 1, late)
        end = [self.event("lifecycle", namespace, self.terminal(name))]
        if told and depth == 0 and self.chance(0.15):
            late.append(iter([[self.question(namespace)], end] if self.chance(0.5) else [end]))
        elif told and self.chance(0.8):
            yield end
            yield from self.after_the_end(namespace)

    def after_the_end(self, namespace):
        if self.chance(0.1):
            yield [self.event(self.pick("values", "updates", "custom", "telemetry"), namespace, self.value())]

    # Messages

    def said(self, namespace, data, metadata):
        """One message event, in the dialect's form."""
        if self.dialect in ("D1", "D1b"):
            return self.event("messages", namespace, [data, {"langgraph_node": "agent", **metadata}])
        if self.dialect == "D3":
            return self.event("messages", namespace, data | metadata)
        return self.event("messages", namespace, data)

    def message(self, namespace):
        """One message with a run id: in order, with what goes wrong. At the end it may begin again."""
        identity, metadata = "m" + self.number(), {"run_id": "r" + self.number()}
        tell = lambda data: [self.said(namespace, data, metadata)]
        if self.dialect in ("D1", "D1b") and self.chance(0.12):
            yield from self.whole_messages(namespace, identity, metadata)
            return
        for _ in range(2 if self.chance(0.07) else 1):
            if self.chance(0.93):
                yield tell(self.start(identity))
            blocks = self.blocks()
            for data in self.block_events(blocks):
                yield tell(data)
            end = self.random.random()
            if end < 0.75:
                yield tell(self.finish())
            elif end < 0.83:
                yield tell({"event": "error", "message": self.pick("lost", '{"message": "Rate limit"}', {"message": "m"}, {"c": 1})})
            elif end < 0.92 and self.dialect in ("D1", "D1b"):
                yield tell(self.whole(identity, blocks))
            else:
                return
        if self.chance(0.2):
            yield tell(self.late(identity))
        if self.chance(0.1) and self.dialect in ("D1", "D1b"):
            yield tell(self.whole(identity, blocks))

    def start(self, identity):
        data = {"event": "message-start", "id": identity}
        if self.dialect != "D3":
            data["role"] = self.pick("ai", "ai", "ai", "ai", "human", "tool")
        if self.chance(0.2):
            data["usage"] = {"input_tokens": 3}
        if self.chance(0.2):
            data["metadata"] = self.pick({"provider": "acme", "model": "x"}, {"finish_reason": "early"})
        return data

    def finish(self):
        data = {"event": "message-finish"}
        if self.chance(0.3):
            data |= self.pick({"reason": "stop"}, {"finish_reason": "length"}, {"reason": "stop", "finish_reason": "length"})
        if self.chance(0.3):
            data["usage"] = self.pick({"output_tokens": 5}, {"input_tokens": 4, "output_tokens": 5})
        if self.chance(0.3):
            data["metadata"] = self.pick({}, {"stop_reason": "end"}, {"finishReason": "STOP"}, {"finish_reason": "a", "stop_reason": "b"})
        return data

    def late(self, identity):
        return self.pick(
            {"event": "content-block-delta", "index": 0, "delta": {"type": "text-delta", "text": "late"}},
            {"event": "content-block-start", "index": 0, "content": {"type": "text", "text": ""}},
            {"event": "content-block-finish", "index": 0, "content": {"type": "text", "text": "late"}},
            {"event": "message-finish"},
            {"event": "error", "message": "late"},
        )

    def whole_messages(self, namespace, identity, metadata):
        """D1: as nodes return them: of every type, twice, taken out."""
        kind = self.pick("ai", "ai", "human", "system", "tool", "AIMessageChunk", "remove")
        data = self.whole(identity, [] if kind == "remove" else self.blocks()) | {"type": kind}
        if self.chance(0.1):
            del data["id"]
        yield [self.said(namespace, data, metadata)]
        if self.chance(0.3) and kind != "tool":
            yield [self.said(namespace, data | {"type": "ai"}, metadata)]

    def whole(self, identity, blocks):
        """A whole message of these blocks."""
        blocks = [block for block in blocks if block["type"] in ("text", "reasoning", "tool_call", "image")]
        calls = [block["final"] for block in blocks if block["type"] == "tool_call"]
        content = [block["final"] for block in blocks if block["type"] != "tool_call"]
        if len(content) == 1 and content[0]["type"] == "text" and self.chance(0.5):
            content = content[0]["text"]
        data = {"type": "ai", "id": identity, "content": content or "", "tool_calls": calls}
        if self.chance(0.3):
            data |= {"usage_metadata": {"input_tokens": 9}, "response_metadata": {"finish_reason": "stop"}}
        return data

    def blocks(self):
        """What a message will say: `final` is what each block comes to, `pieces` its words as they come."""
        blocks = []
        kinds = ("text", "text", "text", "reasoning", "tool_call", "tool_call", "server_tool_call", "image", "non_standard")
        for index in range(self.pick(0, 1, 1, 1, 2, 3)):
            kind = self.pick(*kinds)
            blocks.append(self.block(index, kind))
            if kind == "tool_call" and self.chance(0.15):  # parallel calls at one index
                blocks.append(self.block(index, kind))
        return blocks

    def block(self, index, kind):
        if kind in ("text", "reasoning"):
            words = self.pieces(kind)
            return {"type": kind, "index": index, "pieces": words, "final": {"type": kind, kind: joined("".join(words))}}
        if kind == "image":
            return {"type": kind, "index": index, "pieces": ["AA", "BB"][: self.pick(0, 1, 2)], "final": {"type": kind, "base64": "AABB", "mime_type": "image/png"}}
        if kind == "non_standard":
            return {"type": kind, "index": index, "pieces": [], "final": {"type": kind, "value": {"vendor": "acme"}}}
        arguments = self.pick({}, {"city": "Genève"}, {"q": self.random.randrange(9)})
        raw = self.pick(json.dumps(arguments), json.dumps(arguments), "" if not arguments else "{", "[1]", "oops")
        cut = self.random.randrange(len(raw) + 1)
        final = {"type": kind, "id": "call_" + self.number(), "name": self.pick("get", "pay"), "args": arguments}
        return {"type": kind, "index": index, "pieces": [raw[:cut], raw[cut:]], "final": final}

    def pieces(self, kind):
        """Words, in pieces that cut surrogate pairs in two at times; the first tells messages apart."""
        words = [self.number() + self.pick(*WORDS)] + [" " + self.pick(*WORDS) for _ in range(self.pick(0, 1, 2, 3))]
        if self.chance(0.15):
            at = self.random.randrange(len(words)) + 1
            words[at:at] = self.pick(["\ud83d", "\udd25"], ["hot \ud83d", "\udd25!"], ["\ud83d", "x"], [" \udd25"], [""])
        return words

    def block_events(self, blocks):
        """The events of a message's blocks: each whole before the next (D3), or all finishes last (D1)."""
        if self.chance(0.5):
            for block in blocks:
                yield from self.growing(block)
                yield from self.finishing(block)
        else:
            together = len({block["index"] for block in blocks}) < len(blocks) and self.chance(0.5)
            if together:
                yield from (self.block_start(block) for block in blocks)
                blocks = [block | {"pieces": [], "started": True} for block in blocks]
            for block in blocks:
                yield from self.growing(block)
            for block in blocks:
                yield from self.finishing(block)

    def block_start(self, block, first=""):
        final = block["final"]
        if block["type"] in ("tool_call", "server_tool_call"):
            return {
                "event": "content-block-start",
                "index": block["index"],
                "content": {"type": block["type"] + "_chunk", "id": final["id"], "name": final["name"], "args": first},
            }
        heavy = {"text": {"text": first}, "reasoning": {"reasoning": first}, "non_standard": {"value": {}}}.get(block["type"], {})
        return {"event": "content-block-start", "index": block["index"], "content": {"type": block["type"], **heavy}}

    def growing(self, block):
        pieces = list(block["pieces"])
        if not block.get("started"):
            missing = self.ids_given and block["type"] in ("text", "reasoning", "tool_call") and self.chance(0.1)
            if not missing:
                first = pieces.pop(0) if self.says_early(block) else ""
                yield self.block_start(block, first)
        kind = {"text": "text-delta", "reasoning": "reasoning-delta", "image": "data-delta"}.get(block["type"], "tool-call-delta")
        member = {"text": "text", "reasoning": "reasoning", "image": "data"}.get(block["type"], "args")
        for piece in pieces:
            yield {"event": "content-block-delta", "index": block["index"], "delta": {"type": kind, member: piece}}
        if self.chance(0.05):
            yield {"event": "content-block-delta", "index": block["index"], "delta": {"type": "sparkle-delta", "x": 1}}

    def says_early(self, block):
        """Whether its start has its first text. Not where the next delta, somebody else's, would be taken for it."""
        return not block.get("crowded") and block["type"] in ("text", "reasoning") and self.chance(0.1)

    def finishing(self, block):
        """T3: authoritative: the same words, more, or others; or none."""
        final = dict(block["final"])
        if self.chance(0.12):
            return
        if block["type"] in ("text", "reasoning"):
            if self.chance(0.15):
                final[block["type"]] += " and more"
            elif self.ids_given and self.chance(0.1):
                final[block["type"]] = "other words"
            if self.chance(0.1):
                final["annotations"] = [1]
        elif block["type"] == "tool_call" and self.chance(0.1):
            final = {"type": "invalid_tool_call", "id": final["id"], "name": final["name"], "args": "oops", "error": "no JSON"}
        if self.chance(0.2):
            final["index"] = block["index"]
        yield {"event": "content-block-finish", "index": block["index"], "content": final}

    # Messages without ids (D2)

    def lonely_messages(self, namespace):
        """One after another, so that nothing has to be told apart. Only the first may lack its start: what comes
        without one later is late."""
        for at in range(self.pick(0, 1, 1, 2)):
            identity = "m" + self.number()
            piece = []
            if at or self.chance(0.92):
                piece.append(self.start(identity))
            blocks = self.blocks()
            piece += self.block_events(blocks)
            end = self.random.random()
            if end < 0.9:
                piece.append(self.finish())
            elif end < 0.95:
                piece.append({"event": "error", "message": self.pick("lost", {"message": "m"})})
            yield [self.said(namespace, data, {}) for data in piece]
            if end >= 0.95:
                return

    def crowded_message(self, namespace):
        """A message beside others: what one chunk makes comes in one piece, and all blocks finish in one, at its
        end. Blocks are told apart by their words and ids."""
        identity = "m" + self.number()
        tell = lambda piece: [self.said(namespace, data, {}) for data in piece]
        if self.chance(0.12):
            yield tell(self.tool_message(identity))
            return
        start, pieces, finishes = self.start(identity) | {"role": "ai"}, [], []
        if self.chance(0.15):
            yield tell([start, {"event": "message-finish"}])
            return
        for index in range(self.pick(1, 1, 1, 2)):
            block = self.block(index, self.pick("text", "text", "text", "reasoning", "tool_call")) | {"crowded": True}
            deltas = [d for d in self.growing(block) if d["event"] != "content-block-delta" or d["delta"]["type"] != "sparkle-delta"]
            pieces += [deltas[:2], *([delta] for delta in deltas[2:])]
            final = dict(block["final"])
            if block["type"] in ("text", "reasoning") and self.chance(0.15):
                final[block["type"]] += " and more"
            finishes.append({"event": "content-block-finish", "index": index, "content": final})
        if pieces and self.chance(0.7):
            pieces[0] = [start, *pieces[0]]
        else:
            pieces.insert(0, [start])
        yield from map(tell, pieces)
        if self.chance(0.95):
            yield tell([*finishes, self.finish()])

    def tool_message(self, identity):
        """A tool's own message: whole, in one piece, its delta in the older form."""
        words = {"type": "text", "text": self.number() + "21 °C"}
        return [
            {"event": "message-start", "role": "tool", "id": identity, "tool_call_id": "c"},
            {"event": "content-block-start", "index": 0, "content": {"type": "text", "text": ""}},
            {"event": "content-block-delta", "index": 0, "content": words},
            {"event": "content-block-finish", "index": 0, "content": words},
            {"event": "message-finish", "metadata": {}},
        ]

    # Tools

    def tools(self, namespace):
        """Calls at once, with ids of every kind, or none; starts missing, events late, ids used again."""
        style = self.pick("text", "text", "number", "none", "same")
        yield from self.shuffled([self.tool_call(namespace, style) for _ in range(self.pick(1, 1, 2, 3))])

    def tool_call(self, namespace, style):
        number = self.number()
        identity = {"text": "c" + number, "number": int(number), "none": None, "same": "c"}[style]
        name = self.pick("get", "pay") if style in ("text", "number") else "t" + number
        said = {"tool_name": name} | ({"tool_call_id": identity} if style != "none" or self.chance(0.5) else {})
        tell = lambda event, **data: [self.event("tools", namespace, {"event": event, **said, **data})]
        started = style in ("none", "same") or self.chance(0.9)
        if started:
            yield tell("tool-started", input=self.pick({}, {"n": 1}, None, "x"))
            for _ in range(self.pick(0, 0, 1, 2) if style in ("text", "number") else 0):
                yield tell("tool-output-delta", delta=self.pick("hit", "more \ud83d\udd25", {"p": [1, None]}, 3, [True]))
        if self.chance(0.1):
            return
        if self.chance(0.75):
            yield tell("tool-finished", output=self.pick("done", {"a": 1}, None, [1]))
        else:
            yield tell("tool-error", message=self.pick("boom", '{"message": "Rate limit"}', {"message": "m"}, {"code": 1}))
        if self.chance(0.15) and style in ("text", "number"):
            yield self.pick(tell("tool-output-delta", delta="late"), tell("tool-finished", output="late"))


def joined(words):
    """A finish says whole characters."""
    return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
