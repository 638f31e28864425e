# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real Agent Servers, each on a free loopback port with the graphs of this folder: LangGraph's in Python and in
JavaScript, and Aegra, with a PostgreSQL of its own.

    with servers.Server("python") as server:
        server.url, server.get("/threads/..."), server.kill(), server.start()
"""

import contextlib
import json
import os
import pathlib
import pwd
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


def install(*peers):
    """Installs the servers of those peers, LangGraph's own by default, if that was not done yet."""
    result = subprocess.run([HERE.parent / "peers", *(peers or ("python", "node"))], stderr=subprocess.PIPE, text=True)
    if result.returncode == 77 and os.environ.get("CI", "") in ("", "false", "0"):
        raise Unreachable(result.stderr.strip().splitlines()[-1])
    if result.returncode != 0:
        raise RuntimeError(result.stderr)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Database:
    """A PostgreSQL that listens at a socket in its folder, and ends with whoever started it."""

    LEASH = '"$@" & server=$!; read -r _; kill -INT $server; wait $server'

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gstream-database-"))
        self.process = None
        self.owner = {}
        if os.getuid() == 0:  # PostgreSQL does not run as root
            user = pwd.getpwnam("postgres")
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.url = f"postgresql://aegra@/aegra?host={self.folder}"

    def command(self, name, *arguments):
        (binaries,) = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))[-1:]
        return [binaries / name, *arguments]

    def start(self):
        run = {"cwd": self.folder, "stdout": subprocess.DEVNULL, **self.owner}
        data = self.folder / "data"
        subprocess.run(self.command("initdb", "--pgdata", data, "--username", "aegra", "--auth", "trust", "--no-sync",
                                    "--encoding", "UTF8", "--locale", "C"), check=True, **run)
        server = self.command("postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off",
                              "-c", "dynamic_shared_memory_type=mmap")
        self.process = subprocess.Popen(["bash", "-c", self.LEASH, "database", *server], stdin=subprocess.PIPE,
                                        stderr=open(self.folder / "log", "ab"), start_new_session=True, **run)
        end = time.monotonic() + PATIENCE
        while subprocess.run(self.command("createdb", "-h", self.folder, "-U", "aegra", "aegra"), stderr=subprocess.DEVNULL,
                             **run).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("PostgreSQL did not come up:\n" + (self.folder / "log").read_text(errors="replace")[-4000:])
            time.sleep(0.1)

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Server:
    def __init__(self, kind, more=None, peer="python"):
        """more: a folder that is laid over the kind's own. peer: the Python that it runs in, of build/peers."""
        self.kind = kind
        self.more = more
        self.peer = peer
        self.folder = None
        self.process = None
        self.database = None  # of Aegra
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        # The servers write beside their settings.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gstream-server-"))
        shutil.copytree(HERE / ("python" if self.kind == "aegra" else self.kind), self.folder, dirs_exist_ok=True)
        if self.more is not None:
            shutil.copytree(self.more, self.folder, dirs_exist_ok=True)
        if self.kind == "javascript":
            (self.folder / "node_modules").symlink_to(PEERS / "node" / "node_modules")
        try:
            if self.kind == "aegra":
                self.database = Database()
                self.database.start()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        self.kill()
        if self.database is not None:
            self.database.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self):
        if self.kind == "aegra":
            return [PEERS / "aegra" / "bin" / "python", "-m", "uvicorn", "aegra_api.main:app", "--host", "127.0.0.1",
                    "--port", str(self.port)]
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
        if self.database is not None:
            environment["DATABASE_URL"] = self.database.url
            environment["SQLALCHEMY_POOL_SIZE"] = "10"  # a run keeps one of its two connections
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
            return bool(self.get("/live" if self.kind == "aegra" else "/ok"))
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
        return self.ask(path)

    def post(self, path, body):
        return self.ask(urllib.request.Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}))

    def ask(self, request):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = self.url + request if isinstance(request, str) else request
        with opener.open(url, timeout=PATIENCE) as answer:
            return json.load(answer)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")[-4000:]
