# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the figures were taken on."""

import os
import pathlib
import re
import subprocess


def field(path, name):
    match = re.search(rf"^{name}\s*[:=]\s*(.*)$", pathlib.Path(path).read_text(), re.MULTILINE)
    return match.group(1).strip('"') if match else "unknown"


def version(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0].strip()


def description():
    processor = field("/proc/cpuinfo", "model name")
    memory = int(field("/proc/meminfo", "MemTotal").split()[0]) // 2**20
    virtual = "virtual " if "hypervisor" in field("/proc/cpuinfo", "flags") else ""
    return "\n".join((
        f"{os.cpu_count()} {virtual}cores of {processor}, {memory} GiB; {field('/etc/os-release', 'PRETTY_NAME')},"
        f" Linux {os.uname().release}",
        f"{version('cc', '--version')}; GLib {version('pkg-config', '--modversion', 'glib-2.0')};"
        f" {version('build/peers/python/bin/python', '--version')};"
        f" Node.js {version('build/peers/node/bin/node', '--version')}; {version('gjs', '--version')}",
        f"load average when it started: {os.getloadavg()[0]:.2f}",
    ))
