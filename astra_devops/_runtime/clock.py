"""The clock used for waits, retries and deadlines."""

import asyncio
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The interface of a clock. The emulator's virtual clock is another implementation."""

    def monotonic(self) -> float:
        """Return a number of seconds that never decreases."""
        ...

    def now(self) -> datetime:
        """Return the current time as an aware datetime in UTC."""
        ...

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Return after this number of seconds on this clock."""
        ...


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop of asyncio.

    Raises:
        RuntimeError: There is none; the program may use trio.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "AsyncAstraDevOps needs a running event loop of asyncio; under trio, and in code that is not async, use the blocking "
            "client AstraDevOps (with trio, in trio.to_thread.run_sync)"
        ) from None


class SystemClock:
    """The clock of the operating system."""

    def monotonic(self) -> float:
        """Return a number of seconds that never decreases."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the current time as an aware datetime in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Return after this number of seconds."""
        running_loop()
        return asyncio.sleep(seconds)

    def __repr__(self) -> str:
        return "SystemClock()"
