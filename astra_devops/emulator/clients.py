"""Ready-made clients of an emulator: the one place where it imports the SDK's clients.

They are imported inside the functions, so that an emulator without them shares no code with them.
"""

import random
from typing import TYPE_CHECKING, Any

from astra_devops.emulator.time.clock import Clock

if TYPE_CHECKING:
    from astra_devops.blocking import AstraDevOps
    from astra_devops.client import AsyncAstraDevOps


def blocking_client(token: str, url: str, clock: Clock, seed: int, changes: dict[str, Any]) -> "AstraDevOps":
    """Create a blocking client of the emulator at ``url``."""
    from astra_devops.blocking import AstraDevOps

    return AstraDevOps(**_settings(token, url, clock, seed) | changes)


def async_client(token: str, url: str, clock: Clock, seed: int, changes: dict[str, Any]) -> "AsyncAstraDevOps":
    """Create an asynchronous client of the emulator at ``url``."""
    from astra_devops.client import AsyncAstraDevOps

    return AsyncAstraDevOps(**_settings(token, url, clock, seed) | changes)


def _settings(token: str, url: str, clock: Clock, seed: int) -> dict[str, Any]:
    """Return the settings of a client, whose retry pauses come from the emulator's seed."""
    from astra_devops._runtime.retry import RetryPolicy

    return {"token": token, "base_url": url, "clock": clock, "retry": RetryPolicy(jitter=random.Random(seed).uniform)}
