"""One piece of work for all that ask for it at the same time."""

import asyncio
import copy
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeGuard, TypeVar

from astra_devops import errors
from astra_devops._runtime import deadline
from astra_devops._runtime.clock import Clock

T = TypeVar("T")


class SharedTask(Generic[T]):
    """A task that several callers can wait for. It is canceled when the last of them is.

    It does not inherit the deadline of the waiter that starts it: the others may have more time.

    Attributes:
        started: When the work began, by the client's monotonic clock; None before that. A caller
            that asks in the same turn of the loop as the first is in time for it.
    """

    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]], clock: Clock) -> None:
        self.started: float | None = None
        self._task = asyncio.create_task(self._run(work, clock), context=deadline.unbounded_context())
        self._waiters = 0
        self._is_abandoned = False

    async def _run(self, work: Callable[[], Coroutine[Any, Any, T]], clock: Clock) -> T:
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
        self._waiters += 1
        try:
            return await asyncio.shield(self._task)
        except errors.AstraDevOpsError as error:
            raise _copy(error) from error.__cause__
        finally:
            self._waiters -= 1
            if not self._waiters and not self._task.done():
                self._is_abandoned = True
                self._task.cancel()


def _copy(error: errors.AstraDevOpsError) -> errors.AstraDevOpsError:
    own = copy.copy(error)
    own.__dict__.pop("__notes__", None)
    for note in getattr(error, "__notes__", ()):
        own.add_note(note)
    return own.with_traceback(error.__traceback__)


def can_join(task: SharedTask[T] | None, not_before: float) -> TypeGuard[SharedTask[T]]:
    """Return whether a task still runs and has begun, or will begin, at a time or later."""
    return task is not None and task.can_be_joined and (task.started is None or task.started >= not_before)
