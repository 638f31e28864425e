# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A run on the real Agent Servers, through a proxy with the faults of a network: the
# same as without, wherever that can be, and else one clear error.

import functools
import threading

import fault_proxy
import live
import tap
from live import CHAT, TRANSPORTS

from gi.repository import Gio, GLib, Gstream  # noqa: E402

RETRIED = ("500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable")
FINAL = {
    "401 Unauthorized": (Gstream.Error.quark(), Gstream.Error.PERMISSION_DENIED),
    "404 Not Found": (Gstream.Error.quark(), Gstream.Error.NOT_FOUND),
    "200 OK": (Gstream.Error.quark(), Gstream.Error.INVALID),
}
HTML = "Content-Type: text/html\r\n"
EARLY = 700   # bytes: of the answer's head, and an event or two
CUTS = (1, 90, 350, EARLY, 1100, 2000, 3000)


def run_at(kind, transport, url, **properties):
    try:
        run = live.thread(kind, "chat", transport, url=url, **properties).start_sync(CHAT)
    except GLib.Error as error:
        return [], error
    return live.events(run)


def through(kind, transport, *faults):
    """The run, as its events and its error, and the proxy it came through."""
    with fault_proxy.Proxy(live.server(kind).port) as proxy:
        proxy.faults = list(faults)
        return run_at(kind, transport, proxy.url), proxy


@functools.cache
def uncut(kind, transport):
    (seen, error), _ = through(kind, transport)
    assert error is None
    return live.story(seen)


def is_beginning(kind, transport, seen):
    """Whether that is how the uncut run begins; the children that a failure ends are told besides (T6)."""
    told = [event for event in seen if event[0] != "lifecycle" or event[2].get("event") != "failed"]
    return live.story(told) == uncut(kind, transport)[:len(told)]


def can_recover(kind, transport):
    """JavaScript's server forgets a run's events when its WebSocket goes."""
    return (kind, transport) != ("javascript", "websocket")


def assert_recovers(kind, transport, *faults, broken=True):
    """The same run; or, where the server is not able to, one error and nothing twice."""
    expected = uncut(kind, transport)
    (seen, error), proxy = through(kind, transport, *faults)
    if error is None:
        assert not proxy.faults, "nothing befell the run"
        assert live.story(seen) == expected
        return
    tap.comment(f"{error.message}")
    # A WebSocket that is cut before the start was answered: whether the server acted is not known.
    assert broken and (not can_recover(kind, transport) or (transport == "websocket" and not seen)), error.message
    assert proxy.n_streams <= 6
    assert is_beginning(kind, transport, seen)


def each(clause, name):
    def register(function):
        for kind in live.KINDS:
            for transport in TRANSPORTS:
                tap.test(f"/remote/{clause}/{name}-{kind}-{transport}")(
                    lambda kind=kind, transport=transport: function(kind, transport))
        return function

    return register


@each("N3", "cut")
def cut(kind, transport):
    for size in CUTS:
        assert_recovers(kind, transport, fault_proxy.cut(size))
        assert_recovers(kind, transport, fault_proxy.cut(size, reset=False))


@each("N3", "cut-again-and-again")
def cut_again(kind, transport):
    assert_recovers(kind, transport, *(fault_proxy.cut(size) for size in (1500, 2000, 2500)))


@each("N3", "ends-cleanly")
def ends(kind, transport):
    for n_units in (2, 4, 6):
        assert_recovers(kind, transport, fault_proxy.ends(n_units))


@each("N3", "stalls")
def stalls(kind, transport):
    assert_recovers(kind, transport, fault_proxy.stalls(1500))


@each("N3", "delayed")
def delayed(kind, transport):
    for size in (EARLY, 1500):
        assert_recovers(kind, transport, fault_proxy.delays(size, 0.3), broken=False)


@each("N3", "byte-at-a-time")
def pieces(kind, transport):
    assert_recovers(kind, transport, fault_proxy.in_pieces(1), broken=False)


@each("N3", "doubled")
def doubled(kind, transport):
    assert_recovers(kind, transport, fault_proxy.doubled, broken=False)


@each("N3", "doubled-on-reconnection")
def doubled_again(kind, transport):
    assert_recovers(kind, transport, fault_proxy.cut(2000), fault_proxy.doubled)


@each("N3", "statuses")
def statuses(kind, transport):
    for status in RETRIED:
        assert_recovers(kind, transport, fault_proxy.cut(2000), fault_proxy.answers(status))
    assert_recovers(kind, transport, fault_proxy.cut(2000),
                    fault_proxy.answers("429 Too Many Requests", "Retry-After: 1\r\n"))


@each("N3", "final-statuses")
def final_statuses(kind, transport):
    for status, (domain, code) in FINAL.items():
        (seen, error), proxy = through(kind, transport, fault_proxy.cut(2000),
                                       fault_proxy.answers(status, HTML, "<html>Log in</html>"))
        assert error is not None, status
        assert is_beginning(kind, transport, seen)
        if can_recover(kind, transport):
            assert error.matches(domain, code) and proxy.n_streams == 2, (status, error.message)


@each("N3", "refused")
def refused(kind, transport):
    """For ever, then only for a while."""
    for while_ in (None, 0.2):
        with fault_proxy.Proxy(live.server(kind).port) as proxy:
            gone = threading.Event()
            again = threading.Timer(while_ or 0, proxy.listen)

            def leaves(units, client):
                fault_proxy.up_to(2000, units, client)
                proxy.refuse()
                gone.set()
                client.reset()
                if while_ is not None:
                    again.start()

            proxy.faults = [leaves]
            seen, error = run_at(kind, transport, proxy.url, retry_pause=100)
            assert gone.is_set()
            if while_ is not None:
                again.join()
            if while_ is None:
                assert error is not None
                assert not can_recover(kind, transport) or error.matches(
                    Gio.io_error_quark(), Gio.IOErrorEnum.CONNECTION_REFUSED), error.message
                proxy.listen()
            elif can_recover(kind, transport):
                assert error is None and live.story(seen) == uncut(kind, transport), error


live.run_tests()
