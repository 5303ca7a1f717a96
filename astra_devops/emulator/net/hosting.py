"""The emulators that run in this process, for a client that would otherwise wait forever for one.

A client does not import this module. It looks whether the program has imported it.
"""

import asyncio
from typing import Final

import attrs

from astra_devops.emulator.time.clock import Clock
from astra_devops.emulator.time.virtual import VirtualClock


@attrs.frozen(eq=False)
class Host:
    """Where an emulator runs: the event loop that answers requests, and its clock."""

    loop: asyncio.AbstractEventLoop
    clock: Clock

    def stands_still_without(self, clock: object) -> bool:
        """Whether time moves only if something sleeps on this clock, and ``clock`` is another."""
        return isinstance(self.clock, VirtualClock) and self.clock.auto and clock is not self.clock


hosts: Final[dict[str, Host]] = {}
"""By the base URL of the API."""
