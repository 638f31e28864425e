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

MESSAGES = 50000  # of 204 events: 50 for each of 1,000, or making them would be most of the work
STARTS = 11
SCALING = {  # cases that should cost the same an event; each is compared with the first
    "runs at once": (("many", "1"), ("many", "1000")),
    "runs in turn, delta by delta": (("turns", "1"), ("turns", "1000")),
    "levels deep": (("scopes", "0", "1"), ("scopes", "6", "1"), ("scopes", "50", "1")),
    "siblings": (("scopes", "1", "1"), ("scopes", "1", "1000")),
}


def per_event(quick, name, *parameters):
    messages = 1000 if quick else MESSAGES
    measured = programs.run(name, *parameters, str(messages), "1")
    shares = 1 if name == "scopes" else int(parameters[0])  # each of the runs at once has its own first message
    expected = shares * recording.expected_sum(f"messages-{messages // shares}")
    if measured["sum"] != expected:
        raise programs.Failed(f"{name}: read {measured['sum']} bytes, not {expected}")
    return measured["seconds"] * 1e6 / (messages * 204)


def line(name, value):
    print(f"{name:44} {value}", flush=True)


def scaling(quick, figures):
    """By turns, like the rows; in CPU time, for all of it is ours."""
    for what, cases in SCALING.items():
        rounds = [[per_event(quick, *case) for case in cases] for _ in range(1 if quick else 3)]
        times = [statistics.median(taken) for taken in zip(*rounds)]
        numbers = [case[-1] if what == "siblings" else case[1] for case in cases]
        figures["alone"][what] = dict(zip(numbers, times))
        for number, taken in zip(numbers, times):
            goal = "" if what == "runs in turn, delta by delta" else " (goal 1.2)"
            line(f"{number} {what}", f"{taken:.3f} us an event, {taken / times[0]:.2f} times{goal}")


def of_the_wire(program, work, framing, runs, expected):
    measured = programs.run(program, f"{work}.{framing}", runs, wire=True)
    if measured["sum"] != runs * expected:
        raise programs.Failed(f"{program}: read {measured['sum']} bytes, not {runs * expected}")
    return measured["seconds"] * 1e6 / (runs * rows.events(work))


def libsoup(quick, figures):
    """What libsoup alone takes for a stream that is only counted, beside all that we do with it; by turns, in CPU time."""
    work, runs = ("messages-5", 1) if quick else ("messages-250", 10)
    size = sum(len(data) for _, data in recording.record(work))
    for framing in ("events", "blocks"):
        with programs.server():
            rounds = [(of_the_wire("bare", work, framing, runs, size),
                       of_the_wire("wire", work, framing, runs, recording.expected_sum(work)))
                      for _ in range(1 if quick else 5)]
        bare, ours = (statistics.median(taken) for taken in zip(*rounds))
        figures["alone"][f"libsoup, {framing}"] = {"bare_us": bare, "ours_us": ours}
        line(f"libsoup alone, in {framing}", f"{bare:.3f} us an event, and {ours:.3f} for all of ours: {ours / bare:.2f} times")


def latency(quick, figures):
    """From the server's write to the reader's callback, of ours beside a bare libsoup stream; by turns."""
    for runs in ("1", "200"):
        for reader in ("libsoup", "gstream"):
            measured = programs.run("latency", reader, runs, "100" if quick else "2000")
            figures["alone"][f"latency, {reader}, {runs}"] = measured
            line(f"latency, {reader}, {runs} runs", f"{measured['median_us']} us, p99 {measured['p99_us']} us")


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


PARTS = [scaling, libsoup, latency, memory, start_up, instructions]
