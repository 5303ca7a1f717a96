"""One piece of work for all that ask for it at the same time."""

import asyncio
import copy
from collections.abc import Callable, Coroutine
from itertools import islice
from typing import Any, Final, Generic, TypeGuard, TypeVar

from astra_devops import errors
from astra_devops._runtime import deadline
from astra_devops._runtime.clock import Clock

T = TypeVar("T")

# Waiters that are woken in one turn of the event loop, so that thousands do not hold it up.
_PER_TURN: Final = 64


class SharedTask(Generic[T]):
    """A task that several callers can wait for. It is canceled when the last of them is.

    It does not inherit the deadline of the waiter that starts it: the others may have more time.

    Attributes:
        started: When the work began, by the client's monotonic clock; None before that. A caller
            that asks in the same turn of the loop as the first is in time for it.
    """

    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]], clock: Clock, *, after: "SharedTask[T] | None" = None) -> None:
        """Start the work, or let it start when that of another task is over."""
        self.started: float | None = None
        self._task = asyncio.create_task(self._run(work, clock, after), context=deadline.unbounded_context())
        self._task.add_done_callback(self._wake_some)
        # In the order in which they asked.
        self._waiters: dict[asyncio.Future[T], None] = {}
        self._is_abandoned = False

    async def _run(self, work: Callable[[], Coroutine[Any, Any, T]], clock: Clock, after: "SharedTask[T] | None") -> T:
        if after is not None:
            await asyncio.wait((after._task,))
        self.started = clock.monotonic()
        return await work()

    @property
    def can_be_joined(self) -> bool:
        """Whether the task is not done yet, and is not being canceled."""
        return not self._task.done() and not self._is_abandoned

    async def wait(self) -> T:
        """Wait for the result.

        An exception is raised as a copy: each waiter adds details of its own.
        """
        if self._task.done():
            return self._task.result()
        waiter = self.join()
        try:
            return await waiter
        except errors.AstraDevOpsError as error:
            raise _copy(error) from error.__cause__
        finally:
            self.leave(waiter)

    def join(self) -> asyncio.Future[T]:
        """Return a future of the result. It must be left in the end."""
        waiter: asyncio.Future[T] = self._task.get_loop().create_future()
        self._waiters[waiter] = None
        return waiter

    def leave(self, waiter: asyncio.Future[T]) -> None:
        """Wait no longer with a future. The task is canceled when none waits."""
        self._waiters.pop(waiter, None)
        if not self._waiters and not self._task.done():
            self._is_abandoned = True
            self._task.cancel()

    def _wake_some(self, task: asyncio.Task[T]) -> None:
        """Pass the outcome to the first waiters, and to the others in later turns of the loop."""
        for waiter in [*islice(self._waiters, _PER_TURN)]:
            del self._waiters[waiter]
            if waiter.done():
                continue
            if task.cancelled():
                waiter.cancel()
            elif (error := task.exception()) is not None:
                waiter.set_exception(error)
            else:
                waiter.set_result(task.result())
        if self._waiters:
            task.get_loop().call_soon(self._wake_some, task)


def _copy(error: errors.AstraDevOpsError) -> errors.AstraDevOpsError:
    own = copy.copy(error)
    own.__dict__.pop("__notes__", None)
    for note in getattr(error, "__notes__", ()):
        own.add_note(note)
    return own.with_traceback(error.__traceback__)


def can_join(task: SharedTask[T] | None, not_before: float) -> TypeGuard[SharedTask[T]]:
    """Return whether a task still runs and has begun, or will begin, at a time or later."""
    return task is not None and task.can_be_joined and (task.started is None or task.started >= not_before)
