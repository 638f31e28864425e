# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Digests as the command gstream prints them, and how they are compared: with what is expected of a recorded
# stream, and with what the clauses say of a random one.

import json
import re
import subprocess


def read(text):
    """A digest as it is read: the lone half of a surrogate pair reads as U+FFFD (E2)."""
    return json.loads(text, object_hook=_readable, parse_constant=str)


def _readable(members):
    return {_whole(key): _strings(value) for key, value in members.items()}


def _strings(value):
    if isinstance(value, str):
        return _whole(value)
    return [_strings(item) for item in value] if isinstance(value, list) else value


def _whole(string):
    return re.sub("[\ud800-\udfff]", "\ufffd", string)


def of_files(paths):
    """One digest for each file, by one process. A file that could not be read to its end has a digest too; what
    the command says of it on standard error is not looked at."""
    command = subprocess.run(["gstream", "digest", "--compact", *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = command.stdout.decode().splitlines()
    if len(lines) != len(paths) or command.returncode not in (0, 1):
        raise RuntimeError(f"gstream digest ended with {command.returncode} after {len(lines)} of {len(paths)} files:\n"
                           + command.stderr.decode(errors="replace")[-2000:])
    return [read(line) for line in lines]


def differences(expected, found, path=""):
    """[(path, expected, found)]. A key that is not expected is not compared; "*" is any words; numbers compare as
    numbers, everything else exactly and in order."""
    if isinstance(expected, dict) and isinstance(found, dict) and _is_digest_part(path):
        return [d for key in expected for d in differences(expected[key], found.get(key, MISSING), f"{path}/{key}")]
    if isinstance(expected, list) and isinstance(found, list):
        shared = min(len(expected), len(found))
        inside = [d for at in range(shared) for d in differences(expected[at], found[at], f"{path}/{at}")]
        more = [(f"{path}/{at}", item, MISSING) for at, item in enumerate(expected[shared:], shared)]
        return inside + more + [(f"{path}/{at}", MISSING, item) for at, item in enumerate(found[shared:], shared)]
    return [] if _same(expected, found) else [(path, expected, found)]


MISSING = "(missing)"
_DIGEST_PART = re.compile(r"(/subgraphs/\d+(/run)?|/messages/\d+|/tool_calls/\d+)*$")


def _is_digest_part(path):
    """Whether the keys there are the digest's own: only those may be left out."""
    return _DIGEST_PART.match(path) is not None


def _same(expected, found):
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(_same(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_same, expected, found))
    if expected == "*" and isinstance(found, str):
        return found != ""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    return expected == found


def shown(found):
    """Differences as lines for people."""
    text = lambda value: value if value is MISSING else json.dumps(value, ensure_ascii=False)[:300]
    return "\n".join(f"{path}: expected {text(expected)}, found {text(value)}" for path, expected, value in found)
