# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs over HTTP/2, whose connections end otherwise than those of HTTP/1.1: the digest is the one that there is without.

import os
import pathlib
import subprocess
import sys

import tap

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "chaos"), str(HERE.parent / "servers")]
import servers  # noqa: E402
import streaming_agent  # noqa: E402

NODE = servers.PEERS / "node" / "bin" / "node"

RECORDING = "python-server/tools"

# libsoup warns when it goes away after a connection that was destroyed, and leaks 24 bytes of it: of itself, and a
# session that is gone.
UNWANTED = ("G_DEBUG",)
NO_LEAKS = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"


def digest(url, *options):
    done = subprocess.run(["gstream", "connect", url, "agent", "--digest", "--ca", str(HERE / "self-signed.pem"), *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**{name: value for name, value in os.environ.items() if "proxy" not in name.lower() and name not in UNWANTED},
                               "ASAN_OPTIONS": NO_LEAKS})
    assert done.returncode == 0, done.stderr
    return done.stdout


def through(fault, *options):
    """The digests without and with the proxy, and what was asked of it."""
    try:
        servers.install()
    except servers.Unreachable as reason:
        tap.skip(str(reason))
    with streaming_agent.Agent(RECORDING) as agent:
        straight = digest(agent.url)
        proxy = subprocess.Popen([NODE, str(HERE / "http2-proxy.mjs"), str(agent.port), str(HERE / "self-signed.pem"), fault],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            port = proxy.stdout.readline().strip()
            found = digest(f"https://127.0.0.1:{port}", *options)
        finally:
            proxy.terminate()
            asked = proxy.communicate()[1].splitlines()
    return straight, found, [line for line in asked if line.endswith("/stream/events")]


@tap.test("/remote/N2/http2")
def http2():
    straight, found, streams = through("none")
    assert found == straight and len(streams) == 1 and streams[0].startswith("HTTP/2 POST"), streams


@tap.test("/remote/N12/http2/goaway")
def goaway():
    straight, found, streams = through("goaway", "--silence-timeout", "0.5")
    assert found == straight and len(streams) > 1, streams


@tap.test("/remote/N12/http2/destroyed")
def destroyed():
    straight, found, streams = through("destroy", "--silence-timeout", "0.5")
    assert found == straight and len(streams) > 1, streams


@tap.test("/remote/N12/http2/silence")
def silence():
    straight, found, streams = through("silence", "--silence-timeout", "0.5")
    assert found == straight and len(streams) > 1, streams


tap.run()
