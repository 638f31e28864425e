# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is measured without a row of its own: how gstream scales, starts, and
what it takes in memory and instructions."""

import pathlib
import statistics
import subprocess
import tempfile
import time

import programs
import recording
import rows

MESSAGES = 10000  # of 204 events
STARTS = 11


def per_event(quick, name, *parameters):
    messages, runs = (1000, 1) if quick else (MESSAGES, 3)
    measured = programs.run(name, *parameters, str(messages), str(runs))
    shares = int(parameters[0]) if name == "many" else 1  # each of the runs at once has its own first message
    expected = runs * shares * recording.expected_sum(f"messages-{messages // shares}")
    if measured["sum"] != expected:
        raise programs.Failed(f"{name}: read {measured['sum']} bytes, not {expected}")
    return measured["seconds"] * 1e6 / (messages * 204 * runs)


def line(name, value):
    print(f"{name:44} {value}", flush=True)


def scaling(quick, figures):
    """Each against its simplest case, which should cost the same an event."""
    cases = {"runs at once": (("many", "1"), ("many", "1000")),
             "levels deep": (("scopes", "0", "1"), ("scopes", "6", "1"), ("scopes", "50", "1")),
             "siblings": (("scopes", "1", "1"), ("scopes", "1", "1000"))}
    for what, variants in cases.items():
        numbers = [variant[2 if what == "siblings" else 1] for variant in variants]
        times = [statistics.median(per_event(quick, *variant) for _ in range(1 if quick else 3))
                 for variant in variants]
        figures["alone"][what] = dict(zip(numbers, times))
        for number, taken in zip(numbers, times):
            line(f"{number} {what}", f"{taken:.3f} us an event, {taken / times[0]:.2f} times (goal 1.2)")


def framings(quick, figures):
    """What is our own on the way from the wire, and what its HTTP chunks cost."""
    row = next(row for row in rows.ROWS if row.ours == "wire")
    if quick:
        row = rows.less(row)
    for framing in ("events", "blocks", "plain"):
        with programs.server(framing):
            taken = statistics.median(rows.once(row, row.ours, row.our_runs)[0] for _ in range(1 if quick else 5))
        figures["alone"][f"wire, {framing}"] = taken
        line(f"wire, {framing}", f"{taken:.3f} us an event")


def memory(quick, figures):
    idle = programs.run("idle", "1000")["bytes"]
    events = 10**5 if quick else 10**7
    flood = programs.run("flood", str(events))
    figures["memory"]["idle run"] = {"bytes": idle}
    figures["memory"]["flood"] = {"events": events, "early_peak_kb": flood["early_peak_kb"], "peak_kb": flood["peak_kb"]}
    line("an idle run", f"{idle} bytes (goal 8192)")
    line(f"{events:,} events past a slow consumer",
         f"{flood['peak_kb'] / 1024:.1f} MB at most, {flood['early_peak_kb'] / 1024:.1f} after a tenth (goal 32)")


def start_up(quick, figures):
    """A whole process, from its start to its end, that shows one message of 200 deltas."""
    commands = {"gstream": [programs.BUILD / "gstream/tool/gstream", "show"],
                "python": programs.command("peers/show.py"), "node": programs.command("peers/show.mjs")}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "small.jsonl"
        path.write_text(recording.json_lines(1))
        times = {name: [] for name in commands}
        for _ in range(2 if quick else STARTS):
            for name, command in commands.items():
                times[name].append(seconds_of([*map(str, command), str(path)]))
    medians = {name: statistics.median(taken) * 1e3 for name, taken in times.items()}
    figures["alone"]["start-up ms"] = medians
    for name, taken in medians.items():
        line(f"start-up, {name}", f"{taken:.0f} ms, {taken / medians['gstream']:.1f} times gstream's")


def seconds_of(command):
    start = time.perf_counter()
    shown = subprocess.run(command, capture_output=True, text=True, env=programs.environment)
    taken = time.perf_counter() - start
    if shown.returncode != 0 or recording.TEXTS[0].strip() not in shown.stdout:
        raise programs.Failed(f"{command[0]} did not show the message:\n{shown.stdout}{shown.stderr}")
    return taken


def instructions(quick, figures):
    counted = subprocess.run([programs.HERE / "instructions", "--print", programs.BUILD],
                             capture_output=True, text=True)
    if counted.returncode != 0:
        raise programs.Failed(counted.stderr)
    for row in counted.stdout.splitlines():
        name, count = row.split()
        figures["instructions"][name] = int(count)
        line(f"instructions an event, {name}", count)


PARTS = [scaling, framings, memory, start_up, instructions]
