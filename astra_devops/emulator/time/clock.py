"""The clocks that an emulator can follow: real time, scaled time, and virtual time without waits.

All three have ``monotonic()``, ``now()`` and ``sleep()``, which is also what a client needs of its
clock: pass ``clock=emulator.clock`` to it, and its waits, deadlines and pauses follow the
emulator's time. :class:`VirtualClock` is implemented in ``virtual``.
"""

import asyncio
import math
import time
from datetime import UTC, datetime
from typing import Protocol

from astra_devops.emulator.time.virtual import VirtualClock

__all__ = ["Clock", "RealClock", "ScaledClock", "VirtualClock"]


class Clock(Protocol):
    """What the emulator needs of a clock; any object with these methods will do."""

    def monotonic(self) -> float:
        """Return a number of seconds that never decreases."""
        ...

    def now(self) -> datetime:
        """Return the time of day, timezone-aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds of this clock."""
        ...


class RealClock:
    """Real time: creating a database takes as long as at the service."""

    def monotonic(self) -> float:
        """Return a number of seconds that never decreases."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the time of day, timezone-aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds."""
        await asyncio.sleep(seconds)

    def __repr__(self) -> str:
        return "RealClock()"


class ScaledClock:
    """Time that runs ``speed`` times faster: at 600, a wait of ten minutes takes a second.

    The time of day stays the real one. Use it for programs that cannot be given a clock, such as
    clients in other languages: they wait in real time, but not as long.

    Raises:
        ValueError: ``speed`` is not a finite number above zero.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        if not 0 < speed < math.inf:
            raise ValueError(f"speed must be a finite number above zero, not {speed!r}")
        self._start = time.monotonic()

    def monotonic(self) -> float:
        """Return the scaled seconds since the clock was created."""
        return (time.monotonic() - self._start) * self.speed

    def now(self) -> datetime:
        """Return the real time of day, timezone-aware, in UTC.

        It is not scaled: a client with its own clock compares it with times that the service
        writes.
        """
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return after so many scaled seconds."""
        await asyncio.sleep(seconds / self.speed)

    def __repr__(self) -> str:
        return f"ScaledClock({self.speed!r})"
