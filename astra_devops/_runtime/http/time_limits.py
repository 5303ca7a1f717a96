"""Time limits of requests, and who gets a connection: one timer and one count for all of them."""

import asyncio
from collections import deque


class TimeLimits:
    """Limits on what tasks are doing at the moment, with one timer for all of them.

    A timer for each request costs more than all else that a client does for it. A limit that is
    exceeded cancels the task. So :meth:`stop` must be called in any case: it returns whether the
    cancellation comes from here or from other code.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop: asyncio.AbstractEventLoop = loop
        self._due: dict[asyncio.Task[object], float] = {}
        self._exceeded: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, task: asyncio.Task[object], seconds: float) -> None:
        """Limit a task to so many seconds from now."""
        self._due[task] = when = self.loop.time() + seconds
        if self._timer is None or when < self._timer.when():
            self._set_timer(when)

    def stop(self, task: asyncio.Task[object]) -> bool:
        """End the limit of a task, and return whether it was exceeded.

        Its cancellation is then taken back. Ending it again does nothing, and returns False.
        """
        self._due.pop(task, None)
        if task not in self._exceeded:
            return False
        self._exceeded.remove(task)
        task.uncancel()
        return True

    def _set_timer(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(when, self._strike)

    def _strike(self) -> None:
        """Cancel the tasks whose time is up.

        There may be none, since the task that the timer was set for has ended.
        """
        self._timer = None
        now = self.loop.time()
        for task in [task for task, when in self._due.items() if when <= now]:
            del self._due[task]
            self._exceeded.add(task)
            task.cancel()
        if self._due:
            self._set_timer(min(self._due.values()))

    def close(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Slots:
    """A count of the connections that may be in use at once. The oldest waiter is next."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take(self) -> bool:
        """Take a free slot, or return False if there is none."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def wait(self) -> None:
        """Wait for a slot, and take it."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back()
            raise

    def give_back(self) -> None:
        """Return a slot, which goes to the oldest waiter."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
