#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# link.py FOLDER SOURCE BUILD HEADER...: makes FOLDER as include/gstream-1 will be, of links to the headers, which
# lie in SOURCE or BUILD as there in gstream/ (gstream.h lies above). Run by meson when it configures.

import os
import pathlib
import shutil
import sys


def place(header, roots):
    if header.name == "gstream.h":
        return pathlib.Path("gstream.h")
    return "gstream" / header.relative_to(next(root for root in roots if header.is_relative_to(root)))


def link(target, header):
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.symlink_to(header)
    except OSError:  # a system without links: then the file is copied again when meson configures again
        shutil.copy(header, target)


folder, source, build = (pathlib.Path(os.path.abspath(path)) for path in sys.argv[1:4])
shutil.rmtree(folder, ignore_errors=True)
for name in sys.argv[4:]:
    header = pathlib.Path(os.path.abspath(name))
    link(folder / place(header, [build, source]), header)
