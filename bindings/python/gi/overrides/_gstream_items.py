# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The items of a cursor, for `for` and `async for`.

import asyncio
import json
import sys
import threading
import weakref

from gi.module import get_introspection_module
from gi.repository import GObject

Gstream = get_introspection_module("Gstream")

BATCH = 64  # strings in a call, once so many have come without a wait
ITEM, PENDING = Gstream.Try.ITEM, Gstream.Try.PENDING


# --- reading: what there is without waiting, and whether it still has to be skipped ---


def read_texts(cursor, calm):
    tried, texts = cursor.peek_texts(BATCH if calm >= BATCH else 1)
    return tried, texts or (None,), True  # a batch ends before a string that is NULL


def read_json(cursor, calm):
    tried, texts = cursor.peek_texts(1)
    return tried, [json.loads(text) for text in texts], True


def read_event(cursor, calm):
    tried, event = cursor.try_next_event()
    return tried, (event,), False


take_value = Gstream.Cursor.try_next  # GIR's own


def read_value(cursor, calm):
    tried, item = take_value(cursor)
    return tried, (item,), False


def object_reader(whole):
    def read(cursor, calm):
        tried, item = cursor.try_next_object()
        return tried, (adopt(item, whole),), False

    return read


readers = {
    "gchararray": read_texts,
    "GstreamPayload": read_json,
    "GVariant": read_json,
    "GstreamEvent": read_event,
}


def has_objects(item_type):
    return item_type.is_a(GObject.TYPE_OBJECT) or item_type.is_a(GObject.TYPE_INTERFACE)


def reader_of(item_type, whole):
    return object_reader(whole) if has_objects(item_type) else readers.get(item_type.name, read_value)


def named_reader(run):
    """For an interleave: each item with the name of its projection (P10)."""

    def read(cursor, calm):
        tried, name = cursor.peek()
        if tried != ITEM:
            return tried, (), False
        tried, items, peeked = reader_of(run.get_projection(name).get_item_type(), run)(cursor, 0)
        return tried, [(name, item) for item in items], peeked

    return read


# --- giving: one after another, so that leaving the loop loses nothing ---


def give(cursor, items, peeked):
    if not peeked:
        yield from items
    elif len(items) == 1:
        cursor.skip(1)
        yield items[0]
    else:
        given = 0
        try:
            for item in items:
                given += 1
                yield item
        finally:
            cursor.skip(given)


def synchronously(cursor, read, _whole):
    calm = 0
    while True:
        tried, items, peeked = read(cursor, calm)
        if tried == ITEM:
            calm += len(items)
            yield from give(cursor, items, peeked)
        elif tried == PENDING:
            calm = 0
            cursor.wait_sync()
        else:
            return


async def asynchronously(cursor, read, _whole):
    calm = 0
    yield  # see primed()
    while True:
        tried, items, peeked = read(cursor, calm)
        if tried == ITEM:
            calm += len(items)
            for item in give(cursor, items, peeked):
                yield item
            if not peeked:
                await asyncio.sleep(0)  # so that a task made for a handle subscribes before more is asked for (P11)
        elif tried == PENDING:
            calm = 0
            await cursor.wait()
        else:
            return


def close_now(generator):
    try:
        generator.aclose().send(None)
    except StopIteration:
        pass


def primed(generator):
    """An asynchronous generator that is closed as soon as its loop is left, like a plain one.

    asyncio would close it some time later, and the projection would stay subscribed until then.
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=None, finalizer=close_now)
    try:
        generator.__anext__().send(None)
    except StopIteration:
        pass
    finally:
        sys.set_asyncgen_hooks(*hooks)
    return generator


# --- whose it is ---

# What needs which run to be alive, and in which thread it is at home. Attributes of
# the objects themselves would keep them alive for as long as the run is, and that is
# for ever.
owners = weakref.WeakKeyDictionary()

PARTS = (Gstream.Projection, Gstream.Cursor, Gstream.Message, Gstream.ToolCall, Gstream.RunStream)


def settle_in(whole):
    """Notes that a run belongs to this thread."""
    owners[whole] = None, threading.get_ident()
    return whole


def adopt(part, whole):
    """Notes that @part, if it is one, belongs to @whole. Gives @part."""
    if isinstance(part, PARTS) and part not in owners:
        owners[part] = whole, owners.get(whole, (None, threading.get_ident()))[1]
    return part


def owner_of(part):
    """What @part belongs to; fails in another thread than theirs."""
    whole, thread = owners.get(part, (None, threading.get_ident()))
    if thread != threading.get_ident():
        raise RuntimeError("this run belongs to the thread that made it: iterate it there, and hand on what comes")
    return whole
