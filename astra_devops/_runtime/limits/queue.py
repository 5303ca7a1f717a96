"""The calls that wait for their turn to send a request."""

import asyncio
import heapq
import itertools
import math
from collections import deque
from typing import Final

import attrs

_SLACK: Final = 64


@attrs.define(eq=False)
class Waiter:
    """A call that waits.

    Attributes:
        turn: Becomes the moment of its turn, or None when its time is up.
        expires: When its time is up, on the scale of the limiter.
    """

    turn: asyncio.Future[float | None]
    expires: float


class WaitingLine:
    """First come, first served; but calls of the background only when no other is waiting."""

    def __init__(self) -> None:
        self._lines: tuple[deque[Waiter], deque[Waiter]] = (deque(), deque())
        self._expiries: list[tuple[float, int, Waiter]] = []
        self._numbers = itertools.count()
        self.count: int = 0

    def add(self, waiter: Waiter, *, is_background: bool) -> None:
        """Add a call at the end."""
        self._lines[is_background].append(waiter)
        heapq.heappush(self._expiries, (waiter.expires, next(self._numbers), waiter))
        self.count += 1

    def call_next(self, now: float) -> bool:
        """Call the first, and return whether there was one."""
        for line in self._lines:
            while line:
                waiter = line.popleft()
                if not waiter.turn.done():
                    self.count -= 1
                    waiter.turn.set_result(now)
                    return True
        return False

    def left(self) -> None:
        """Note that a call was canceled while it waited. Its place is skipped."""
        self.count -= 1
        self._forget()

    def expire(self, now: float) -> None:
        """Turn away those whose time is up."""
        while self._expiries and (self._expiries[0][2].turn.done() or self._expiries[0][0] <= now):
            waiter = heapq.heappop(self._expiries)[2]
            if not waiter.turn.done():
                self.count -= 1
                waiter.turn.set_result(None)
        self._forget()

    @property
    def next_expiry(self) -> float:
        """When the time of the next is up; infinity if none waits."""
        while self._expiries and self._expiries[0][2].turn.done():
            heapq.heappop(self._expiries)
        return self._expiries[0][0] if self._expiries else math.inf

    def _forget(self) -> None:
        """Drop those that do not wait any more, once they are many."""
        if sum(map(len, self._lines)) > 2 * self.count + _SLACK:
            for line in self._lines:
                waiting = [waiter for waiter in line if not waiter.turn.done()]
                line.clear()
                line.extend(waiting)
        if len(self._expiries) > 2 * self.count + _SLACK:
            self._expiries = [entry for entry in self._expiries if not entry[2].turn.done()]
            heapq.heapify(self._expiries)
