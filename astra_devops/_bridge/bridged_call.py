"""One call through the bridge: a thread submits it and waits, and the loop runs it as a task."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from astra_devops._bridge.latch import Latch

T = TypeVar("T")


class BridgedCall(Generic[T]):
    """A coroutine function with its arguments, and a place for its result or error.

    Half the cost of a ``concurrent.futures.Future``. A wait for it may be interrupted and repeated.
    """

    __slots__ = ("_finished", "_invocation", "abandoned", "error", "task", "value")

    def __init__(self, function: Callable[..., Coroutine[Any, Any, T]], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._invocation = (function, args, kwargs)
        self._finished = Latch()
        self.task: asyncio.Task[None] | None = None
        self.abandoned = False
        self.value: T | None = None
        self.error: BaseException | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the task. Runs on the loop.

        The loop runs this method in a copy of the calling thread's context, so the task gets that
        context as well.
        """
        if not self._finished.is_open:
            self.task = loop.create_task(self._run())
            self.task.add_done_callback(self._on_task_done)

    def cancel(self) -> None:
        """Cancel the task, or prevent it from starting. Runs on the loop."""
        if self.task is None:
            self.finish(asyncio.CancelledError())
        else:
            self.task.cancel()

    def finish(self, error: BaseException | None) -> None:
        """Release the waiting thread, unless the call is abandoned: its thread then waits forever.

        Args:
            error: What the call raises if it has no error of its own.
        """
        if not self._finished.is_open and not self.abandoned:
            self.error = self.error or error
            self._finished.open()

    def wait(self) -> None:
        """Block until the task has ended."""
        self._finished.wait()

    def result(self) -> T:
        """Return what the call returned, or raise its error with the traceback from the loop."""
        # Removed from this object, which the loop may keep for a moment longer than the caller
        # keeps the result.
        value, self.value = self.value, None
        error, self.error = self.error, None
        if error is None:
            return value  # type: ignore[return-value]
        try:
            raise error
        finally:
            # The traceback refers to this frame: if the frame still referred to the error, only the
            # garbage collector could free the two.
            del error

    async def _run(self) -> None:
        function, args, kwargs = self._invocation
        try:
            self.value = await function(*args, **kwargs)
        except BaseException as error:
            # SystemExit too: it must end the calling thread, not the loop.
            self.error = error
        # From here and not from the callback below, which runs a turn of the loop later.
        self.finish(None)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        # A task that is canceled before its first step never enters _run.
        self.finish(asyncio.CancelledError() if task.cancelled() else None)
