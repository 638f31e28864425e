# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A few of the random schedules of a network's faults, of which tests/chaos/run has as many as one likes: the run as without
# faults, or one clear error.

import tap

import chaos

SEEDS = range(4, 16)

for server in sorted(chaos.RECORDINGS):
    for transport in ("sse", "websocket"):
        @tap.test(f"/chaos/N3/{server}-{transport}")
        def schedules(server=server, transport=transport):
            outcomes = chaos.measure(server, transport, SEEDS, False)
            assert all(outcome.kind in ("equal", "error") for outcome in outcomes.values())
            assert sum(outcome.kind == "equal" for outcome in outcomes.values()) > len(SEEDS) // 2


@tap.test("/chaos/N3/javascript-http2")
def http2():
    try:
        outcomes = chaos.measure("javascript", "http2", SEEDS, False)
    except chaos.servers.Unreachable as reason:
        tap.skip(str(reason))
    assert all(outcome.kind in ("equal", "error") for outcome in outcomes.values())
    assert sum(outcome.kind == "equal" for outcome in outcomes.values()) > len(SEEDS) // 2


# What breaks a connection after the run's first question, when other branches go on.
for transport in ("sse", "websocket"):
    @tap.test(f"/chaos/N4/after-a-question-{transport}")
    def after_a_question(transport=transport):
        outcomes = [chaos.measure("python", transport, [seed], False)[seed].kind for seed in (394, 429, 489, 994)]
        assert outcomes == ["equal", "error", "equal", "error"], outcomes


tap.run()
