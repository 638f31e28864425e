# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What `gstream threads` and `gstream history` print, and what they ask a server for.

import http.server
import json
import re
import subprocess
import threading

import tap

THREADS = [{"thread_id": f"t{i}", "created_at": "2026-01-01T00:00:00Z", "updated_at": f"2026-01-02T00:00:{59 - i:02}Z",
            "status": "idle", "metadata": {"graph_id": "agent", "title": f"Title {i}\x1b[31m"}} for i in range(150)]
STATES = [{"values": {"n": i}, "next": ["model"] * i, "tasks": [], "metadata": {"step": 2 - i, "source": "loop"},
           "created_at": "2026-01-01T00:00:00Z", "checkpoint": {"checkpoint_id": f"c{i}"}} for i in range(3)]


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def answer(self, document, status=200):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        if self.path.startswith("/threads/known/history"):
            self.answer(STATES)
        else:
            self.answer({"detail": "Thread not found"}, 404)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, asked))
        self.answer(THREADS[asked["offset"]:asked["offset"] + asked["limit"]])


def run(*arguments):
    """What the command printed, how it ended, and what it asked."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        done = subprocess.run(["gstream", arguments[0], url, *arguments[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        server.shutdown()
        return done, server.asked


@tap.test("/tool/N13/threads")
def threads():
    done, asked = run("threads")
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and len(lines) == 20, done
    assert re.fullmatch(r"t0  20\d\d-\d\d-\d\d \d\d:\d\d  idle         agent  Title 0\[31m", lines[0]), lines[0]
    [(path, body)] = asked
    assert path == "/threads/search" and body["sort_by"] == "updated_at" and body["sort_order"] == "desc", asked


@tap.test("/tool/N13/threads/pages")
def pages():
    done, asked = run("threads", "--limit", "140", "--json")
    listed = [json.loads(line) for line in done.stdout.splitlines()]
    assert [thread["thread_id"] for thread in listed] == [f"t{i}" for i in range(140)], done
    assert listed[3]["metadata"] == THREADS[3]["metadata"] and listed[3]["updated_at"] == THREADS[3]["updated_at"], listed[3]
    assert [body["offset"] for _, body in asked] == [0, 100], asked
    assert len(run("threads", "--limit=1000")[0].stdout.splitlines()) == 150


@tap.test("/tool/N14/history")
def history():
    done, [(path, headers)] = run("history", "known", "--header", "X-Tenant: blue")
    assert path == "/threads/known/history?limit=20" and headers["X-Tenant"] == "blue", path
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and [line.split()[0] for line in lines] == ["c0", "c1", "c2"], done
    assert lines[0].endswith("loop    step 2, next -") and lines[2].endswith("step 0, next model, model"), lines
    done, [(path, _)] = run("history", "known", "--limit", "2", "--before", "c0", "--json")
    assert path == "/threads/known/history?limit=2&before=c0", path
    assert [json.loads(line) for line in done.stdout.splitlines()] == STATES, done


@tap.test("/tool/N13/wrong")
def wrong():
    done, _ = run("history", "mistyped")
    assert done.returncode == 1 and "HTTP 404 Not Found: Thread not found" in done.stderr, done
    for arguments in (["history"], ["threads", "too", "many"], ["threads", "--limit", "0"], ["threads", "--limit", "x"],
                      ["threads", "--header", "no colon"]):
        done, asked = run(*arguments)
        assert done.returncode == 2 and done.stderr and not asked, (arguments, done)


tap.run()
