#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# finish-install.py PREFIX: what makes an installation usable at once. Run by `meson install`, unless DESTDIR is set, as
# packagers do.

import os
import shutil
import subprocess
import sys


def renew_linker_cache():
    """So that programs find the library in a folder that the system knows, such as /usr/local/lib."""
    ldconfig = shutil.which("ldconfig", path=os.environ.get("PATH", "") + ":/sbin:/usr/sbin")
    if ldconfig is not None and os.access("/etc/ld.so.cache", os.W_OK):
        subprocess.run([ldconfig], check=False)


renew_linker_cache()
if sys.argv[1] not in ("/usr", "/usr/local", "/app"):
    print(f"Programs find what is in {sys.argv[1]} with some variables set: see doc/installing.md")
