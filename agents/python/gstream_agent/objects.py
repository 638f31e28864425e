# SPDX-License-Identifier: LGPL-2.1-or-later
"""Converts Python objects to JSON in the same way as LangGraph's Agent Server."""

import base64
import collections
import datetime
import decimal
import ipaddress
import json
import pathlib
import re
import uuid
import zoneinfo

import orjson
from langgraph.types import Send

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WRITTEN_AS_TEXT = (
    uuid.UUID,
    pathlib.Path,
    ipaddress.IPv4Address,
    ipaddress.IPv4Interface,
    ipaddress.IPv4Network,
    ipaddress.IPv6Address,
    ipaddress.IPv6Interface,
    ipaddress.IPv6Network,
)
# The methods that return the content of an object, in the order in which they are tried.
_DUMPERS = ("model_dump", "dict", "_asdict")


def dumps(value):
    """Converts `value` to JSON, in UTF-8."""
    try:
        return orjson.dumps(value, default=_convert, option=_OPTIONS)
    except TypeError:
        # A lone surrogate, or an integer of more than 64 bits, which orjson does not support.
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode()


def plain(value):
    """Converts `value` to dicts, lists, strings, numbers, booleans and None."""
    return json.loads(dumps(value))


def _convert(value):
    """Converts objects that orjson does not support. For unknown objects, the server sends null."""
    if isinstance(value, Send):
        return {"node": value.node, "args": value.arg}
    if not isinstance(value, type):
        for name in _DUMPERS:
            if callable(dump := getattr(value, name, None)):
                return dump()
    if isinstance(value, BaseException):
        return {"error": type(value).__name__, "message": str(value)}
    return _convert_simple(value)


def _convert_simple(value):
    if isinstance(value, (set, frozenset, collections.deque)):
        return list(value)
    if isinstance(value, (datetime.timezone, zoneinfo.ZoneInfo)):
        return value.tzname(None)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return _number(value)
    if isinstance(value, _WRITTEN_AS_TEXT):
        return str(value)
    if isinstance(value, re.Pattern):
        return value.pattern
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    return None


def _number(value):
    whole = value.is_finite() and value.as_tuple().exponent >= 0
    return int(value) if whole else float(value)


def _plain(value):
    """The same for values that orjson refuses: with the standard library, and with lone surrogates replaced."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("?", value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {_plain(_key(key)): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_asdict"):
        return [_plain(entry) for entry in value]
    try:
        return json.loads(orjson.dumps(value, option=_OPTIONS))  # dataclasses, dates, enumerations
    except TypeError:
        return _plain(_convert(value))


def _key(key):
    return key if isinstance(key, str) else json.loads(orjson.dumps({key: 0}, option=_OPTIONS)).popitem()[0]
