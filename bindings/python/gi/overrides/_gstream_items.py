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

BATCH = 64  # strings in a call, once a loop has had so many: most are left earlier, and look no further ahead
ITEM, PENDING = Gstream.Try.ITEM, Gstream.Try.PENDING


# --- reading: what there is without waiting, and whether it still has to be skipped ---


def read_texts(cursor, count):
    tried, texts = cursor.peek_texts(BATCH if count >= BATCH else 1)
    return tried, texts or (None,), True  # a batch ends before a string that is NULL


def read_json(cursor, count):
    tried, texts = cursor.peek_texts(1)
    return tried, [json.loads(text) for text in texts], True


def read_event(cursor, count):
    tried, event = cursor.try_next_event()
    return tried, (event,), False


take_value = Gstream.Cursor.try_next  # GIR's own


def read_value(cursor, count):
    tried, item = take_value(cursor)
    return tried, (item,), False


def object_reader(whole):
    def read(cursor, count):
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

    def read(cursor, count):
        tried, name = cursor.peek()
        if tried != ITEM:
            return tried, (), False
        tried, items, peeked = reader_of(run.get_projection(name).get_item_type(), run)(cursor, 0)
        return tried, [(name, item) for item in items], peeked

    return read


# --- giving: what was given is skipped when the loop is left at the latest, so that nothing is lost ---


def shown(cursor, items):
    """The items, to be given one after another; a single one is skipped at once."""
    if len(items) == 1:
        cursor.skip(1)
    return iter(items)


def skip_given(cursor, items, rest):
    if len(items) > 1:
        cursor.skip(len(items) - rest.__length_hint__())


def synchronously(cursor, read, _whole):
    count = 0
    while True:
        tried, items, peeked = read(cursor, count)
        if tried == ITEM and peeked:
            count += len(items)
            rest = shown(cursor, items)
            try:
                yield from rest
            finally:
                skip_given(cursor, items, rest)
        elif tried == ITEM:
            yield from items
        elif tried == PENDING:
            cursor.wait_sync()
        else:
            return


async def asynchronously(cursor, read, _whole):
    count = 0
    yield  # see primed()
    while True:
        tried, items, peeked = read(cursor, count)
        if tried == ITEM and peeked:
            count += len(items)
            rest = shown(cursor, items)
            try:
                for item in rest:
                    yield item
            finally:
                skip_given(cursor, items, rest)
        elif tried == ITEM:
            yield items[0]
            await asyncio.sleep(0)  # so that a task made for a handle subscribes before more is asked for (P11)
        elif tried == PENDING:
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
    owners[whole] = lambda: None, threading.get_ident()
    return whole


def own(part, get_whole, whole):
    if isinstance(part, PARTS) and part not in owners:
        known = whole is not None and owners.get(whole)
        owners[part] = get_whole, known[1] if known else threading.get_ident()
    return part


def adopt(part, whole):
    """Notes that @part, if it is one, belongs to @whole, and keeps that alive. Gives @part."""
    return own(part, lambda: whole, whole)


def lend(part, whole):
    """The same for what @whole itself may keep alive, such as the projection of a transformer."""
    return own(part, weakref.ref(whole), whole)


def owner_of(part):
    """What @part belongs to; fails in another thread than theirs, and after its end."""
    if part not in owners:
        return None
    get_whole, thread = owners[part]
    if thread != threading.get_ident():
        raise RuntimeError("this run belongs to the thread that made it: iterate it there, and hand on what comes")
    whole = get_whole()
    if whole is None and isinstance(get_whole, weakref.ref):
        raise RuntimeError("the run was dropped, and so aborted: keep it while it is read, best `with` it")
    return whole
