"""How the server uses the emulator's clock: time is held during a request, and answers are dated.

The clocks themselves are in ``clock`` and ``virtual``.
"""

import asyncio
import random
from contextlib import AbstractContextManager, nullcontext
from email.utils import format_datetime

from astra_devops.emulator.time.clock import Clock, VirtualClock


class Timekeeper:
    """A clock as the server uses it. Holding and releasing affect a virtual clock only."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self.clock = clock
        self._virtual = clock if isinstance(clock, VirtualClock) else None
        self._rng = rng
        self._second = 0
        self._date = ""

    def hold(self) -> AbstractContextManager[None]:
        """Stop virtual time within the block, during which a request is handled."""
        return nullcontext() if self._virtual is None else self._virtual.hold()

    def release(self) -> AbstractContextManager[None]:
        """Allow virtual time to move within the block, although a request is being handled."""
        return nullcontext() if self._virtual is None else self._virtual.release()

    async def pause(self, seconds: float) -> None:
        """Sleep in the middle of a request, while time moves."""
        with self.release():
            await self.clock.sleep(seconds)

    async def sleep_passively(self, seconds: float) -> None:
        """Return after this many seconds.

        Virtual time does not jump for this sleeper alone.
        """
        await (self.clock.sleep(seconds) if self._virtual is None else self._virtual.sleep_passively(seconds))

    def join(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make a virtual clock wait for a loop, on which requests may arrive."""
        if self._virtual is not None:
            self._virtual.join(loop)

    def leave(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make a virtual clock stop waiting for a loop."""
        if self._virtual is not None:
            self._virtual.leave(loop)

    def http_date(self) -> str:
        """Return the present time for a Date header."""
        now = self.clock.now()
        second = int(now.timestamp())
        if second != self._second:
            self._second, self._date = second, format_datetime(now, usegmt=True)
        return self._date

    def request_id(self) -> str:
        """Return a new id for an answer."""
        return f"{self._rng.getrandbits(128):032x}"
