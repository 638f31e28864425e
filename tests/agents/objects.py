# SPDX-License-Identifier: LGPL-2.1-or-later
"""Python's objects as JSON: those of clause L2."""

import collections
import dataclasses
import datetime
import decimal
import enum
import json
import pathlib
import re
import uuid

import pydantic
from gstream_agent import objects
from langchain_core.messages import HumanMessage
from langgraph.types import Interrupt, Send


@dataclasses.dataclass
class Point:
    x: int
    when: datetime.date


class Model(pydantic.BaseModel):
    name: str
    inner: Point


class Colour(enum.Enum):
    RED = "red"


class Unknown:
    pass


Pair = collections.namedtuple("Pair", "first second")
NAME = uuid.UUID(int=7)
DAY = datetime.date(2026, 1, 2)

for value, expected in (
    (Point(1, DAY), {"x": 1, "when": "2026-01-02"}),
    (Model(name="n", inner=Point(2, DAY)), {"name": "n", "inner": {"x": 2, "when": "2026-01-02"}}),
    (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), "2026-01-02T03:04:05+00:00"),
    (datetime.timedelta(minutes=1), 60.0),
    (NAME, str(NAME)),
    (Colour.RED, "red"),
    ({1}, [1]),
    ((1, 2), [1, 2]),
    (Pair(1, {2}), {"first": 1, "second": [2]}),
    (collections.deque([1]), [1]),
    (decimal.Decimal("1"), 1),
    (decimal.Decimal("1.50"), 1.5),
    (b"\0\xff", "AP8="),
    (pathlib.Path("a/b"), "a/b"),
    (re.compile("a+"), "a+"),
    (float("nan"), None),
    (float("inf"), None),
    (Unknown(), None),
    (ValueError("no"), {"error": "ValueError", "message": "no"}),
    (Send("node", {"a": 1}), {"node": "node", "args": {"a": 1}}),
    ({1: "x", None: "y", NAME: "z"}, {"1": "x", "null": "y", str(NAME): "z"}),
    ("\ud800 lone", "? lone"),
    ({"\udc00": [{"\ud800"}, DAY]}, {"?": [["?"], "2026-01-02"]}),
    (2**70, 2**70),
    ({"big": 2**70, "day": DAY, "nan": float("nan"), "point": Point(3, DAY)},
     {"big": 2**70, "day": "2026-01-02", "nan": None, "point": {"x": 3, "when": "2026-01-02"}}),
):
    found = json.loads(objects.dumps(value))
    assert found == expected and type(found) is type(expected), (value, found, expected)

interrupt = json.loads(objects.dumps(Interrupt(value={"q": DAY}, id="7")))
assert interrupt["value"] == {"q": "2026-01-02"} and interrupt["id"] == "7", interrupt
message = json.loads(objects.dumps(HumanMessage("hi", id="1")))
assert message["type"] == "human" and message["content"] == "hi" and message["id"] == "1", message
