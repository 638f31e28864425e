# SPDX-License-Identifier: LGPL-2.1-or-later
#
# examples/chat-app with the real Agent Servers: test-window-app does what a person does, through a proxy that wants a key
# and can break connections.

import os
import pathlib
import subprocess
import sys
import threading

import tap

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "servers"), str(HERE.parent / "remote")]
import fault_proxy  # noqa: E402
import servers  # noqa: E402

PROGRAM = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "window" / "test-window-app"
KINDS = ("python", "javascript")
KEY = "sesame"
CUT = 3000  # bytes of a stream before its connection breaks
running = {}
trouble = {}


def start(kind):
    try:
        running[kind] = servers.Server(kind, more=HERE / "servers" / kind).__enter__()
    except BaseException as problem:
        trouble[kind] = problem


def start_all():
    """Both at once: each takes seconds, which pass side by side."""
    try:
        servers.install()
    except servers.Unreachable as reason:
        trouble.update({kind: tap.Skipped(str(reason)) for kind in KINDS})
        return
    threads = [threading.Thread(target=start, args=(kind,)) for kind in KINDS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test(clause, name):
    def register(function):
        for kind in KINDS:
            tap.test(f"/window/{clause}/live/{name}-{kind}")(lambda kind=kind: on_server(kind, clause, name, function))
        return function

    return register


def on_server(kind, clause, name, function):
    """function: what is done when the program says that something is shown."""
    if kind in trouble:
        raise trouble[kind]
    with fault_proxy.Proxy(running[kind].port, key=KEY) as proxy:
        on_shown = function(proxy)
        environment = {**os.environ, "GSTREAM_TEST_SERVER": proxy.url, "GSTREAM_TEST_KEY": KEY}
        program = subprocess.Popen([PROGRAM, "-p", f"/window/{clause}/live/{name}"], env=environment, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = []
        for line in program.stdout:
            lines.append(line)
            if line.startswith("# Waits"):
                print(line, end="", flush=True)  # if it waits for ever, one sees for what
            if line == "# shown\n":
                on_shown()
                program.stdin.write("\n")
                program.stdin.flush()
        assert program.wait() == 0, "".join(lines[-20:])


@test("N13", "conversation")
def conversation(_proxy):
    return None


@test("N3", "connection")
def connection(proxy):
    """The server is gone, in the middle of what it says, until that is shown."""
    def fault(units, client):
        fault_proxy.cut(CUT)(units, client)
        proxy.refuse()

    proxy.faults = [fault]
    return proxy.listen


@test("N8", "key")
def key(_proxy):
    return None


try:
    start_all()
    tap.run()
finally:
    for one in running.values():
        one.__exit__()
