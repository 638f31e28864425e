# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That the house is in order: a room uses only those above it, every header
# stands in one layer, every file says its licence.

import os
import pathlib
import re
import shutil
import subprocess

import tap

TOP = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent
ROOMS = ["event", "stream", "projections", "sources", "thread", "remote", "endpoint", "model", "conversation", "tool"]
INCLUDE = re.compile(r'^#\s*include\s+[<"]gstream/(\w+)/([\w-]+\.h)[>"]', re.MULTILINE)
CODE = {".c", ".h", ".cc", ".vala", ".py", ".js", ".sh", ".map", ".in"}
# The ten lines that tests/house/test-install.sh builds are what a newcomer types.
UNSIGNED = {"tests/house/first.c", "tests/house/first.vala"}


def code_of(room):
    return [path for path in sorted((TOP / "gstream" / room).glob("*")) if path.suffix in (".c", ".h", ".cc")]


def includes(path):
    return INCLUDE.findall(path.read_text())


def nothing(findings):
    findings = list(findings)
    assert not findings, "\n".join(map(str, findings))


@tap.test("/rooms/order")
def order():
    nothing(
        f"{path.relative_to(TOP)} includes {room}/{header}, a room below it"
        for number, name in enumerate(ROOMS)
        for path in code_of(name)
        for room, header in includes(path)
        if room not in ROOMS[: number + 1]
    )


@tap.test("/rooms/no-circles")
def no_circles():
    headers = {f"{path.parent.name}/{path.name}": path for room in ROOMS for path in code_of(room) if path.suffix == ".h"}
    assert headers
    done = set()

    def visit(name, trail):
        assert name not in trail, " > ".join([*trail, name])
        if name not in done and name in headers:
            for room, header in includes(headers[name]):
                visit(f"{room}/{header}", [*trail, name])
            done.add(name)

    for name in headers:
        visit(name, [])


@tap.test("/rooms/include-style")
def include_style():
    """An include by file name alone works only in the folder where it stands."""
    nothing(
        f"{path.relative_to(TOP)}: {line}"
        for room in ROOMS
        for path in code_of(room)
        for line in re.findall(r'^#\s*include\s+"(?!gstream/|config.h).*$', path.read_text(), re.MULTILINE)
    )


@tap.test("/rooms/config")
def config():
    """config.h is included by the files that use what stands in it, and by no others."""
    written = re.search(r"configure_file\(output: 'config\.h'.*?^\}\)", (TOP / "meson.build").read_text(), re.MULTILINE | re.DOTALL)
    names = re.findall(r"'([A-Z_]+)':", written.group())
    assert names
    for path in [*(TOP / "gstream").rglob("*.c"), *(TOP / "gstream").rglob("*.cc"), *(TOP / "gstream").rglob("*.h")]:
        text = path.read_text()
        uses, includes = re.search(rf"\b({'|'.join(names)})\b", text), re.search(r"^#\s*include\s+.config\.h.$", text, re.MULTILINE)
        assert bool(uses) == bool(includes), f"{path.relative_to(TOP)}: " + (f"uses {uses[1]}" if uses else "has no use for config.h")


@tap.test("/rooms/licence")
def licence():
    if shutil.which("git") is None:
        tap.skip("there is no git")
    files = subprocess.run(
        ["git", "-c", f"safe.directory={TOP}", "ls-files", "-co", "--exclude-standard"],
        cwd=TOP, capture_output=True, text=True, check=False,
    ).stdout.split("\n")
    if len(files) < 10:
        tap.skip("not a git clone")
    code = [
        TOP / name
        for name in files
        if (pathlib.Path(name).suffix in CODE or name.endswith("meson.build")) and name not in UNSIGNED
    ]
    nothing(
        f"{path.relative_to(TOP)} has no SPDX line"
        for path in code
        if path.exists() and "SPDX-License-Identifier: LGPL-2.1-or-later" not in "".join(path.open().readlines()[:3])
    )


tap.run()
