"""Noticing that an emulator in this process could never answer, or never gets any further.

The client knows the emulator only by what its module of hosts looks like, if a program has imported
it: the two share no code.
"""

import asyncio
import sys
from collections.abc import Mapping
from typing import Final, Protocol

from astra_devops._runtime.clock import Clock

_PATIENCE: Final = 1.0
"""Seconds of a wait before clocks are compared."""


class Host(Protocol):
    """Where an emulator runs."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that answers requests."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock of the emulator."""
        ...

    def stands_still_without(self, clock: object) -> bool:
        """Whether time moves only when something sleeps on another clock than ``clock``."""
        ...


def find_on_loop(loop: asyncio.AbstractEventLoop) -> str | None:
    """Return the URL of an emulator that runs on ``loop``, or None."""
    return next((url for url, host in _hosts().items() if host.loop is loop), None)


def still_clock(origin: str, clock: Clock) -> "StillClock | None":
    """Return what watches a wait of a client for an emulator that may have a slower clock.

    Args:
        origin: The base URL that the client sends to.
        clock: The clock of the client.
    """
    host = _hosts().get(origin)
    return StillClock(origin, host.clock, clock) if host is not None and host.stands_still_without(clock) else None


class StillClock:
    """Notices that an emulator has a slower clock than a client that waits for it."""

    def __init__(self, origin: str, there: Clock, here: Clock) -> None:
        self._origin = origin
        self._clocks = there, here
        self._start = self._read()

    def check(self) -> None:
        """Raise if the wait can never end.

        Raises:
            RuntimeError: The emulator waits for sleepers on its own clock, and the client is none.
        """
        there, here = (now - start for now, start in zip(self._read(), self._start, strict=True))
        if there < here and here >= _PATIENCE:
            raise RuntimeError(
                f"the clock of the emulator at {self._origin} is virtual and stands still while this client waits on a clock of its own: "
                "use emulator.client() or emulator.async_client(), or create the client with clock=emulator.clock"
            )

    def _read(self) -> tuple[float, float]:
        return self._clocks[0].monotonic(), self._clocks[1].monotonic()


def _hosts() -> Mapping[str, Host]:
    module = sys.modules.get("astra_devops.emulator.net.hosting")
    found: Mapping[str, Host] = dict(getattr(module, "hosts", {}))
    return found
