# SPDX-License-Identifier: LGPL-2.1-or-later
"""What our Python programs share: the same measuring as the peers', and events
that come natively, as JSON Lines in memory."""

import functools
import pathlib
import sys

BENCH = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(BENCH), str(BENCH / "peers")]

import gi  # noqa: E402

gi.require_version("Gstream", "1")
from gi.repository import Gio, GLib, Gstream  # noqa: E402

import recording  # noqa: E402


@functools.cache
def lines(size):
    return GLib.Bytes.new(recording.json_lines(int(size)).encode())


def messages(size):
    return Gstream.JsonLinesSource.new_for_stream(Gio.MemoryInputStream.new_from_bytes(lines(size)))
