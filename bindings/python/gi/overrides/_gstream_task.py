# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The asyncio task that a graph runs in.

import asyncio
import contextvars
import types

PARKED = object()


@types.coroutine
def park():
    """Suspends the current task, which must be a ResumableTask, until it is resumed."""
    yield PARKED


class ResumableTask(asyncio.Future):
    """An asyncio task that, when it is suspended by park(), can be resumed by a function call.

    Another task would be told by a future, and go on in the loop's next turn; this one goes on within the call of resume(),
    as itself: asyncio.current_task() is this one meanwhile, and the context its own. So asking a graph for an event that it
    has already is a call. What a task needs to be known to asyncio is documented there ("Extending").
    """

    def __init__(self, coroutine, loop):
        super().__init__(loop=loop)
        self._coroutine = coroutine
        self._context = contextvars.copy_context()
        self._awaited = None  # the future that the coroutine waits for
        self._is_parked = False
        self._n_cancels = 0
        self._is_to_be_cancelled = False
        asyncio._register_task(self)
        loop.call_soon(self._step)

    def resume(self):
        if self._is_parked:
            self._is_parked = False
            self._step()

    def _step(self, exception=None):
        if self.done():
            return
        if self._is_to_be_cancelled:
            self._is_to_be_cancelled = False
            exception = asyncio.CancelledError()
        self._awaited = None
        loop = self.get_loop()
        outer = asyncio.current_task(loop)
        if outer is not None:
            asyncio._leave_task(loop, outer)
        asyncio._enter_task(loop, self)
        try:
            self._go_on(exception)
        finally:
            asyncio._leave_task(loop, self)
            if outer is not None:
                asyncio._enter_task(loop, outer)

    def _go_on(self, exception):
        try:
            if exception is None:
                self._wait_for(self._context.run(self._coroutine.send, None))
            else:
                self._wait_for(self._context.run(self._coroutine.throw, exception))
        except StopIteration as stop:
            self.set_result(stop.value)
        except asyncio.CancelledError:
            super().cancel()
        except BaseException as raised:
            self.set_exception(raised)
            if not isinstance(raised, Exception):
                raise

    def _wait_for(self, yielded):
        if yielded is PARKED and not self._is_to_be_cancelled:
            self._is_parked = True
        elif yielded is PARKED or yielded is None:  # None: it lets others have a turn
            self.get_loop().call_soon(self._step)
        else:
            yielded._asyncio_future_blocking = False
            self._awaited = yielded
            yielded.add_done_callback(self._on_awaited)
            if self._is_to_be_cancelled and yielded.cancel():
                self._is_to_be_cancelled = False

    def _on_awaited(self, future):
        try:
            future.result()
        except BaseException as exception:
            self._step(exception)
        else:
            self._step()

    def cancel(self, msg=None):
        if self.done():
            return False
        self._n_cancels += 1
        if self._awaited is not None and self._awaited.cancel(msg):
            return True
        self._is_to_be_cancelled = True
        if self._is_parked:
            self._is_parked = False
            self.get_loop().call_soon(self._step)
        return True

    # --- what else a task has ---

    def cancelling(self):
        return self._n_cancels

    def uncancel(self):
        self._n_cancels = max(self._n_cancels - 1, 0)
        return self._n_cancels

    def get_coro(self):
        return self._coroutine

    def get_context(self):
        return self._context

    def get_name(self):
        return "gstream-graph"
