"""How many requests per second the service lets through, found by probing; pure.

Times are seconds of the client's clock.
"""

import math
from typing import Final

from astra_devops._runtime.limits.pacer import Pacer
from astra_devops._runtime.limits.refusals import Refusals
from astra_devops._runtime.limits.throughput import Throughput

_LEAST: Final = 1.0
# By the number of refusals in a row.
_CUTS: Final = (0.9, 0.7, 0.5)
_CUBE: Final = 0.1
_SOON: Final = 0.8
# Seconds after a cut from which on the limit grows faster than refusals show that it is too high.
_FAST: Final = 2.0
# Successes in a row that show that a refusal is not for everything.
_PASSING: Final = 4
# Successes in a row that are not by chance, if many are refused by chance.
_CALM: Final = 15
_SAMPLE: Final = 3
_LATE_SAMPLE: Final = 5
_LONGEST_STEP: Final = 1.0
# Seconds of requests that may be sent at once, since timers are not exact.
_SMOOTHNESS: Final = 0.02


class AdaptiveRate:
    """No limit until the first 429, and from then on a limit that goes down and up.

    It starts from what succeeded in the last second, or what the service lets through of the
    requests on their way, and doubles in each second until the next 429.

    A 429 takes a tenth away, once per round trip, and more if several follow one another: evenly
    paced requests are refused twice in a row only at three times what the service allows. The
    answers to what was sent before the cut show whether it was deep enough.

    Then the limit grows along the cube of the time, as TCP does in CUBIC: back in one second to
    where it was refused, slowly there, and faster and faster beyond. So a service that lets a
    steady rate through refuses about one request in two seconds, and one that lets more through
    again is found out within four. It grows only while requests wait for it. If the service asks
    for a pause with each refusal, the pause is no part of that second, which takes longer instead:
    the dearer a refusal, the fewer of them.
    """

    __slots__ = (
        "_age",
        "_base",
        "_before",
        "_cut_at",
        "_in_a_row",
        "_is_doubling",
        "_last",
        "_late",
        "_late_refused",
        "_late_until",
        "_pacer",
        "_passed",
        "_pause",
        "_refusals",
        "_throughput",
        "is_open",
        "limit",
    )

    def __init__(self, throughput: Throughput) -> None:
        self.limit: float | None = None
        self._pacer = Pacer(1.0)
        self._throughput = throughput
        self._refusals = Refusals()
        self._base = self._age = 0.0
        self._pause = 0.0
        self._is_doubling = False
        # The limit before the last cut; None while there was none.
        self._before: float | None = None
        self._cut_at = self._last = -math.inf
        self._in_a_row = self._passed = 0
        # Whether the service lets most of the other requests through at the time of the last 429.
        self.is_open: bool = False
        # Answers to requests that were sent before the last cut.
        self._late = self._late_refused = 0
        self._late_until = 0.0

    def delay(self, now: float) -> float:
        """Return the seconds until the next request may be sent."""
        return 0.0 if self.limit is None else self._pacer.delay(now)

    def take(self, now: float) -> None:
        """Count a request that is sent now."""
        if self.limit is not None:
            self._pacer.take(now)

    def closed(self, seconds: float, now: float) -> None:
        """Note that nothing is sent for so many seconds, in which nothing can be learned."""
        self._pause = seconds
        self._last = max(self._last, now + seconds)

    def succeeded(self, now: float, turn: float, *, is_awaited: bool) -> None:
        """Note an answer that is not a refusal, and whether requests wait for this limit."""
        self._throughput.count(now)
        if self.limit is None:
            return
        self._refusals.succeeded()
        self._in_a_row = 0
        self._passed += 1
        if turn <= self._cut_at:
            self._late += 1
            self._late_until = now
        else:
            self._end_start()
            if is_awaited:
                self._grow(min(max(now - self._last, 0.0), _LONGEST_STEP))
        self._last = max(self._last, now)

    def refused(self, now: float, turn: float) -> None:
        """Note a 429."""
        self._in_a_row += 1
        self._last = max(self._last, now)
        is_late = turn <= self._cut_at
        passed, self._passed = self._passed, 0
        if not is_late:
            self.is_open = passed >= _PASSING
        if is_late:
            self._late += 1
            self._late_refused += 1
            self._late_until = now
        if not self._refusals.is_push_back():
            self.is_open = True
            return
        if self.limit is None:
            self._start(now)
        elif not is_late:
            self._end_start()
            self._cut(now, self.limit, has_raced=passed >= _CALM and (self._is_doubling or self._age > _FAST))
        elif self._before is not None and self._late >= _LATE_SAMPLE:
            share = 1 - self._late_refused / self._late
            self._lower(now, self._before * min(max(share, _CUTS[-1]), _CUTS[0]))

    def _start(self, now: float) -> None:
        self._begin_round_trip(now, None)
        self._is_doubling = True
        self._restart(max(self._throughput.last_second(now), _LEAST))
        self._pacer.pause(now)

    def _end_start(self) -> None:
        """Raise the first limit to what was let through of the requests that were on their way.

        A client that has just begun has not much of a throughput.
        """
        if self._before is not None or self.limit is None:
            return
        self._before = self.limit
        successes, seconds = self._late - self._late_refused, self._late_until - self._cut_at
        if successes >= _SAMPLE and seconds > 0 and successes / seconds > self.limit:
            self._is_doubling = False
            self._restart(_CUTS[0] * successes / seconds)

    def _cut(self, now: float, limit: float, *, has_raced: bool) -> None:
        """Lower the limit; or restore an earlier one, if the last cuts were in vain."""
        is_soon = self._age < _SOON
        # What it has regained since the last cut was too much already.
        before = min(limit, self._base) if is_soon and not self._is_doubling else limit
        lower = before * _CUTS[min(self._in_a_row, len(_CUTS)) - 1]
        if has_raced:
            # A burst that the service permits has hidden for some time that this is too much.
            lower = min(lower, max(_CUTS[0] * self._throughput.last_second(now), before * _CUTS[1]))
        elif self._pause:
            # Each cut costs a pause: halfway to what has been let through, instead of by tenths.
            lower = min(lower, (before + self._throughput.last_second(now)) / 2)
        self._begin_round_trip(now, before)
        self._is_doubling = False
        self._lower(now, lower)
        if (top := self._refusals.cut(limit, is_soon=is_soon)) is not None:
            self._restart(top)

    def _begin_round_trip(self, now: float, before: float | None) -> None:
        self._cut_at, self._before, self._pause = now, before, 0.0
        self._late = self._late_refused = 0

    def _lower(self, now: float, rate: float) -> None:
        if self.limit is not None and rate < self.limit:
            self._restart(max(rate, _LEAST))
            self._pacer.pause(now)

    def _restart(self, rate: float) -> None:
        """Set a limit to grow from."""
        self._base, self._age = rate, 0.0
        self._set(rate)

    def _grow(self, seconds: float) -> None:
        if self._age < 1 and not self._is_doubling:
            seconds /= 1 + self._pause / 2
        self._age += seconds
        self._set(self._base * (2**self._age if self._is_doubling else 1 + _CUBE * ((self._age - 1) ** 3 + 1)))

    def _set(self, rate: float) -> None:
        self.limit = rate
        self._pacer.change(rate, 1 + rate * _SMOOTHNESS)
