# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts an agent, which fails, and again, which does not; says the error, what is still open, and which children are left."""

import os
import pathlib
import sys

import gi

gi.require_version("Gstream", "1")
from gi.repository import GLib, Gstream  # noqa: E402


def open_files():
    return sorted(os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")[:-1])


def children():
    return " ".join(path.read_text() for path in pathlib.Path("/proc/self/task").glob("*/children")).split()


thread = Gstream.Thread.new_for_command(sys.argv[1:])
before = len(open_files())
try:
    thread.start_sync(None)
    print("no error")
except GLib.Error as error:
    print(error.message)
print(len(open_files()) - before, "more are open;", len(children()), "children")
run = thread.start_sync(None)
print(run.output_sync() is not None)
