"""Spreads requests evenly over time; pure, times are seconds of the client's clock."""

import math
from typing import Final

_NEGLIGIBLE: Final = 1e-6


class Pacer:
    """Lets ``rate`` requests per second through, and ``burst`` of them at once after a pause.

    This is the generic cell rate algorithm: all it remembers is when the next request would be due
    if all of them came evenly.
    """

    __slots__ = ("_due", "_interval", "_tolerance")

    def __init__(self, rate: float, burst: float = 1.0) -> None:
        self._due = -math.inf
        self.change(rate, burst)

    def change(self, rate: float, burst: float) -> None:
        """Change the rate. What has been sent still counts."""
        self._interval = 1 / rate
        self._tolerance = (burst - 1) * self._interval

    def delay(self, now: float) -> float:
        """Return the seconds until the next request may be sent."""
        delay = self._due - self._tolerance - now
        return delay if delay > _NEGLIGIBLE else 0.0

    def take(self, now: float) -> None:
        """Count a request that is sent now."""
        self._due = max(self._due, now) + self._interval

    def pause(self, now: float) -> None:
        """Delay the next request by its full interval, as if nothing had been saved up."""
        self._due = max(self._due, now + self._interval + self._tolerance)
