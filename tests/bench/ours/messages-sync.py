# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every delta of every message, by a Python program on gstream, with `for`."""

from events import Gstream, messages
from bench import measure


def once(size):
    items = total = 0
    with Gstream.RunStream(messages(size)) as run:
        for message in run.messages:
            for delta in message.text_deltas:
                items += 1
                total += len(delta)
    return items, total


measure(once)
