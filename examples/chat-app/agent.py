#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An agent that needs nothing but Python: it says what plans.py has for it, in the lines of doc/agent-process.md.

It has what a graph with a checkpointer has: a history with branches, questions that survive the process, tools, sub-agents.
"""

import argparse
import copy
import datetime
import json
import os
import queue
import re
import sys
import threading
import time
import uuid

import plans


class Stopped(Exception):
    pass


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


lock = threading.Lock()


def say(**line):
    with lock:
        sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")
        sys.stdout.buffer.flush()


class Checkpoints:
    """States, oldest first; kept in a file, a line each, where there is one."""

    def __init__(self, path):
        self.path = path
        self.states = []
        if path and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.states = [json.loads(line) for line in file]

    def head(self):
        return self.states[-1] if self.states else None

    def get(self, name):
        found = [state for state in self.states if state["id"] == name] if name else self.states[-1:]
        if name and not found:
            raise Refused("invalid_argument", f"There is no checkpoint {name}")
        return found[0] if found else None

    def add(self, parent, source, messages, position=None, questions=(), answers=None):
        """position: where the plan goes on; None: there is nothing left to do. answers: to questions that were asked with these."""
        state = {"id": f"{len(self.states):08}-{uuid.uuid4().hex[:8]}", "parent": parent and parent["id"], "source": source,
                 "time": datetime.datetime.now(datetime.timezone.utc).isoformat(), "messages": messages,
                 "position": position, "questions": list(questions), "answers": answers or {}}
        self.states.append(state)
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(state) + "\n")
        return state

    def variant(self, messages):
        """How often the last of these messages was answered before."""
        name = messages[-1]["id"]
        return sum(state["source"] == "loop" and len(state["messages"]) > 1 and state["messages"][-2]["id"] == name and
                   state["messages"][-1]["type"] == "ai" for state in self.states)


def open_questions(state):
    return [question for question in state["questions"] if question["id"] not in state["answers"]]


def snapshot(state):
    if state is None:
        return {"values": {}, "next": [], "tasks": [], "metadata": None, "created_at": None, "checkpoint": None,
                "parent_checkpoint": None, "interrupts": []}
    asked = open_questions(state)
    following = ["agent"] if state["position"] else []
    return {"values": {"messages": state["messages"]}, "next": following,
            "tasks": [{"id": state["id"], "name": name, "interrupts": asked, "result": None} for name in following],
            "metadata": {"source": state["source"]}, "created_at": state["time"],
            "checkpoint": {"checkpoint_id": state["id"]},
            "parent_checkpoint": state["parent"] and {"checkpoint_id": state["parent"]}, "interrupts": asked}


class Run:
    """One run: `go` says all of it."""

    def __init__(self, agent, params):
        self.id = str(uuid.uuid4())
        self.agent = agent
        self.params = params
        self.seq = 0
        self.cancelled = threading.Event()

    def event(self, method, data, namespace=()):
        self.seq += 1
        say(type="event", event_id=f"{self.id}:{self.seq}", seq=self.seq, method=method,
            params={"namespace": list(namespace), "timestamp": int(time.time() * 1000), "data": data})

    def pause(self, beats=1):
        if self.cancelled.wait(self.agent.delay * beats):
            raise Stopped

    def go(self):
        status, words = "completed", {}
        self.event("lifecycle", {"event": "running", "graph_name": "agent"})
        try:
            if not self.perform():
                status = "interrupted"
        except Stopped:
            status = "interrupted"
        except plans.Failure as failure:
            status, words = "failed", {"error": f"{failure}"}
        self.event("lifecycle", {"event": status, "graph_name": "agent", **words})
        say(type="end", run_id=self.id, status={"failed": "error", "completed": "success"}.get(status, status))

    def values(self, state):
        self.event("values", {"messages": state["messages"]})

    def begin(self):
        """The state that it goes on from, and the answer to its question, if it has one."""
        checkpoints = self.agent.checkpoints
        config = (self.params.get("config") or {}).get("configurable") or {}
        state = checkpoints.get(self.params.get("checkpoint_id") or config.get("checkpoint_id"))
        entries = (self.params.get("input") or {}).get("messages", [])
        if not entries:
            return state, None
        messages = list(state["messages"]) if state else []
        for entry in entries:
            messages.append({"type": "human", "id": entry.get("id") or str(uuid.uuid4()), "content": entry["content"]})
        before = checkpoints.add(state, "input", state["messages"] if state else [])
        name = plans.choose(text_of(messages[-1]))
        return checkpoints.add(before, "loop", messages, {"plan": name, "step": 0}), None

    def perform(self):
        if "responses" in self.params or "response" in self.params:
            state, answers = self.hear()
            if answers is None:
                return False
        else:
            state, answers = self.begin()
        if state is None or not state["position"]:
            return True
        self.values(state)
        position = dict(state["position"])
        steps = plans.PLANS[position["plan"]]
        while position["step"] < len(steps):
            step = steps[position["step"]]
            asked = plans.questions(step, state["messages"])
            if asked and answers is None:
                self.ask(state, [{"id": uuid.uuid4().hex, **question} for question in asked], position)
                return False
            made = self.take(step, state, answers, self.agent.checkpoints.variant(state["messages"]))
            answers = None
            position = {**position, "step": position["step"] + 1}
            more = position if position["step"] < len(steps) else None
            state = self.agent.checkpoints.add(state, "loop", state["messages"] + made, more)
            self.values(state)
        return True

    def hear(self):
        """The state, and the answers to all that was asked, in its order; None where some of it is not answered yet."""
        state = self.agent.checkpoints.head()
        given = {entry["interrupt_id"]: entry.get("response") for entry in self.params.get("responses", [self.params])}
        answers = {**state["answers"], **given}
        order = [question["id"] for question in state["questions"]]
        if set(order) - set(answers):
            self.values(state)
            self.ask(state, state["questions"], state["position"], answers)
            return state, None
        return state, [answers[name] for name in order]

    def ask(self, state, questions, position, answers=None):
        asked = self.agent.checkpoints.add(state, "loop", state["messages"], position, questions, answers)
        for question in open_questions(asked):
            self.event("input.requested", {"interrupt_id": question["id"], "payload": question["value"],
                                           "response_schema": question.get("response_schema")})

    def take(self, step, state, answers, variant):
        if "fail" in step:
            raise plans.Failure(step["fail"])
        if "tools" in step:
            calls = state["messages"][-1].get("tool_calls", [])
            decisions = plans.decisions(step, answers)
            return [self.decided(call, decisions[at], step["tools"]) if decisions else
                    self.call(call, step["tools"], answers and answers[0]) for at, call in enumerate(calls)]
        return [self.speak(step, state, variant)]

    def speak(self, step, state, variant, namespace=()):
        """A message, word by word."""
        name = f"msg-{uuid.uuid4().hex}"
        texts = step.get("say", [""])
        text = texts[variant % len(texts)].replace("{result}", text_of(state["messages"][-1]) if state else "")
        calls = [{**call, "id": f"{call['id']}-{name[-8:]}", "type": "tool_call"} for call in step.get("calls", [])]
        blocks = []
        send = lambda data: self.event("messages", data, namespace)
        send({"event": "message-start", "role": "ai", "id": name})
        if "think" in step:
            blocks.append(self.stream(send, len(blocks), "reasoning", step["think"]))
        if text:
            blocks.append(self.stream(send, len(blocks), "text", text))
        for block in copy.deepcopy(step.get("show", [])) + calls:
            send({"event": "content-block-start", "index": len(blocks), "content": block})
            send({"event": "content-block-finish", "index": len(blocks), "content": block})
            blocks.append(block)
        send({"event": "message-finish"})
        return {"type": "ai", "id": name, "content": [block for block in blocks if block["type"] != "tool_call"],
                "tool_calls": calls}

    def stream(self, send, index, kind, text):
        send({"event": "content-block-start", "index": index, "content": {"type": kind, kind: ""}})
        for word in words_of(text):
            self.pause()
            send({"event": "content-block-delta", "index": index, "delta": {"type": f"{kind}-delta", kind: word}})
        send({"event": "content-block-finish", "index": index, "content": {"type": kind, kind: text}})
        return {"type": kind, kind: text}

    def call(self, call, tools, answer):
        tool = tools[call["name"]]
        base = {"tool_call_id": call["id"]}
        self.event("tools", {"event": "tool-started", "tool_name": call["name"], "input": call["args"], **base})
        if "agent" in tool:
            self.delegate(tool, call)
        for word in words_of(tool.get("progress", "")):
            self.pause()
            self.event("tools", {"event": "tool-output-delta", "delta": word, **base})
        self.pause(8)
        if "error" in tool:
            self.event("tools", {"event": "tool-error", "message": tool["error"], **base})
        output = plans.fill(tool.get("output", ""), call["args"])
        content = tool.get("error") or output or plans.result(tool["answers"], answer)
        message = {"type": "tool", "id": f"tool-{uuid.uuid4().hex}", "name": call["name"], "tool_call_id": call["id"],
                   "content": content, "status": "error" if "error" in tool else "success"}
        if "error" not in tool:
            self.event("tools", {"event": "tool-finished", "output": message, **base})
        return message

    def decided(self, call, decision, tools):
        """What comes of a call about which the user has decided."""
        if decision["type"] == "approve":
            return self.call(call, tools, None)
        if decision["type"] == "edit":
            return self.call({**call, **decision["edited_action"]}, tools, None)
        rejected = decision["type"] == "reject"
        content = f"Rejected: {decision.get('message') or 'no reason given'}" if rejected else decision["message"]
        return {"type": "tool", "id": f"tool-{uuid.uuid4().hex}", "name": call["name"], "tool_call_id": call["id"],
                "content": content, "status": "error" if rejected else "success"}

    def delegate(self, tool, call):
        """A sub-agent works for the call."""
        namespace = [f"tools:{uuid.uuid4()}"]
        about = {"graph_name": tool["agent"], "cause": {"type": "toolCall", "tool_call_id": call["id"]}}
        self.event("lifecycle", {"event": "started", "trigger_call_id": namespace[0].partition(":")[2], **about}, namespace)
        messages = []
        for step in tool["steps"]:
            if "tools" in step:
                messages += [self.call_below(inner, step["tools"], namespace) for inner in messages[-1]["tool_calls"]]
            else:
                messages.append(self.speak(step, None, 0, namespace))
            self.event("values", {"messages": messages}, namespace)
        self.event("lifecycle", {"event": "completed", "graph_name": tool["agent"]}, namespace)

    def call_below(self, call, tools, namespace):
        event, self.event = self.event, lambda method, data, _namespace=(): type(self).event(self, method, data, namespace)
        try:
            return self.call(call, tools, None)
        finally:
            self.event = event


def text_of(message):
    content = message["content"]
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


def words_of(text):
    """With the white space that is behind each."""
    return re.findall(r"\s*\S+\s*", text)


class Agent:
    def __init__(self, arguments):
        self.delay = arguments.delay / 1000
        self.checkpoints = Checkpoints(arguments.checkpoints)
        self.thread_id = os.environ.get("GSTREAM_THREAD_ID") or str(uuid.uuid4())
        self.waiting = queue.Queue()
        self.runs = {}
        self.last = None

    def start(self, params):
        run = self.last = Run(self, params)
        self.runs[run.id] = run
        return run

    def cancel(self, params):
        run = self.runs.get(params["run_id"]) if params.get("run_id") else self.last
        if run is None:
            raise Refused("no_such_run", "There is no such run")
        run.cancelled.set()
        return {}

    def history(self, params):
        states = self.checkpoints.states[::-1]
        names = [state["id"] for state in states]
        first = names.index(params["before"]) + 1 if params.get("before") in names else 0
        return {"checkpoints": [snapshot(state) for state in states[first:first + params.get("limit", 10)]]}

    def answer_to(self, method, params):
        if method.startswith("subscription."):
            return {"subscription_id": "1"}
        if method == "run.cancel":
            return self.cancel(params)
        if method == "state.get":
            return snapshot(self.checkpoints.get(params.get("checkpoint_id")))
        if method == "state.listCheckpoints":
            return self.history(params)
        if method == "input.respond" and not (self.checkpoints.head() or {}).get("questions"):
            raise Refused("no_such_interrupt", "Nothing is asked")
        raise Refused("unknown_command", f"There is no {method}")

    def serve(self, command):
        number, method, params = command["id"], command["method"], command.get("params") or {}
        starts = method == "run.start" or (method == "input.respond" and (self.checkpoints.head() or {}).get("questions"))
        try:
            result = None if starts else self.answer_to(method, params)
        except Refused as refused:
            say(type="error", id=number, error=refused.code, message=str(refused))
            return
        if starts:
            run = self.start(params)
            result = {"run_id": run.id, "thread_id": self.thread_id}
        say(type="success", id=number, result=result)
        if starts:
            self.waiting.put(run)

    def listen(self):
        for line in sys.stdin.buffer:
            self.serve(json.loads(line))
        os._exit(0) # nobody listens any more


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", metavar="FILE")
    parser.add_argument("--delay", type=float, default=25, metavar="MS", help="the time of a word")
    agent = Agent(parser.parse_args())
    threading.Thread(target=agent.listen, daemon=True).start()
    while True:
        run = agent.waiting.get()
        run.go()
        del agent.runs[run.id]


if __name__ == "__main__":
    main()
