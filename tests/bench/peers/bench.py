# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the Python programs share: the events, and how a measurement is reported."""

import json
import pathlib
import resource
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from recording import DELTAS, TEXTS, WORDS  # noqa: E402

STATES = [{"topic": word, "step": step, "notes": ["first", "second", "third"]}
          for step, word in enumerate(WORDS)]


def message_parts(count):
    """COUNT model calls, as the graph engine yields them."""
    for number in range(count):
        about = {"langgraph_node": "model", "run_id": f"run-{number}"}

        def part(data):
            return {"type": "messages", "ns": (), "data": (data, about)}

        yield part({"event": "message-start", "role": "ai", "id": f"message-{number}"})
        yield part({"event": "content-block-start", "index": 0,
                    "content": {"type": "text", "text": ""}})
        for delta in range(DELTAS):
            yield part({"event": "content-block-delta", "index": 0,
                        "delta": {"type": "text-delta", "text": WORDS[(number + delta) % 16]}})
        yield part({"event": "content-block-finish", "index": 0,
                    "content": {"type": "text", "text": TEXTS[number % 16]}})
        yield part({"event": "message-finish", "reason": "stop"})


def value_parts(count):
    """COUNT states of three keys."""
    for number in range(count):
        yield {"type": "values", "ns": (), "data": STATES[number % 16]}


async def each(parts):
    for part in parts:
        yield part


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_kb():
    """The most memory in use; getrusage() would count the starting program's, too."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def report(items, total, seconds):
    """ITEMS read, the TOTAL of their lengths, and the SECONDS that it took."""
    print(json.dumps({"items": items, "sum": total, "seconds": seconds, "peak_kb": peak_kb()}))


def arguments():
    """How much to do in one run, and how many runs to measure after one to warm up."""
    return sys.argv[1], int(sys.argv[2])


def measure(once, clock=time.perf_counter):
    """Reports ONCE(size) -> (items, total), warmed up."""
    size, runs = arguments()
    once(size)
    items = total = 0
    start = clock()
    for _ in range(runs):
        more, sum_of_more = once(size)
        items += more
        total += sum_of_more
    report(items, total, clock() - start)
