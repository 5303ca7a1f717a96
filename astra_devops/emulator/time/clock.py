"""The clocks that an emulator can run by: the machine's, a faster one, and one that skips every wait.

All three have ``monotonic()``, ``now()`` and ``sleep()``, which is also what a client asks of its
clock: hand it ``clock=emulator.clock`` and its waits, deadlines and pauses follow the emulator's
time.
"""

import asyncio
import math
import time
from datetime import UTC, datetime
from typing import Protocol

from astra_devops.emulator.time.virtual import VirtualClock

__all__ = ["Clock", "RealClock", "ScaledClock", "VirtualClock"]


class Clock(Protocol):
    """What the emulator needs of a clock; any object of this shape will do."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        ...

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds of this clock have passed."""
        ...


class RealClock:
    """The machine's own time: a database takes as long to create as it does at the service."""

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
        return "RealClock()"


class ScaledClock:
    """Waits that take ``speed`` times less: at 600, what lasts ten minutes is over in a second.

    The time of day stays the machine's.

    For programs that cannot be given a clock, such as another language's client: they wait in real
    time, only less of it.

    Raises:
        ValueError: ``speed`` is not above zero.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        if not 0 < speed < math.inf:
            raise ValueError(f"speed must be a number above zero, not {speed!r}")
        self._began = time.monotonic()

    def monotonic(self) -> float:
        """Return scaled seconds since the clock was made."""
        return (time.monotonic() - self._began) * self.speed

    def now(self) -> datetime:
        """Return the machine's time of day, aware, in UTC: a client with a clock of its own compares it with what the service writes."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return when so many scaled seconds have passed."""
        await asyncio.sleep(seconds / self.speed)

    def __repr__(self) -> str:
        return f"ScaledClock({self.speed!r})"
