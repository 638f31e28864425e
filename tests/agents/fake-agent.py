# SPDX-License-Identifier: LGPL-2.1-or-later
"""An agent that has no graph, and does what its first argument says: the good and the bad of a child process."""

import json
import os
import signal
import sys
import time

behaviour, *arguments = sys.argv[1:]
out = sys.stdout.buffer
asked = []  # the names of what is asked now


def write(data):
    out.write(data)
    out.flush()


def say(line):
    write(json.dumps(line).encode() + b"\n")


class Run:
    number = 0

    def __init__(self):
        Run.number += 1
        self.id = f"run-{Run.number}"
        self.seq = 0

    def event(self, method, data, namespace=()):
        self.seq += 1
        params = {"namespace": list(namespace), "timestamp": 1, "data": data}
        say({"type": "event", "event_id": f"{self.id}:{self.seq}", "seq": self.seq, "method": method, "params": params})

    def begin(self):
        self.event("lifecycle", {"event": "running", "graph_name": "fake"})

    def end(self, status="completed"):
        self.event("lifecycle", {"event": status, "graph_name": "fake"})
        say({"type": "end", "run_id": self.id, "status": status})


def commands():
    for line in sys.stdin.buffer:
        command = json.loads(line)
        yield command["id"], command["method"], command["params"]


def succeed(number, **result):
    say({"type": "success", "id": number, "result": result})


def started(number, method):
    """The run that a command starts; None: it starts none, and was answered."""
    if method in ("run.start", "input.respond"):
        run = Run()
        succeed(number, run_id=run.id, thread_id=os.environ.get("GSTREAM_THREAD_ID", "made"))
        return run
    tasks = [{"id": "task", "interrupts": [{"id": name, "value": f"question {name}"} for name in asked]}]
    succeed(number, values={"n": Run.number}, tasks=tasks, checkpoints=[{"values": 2}, {"values": 1}], checkpoint={"checkpoint_id": "7"})
    return None


def each_run(perform):
    for number, method, params in commands():
        run = started(number, method)
        if run is not None:
            perform(run, params)


def echo(run, params):
    run.begin()
    run.event("values", params.get("input"))
    run.event("custom", {"payload": {"environment": sorted(os.environ), "directory": os.getcwd(), "params": sorted(params),
                                     "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))[:-1]}})
    run.end()


def count(run, params):
    """As many values as it is told, each as long as it is told."""
    run.begin()
    for n in range(int(arguments[0])):
        run.event("values", {"n": n, "filling": "x" * int(arguments[1])})
    run.end()


def told(text):
    """The bytes that the argument describes, between a run's beginning and its end."""

    def perform(run, params):
        run.begin()
        run.event("values", {"before": True})
        write(text)
        run.event("values", {"after": True})
        run.end()

    return perform


def long_line(run, params):
    run.begin()
    write(arguments[0].encode())
    for _ in range(int(arguments[1])):
        write(b"x" * (1 << 20))
    write(b"\n")
    run.end()


def ask(run, params):
    run.begin()
    if "response" in params or "responses" in params:
        asked.clear()
        run.event("values", {"answers": params.get("responses", params.get("response")), "update": params.get("update")})
        run.end()
        return
    for name in ("1", "2"):
        asked.append(name)
        run.event("input.requested", {"interrupt_id": name, "payload": f"question {name}"})
    run.end("interrupted")


def refuse():
    for number, method, _params in commands():
        say({"type": "error", "id": number, "error": arguments[0], "message": f"no {method}"})


def exit_at():
    """Ends after so many bytes of a short run."""
    left = int(arguments[0])

    def cut(data):
        nonlocal left
        os.write(1, data[:left])
        left -= len(data)
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    globals()["write"] = cut
    each_run(lambda run, params: echo(run, params))


def hang(_run=None, _params=None):
    while True:
        time.sleep(1000)


def hang_in_run(run, params):
    run.begin()
    run.event("values", {"pid": os.getpid()})
    for number, method, _params in commands():
        succeed(number)
        if method == "run.cancel":
            run.end("interrupted")
            return


def many():
    """Several runs at once, taken one after the other: a cancelled one ends at once, where it waits."""
    waiting = []
    for number, method, params in commands():
        if method == "run.cancel":
            succeed(number)
            run = next(run for run in waiting if run.id == params["run_id"])
            say({"type": "end", "run_id": run.id, "status": "interrupted"})
            waiting.remove(run)
            continue
        if method == "state.update":
            succeed(number, checkpoint={})
            for run in waiting:
                run.begin()
                run.event("values", {"id": run.id})
                run.end()
            waiting = []
            continue
        run = started(number, method)
        if run is not None:
            waiting.append(run)


def die(run, params):
    run.begin()
    run.event("values", {"before": True})
    print("one line\nlast words", file=sys.stderr, flush=True)
    os._exit(int(arguments[0]))


def close_output(run, params):
    run.begin()
    os.close(1)
    hang()


def ignore_end(run, params):
    run.begin()
    run.event("values", {"pid": os.getpid()})
    hang()


def log(run, params):
    print("\n".join(f"line {n}" for n in range(1000)), file=sys.stderr, flush=True)
    echo(run, params)


def flood_log(run, params):
    run.begin()
    sys.stderr.write("y" * 10_000_000)
    sys.stderr.flush()
    run.end()


def write_all(run, params):
    """Until it is held: then a file says how far it got."""
    run.begin()
    filling = "x" * 1000
    for n in range(100_000):
        run.event("values", {"n": n, "filling": filling})
        with open(arguments[0], "w") as file:
            file.write(str(n))
    run.end()


simple = {
    "hang": hang, "refuse": refuse, "exit-at": exit_at, "many": many,
    "exit": lambda: (print("gone at once", file=sys.stderr, flush=True), os._exit(3)),
    "silent": lambda: [None for _ in commands()],
    "no-run-id": lambda: [succeed(number) for number, _method, _params in commands()],
}
runs = {
    "echo": echo, "count": count, "long-line": long_line, "ask": ask, "die": die, "close-output": close_output,
    "hang-in-run": hang_in_run, "ignore-end": ignore_end, "log": log, "flood-log": flood_log, "write-all": write_all,
}
if behaviour in simple:
    simple[behaviour]()
elif behaviour == "told":
    each_run(told(arguments[0].encode().decode("unicode_escape").encode("latin-1")))
else:
    each_run(runs[behaviour])
