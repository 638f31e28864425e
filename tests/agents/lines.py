# SPDX-License-Identifier: LGPL-2.1-or-later
"""An agent of agents/ by its lines, as any program would speak them."""

import contextlib
import json
import os
import subprocess

ALL = ["values", "updates", "messages", "tools", "custom", "lifecycle", "input", "tasks", "checkpoints"]


class Agent:
    def __init__(self, command, **environment):
        environment = {**os.environ, **environment, "LANGSMITH_TRACING": "false"}
        environment.pop("LD_PRELOAD", None)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        self.number = 0

    def send(self, method, **params):
        self.number += 1
        self.write(json.dumps({"id": self.number, "method": method, "params": params}))
        return self.number

    def write(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def lines_until(self, is_last):
        lines = []
        for line in self.process.stdout:
            lines.append(json.loads(line))
            if is_last(lines[-1]):
                return lines
        raise AssertionError(f"it ended before: {self.process.stderr.read().decode()}")

    def ask(self, method, **params):
        number = self.send(method, **params)
        return self.lines_until(lambda line: line.get("id") == number)[-1]

    def result(self, method, **params):
        answer = self.ask(method, **params)
        assert answer["type"] == "success", answer
        return answer["result"]

    def run(self, method="run.start", **params):
        """The events of a run, and its end."""
        self.result(method, **params)
        *events, end = self.lines_until(lambda line: line["type"] == "end")
        return events, end

    def subscribe(self, channels=ALL, **params):
        return self.result("subscription.subscribe", channels=channels, **params)["subscription_id"]

    def ended(self):
        """Its exit status and its log, after the end of what it reads."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        log = self.process.stderr.read().decode()
        return self.process.wait(), log

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def data(events, method):
    return [event["params"]["data"] for event in events if event.get("method") == method]
