# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs through what may stand between a program and its server: the same digest as without.

import functools
import os
import pathlib
import subprocess
import sys

import tap

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "chaos"))
import streaming_agent  # noqa: E402
import intermediaries  # noqa: E402
from intermediaries import Caddy, Haproxy, Nginx, Tinyproxy  # noqa: E402

RECORDINGS = ("tools", "nested-interrupt")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def digest(url, transport, *options, **environment):
    usual = {name: value for name, value in os.environ.items() if name not in PROXIES}
    done = subprocess.run(["gstream", "connect", url, "agent", "--digest", *options, *(["--websocket"] if transport == "websocket" else [])],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**usual, **environment})
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


@functools.cache
def agent(name):
    return streaming_agent.Agent(f"python-server/{name}").__enter__()


@functools.cache
def straight(name, transport):
    return digest(agent(name).url, transport)


def skip_or_fail(missing):
    if os.environ.get("CI", "") in ("", "false", "0"):
        tap.skip(str(missing))
    raise AssertionError(missing)


def through(kind, transport, look=lambda between: None, **settings):
    for name in RECORDINGS:
        try:
            with kind(agent(name).port, **settings) as between:
                certificate = ["--ca", str(intermediaries.CERTIFICATE)] if between.tls else []
                assert digest(between.url, transport, *certificate) == straight(name, transport)
                look(between)
        except intermediaries.Missing as missing:
            skip_or_fail(missing)


def each(clause, name, kind, look=lambda between: None, **settings):
    for transport in ("sse", "websocket"):
        tap.test(f"/intermediaries/{clause}/{name}/{transport}")(
            lambda transport=transport: through(kind, transport, look, **settings))


def is_http2(between):
    assert "HTTP/2.0 POST" in between.requests() or "HTTP/1.1 GET" in between.requests(), between.requests()


each("N2", "nginx", Nginx)
each("N2", "nginx-buffering", Nginx, buffering="on")
each("N2", "nginx-gzip", Nginx, gzip="on")
each("N2", "nginx-gzip-buffering", Nginx, gzip="on", buffering="on")
each("N3", "nginx-keepalive-limit", Nginx, keepalive_requests=1)
each("N2", "nginx-path-prefix", Nginx, path="/agents/v1")
each("N2", "nginx-ipv6", Nginx, host="::1")
each("N8", "nginx-tls", Nginx, tls=True)
each("N2", "nginx-http2", Nginx, look=is_http2, tls=True, http2=True)
each("N2", "haproxy", Haproxy)
each("N2", "haproxy-http2", Haproxy, tls=True)
each("N2", "caddy", Caddy)
each("N2", "caddy-http2", Caddy, tls=True)


@tap.test("/intermediaries/N8/certificate-is-verified")
def certificate():
    """Without the authority no request goes through."""
    try:
        with Nginx(agent("chat").port, tls=True, http2=True) as between:
            done = subprocess.run(["gstream", "connect", between.url, "agent", "--retries", "0"], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True)
            assert done.returncode == 1 and "ertificate" in done.stderr, done.stderr
            assert between.requests() == ""
    except intermediaries.Missing as missing:
        skip_or_fail(missing)


@tap.test("/intermediaries/N8/http-proxy")
def http_proxy():
    for transport in ("sse", "websocket"):
        try:
            with Tinyproxy(0) as between:
                for name in RECORDINGS:
                    assert digest(agent(name).url, transport, http_proxy=between.url) == straight(name, transport)
        except intermediaries.Missing as missing:
            skip_or_fail(missing)


tap.run()
