"""Decides when the requests of a client are sent: how many at once, and how many per second."""

import asyncio
import time
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING

from astra_devops._first_use import ModuleOnFirstUse
from astra_devops._runtime.clock import Clock
from astra_devops._runtime.deadline import Deadline, lead_of
from astra_devops._runtime.limits.governor import Governor
from astra_devops._runtime.limits.priority import is_background
from astra_devops._runtime.limits.queue import Turn, WaitingLine
from astra_devops._runtime.outcome import NotSent, RawAnswer, Received, Refused
from astra_devops._runtime.response import retry_after
from astra_devops._runtime.retry import RetryPolicy, requested_pause

if TYPE_CHECKING:
    from astra_devops._runtime.limits import values
    from astra_devops._runtime.limits.values import Limits, RateLimit
else:
    values = ModuleOnFirstUse("astra_devops._runtime.limits.values")

Listener = Callable[["Limits", str | None], None]
"""Called when a limit has changed, with the reason if it is lower than before."""


class Limiter:
    """The limits of one client and all its views, on the loop that the client belongs to.

    A request takes its turn with :meth:`enter`, which costs next to nothing where there is room, or
    else with :meth:`wait`. Each turn ends with :meth:`end`.

    Calls that must wait until some moment do so by the client's clock, in one task for all of them.
    That clock may be faster than real time, in which calls are limited. What it gains during such a
    wait counts, too.
    """

    def __init__(self, clock: Clock, ceiling: int, own: "RateLimit | None" = None, listener: Listener | None = None) -> None:
        self._clock = clock
        self._listener = listener
        self._governor = Governor(ceiling, own)
        self._line = WaitingLine()
        self._in_flight = 0
        self._sleep: asyncio.Task[None] | None = None
        self._sleeps_until = 0.0
        self._gained = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._strikes_at = 0.0

    @property
    def own(self) -> "RateLimit | None":
        """The ceiling that the user has set."""
        return self._governor.own

    @property
    def limits(self) -> "Limits":
        """The limits at this moment."""
        governor = self._governor
        return values.Limits(
            requests_per_second=governor.per_second,
            concurrent_requests=governor.window.limit,
            in_flight=self._in_flight,
            queued=self._line.count,
            paused_for=governor.pause(self._clock.monotonic()),
        )

    def enter(self) -> float | None:
        """Take a turn and return its moment, or None if one must be waited for."""
        governor = self._governor
        if self._line.count or self._in_flight >= governor.window.limit:
            return None
        now = self._clock.monotonic()
        if governor.is_timed:
            if governor.delay(now):
                return None
            governor.take(now)
            governor.is_rate_awaited = False
        self._in_flight += 1
        return now

    async def wait(self, limit: Deadline) -> float | NotSent:
        """Wait for a turn, take it and return its moment.

        Or return why there was none within the time of the call.
        """
        remaining, now, lead = limit.remaining(), self._now(), lead_of(self._clock)
        if self._governor.is_timed and (pause := self._governor.pause(self._clock.monotonic())) >= remaining:
            return NotSent(f"the service asked for a pause, of which {pause:.1f} s are left", final=True, is_local=True)
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._line.add(turn, now + remaining, is_background=is_background())
        if self._governor.is_timed:
            self._release()
        if self._timer is None or now + remaining < self._strikes_at:
            self._set_timer(loop)
        try:
            moment = await turn
        except asyncio.CancelledError:
            self._canceled(turn)
            raise
        if self._governor.is_timed:
            limit.count(self._clock, lead, lead_of(self._clock))
        if moment is not None:
            return moment
        return NotSent(f"its turn did not come within {self._now() - now:.3g} s, since {self._in_words()}", is_local=True)

    def end(self, operation: str, turn: float, sent_at: float, received: Received | None, policy: RetryPolicy) -> None:
        """End a turn, with what the service made of the request; None if that is not known."""
        if isinstance(received, RawAnswer):
            status, now = received.status, self._clock.monotonic()
            if status == 429 or (status == 503 and "retry-after" in received.headers):
                refused = Refused(received, retry_after(received, self._clock.now()))
                self._pushed_back(status, now, turn, requested_pause(policy, refused))
            else:
                reason = self._governor.answered(operation, now, turn, now - sent_at, self._in_flight)
                if reason is not None:
                    self._report(reason)
        self._in_flight -= 1
        if self._line.count:
            self._release()

    def _pushed_back(self, status: int, now: float, turn: float, pause: float | None) -> None:
        is_too_many = status == 429
        is_lower = self._governor.refused(now, turn, is_too_many=is_too_many)
        is_longer = pause is not None and self._governor.close_for(pause, now, is_too_many=is_too_many)
        if is_lower or is_longer:
            self._report(f"status {status}")

    def close(self) -> None:
        """End all waiting, since the client is closed and sends nothing more."""
        while self._line.call_next(self._clock.monotonic()):
            self._in_flight += 1
        self._stop_if_idle()
        self._stop_timer()

    def _release(self) -> None:
        """Call those that wait, where the limits permit, and watch the clock for the others."""
        governor, line = self._governor, self._line
        while line.count and self._in_flight < governor.window.limit:
            now = self._clock.monotonic()
            if governor.is_timed:
                if delay := governor.delay(now):
                    self._sleep_until(now + delay)
                    return
                if not line.call_next(now):
                    break
                governor.take(now)
            elif not line.call_next(now):
                break
            self._in_flight += 1
        if line.count:
            governor.is_rate_awaited = False
        self._stop_if_idle()

    def _canceled(self, turn: Turn) -> None:
        if turn.cancelled():
            self._line.left()
            self._stop_if_idle()
        elif turn.result() is not None:
            self._in_flight -= 1
            self._release()

    def _sleep_until(self, moment: float) -> None:
        """Go on at a moment of the client's clock, or earlier if the time of a call ends then."""
        moment = min(moment, self._clock.monotonic() + self._line.earliest - self._now())
        if self._sleep is not None and not self._sleep.done():
            if self._sleeps_until <= moment:
                return
            self._sleep.cancel()
        self._sleeps_until = moment
        # The context of the call that happens to be first is none of its business.
        self._sleep = asyncio.get_running_loop().create_task(self._sleep_and_release(moment), context=Context())

    async def _sleep_and_release(self, moment: float) -> None:
        lead = lead_of(self._clock)
        try:
            await self._clock.sleep(moment - self._clock.monotonic())
        finally:
            self._gained += max(lead_of(self._clock) - lead, 0.0)
        self._sleep = None
        if self._line.earliest <= self._now():
            self._line.expire(self._now())
        self._release()

    def _stop_if_idle(self) -> None:
        if self._sleep is not None and not self._line.count:
            self._sleep.cancel()
            self._sleep = None

    def _set_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        """Set the timer for the call whose time ends first."""
        self._stop_timer()
        self._strikes_at = self._line.earliest
        self._timer = loop.call_at(loop.time() + self._strikes_at - self._now(), self._strike, loop)

    def _strike(self, loop: asyncio.AbstractEventLoop) -> None:
        """Turn away those whose time is up; there may be none that waits any more."""
        self._timer = None
        self._line.expire(self._now())
        if self._line.count:
            self._set_timer(loop)
        self._stop_if_idle()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _now(self) -> float:
        """Return the time by which calls are limited: real time, and what the clock has gained."""
        return time.monotonic() + self._gained

    def _in_words(self) -> str:
        limits = self.limits
        rate = "" if limits.requests_per_second is None else f"at most {limits.requests_per_second:.3g} requests per second and "
        return f"{rate}{limits.concurrent_requests} at once may be sent, and {limits.queued} other calls wait"

    def _report(self, reason: str) -> None:
        """Report the limits, which are lower for a reason, or have grown if that is empty."""
        if self._listener is not None:
            self._listener(self.limits, reason or None)
