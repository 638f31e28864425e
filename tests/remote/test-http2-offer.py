# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which HTTP streams and commands go over, with a server that has one or both: libsoup reads all that comes over HTTP/2, whether
# or not anybody wants it (N6).

import contextlib
import pathlib
import subprocess
import sys

import tap

import gi

gi.require_version("Gstream", "1")
gi.require_version("Soup", "3.0")
from gi.repository import Gio, Gstream, Soup  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "chaos"), str(HERE.parent / "servers"), str(HERE.parent / "support")]
import endpoint  # noqa: E402
import servers  # noqa: E402
import streaming_agent  # noqa: E402

CERTIFICATE = HERE / "self-signed.pem"
FRONT = HERE.parent / "bench" / "front.mjs"
STREAM = "/stream/events"


@contextlib.contextmanager
def front(url, version, asked):
    """The URL of a server with TLS before @url; @asked gets what it was asked."""
    try:
        servers.install()
    except servers.Unreachable as reason:
        tap.skip(str(reason))
    process = subprocess.Popen([servers.PEERS / "node" / "bin" / "node", FRONT, url, CERTIFICATE, version],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        asked += process.communicate()[1].splitlines()


def new_session():
    return Soup.Session(timeout=0, max_conns=100, max_conns_per_host=100, tls_database=Gio.TlsFileDatabase.new(str(CERTIFICATE)))


def versions(version):
    """What two runs of a thread use: for the streams, and for all else."""
    asked = []
    with streaming_agent.Agent("python-server/chat") as agent, front(agent.url, version, asked) as url:
        thread = Gstream.Server(url=url, session=new_session()).create_thread("agent")
        for _ in range(2):
            run = thread.start_sync({"messages": []}, None)
            cursor = run.log.subscribe()
            while cursor.next_sync(None)[0]:
                pass
            assert run.status == Gstream.RunStatus.COMPLETED
    streams = [line.split()[0] for line in asked if line.endswith(STREAM)]
    return streams, {line.split()[0] for line in asked if not line.endswith(STREAM)}


@tap.test("/remote/N6/http2/both")
def both():
    assert versions("both") == (["HTTP/1", "HTTP/1"], {"HTTP/2"})


@tap.test("/remote/N6/http2/alone")
def alone():
    assert versions("http2") == (["HTTP/2", "HTTP/2"], {"HTTP/2"})


@tap.test("/remote/N6/http2/none")
def none():
    assert versions("http1") == (["HTTP/1", "HTTP/1"], {"HTTP/1"})


async def said(source):
    async with Gstream.RunStream(source) as run:
        return "".join([delta async for message in run.messages async for delta in message.text_deltas])


def of_a_chat(version):
    asked = []
    with endpoint.Endpoint() as model, front(model.url.removesuffix("/v1"), version, asked) as url:
        source = Gstream.ChatSource(f"{url}/v1", "m", [{"role": "user", "content": "hi"}], session=new_session())
        assert Gstream.run(said(source)) == "It is so."
    return asked


for version, expected in (("both", "HTTP/1"), ("http2", "HTTP/2"), ("http1", "HTTP/1")):
    @tap.test(f"/sources/N6/http2/{version}")
    def chat(version=version, expected=expected):
        assert of_a_chat(version) == [f"{expected} POST /v1/chat/completions"]


tap.run()
