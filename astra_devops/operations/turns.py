"""Waking many waits without holding up everything else that runs on their event loop."""

import asyncio
from collections import deque
from typing import Final

from astra_devops._runtime.clock import running_loop

# Waits that go on in one turn of the event loop. What one does until it pauses again takes a fifth
# of a millisecond.
_PER_TURN: Final = 64


class Turns:
    """Lets a limited number of waits go on in each turn of the event loop, in order of arrival.

    All waits that begin together, or whose pauses end while the loop is busy, would otherwise run
    in one turn: 10,000 of them would stop the loop for a second.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    def take(self) -> asyncio.Future[None] | None:
        """Return None if it is the caller's turn, as long as few ask, or a future of it."""
        loop = running_loop()
        if loop is not self._loop:  # A client of one loop after another has nothing left on the first.
            self._loop, self._left = loop, 0
            self._queue.clear()
            self._begin_turn(loop)
        if self._left and not self._queue:
            self._left -= 1
            return None
        turn: asyncio.Future[None] = loop.create_future()
        self._queue.append(turn)
        return turn

    def _begin_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake as many as one turn has room for, until a whole turn has been asked for nothing."""
        if loop is not self._loop:
            return
        if self._left == _PER_TURN and not self._queue:
            self._loop = None
            return
        self._left = _PER_TURN
        while self._left and self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                self._left -= 1
        loop.call_soon(self._begin_turn, loop)
