# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rows of the table that have a peer."""

import statistics
import typing

import programs
import recording


class Row(typing.NamedTuple):
    name: str
    ours: str
    peer: str
    goal: float | None  # how many times faster ours is to be; None: only told
    work: str           # KIND-COUNT, of one run; see recording.py
    our_runs: int
    peer_runs: int
    framing: str | None = None  # from the server, in CPU time, so framed (see server.py); else in memory, in wall time


ROWS = [
    Row("messages/python-sync", "messages-try", "peers/messages-sync.py", 20, "messages-50", 100, 20),
    Row("messages/python-async", "messages-await", "peers/messages-async.py", 75, "messages-50", 100, 6),
    Row("messages/js", "messages-await", "peers/messages.mjs", 40, "messages-50", 100, 20),
    Row("values/python-sync", "values", "peers/values-sync.py", 8, "values-10000", 100, 20),
    Row("values/js", "values", "peers/values.mjs", 14, "values-10000", 100, 20),
    Row("python-binding/python-sync", "ours/messages-sync.py", "peers/messages-sync.py", 8, "messages-50", 40, 20),
    Row("python-binding/python-async", "ours/messages-async.py", "peers/messages-async.py", 20, "messages-50", 40, 6),
    Row("gjs-binding/js", "ours/messages-batches.js", "peers/messages.mjs", 8, "messages-50", 40, 20),
    Row("gjs-binding-each/js", "ours/messages-each.js", "peers/messages.mjs", None, "messages-50", 40, 20),
    Row("graph/python-langgraph", "ours/graph.py", "peers/graph-langgraph.py", 1, "messages-20", 2, 2),
    Row("wire/python-sdk", "wire", "peers/wire-sdk.py", 25, "messages-250", 10, 1, "blocks"),
    Row("wire/js-sdk", "wire", "peers/wire-sdk.mjs", 55, "messages-250", 10, 1, "blocks"),
    Row("wire-chunked/python-sdk", "wire", "peers/wire-sdk.py", 30, "messages-250", 10, 1, "events"),
    Row("wire-chunked/js-sdk", "wire", "peers/wire-sdk.mjs", 45, "messages-250", 10, 1, "events"),
    Row("chat/python-openai", "chat", "peers/chat-openai.py", 15, "answers-50000", 10, 1, "blocks"),
    Row("chat-chunked/python-openai", "chat", "peers/chat-openai.py", 15, "answers-50000", 10, 1, "events"),
    Row("state/python-sdk", "state", "peers/state-sdk.py", 2.5, "states-500", 2, 1, "events"),
    Row("state/js-sdk", "state", "peers/state-sdk.mjs", 10, "states-500", 2, 1, "events"),
    Row("rows/js-store", "rows", "peers/rows-sdk.mjs", 10, "rows-10000", 100, 20),
]
HEADING = (f"{'':28} {'us an event, CPU of wire and state':^50}  {'':22}  peak MB\n"
           f"{'':28} {'ours':>8} {'(from - to)':>16} {'theirs':>8} {'(from - to)':>16}  "
           f"{'ratio':>7} {'goal':>6} {'met':>6}  {'ours':>6} {'theirs':>6}")


def events(work):
    """How many events there are in one run: a message is 200 deltas and 4 around them; many rows are one state."""
    kind, count = work.split("-")
    return 1 if kind == "rows" else int(count) * (204 if kind == "messages" else 1)


def less(row):
    """Too little to say how fast it is."""
    kind, _ = row.work.split("-")
    work = {"messages": "messages-5", "values": "values-100", "states": "states-5", "rows": "rows-100", "answers": "answers-500"}[kind]
    return row._replace(work=work, our_runs=2, peer_runs=2, goal=None)


def once(row, program, runs):
    """(us an event, peak kB) of PROGRAM, which must have read what it was to read."""
    kind, count = row.work.split("-")
    size = f"{row.work}.{row.framing}" if row.framing else count
    measured = programs.run(program, size, runs, wire=row.framing)
    expected = runs * recording.expected_sum(row.work)
    if measured["sum"] != expected:
        raise programs.Failed(f"{row.name}: {program} read {measured['sum']} bytes, not {expected}")
    return measured["seconds"] * 1e6 / (runs * events(row.work)), measured["peak_kb"]


def spread(times):
    return f"({min(times):.2f} - {max(times):.2f})"


def measure(row, rounds, quick, figures):
    """By turns, so that what else the machine does befalls both."""
    if quick:
        row = less(row)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(once(row, row.ours, row.our_runs))
        theirs.append(once(row, row.peer, row.peer_runs))
    add(row, *zip(*ours), *zip(*theirs), figures)


def add(row, our_times, our_peaks, peer_times, peer_peaks, figures):
    our_time, peer_time = statistics.median(our_times), statistics.median(peer_times)
    our_peak, peer_peak = statistics.median(our_peaks), statistics.median(peer_peaks)
    ratio = peer_time / our_time
    figures["ratios"].append({"name": row.name, "ratio": round(ratio, 2), "goal": row.goal,
                              "ours_us": round(our_time, 4), "peer_us": round(peer_time, 4),
                              "ours_spread_us": [round(min(our_times), 4), round(max(our_times), 4)],
                              "peer_spread_us": [round(min(peer_times), 4), round(max(peer_times), 4)]})
    figures["memory"][row.name] = {"ours_kb": our_peak, "peer_kb": peer_peak}
    goal, met = ("-", "-") if row.goal is None else (row.goal, "yes" if ratio >= row.goal else "no")
    print(f"{row.name:28} {our_time:8.3f} {spread(our_times):>16} {peer_time:8.2f} {spread(peer_times):>16}  "
          f"{ratio:7.1f} {goal:>6} {met:>6}  {our_peak / 1024:6.0f} {peer_peak / 1024:6.0f}", flush=True)
