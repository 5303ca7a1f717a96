"""The limits of a client together: what may be sent now, and what the answers change; pure.

Times are seconds of the client's clock.
"""

from typing import TYPE_CHECKING, Final

from astra_devops._first_use import ModuleOnFirstUse
from astra_devops._runtime.limits.latency import Latencies
from astra_devops._runtime.limits.throughput import Throughput
from astra_devops._runtime.limits.window import Window

if TYPE_CHECKING:
    from astra_devops._runtime.limits import pacer
    from astra_devops._runtime.limits import rate as rates
    from astra_devops._runtime.limits.values import RateLimit
else:
    pacer = ModuleOnFirstUse("astra_devops._runtime.limits.pacer")
    rates = ModuleOnFirstUse("astra_devops._runtime.limits.rate")

_NOTABLE: Final = 1.1


class Governor:
    """The number of requests at once, their rate, the user's own ceiling, and pauses.

    Attributes:
        window: How many requests may be on their way at once.
        is_timed: Whether anything but the number at once may hold a request back.
        is_rate_awaited: Whether requests wait for the rate that the service permits.
    """

    __slots__ = (
        "_latencies",
        "_notable_rate",
        "_notable_window",
        "_opens_at",
        "_own_pacer",
        "_rate",
        "_throughput",
        "is_rate_awaited",
        "is_timed",
        "own",
        "window",
    )

    def __init__(self, ceiling: int, own: "RateLimit | None") -> None:
        self.window = Window(ceiling)
        self._throughput = Throughput()
        # Made by the first 429.
        self._rate: rates.AdaptiveRate | None = None
        self._latencies = Latencies()
        self.own: RateLimit | None = own
        self._own_pacer = None if own is None else pacer.Pacer(own.requests_per_second, own.burst)
        self._opens_at: float | None = None
        self.is_timed: bool = own is not None
        self.is_rate_awaited: bool = False
        self._notable_rate = self._notable_window = 0.0
        self._note()

    def _note(self) -> None:
        """Note from where on the growth of a limit is worth a report."""
        self._notable_window = self.window.limit * _NOTABLE
        self._notable_rate = (self._found_rate or 0.0) * _NOTABLE

    @property
    def _found_rate(self) -> float | None:
        """Requests that the service lets through in a second; None while it refuses none."""
        return None if self._rate is None else self._rate.limit

    @property
    def per_second(self) -> float | None:
        """Requests that may be sent in a second; None for no limit."""
        found = self._found_rate
        if self.own is None or found is None:
            return found if self.own is None else self.own.requests_per_second
        return min(found, self.own.requests_per_second)

    def pause(self, now: float) -> float:
        """Return the seconds for which nothing may be sent, since the service asked for it."""
        return 0.0 if self._opens_at is None else max(self._opens_at - now, 0.0)

    def delay(self, now: float) -> float:
        """Return the seconds until the next request may be sent."""
        if self._opens_at is not None:
            if self._opens_at > now:
                self.is_rate_awaited = False
                return self._opens_at - now
            self._opens_at = None
        delay = 0.0 if self._rate is None else self._rate.delay(now)
        if self._own_pacer is not None and (own := self._own_pacer.delay(now)) >= delay:
            self.is_rate_awaited = False
            return own
        self.is_rate_awaited = delay > 0
        return delay

    def take(self, now: float) -> None:
        """Count a request that is sent now."""
        if self._rate is not None:
            self._rate.take(now)
        if self._own_pacer is not None:
            self._own_pacer.take(now)

    def answered(self, operation: str, now: float, turn: float, latency: float, in_flight: int) -> str | None:
        """Note an answer, and return what there is to report: "" for growth, or why a limit fell.

        ``turn`` is when the request had its turn, ``in_flight`` the number of requests that were on
        their way, with this one.
        """
        rate, window = self._rate, self.window
        if rate is None:
            self._throughput.count(now)
        else:
            rate.succeeded(now, turn, is_awaited=self.is_rate_awaited)
        if self._latencies.is_slow(operation, latency):
            if window.push_back(now, turn):
                self._note()
                return f"{operation} took {latency:.1f} s"
        elif in_flight >= window.limit:
            window.grow()
        if window.limit < self._notable_window and (rate is None or rate.limit is None or rate.limit < self._notable_rate):
            return None
        self._note()
        return ""

    def refused(self, now: float, turn: float, *, is_too_many: bool) -> bool:
        """Note a 429, or a 503 with Retry-After; return whether it lowered a limit."""
        if is_too_many:
            self.window.stop_racing()
            rate = self._rate = self._rate or rates.AdaptiveRate(self._throughput)
            before = rate.limit
            rate.refused(now, turn)
            self.is_timed = self.is_timed or rate.limit is not None
            is_lower = rate.limit is not None and (before is None or rate.limit < before)
        else:
            is_lower = self.window.push_back(now, turn)
        if is_lower:
            self._note()
        return is_lower

    def close_for(self, seconds: float, now: float, *, is_too_many: bool) -> bool:
        """Close the gate for so many seconds; return whether that is longer than before.

        A 429 among requests that the service lets through does not close it.
        """
        is_longer = seconds > self.pause(now) and not (is_too_many and self._rate is not None and self._rate.is_open)
        if is_longer:
            self._opens_at = now + seconds
            if self._rate is not None:
                self._rate.closed(seconds, now)
            self.is_timed = True
        return is_longer
