# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real Agent Servers, each on a free loopback port with the graphs of this folder.

    with servers.Server("python") as server:
        server.url, server.get("/threads/..."), server.kill(), server.start()
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PEERS = pathlib.Path(os.environ.get("GSTREAM_PEERS") or HERE.parent.parent / "build" / "peers")
PATIENCE = 120  # seconds that a server has to come up

# The server and all its children end when it does, and when whoever holds the other end of stdin does, however that ends.
LEASH = '("$@"; kill -KILL 0) & read -r _; kill -KILL 0'


class Unreachable(Exception):
    """The registries that the servers come from cannot be reached."""


def install():
    """Installs both servers, if that was not done yet."""
    result = subprocess.run([HERE.parent / "peers", "python", "node"], stderr=subprocess.PIPE, text=True)
    if result.returncode == 77 and os.environ.get("CI", "") in ("", "false", "0"):
        raise Unreachable(result.stderr.strip().splitlines()[-1])
    if result.returncode != 0:
        raise RuntimeError(result.stderr)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, kind, more=None, peer="python"):
        """more: a folder that is laid over the kind's own. peer: the Python that it runs in, of build/peers."""
        self.kind = kind
        self.more = more
        self.peer = peer
        self.folder = None
        self.process = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        # The servers write beside their settings.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gstream-server-"))
        shutil.copytree(HERE / self.kind, self.folder, dirs_exist_ok=True)
        if self.more is not None:
            shutil.copytree(self.more, self.folder, dirs_exist_ok=True)
        if self.kind == "javascript":
            (self.folder / "node_modules").symlink_to(PEERS / "node" / "node_modules")
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self):
        binaries = PEERS / self.peer / "bin"
        if self.kind == "python":
            return [binaries / "python", binaries / "langgraph", "dev", "--port", str(self.port),
                    "--no-browser", "--no-reload", "--n-jobs-per-worker", "4"]
        cli = PEERS / "node" / "node_modules" / "@langchain" / "langgraph-cli" / "dist" / "cli" / "cli.mjs"
        return [PEERS / "node" / "bin" / "node", cli, "dev", "--port", str(self.port), "--no-browser", "--config", "langgraph.json"]

    def start(self):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("PYTHONPATH", "LD_LIBRARY_PATH", "G_DEBUG", "LD_PRELOAD")}
        environment["LANGSMITH_TRACING"] = "false"
        environment["PATH"] = f"{PEERS / 'node' / 'bin'}:{PEERS / self.peer / 'bin'}:{environment['PATH']}"
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["bash", "-c", LEASH, "server", *self.command()], cwd=self.folder,
                                            env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log,
                                            start_new_session=True)
        end = time.monotonic() + PATIENCE
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"The {self.kind} server did not come up:\n" + self.log())
            time.sleep(0.1)

    def is_up(self):
        try:
            return self.get("/ok")["ok"]
        except (OSError, urllib.error.URLError):
            return False

    def kill(self):
        """Ends it at once, with all its children."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process.stdin.close()
            self.process = None

    def get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")[-4000:]
