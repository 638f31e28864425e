# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which packages have moved: what is newest, against what is listed.
#
#     python3 moved.py python|javascript NEWEST LIST... [--record]
#
# NEWEST has NAME==VERSION lines; LIST is requirements (the same) or a package.json. Prints one line for each that moved, and
# fails where there is one; --record writes the newest into the LISTs instead, and does not fail.

import json
import pathlib
import re
import sys


def plain(name):
    return re.sub("[-_.]+", "-", name).lower()


def lines_of(path):
    for line in pathlib.Path(path).read_text().splitlines():
        name, _, version = line.partition("#")[0].strip().partition("==")
        if version:
            yield name, version


def listed_in(path):
    if path.endswith(".json"):
        return json.loads(pathlib.Path(path).read_text())["dependencies"].items()
    return lines_of(path)


def write(path, newest):
    text = pathlib.Path(path).read_text()
    for name, version in lines_of(path):
        text = text.replace(f"\n{name}=={version}\n", f"\n{name}=={newest.get(plain(name), version)}\n")
    pathlib.Path(path).write_text(text)


def main(language, found, *lists):
    record = "--record" in lists
    lists = [path for path in lists if path != "--record"]
    newest = {plain(name): version for name, version in lines_of(found)}
    moved = [f"{language}: {name} {version} -> {newest[plain(name)]}" for path in lists for name, version in listed_in(path)
             if newest.get(plain(name), version) != version]
    print("\n".join(moved) if moved else f"{language}: nothing has moved")
    if record:
        for path in lists:
            write(path, newest)
    sys.exit(1 if moved and not record else 0)


main(*sys.argv[1:])
