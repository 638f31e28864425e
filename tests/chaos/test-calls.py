# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each system call of a run fails in turn, as the kernel may let it fail: the command prints the same digest, or ends with
# one clear error. Under the sanitizers nothing is leaked either.

import contextlib
import ctypes
import errno
import os
import pathlib
import subprocess
import tempfile

import streaming_agent
import tap

BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"])
RUNS = pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "runs"
LIBRARY = BUILD / "chaos" / "libfailing-calls.so"
BOUND = 60  # seconds: a command that takes longer hangs
MOST = 5    # calls of a kind that fail in turn; of more, as many spread over all
HARMLESS = {"EINTR", "short"}  # a program goes on as if nothing had been
WAYS = {
    "read": ("EIO", "EINTR", "short"),
    "open": ("EMFILE", "EACCES", "EIO"),
    "recv": ("ECONNRESET", "EINTR", "ENOBUFS", "short"),
    "send": ("EPIPE", "ECONNRESET", "EINTR", "short"),
    "connect": ("ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT"),
    "socket": ("EMFILE", "ENOBUFS"),
    "poll": ("EINTR",),
    "pipe": ("EMFILE", "ENFILE"),
    "fork": ("EAGAIN", "ENOMEM"),
    "dup2": ("EMFILE", "EINTR"),
    "execve": ("ENOENT", "EACCES", "ENOMEM", "E2BIG"),
    "spawn": ("EAGAIN", "ENOMEM", "ENOENT"),
}
WAYS_OF_PIPES = {"read": ("EINTR", "short"), "write": ("EINTR", "short")}  # all that one does whose other end is there
PR_SET_CHILD_SUBREAPER = 36
AGENT = ["/usr/bin/python3", str(pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "agents" / "fake-agent.py"), "count", "5", "10"]


def preloaded():
    """The sanitizers want to be first."""
    sanitizer = os.environ.get("SANITIZER_LIBRARY")
    return f"{sanitizer} {LIBRARY}" if sanitizer else str(LIBRARY)


def run(command, given=os.devnull, **environment):
    with open(given, "rb") as file:
        return subprocess.run(command, stdin=file, capture_output=True, text=True, timeout=BOUND,
                              env={**os.environ, "LD_PRELOAD": preloaded(), **environment})


def count(command, given):
    with tempfile.NamedTemporaryFile(mode="r") as file:
        done = run(command, given, FAILING_CALLS_COUNT=file.name)
        assert done.returncode == 0, done.stderr
        counts = {name: int(number) for name, number in (line.split() for line in file)}
    return done.stdout, counts


def spread(number):
    return sorted({1 + at * (number - 1) // (MOST - 1) for at in range(MOST)}) if number > MOST else range(1, number + 1)


def check(command, given, call, at, how, expected):
    code = how if how == "short" else getattr(errno, how)
    done = run(command, given, FAILING_CALL=f"{call}:{at}:{code}")
    where = f"{call} number {at}, {how}: exit status {done.returncode}, {done.stderr!r}"
    if done.returncode == 0:
        assert done.stdout == expected, where
        return True
    assert how not in HARMLESS, where
    assert done.returncode == 1, where
    told = [line for line in done.stderr.splitlines() if not line.startswith("thread ")]
    assert told and told[-1].startswith("gstream: ") and len(told[-1]) > 20, where
    return False


def go_through(command, calls, given=os.devnull, ways=WAYS, after=lambda: None):
    expected, counts = count(command, given)
    assert all(counts[call] for call in calls), counts
    n_equal = n_errors = 0
    for call in calls:
        for how in ways[call]:
            for at in spread(counts[call]):
                equal = check(command, given, call, at, how, expected)
                after()
                n_equal, n_errors = n_equal + equal, n_errors + (not equal)
    tap.comment(f"{n_equal} went on as if nothing had been, {n_errors} ended with an error; calls: {counts}")
    assert n_equal + n_errors > len(calls)


@tap.test("/chaos/R8/calls/file")
def file():
    go_through(["gstream", "digest", str(RUNS / "python-inprocess" / "tools.jsonl")], ("read", "open", "poll"))


@tap.test("/chaos/R8/calls/standard-input")
def standard_input():
    go_through(["gstream", "digest", "-"], ("read",), given=RUNS / "python-server" / "chat.sse")


def until_nobody_is_left():
    """What the command has started, and not waited for, becomes this program's child, and has to end with the command."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def started_by():
    """The calls that start an agent: GLib forks, or leaves it to posix_spawn()."""
    _, counts = count(["gstream", "connect", "--digest", "--command", " ".join(AGENT)], os.devnull)
    return ("spawn",) if counts["spawn"] else ("fork", "dup2", "execve")


@tap.test("/chaos/H3/calls/child-process")
def child_process():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # UndefinedBehaviorSanitizer looks with a pipe of its own whether an address is readable.
    pipe = () if "SANITIZER_LIBRARY" in os.environ else ("pipe",)
    go_through(["gstream", "connect", "--digest", "--command", " ".join(AGENT)],
               (*pipe, *started_by(), "read", "write", "poll"), ways=WAYS | WAYS_OF_PIPES, after=until_nobody_is_left)


SPAWN = "import os; print(os.posix_spawn('/bin/true', ['true'], {}) > 0)"
POLL = "import ctypes; print(ctypes.CDLL(None, use_errno=True).ppoll(None, 0, bytes(16), None), ctypes.get_errno())"


@tap.test("/chaos/H3/calls/other-ways")
def other_ways():
    """How a version of GLib may do the same: posix_spawn() and ppoll() fail, too."""
    if "SANITIZER_LIBRARY" in os.environ:
        return  # nothing of the library runs here, and the sanitizer's own fork() is not prepared for it
    for program, call, code in ((SPAWN, "spawn", errno.EAGAIN), (POLL, "poll", errno.EINTR)):
        command = ["/usr/bin/python3", "-c", program]
        said, counts = count(command, os.devnull)
        assert counts[call] == 1 and said in ("True\n", "0 0\n"), (call, said, counts)
        done = run(command, FAILING_CALL=f"{call}:1:{code}")
        assert "BlockingIOError" in done.stderr or done.stdout == f"-1 {code}\n", (call, done)


@tap.test("/chaos/H3/calls/started-again")
def started_again():
    """An agent that could not be started leaves nothing, and can be started then."""
    program = ["/usr/bin/python3", str(pathlib.Path(__file__).with_name("start_twice.py")), *AGENT]
    for call, how, number in (("pipe", "EMFILE", 1), ("pipe", "EMFILE", 4), ("fork", "EAGAIN", 1), ("dup2", "EMFILE", 2), ("execve", "EACCES", 1)):
        done = run(program, FAILING_CALL=f"{call}:{number}:{getattr(errno, how)}")
        said = done.stdout.splitlines()
        assert len(said) == 3 and said[0].startswith("The agent cannot be started: "), (call, said, done.stderr)
        assert said[1:] == ["0 more are open; 0 children", "True"], (call, said)


for transport in ("sse", "websocket"):
    @tap.test(f"/chaos/N3/calls/{transport}")
    def server(transport=transport):
        with streaming_agent.Agent("python-server/chat") as agent:
            go_through(["gstream", "connect", agent.url, "agent", "--digest", "--retries", "2",
                        *(["--websocket"] if transport == "websocket" else [])],
                       ("recv", "send", "connect", "socket", "poll"))


tap.run()
