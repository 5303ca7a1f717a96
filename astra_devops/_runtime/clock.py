"""The clock that every wait, retry and deadline of a client goes by."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a client needs of a clock.

    Any object of this shape will do; the emulator's virtual clock is one.
    """

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        ...

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds of this clock have passed."""
        ...


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""
        await asyncio.sleep(seconds)

    def __repr__(self) -> str:
        return "SystemClock()"
