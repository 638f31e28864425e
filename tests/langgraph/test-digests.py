# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The same graph and input, in this process and on the real Agent Server: the same digest, but for times and ids (L2).

import json
import pathlib
import subprocess
import sys
import tempfile

import peer

peer.join("/langgraph/digests")
sys.path[1:1] = [str(peer.TOP / "tests" / "remote"), str(peer.TOP / "tests" / "servers" / "python"),
                 str(peer.TOP / "tests" / "langgraph" / "server")]
import agents  # noqa: E402
import graphs  # noqa: E402
import live  # noqa: E402
import tap  # noqa: E402
from gi.repository import GLib, Gstream  # noqa: E402

CHAT, NOTES = live.CHAT, live.NOTES
ANSWERS = {"decisions": [{"type": "approve"}]}


def server():
    if "python" not in live.running:
        live.running["python"] = live.servers.Server("python", pathlib.Path(__file__).parent / "server", "langchain").__enter__()
    return live.running["python"]


async def lines_of(run):
    lines = []
    async with run:
        try:
            async for event in run.log:
                lines.append(event.to_json())
        except GLib.Error:
            pass
        try:
            await run.output()
        except GLib.Error:
            pass
    return lines, [interrupt for interrupt in (await run.interrupts())] if run.status == Gstream.RunStatus.INTERRUPTED else []


async def runs_here(graph, input_, answer):
    """The lines of a run, and of those that its questions' answers go on with."""
    thread = Gstream.LocalThread(graph)
    lines, asked = await lines_of(await thread.start(input_))
    found = [lines]
    while asked and answer is not None:
        lines, asked = await lines_of(await thread.respond_all(asked, [answer] * len(asked)))
        found.append(lines)
    return found


def digest_of(lines):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(line + "\n" for line in lines))
        file.flush()
        done = subprocess.run(["gstream", "digest", file.name], capture_output=True, text=True)
        return json.loads(done.stdout)


def without_tool_ids(data):
    """A tool's message gets its id when the state takes it, and may be shown before that or after."""
    if isinstance(data, list):
        return [without_tool_ids(item) for item in data]
    if not isinstance(data, dict):
        return data
    shown = {name: without_tool_ids(member) for name, member in data.items()}
    return {**shown, "id": None} if "id" in shown and "tool_call_id" in shown else shown


def compared(graph, name, input_, answer=None, unordered=False):
    options = [] if answer is None else ["--respond", json.dumps(answer)]
    there, _ = live.digest("python", name, "sse", input_, *options)
    here = [digest_of(lines) for lines in Gstream.run(runs_here(graph, input_, answer))]
    normal = live.unordered if unordered else live.normal
    show = lambda digest: normal(without_tool_ids(digest))
    assert len(here) == len(there) == (1 if answer is None else 2), (len(here), len(there))
    for one, other in zip(map(show, here), map(show, there)):
        assert one["log"] and one["status"] in ("completed", "failed", "interrupted"), one["status"]
        for key in one.keys() | other.keys():
            assert one[key] == other[key], f"{key}: here\n{json.dumps(one[key])}\non the server\n{json.dumps(other[key])}"
    return here


def test(graph, name, *rest, **named):
    @tap.test(f"/langgraph/L2/{name}")
    def compare():
        server()
        compared(graph, name, *rest, **named)


test(graphs.chat, "chat", CHAT)
test(graphs.tools, "tools", CHAT, unordered=True)
test(graphs.subgraphs, "subgraphs", CHAT)
test(graphs.parallel, "parallel", CHAT, unordered=True)
test(graphs.error, "error", NOTES)
test(graphs.child_error, "child_error", NOTES)
test(graphs.custom, "custom", NOTES)
test(graphs.questions, "questions", NOTES, answer="yes", unordered=True)
test(graphs.nested_question, "nested_question", NOTES, answer={"ok": True})
test(agents.agent, "agent", CHAT)
test(agents.careful, "careful", CHAT, answer=ANSWERS)
test(agents.deep, "deep", CHAT, unordered=True)
test(agents.fan, "fan", {"words": ["a", "bb", "ccc"], "lengths": []}, unordered=True)
test(agents.levels, "levels", CHAT)
test(agents.objects, "objects", {"things": {}})
test(agents.told, "told", NOTES, answer="yes")


async def failed_run(thread):
    lines, _ = await lines_of(await thread.start(NOTES, config={"recursion_limit": 5}))
    return lines


@tap.test("/langgraph/L4/recursion-limit")
def recursion_limit():
    server()
    here = live.normal(digest_of(Gstream.run(failed_run(Gstream.LocalThread(agents.endless)))))
    there = live.normal(digest_of(Gstream.run(failed_run(live.thread("python", "endless")))))
    assert here["status"] == "failed" and "5" in json.dumps(here["error"]), here
    for key in here.keys() | there.keys():
        assert here[key] == there[key], f"{key}: here\n{json.dumps(here[key])}\non the server\n{json.dumps(there[key])}"


live.run_tests()
