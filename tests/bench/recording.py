# SPDX-License-Identifier: LGPL-2.1-or-later
"""The runs that are served to everybody: the bytes of an Agent Server's SSE stream.

messages-N  N messages of 200 text deltas each, about 250 bytes an event
states-N    N values of about 100 KB each: 200 messages and a counter

and an endpoint's (the chunks of one answer of a model):

answers-N   N deltas of text, about 250 bytes a chunk
"""

import json

WORDS = (" the", " quick", " brown", " fox", " jumps", " over", " a", " lazy",
         " dog", " while", " it", " sleeps", " under", " that", " old", " tree")
DELTAS = 200  # of one message
TEXTS = ["".join(WORDS[(message + delta) % len(WORDS)] for delta in range(DELTAS))
         for message in range(len(WORDS))]
CLOCK = 1795366693000  # ms since the epoch
RUN_ID = "01a20431-a79b-764c-a93b-433ce2bc1bbe"


def event(seq, method, data, event_id=None):
    document = {
        "type": "event",
        "event_id": event_id or f"{CLOCK + seq}-0.{seq % 4}",
        "seq": seq,
        "method": method,
        "params": {"namespace": [], "timestamp": CLOCK + seq, "data": data},
    }
    text = json.dumps(document, separators=(",", ":"))
    return method, f"event: {method}\ndata: {text}\nid: {seq}\n\n".encode()


def message(number):
    text = TEXTS[number % len(WORDS)]
    yield {"event": "message-start", "role": "ai", "id": f"lc_run--01a20431-aa91-7723-{number:04x}"}
    yield {"event": "content-block-start", "index": 0, "content": {"type": "text", "text": ""}}
    for delta in range(DELTAS):
        yield {"event": "content-block-delta", "index": 0,
               "delta": {"type": "text-delta", "text": WORDS[(number + delta) % len(WORDS)]}}
    yield {"event": "content-block-finish", "index": 0, "content": {"type": "text", "text": text}}
    yield {"event": "message-finish", "reason": "stop"}


def state(number):
    history = [{"type": "ai" if place % 2 else "human",
                "content": TEXTS[(number + place) % len(WORDS)][:400],
                "id": f"01a20431-aa91-7723-{place:012x}",
                "additional_kwargs": {},
                "response_metadata": {}} for place in range(200)]
    return {"messages": history, "step": number}


def content(name):
    """The (method, data) of the run that NAME asks for, without its lifecycle."""
    kind, count = name.split("-")
    for number in range(int(count)):
        if kind == "messages":
            for data in message(number):
                yield "messages", data
        else:
            yield "values", state(number)


def record(name):
    """The (method, bytes) of every event of a run."""
    events = [event(1, "lifecycle", {"event": "running", "graph_name": "bench"}, f"synth:{RUN_ID}:lc||running")]
    for method, data in content(name):
        events.append(event(len(events) + 1, method, data))
    events.append(event(len(events) + 1, "lifecycle", {"event": "completed", "graph_name": "bench"}))
    return events


def answer(name):
    """The bytes of each chunk of a model's answer, as the OpenAI chat-completions protocol has them."""
    head = {"id": "chatcmpl-01a20431aa917723", "object": "chat.completion.chunk", "created": CLOCK // 1000,
            "model": "model-2026-11-01", "service_tier": "default", "system_fingerprint": "fp_44709d6fcb"}

    def chunk(delta, finish_reason=None, **more):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return f"data: {json.dumps({**head, 'choices': [choice], **more}, separators=(',', ':'))}\n\n".encode()

    count = int(name.split("-")[1])
    usage = {"prompt_tokens": 9, "completion_tokens": count, "total_tokens": count + 9}
    return [chunk({"role": "assistant", "content": ""}),
            *(chunk({"content": WORDS[number % len(WORDS)]}) for number in range(count)),
            chunk({}, "stop"), chunk({}, usage=usage), b"data: [DONE]\n\n"]


def json_lines(count):
    """COUNT messages as the graph engine in the process yields them."""
    lines = []
    for number in range(count):
        about = {"langgraph_node": "model", "run_id": f"run-{number}"}
        for data in message(number):
            params = {"namespace": [], "timestamp": CLOCK, "data": [data, about]}
            lines.append(json.dumps({"type": "event", "seq": 0, "method": "messages", "params": params}))
    return "\n".join(lines) + "\n"


def expected_sum(name):
    """What a consumer must have added up: the lengths of what it was to read of a
    recording, of values-N, N states of three keys in memory, or of rows-N, the last of N messages."""
    kind, count = name.split("-")
    if kind == "rows":
        return sum(map(len, WORDS)) * 5
    if kind == "messages":
        return sum(len(TEXTS[number % len(WORDS)]) for number in range(int(count)))
    if kind in ("values", "answers"):
        return sum(len(WORDS[number % len(WORDS)]) for number in range(int(count)))
    return sum(len(TEXTS[(number + 199) % len(WORDS)][:400]) for number in range(int(count)))
