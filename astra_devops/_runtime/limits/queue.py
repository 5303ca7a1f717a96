"""The calls that wait for their turn to send a request."""

import asyncio
import math
from collections import deque
from typing import Final

Turn = asyncio.Future[float | None]
"""Becomes the moment of the turn of a call, or None when its time is up."""

_SLACK: Final = 64


class WaitingLine:
    """First come, first served; but calls of the background only when no other is waiting.

    Attributes:
        count: The calls that wait.
        earliest: When the time of the first of them is up, or earlier.
    """

    __slots__ = ("_background", "_foreground", "count", "earliest")

    def __init__(self) -> None:
        self._foreground: deque[tuple[Turn, float]] = deque()
        self._background: deque[tuple[Turn, float]] = deque()
        self.count: int = 0
        self.earliest: float = math.inf

    def add(self, turn: Turn, expires: float, *, is_background: bool) -> None:
        """Add a call at the end, and when its time is up."""
        (self._background if is_background else self._foreground).append((turn, expires))
        self.count += 1
        if expires < self.earliest:
            self.earliest = expires

    def call_next(self, now: float) -> bool:
        """Call the first, and return whether there was one."""
        for line in (self._foreground, self._background):
            while line:
                turn, _ = line.popleft()
                if not turn.done():
                    self.count -= 1
                    turn.set_result(now)
                    return True
        return False

    def left(self) -> None:
        """Note that a call was canceled while it waited. Its place is skipped."""
        self.count -= 1
        if len(self._foreground) + len(self._background) > 2 * self.count + _SLACK:
            self.expire(-math.inf)

    def expire(self, now: float) -> None:
        """Turn away those whose time is up."""
        self.earliest = math.inf
        for line in (self._foreground, self._background):
            waiting = [(turn, expires) for turn, expires in line if not turn.done()]
            line.clear()
            for turn, expires in waiting:
                if expires <= now:
                    self.count -= 1
                    turn.set_result(None)
                else:
                    line.append((turn, expires))
                    self.earliest = min(self.earliest, expires)
