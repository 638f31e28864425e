# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The library and the model of the clauses say the same of random streams. Where one differs, clauses/run finds the
# smallest stream that does.

import comparison
import digests
import streams
import tap

SEEDS = range(300)

# Where the library still differs: to be emptied. Messages and calls that ended at a node whose namespace is a subgraph by
# then are not remembered there (D4, T2, T4); a delta that follows words that were nobody's, once one message is left (T2).
PENDING = {
    "D1": {194, 256, 272},
    "D1b": {146, 148, 258},
    "D2": {24, 56, 182, 198, 257, 271},
    "D3": {118, 134, 209, 298},
}


def add(dialect):
    @tap.test(f"/clauses/{dialect}/streams")
    def compare():
        found = comparison.differing([seed for seed in SEEDS if seed not in PENDING[dialect]], dialect)
        told = [f"seed {seed}:\n{digests.shown(differences[:5])}" for seed, differences in list(found.items())[:5]]
        assert not found, f"{len(found)} of {len(SEEDS)} streams differ\n" + "\n".join(told)


for dialect in streams.DIALECTS:
    add(dialect)

tap.run()
