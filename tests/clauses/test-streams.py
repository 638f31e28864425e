# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The library and the model of the clauses say the same of random streams. Where one differs, clauses/run finds the
# smallest stream that does.

import comparison
import digests
import streams
import tap

SEEDS = range(500)


def add(dialect):
    @tap.test(f"/clauses/{dialect}/streams")
    def compare():
        found = comparison.differing(SEEDS, dialect)
        told = [f"seed {seed}:\n{digests.shown(differences[:5])}" for seed, differences in list(found.items())[:5]]
        assert not found, f"{len(found)} of {len(SEEDS)} streams differ\n" + "\n".join(told)


for dialect in streams.DIALECTS:
    add(dialect)

tap.run()
