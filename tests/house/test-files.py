# SPDX-License-Identifier: LGPL-2.1-or-later
#
# That a file is one idea, whole: what a room keeps to itself, what it shares with other rooms, and how its files hang
# together, as far as a text tool can tell.

import collections
import os
import pathlib
import re

import tap

TOP = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent
ROOMS = ["event", "stream", "projections", "sources", "thread", "remote", "endpoint", "model", "conversation", "tool"]

MAX_FILES = 99  # .c files in all rooms
MAX_WAYS = {"The way of an event": 13, "The way of a run on a server": 13}  # .c files that a page's table names
MAX_SPLIT = 5  # functions that are extern for one other file of the same idea
MAX_CIRCLES = 1  # of files that call each other

INCLUDE = re.compile(r'^#\s*include\s+[<"]gstream/(\w+)/([\w-]+\.h)[>"]', re.MULTILINE)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)
# A function's name begins a line, behind a line with its type.
DEFINITION = re.compile(r"^(?P<type>[A-Za-z_][\w \t*]*)\n(?P<name>\w+) \([^;{]*\)\n\{", re.MULTILINE)
DECLARATION = re.compile(r"\b(gstream_\w+)\s*\(")
TYPE = re.compile(r"^typedef struct\b|^struct \w+\n\{", re.MULTILINE)
WORD = re.compile(r"\b\w+\b")


def files_of(room, *suffixes):
    return [path for path in sorted((TOP / "gstream" / room).glob("*")) if path.suffix in suffixes]


def nothing(findings):
    findings = list(findings)
    assert not findings, "\n".join(map(str, findings))


def head_of(path):
    """The comment with which a file begins."""
    return re.match(r"/\*.*?\*/", path.read_text(), re.DOTALL).group()


def code_of(path):
    """Without comments and strings."""
    return COMMENT.sub(" ", path.read_text())


def includes():
    """(file, room of the header, name of the header) of all code of the rooms. Tests may look inside each."""
    for own in ROOMS:
        for path in files_of(own, ".c", ".cc", ".h"):
            for room, header in INCLUDE.findall(path.read_text()):
                yield path, room, header


@tap.test("/files/private")
def private():
    """What is private to a room is used there alone."""
    nothing(
        f"{path.relative_to(TOP)} includes {room}/{header}, which is private to that room"
        for path, room, header in includes()
        if header.endswith("-private.h") and path.parent.name != room
    )


@tap.test("/files/internal")
def internal():
    """
    What a room shares with others says at its head with which, and why, in a paragraph of its own: "Internal, not private:
    remote/ waits …" or "For all rooms: …".
    """
    users, findings = collections.defaultdict(set), []
    for path, room, header in includes():
        if path.parent.name != room:
            users[room, header].add(path.parent.name)
    for room in ROOMS:
        for path in files_of(room, ".h"):
            if path.name.endswith("-internal.h"):
                findings += unsaid(path, users[room, path.name])
    nothing(findings)


def unsaid(path, users):
    """What the head of an internal header, which these rooms use, does not say."""
    why = re.search(r"^ \* (?:Internal, not private:|For) .*?(?=^ \*/?$)", head_of(path), re.DOTALL | re.MULTILINE)
    name = path.relative_to(TOP)
    if not users:
        return [f"{name}: no other room uses it, so it is private"]
    if why is None:
        return [f"{name}: its head does not say why it is internal"]
    if re.search(r"\ball rooms\b", why.group()):
        return []
    return [f"{name}: its head does not say why {user}/ uses it"
            for user in sorted(users) if not re.search(rf"\b{user.removesuffix('s')}s?\b", why.group())]


@tap.test("/files/tables")
def tables():
    """A variable is read where it is defined, or in a room below: a file says by an include whose it is."""
    variable = re.compile(r"^extern\s[^(;]*?(\w+)\s*(?:\[[^;]*)?;", re.MULTILINE)
    nothing(
        f"{path.relative_to(TOP)} declares {name}, which a header of its room should"
        for room in ROOMS
        for path in files_of(room, ".c")
        for name in variable.findall(code_of(path))
    )
    nothing(
        f"{path.relative_to(TOP)} declares {name}, which its room does not define"
        for room in ROOMS
        for path in files_of(room, ".h")
        for name in variable.findall(code_of(path))
        if not any(re.search(rf"^(?!extern)[\w *]*\b{name}\b[^;(]*=", code_of(file), re.MULTILINE) for file in files_of(room, ".c"))
    )


@tap.test("/files/count")
def count():
    n = sum(len(files_of(room, ".c")) for room in ROOMS)
    assert 0 < n <= MAX_FILES, f"{n} .c files, and at most {MAX_FILES} are meant to be"


class Room:
    """Which .c file of a room defines which functions, and which others use them."""

    def __init__(self, name):
        self.name = name
        code = {path.name: code_of(path) for path in files_of(name, ".c")}
        words = {file: set(WORD.findall(text)) for file, text in code.items()}
        self.defined = {
            found["name"]: file
            for file, text in code.items()
            for found in DEFINITION.finditer(text)
            if not found["type"].startswith("static")
        }
        self.users = {
            function: sorted(other for other in code if other != file and function in words[other])
            for function, file in self.defined.items()
        }
        self.tested = set().union(*(WORD.findall(code_of(path)) for path in (TOP / "tests" / name).glob("*.c")))
        self.private = {
            function: path
            for path in files_of(name, ".h")
            if path.name.endswith("-private.h")
            for function in DECLARATION.findall(code_of(path))
        }
        self.calls = collections.defaultdict(set)
        for function, users in self.users.items():
            for user in users:
                self.calls[user].add(self.defined[function])

    def split(self):
        """
        Functions that a private header declares for one other file whose idea is the same, as its name says. A file is an
        idea of its own where the header has its name, and a type in it, or where tests use the function, too.
        """
        for function, users in sorted(self.users.items()):
            file, header = self.defined[function], self.private.get(function)
            if header is None or function in self.tested or len(users) != 1 or not same_idea(file, users[0]):
                continue
            if header.name != file.removesuffix(".c") + "-private.h" or not TYPE.search(code_of(header)):
                yield f"{self.name}/{file}: {function} is there for {users[0]} alone"

    def circles(self):
        """Sets of files each of which calls all others, by way of others or not (Tarjan)."""
        index, low, stack, circles = {}, {}, [], []

        def visit(file):
            index[file] = low[file] = len(index)
            stack.append(file)
            for other in sorted(self.calls[file]):
                if other not in index:
                    visit(other)
                    low[file] = min(low[file], low[other])
                elif other in stack:
                    low[file] = min(low[file], index[other])
            if low[file] == index[file]:
                circle = [stack.pop()]
                while circle[-1] != file:
                    circle.append(stack.pop())
                if len(circle) > 1:
                    circles.append(f"{self.name}/: {' <-> '.join(sorted(circle))}")

        for file in sorted(set(self.defined.values())):
            if file not in index:
                visit(file)
        return circles


def same_idea(one, other):
    """Of the names of two files one begins with the other, or both with the same: gstream-mux.c and gstream-mux-close.c."""
    one, other = one.removesuffix(".c"), other.removesuffix(".c")
    beginnings = {one, one.rpartition("-")[0]} & {other, other.rpartition("-")[0]}
    return not beginnings <= {"gstream"}


def few(findings, most):
    findings = list(findings)
    assert len(findings) <= most, "\n".join([*findings, f"{len(findings)}, and at most {most} are meant to be"])


@tap.test("/files/split")
def split():
    few((finding for name in ROOMS for finding in Room(name).split()), MAX_SPLIT)


@tap.test("/files/circles")
def circles():
    few((circle for name in ROOMS for circle in Room(name).circles()), MAX_CIRCLES)


@tap.test("/files/architecture")
def architecture():
    """What the page about the house names is there."""
    page = (TOP / "doc" / "architecture.md").read_text()
    names = set(re.findall(r"\bgstream-[\w-]+\.(?:c|cc|h)\b", page))
    assert len(names) > 10
    nothing(f"doc/architecture.md: there is no {name}" for name in sorted(names) if not list((TOP / "gstream").rglob(name)))
    paths = set(re.findall(r"`((?:gstream|tests|doc|bindings|event|stream|projections|sources|remote|model|tool)/[^`\s]*)`", page))
    nothing(
        f"doc/architecture.md: there is no {path}"
        for path in sorted(paths)
        if not (TOP / path).exists() and not (TOP / "gstream" / path).exists()
    )


@tap.test("/files/ways")
def ways():
    """How many files a newcomer opens to follow an event, or a run on a server over both kinds of connection."""
    page = (TOP / "doc" / "architecture.md").read_text()
    for title, most in MAX_WAYS.items():
        table = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL).group(1)
        rows = [row for row in table.split("\n") if row.startswith("|")]
        names = {name for row in rows for name in re.findall(r"\bgstream-[\w-]+\.c\b", row)}
        assert 5 < len(names) <= most, f"{title}: {len(names)} files, and at most {most} are meant to be: {sorted(names)}"


if __name__ == "__main__":
    assert sum(len(Room(name).defined) for name in ROOMS) > 100  # it finds functions at all
    tap.run()
