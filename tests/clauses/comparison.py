# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gstream's digests beside the model's, of random streams, and the smallest stream that shows a difference.

import json
import pathlib
import re
import tempfile

import digests
import model
import streams

BATCH = 250  # streams that one process reads


def compare(many, dialect):
    """For each stream (a list of events), the differences between the model and gstream."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for at, events in enumerate(many):
            text, ending = streams.text(events, dialect)
            paths.append(pathlib.Path(folder, f"{at}{ending}"))
            paths[-1].write_text(text)
        found = digests.of_files(paths)
    return [digests.differences(expected(events), its) for events, its in zip(many, found)]


def expected(events):
    return digests.read(json.dumps(model.digest(events)))


def differing(seeds, dialect):
    """{seed: differences}"""
    found, seeds = {}, list(seeds)
    for first in range(0, len(seeds), BATCH):
        batch = seeds[first : first + BATCH]
        for seed, differences in zip(batch, compare([streams.stream(seed, dialect) for seed in batch], dialect)):
            if differences:
                found[seed] = differences
    return found


def kind_of(differences):
    """What differs first, wherever it is: `/subgraphs/1/run/messages/0/text` is of the kind `messages text`. What is
    too much or missing is told from what is otherwise."""
    path, wanted, found = differences[0]
    parts = [part for part in path.split("/") if part and not part.isdigit() and part not in ("subgraphs", "run")]
    how = "missing" if found is digests.MISSING else "too many" if wanted is digests.MISSING else ""
    return re.sub(" +", " ", " ".join([*parts[:2], how])).strip() or "subgraphs " + how


def shrunk(events, dialect, kind):
    """The smallest stream, by leaving out events, that differs in the same kind."""
    size = len(events) // 2
    while size:
        candidates = [events[:at] + events[at + size :] for at in range(0, len(events), size)]
        smaller = [c for c in candidates if c]
        results = compare(smaller, dialect) if smaller else []
        chosen = next((c for c, its in zip(smaller, results) if its and kind_of(its) == kind), None)
        if chosen is not None:
            events, size = chosen, min(size, max(len(chosen) // 2, 1))
        else:
            size //= 2
    return events
