# SPDX-License-Identifier: LGPL-2.1-or-later
"""What our Python programs share: the same measuring as the peers', and the
source that those in C have."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "peers"))

import gi  # noqa: E402

gi.require_version("Gstream", "1")
gi.require_version("GstreamBench", "1")
from gi.repository import Gstream, GstreamBench  # noqa: E402, F401


def messages(size):
    return GstreamBench.messages_new(int(size))
