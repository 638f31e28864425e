# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Whether everything that was to be installed is there, at its version, whatever the installer's exit status said:
#
#     python3 whole.py node FOLDER        what FOLDER/package-lock.json lists for this platform, in FOLDER/node_modules
#     PYTHON whole.py python LIST         what LIST requires, in the environment of PYTHON
#
# Names what is missing, and fails.

import importlib.metadata
import json
import pathlib
import platform
import sys

CPUS = {"x86_64": "x64", "aarch64": "arm64"}


def is_for_us(package):
    cpu = CPUS.get(platform.machine(), platform.machine())
    return (
        sys.platform in package.get("os", [sys.platform])
        and cpu in package.get("cpu", [cpu])
        and "glibc" in package.get("libc", ["glibc"])
    )


def missing_of_node(folder):
    lock = json.loads(pathlib.Path(folder, "package-lock.json").read_text())
    for path, package in lock["packages"].items():
        if path == "" or package.get("link") or not is_for_us(package):
            continue
        manifest = pathlib.Path(folder, path, "package.json")
        if not manifest.exists() or json.loads(manifest.read_text()).get("version") != package["version"]:
            yield f"{path} {package['version']}"


def missing_of_python(requirements):
    for line in pathlib.Path(requirements).read_text().splitlines():
        name, _, version = line.partition("#")[0].strip().partition("==")
        try:
            if name and importlib.metadata.version(name) != version:
                yield line
        except importlib.metadata.PackageNotFoundError:
            yield line


if __name__ == "__main__":
    missing = list({"node": missing_of_node, "python": missing_of_python}[sys.argv[1]](sys.argv[2]))
    print("\n".join(missing))
    sys.exit(1 if missing else 0)
