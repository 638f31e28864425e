# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Iterating over the items of a cursor with `for` and `async for`, one by one or in batches.

import asyncio
import itertools
import json
import os
import sys
import threading
import weakref

from gi.module import get_introspection_module
from gi.repository import GLib, GObject

Gstream = get_introspection_module("Gstream")

BATCH = 64  # the maximum number of items per call
ITEM, PENDING = Gstream.Try.ITEM, Gstream.Try.PENDING


# --- taking what there is without waiting: what was tried, and a list of at most so many items ---


def take_texts(cursor, most):
    tried, texts = cursor.take_texts(most)
    return tried, texts or [None]  # a string that is NULL is returned separately


def take_json(cursor, most):
    tried, texts = cursor.take_texts(most)
    return tried, [json.loads(text) for text in texts]


def take_event(cursor, _most):
    tried, event = cursor.try_next_event()
    return tried, [event]


try_next = Gstream.Cursor.try_next  # the method of GIR


def take_value(cursor, _most):
    tried, item = try_next(cursor)
    return tried, [item]


def object_taker(whole):
    """Takes objects one at a time, because each has to be subscribed to before the next one is taken (P11)."""

    def take(cursor, _most):
        tried, item = cursor.try_next_object()
        return tried, [adopt(item, whole)]

    return take


takers = {
    "gchararray": take_texts,
    "GstreamPayload": take_json,
    "GVariant": take_json,
    "GstreamEvent": take_event,
}


def has_objects(item_type):
    return item_type.is_a(GObject.TYPE_OBJECT) or item_type.is_a(GObject.TYPE_INTERFACE)


def taker_of(item_type, whole):
    return object_taker(whole) if has_objects(item_type) else takers.get(item_type.name, take_value)


def named_taker(run):
    """Takes the items of an interleave, each with the name of its projection (P10)."""

    def take(cursor, _most):
        tried, name = cursor.peek()
        if tried != ITEM:
            return tried, []
        tried, items = taker_of(run.get_projection(name).get_item_type(), run)(cursor, 1)
        return tried, [(name, item) for item in items]

    return take


# --- the steps of a loop: some items, or None where they have to be waited for ---


def taking(cursor, take, most=1):
    while True:
        tried, items = take(cursor, most)
        if tried == ITEM:
            yield items
        elif tried == PENDING:
            yield None
        else:
            return


def looking(cursor):
    """Strings. What was given is skipped when the loop is left at the latest, so that nothing is lost.

    It looks twice as far ahead as it has come: most loops that are left are left early.
    """
    given = 0
    alone = True  # after a wait there is usually one
    while True:
        if alone:
            alone = False
            tried, texts = cursor.take_texts(1)
            if tried == ITEM:
                yield texts or (None,)
                given += 1
                continue
        else:
            tried, texts = cursor.peek_texts(min(2 * given, BATCH) or 1)
        if tried == ITEM and len(texts) > 1:
            rest = iter(texts)
            try:
                yield rest
            finally:
                cursor.skip(len(texts) - rest.__length_hint__())
            given += len(texts)
        elif tried == ITEM:
            cursor.skip(1)
            yield texts or (None,)  # a batch ends before a string that is NULL, which is then taken separately
            given += 1
        elif tried == PENDING:
            yield None
            alone = True
        else:
            return


def steps_of(cursor, item_type, whole):
    return looking(cursor) if item_type == GObject.TYPE_STRING else taking(cursor, taker_of(item_type, whole))


def named_steps(run):
    return lambda cursor, _item_type, _whole: taking(cursor, named_taker(run))


def batches_of(cursor, item_type, whole):
    for items in taking(cursor, taker_of(item_type, whole), BATCH):
        yield items and (items,)  # a batch is a single item of its step


# --- walking them; the run is kept alive meanwhile ---


def waiting(cursor, steps, whole, is_own):
    try:
        for items in steps:
            if items is None:
                cursor.wait_sync()
            else:
                yield items
    except GLib.Error as error:
        raise explained(error, whole or cursor)
    finally:
        if is_own:
            leave(cursor, steps)


def leave(cursor, steps):
    """Unsubscribes from what was subscribed to for the loop alone: an exception's traceback may keep the cursor (P9)."""
    steps.close()
    cursor.close()


OVER = object()


def asked(steps, home):
    """Returns the next item; None if the caller should call next_step() of the source, which asks for more."""
    home.asking = True
    try:
        items = next(steps, OVER)
    finally:
        home.asking = False
    if home.is_wanting:
        home.is_wanting = False
        if items is not None and (source := home.get_source()) is not None:
            source.want_soon()
    return items


async def awaiting(cursor, steps, handles, whole, is_own):
    try:
        yield  # see primed()
        home = home_of(whole or cursor) or Home()
        while (items := asked(steps, home)) is not OVER:
            if items is None:
                source = home.get_source()
                step = source and source.next_step()
                if step is not True:
                    await (step or cursor.wait())
                continue
            for item in items:
                yield item
            if handles:
                await asyncio.sleep(0)  # so that a task for a handle can subscribe before more is asked for (P11)
    except GLib.Error as error:
        raise explained(error, whole or cursor)
    finally:
        if is_own:
            leave(cursor, steps)


def synchronously(cursor, whole, make_steps=steps_of, is_own=False):
    steps = make_steps(cursor, cursor.get_item_type(), whole)
    return itertools.chain.from_iterable(waiting(cursor, steps, whole, is_own))


def asynchronously(cursor, whole, make_steps=steps_of, is_own=False):
    item_type = cursor.get_item_type()
    handles = item_type == GObject.TYPE_INVALID or has_objects(item_type)
    steps = make_steps(cursor, item_type, whole)
    return primed(awaiting(cursor, steps, handles, whole, is_own))


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

PARTS = (Gstream.Projection, Gstream.Cursor, Gstream.Message, Gstream.ToolCall, Gstream.RunStream)


class Owner(weakref.ref):
    """The objects that must be kept alive for a part, and the thread that it belongs to."""

    __slots__ = "key", "get_whole", "thread"


# By the parts' ids. Attributes of the objects themselves would keep them alive for as
# long as the run is, and that is for ever.
owners = {}


def forget(owner):
    del owners[owner.key]


def note(part, get_whole, thread):
    owner = Owner(part, forget)
    owner.key, owner.get_whole, owner.thread = id(part), get_whole, thread
    owners[owner.key] = owner


def settle_in(whole):
    """Records that a run belongs to this thread, and which objects of the program belong to the run."""
    note(whole, lambda: None, threading.get_ident())
    whole._home = Home()
    for part in (whole.get_source(), whole.get_mux()):
        if hasattr(part, "_link"):
            part._link.home = weakref.ref(whole._home)
            part._link.run = weakref.ref(whole)
    return whole


def own(part, get_whole, whole):
    if isinstance(part, PARTS) and id(part) not in owners:
        known = owners.get(id(whole))
        note(part, get_whole, known.thread if known else threading.get_ident())
    return part


def adopt(part, whole):
    """Records that @part (if it is a part) belongs to @whole, which is kept alive. Returns @part."""
    return own(part, lambda: whole, whole)


def lend(part, whole):
    """The same for a part that @whole itself may keep alive, such as the projection of a transformer."""
    return own(part, weakref.ref(whole), whole)


FORKED = -1


def disown_all():
    for owner in owners.values():
        owner.thread = FORKED


os.register_at_fork(after_in_child=disown_all)


def check_process(part):
    """Fails after a fork, because the threads and the main loop that a run needs only exist in the parent process."""
    owner = owners.get(id(part))
    if owner is not None and owner.thread == FORKED:
        raise RuntimeError("this run was made before the process forked, and stays with the parent: "
                           "make one in a process that was started anew (multiprocessing's \"spawn\")")


def owner_of(part):
    """Returns the owner of @part; fails in another thread, and after the owner has ended."""
    owner = owners.get(id(part))
    if owner is None:
        return None
    check_process(part)
    if owner.thread != threading.get_ident():
        raise RuntimeError("this run belongs to the thread that made it: iterate it there, and hand on what comes")
    whole = owner.get_whole()
    if whole is None and isinstance(owner.get_whole, weakref.ref):
        raise RuntimeError("the run was dropped, and so aborted: keep it while it is read, best `with` it")
    return whole


# --- what the program's own code raised ---


class Home:
    """Of a run: what its generators and transformers raised, and which coroutines of theirs are under way.

    The run keeps it, as nothing else may: an exception has frames, and they have the run.
    """

    __slots__ = "raised", "escaped", "tasks", "get_source", "asking", "is_wanting", "__weakref__"

    def __init__(self):
        self.raised = {}  # by the error that it became
        self.escaped = []  # KeyboardInterrupt and SystemExit, on their way to whoever waits
        self.tasks = weakref.WeakSet()
        # Gives the source whose next_step() can be awaited, if it is a coroutine in this loop: then nobody need be told
        # by way of GLib's main context.
        self.get_source = lambda: None
        self.asking = False  # somebody is about to call next_step() where nothing is there
        self.is_wanting = False  # the source has been asked meanwhile, and leaves it to that call

    def note(self, error, exception):
        self.raised[key_of(error)] = exception
        if isinstance(exception, (KeyboardInterrupt, SystemExit)):
            self.escaped.append(exception)


class Link:
    """Connects a source, or a mux and its transformers, with their run and its home."""

    home = run = staticmethod(lambda: None)

    def __init__(self):
        self.channels = set()  # that the transformers of a mux need (M8)


def key_of(error):
    return error.domain, error.code, error.message


def home_of(part):
    """Returns the home of the run that @part belongs to, at any level; None if it is not known."""
    while part is not None:
        home = part.__dict__.get("_home")
        if home is not None:
            return home
        owner = owners.get(id(part))
        part = owner.get_whole() if owner else None
    return None


def with_cause(error, part):
    """Returns @error, with which a run failed, with the exception that caused it."""
    home = home_of(part)
    cause = home.raised.get(key_of(error)) if home else None
    if cause is not None and cause is not error:
        error.__cause__ = cause
    return error


def explained(error, part):
    """Returns the exception to raise for @error. KeyboardInterrupt and SystemExit are raised unchanged, once."""
    home = home_of(part)
    return home.escaped.pop() if home and home.escaped else with_cause(error, part)
