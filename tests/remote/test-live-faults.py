# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A run on the real Agent Servers, through a proxy with the faults of a network: the
# same as without, wherever that can be, and else one clear error.

import threading

from gi.repository import Gio, GLib, Gstream

import fault_proxy
import live
import tap
from live import CHAT, TRANSPORTS

RETRIED = ("500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable")
FINAL = {
    "401 Unauthorized": (Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED),
    "404 Not Found": (Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND),
    "200 OK": (Gstream.Error.quark(), Gstream.Error.INVALID),
}
HTML = "Content-Type: text/html\r\n"
EARLY = 700   # bytes: of the answer's head, and an event or two
CUTS = (1, 90, 350, EARLY, 1100, 1500, 2000, 2500, 3000)


def through(kind, transport, *faults):
    """The run, as its events and its error, and the proxy it came through."""
    with fault_proxy.Proxy(live.server(kind).port) as proxy:
        proxy.faults = list(faults)
        try:
            run = live.thread(kind, "chat", transport, url=proxy.url).start_sync(CHAT)
        except GLib.Error as error:
            return ([], error), proxy
        return live.events(run), proxy


def can_recover(kind, transport):
    """JavaScript's server forgets a run's events when its WebSocket goes."""
    return (kind, transport) != ("javascript", "websocket")


def assert_recovers(kind, transport, *faults, broken=True):
    (expected, error), _ = through(kind, transport)
    assert error is None
    (seen, error), proxy = through(kind, transport, *faults)
    assert not proxy.faults, "nothing befell the run"
    if error is not None:
        assert broken and proxy.n_streams <= 6
        assert not can_recover(kind, transport) or not seen, error.message
        tap.comment(f"{transport}: {error.message}")
        plain = live.story(expected)
        assert live.story(seen) == plain[:len(seen)]
        assert not can_recover(kind, transport) or transport == "websocket", error.message
    else:
        assert live.story(seen) == live.story(expected)


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
        assert error is not None and error.matches(domain, code), (status, error)
        assert proxy.n_streams == 2, proxy.n_streams
        assert len({str(event) for event in live.story(seen)}) == len(seen)


@each("N3", "refused")
def refused(kind, transport):
    """For ever, then only for a while."""
    for while_ in (None, 0.2):
        (expected, _), _ = through(kind, transport)
        with fault_proxy.Proxy(live.server(kind).port) as proxy:
            gone = threading.Event()

            def leaves(units, client):
                fault_proxy.up_to(2000, units, client)
                proxy.refuse()
                gone.set()
                client.reset()
                if while_ is not None:
                    threading.Timer(while_, proxy.listen).start()

            proxy.faults = [leaves]
            run = live.thread(kind, "chat", transport, url=proxy.url, retry_pause=100).start_sync(CHAT)
            seen, error = live.events(run)
            assert gone.is_set()
            if while_ is None:
                assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CONNECTION_REFUSED), error
                proxy.listen()
            elif can_recover(kind, transport):
                assert error is None and live.story(seen) == live.story(expected), error


live.run_tests()
