"""One call on its way through the bridge: sent by a thread, run as a task on the loop, waited for by the thread."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from astra_devops._bridge.latch import Latch

T = TypeVar("T")


class BridgedCall(Generic[T]):
    """A coroutine function with its arguments, and the place where its outcome lands.

    Lighter than a ``concurrent.futures.Future`` by half, and waiting for it may be interrupted and
    repeated.
    """

    __slots__ = ("_arrival", "_call", "abandoned", "error", "task", "value")

    def __init__(self, function: Callable[..., Coroutine[Any, Any, T]], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._call = (function, args, kwargs)
        self._arrival = Latch()
        self.task: asyncio.Task[None] | None = None
        self.abandoned = False
        self.value: T | None = None
        self.error: BaseException | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the task.

        On the loop, which runs this in a copy of the calling thread's context, and so the task too.
        """
        if not self._arrival.opened:
            self.task = loop.create_task(self._run())
            self.task.add_done_callback(self._on_done)

    def cancel(self) -> None:
        """Cancel the task, or see to it that it never starts. On the loop."""
        if self.task is None:
            self.finish(asyncio.CancelledError())
        else:
            self.task.cancel()

    def finish(self, error: BaseException | None) -> None:
        """Let the waiting thread go on, with ``error`` unless the call has its own outcome; a deserted one waits for ever."""
        if not self._arrival.opened and not self.abandoned:
            self.error = self.error or error
            self._arrival.open()

    def wait(self) -> None:
        """Block until the task has ended."""
        self._arrival.wait()

    def outcome(self) -> T:
        """Give what the call returned or raise what it raised, with the traceback it had on the loop."""
        # Taken out, since the loop may hold this object for a moment longer than the caller holds
        # the outcome.
        value, self.value = self.value, None
        error, self.error = self.error, None
        if error is None:
            return value  # type: ignore[return-value]
        try:
            raise error
        finally:
            # The traceback now holds this frame: a name for the error in it would be a cycle that
            # only the collector can break.
            del error

    async def _run(self) -> None:
        function, args, kwargs = self._call
        try:
            self.value = await function(*args, **kwargs)
        except BaseException as error:
            # SystemExit too: it is the calling thread's to end by, not the loop's.
            self.error = error

    def _on_done(self, task: asyncio.Task[None]) -> None:
        # A task that is cancelled before its first step never enters _run.
        self.finish(asyncio.CancelledError() if task.cancelled() else None)
