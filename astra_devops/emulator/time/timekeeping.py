"""The emulator's side of its clock: time stands still while a request is handled, and every answer is dated by it."""

import asyncio
import random
from contextlib import AbstractContextManager, nullcontext
from email.utils import format_datetime

from astra_devops.emulator.time.clock import Clock, VirtualClock


class Timekeeper:
    """A clock as a server uses it. On any but a virtual clock, holding and releasing do nothing."""

    def __init__(self, clock: Clock, source: random.Random) -> None:
        self.clock = clock
        self._virtual = clock if isinstance(clock, VirtualClock) else None
        self._source = source
        self._second = 0
        self._date = ""

    def held(self) -> AbstractContextManager[None]:
        """Keep time where it is while a request is being handled."""
        return nullcontext() if self._virtual is None else self._virtual.hold()

    def released(self) -> AbstractContextManager[None]:
        """Let time go on although a request is being handled."""
        return nullcontext() if self._virtual is None else self._virtual.release()

    async def pause(self, seconds: float) -> None:
        """Let so much time pass in the middle of a request."""
        with self.released():
            await self.clock.sleep(seconds)

    async def along(self, seconds: float) -> None:
        """Wait until so much time has passed for others.

        On a virtual clock, this wait alone does not make time move.
        """
        await (self.clock.sleep(seconds) if self._virtual is None else self._virtual.sleep_along(seconds))

    def join(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the clock that requests arrive on a loop."""
        if self._virtual is not None:
            self._virtual.join(loop)

    def leave(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the clock that none will arrive any more."""
        if self._virtual is not None:
            self._virtual.leave(loop)

    def http_date(self) -> str:
        """Spell the present for the Date header."""
        now = self.clock.now()
        second = int(now.timestamp())
        if second != self._second:
            self._second, self._date = second, format_datetime(now, usegmt=True)
        return self._date

    def request_id(self) -> str:
        """Make an id for one answer."""
        return f"{self._source.getrandbits(128):032x}"
