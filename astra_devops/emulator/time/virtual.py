"""The virtual clock: its time jumps to the next wake-up as soon as every event loop is idle.

How it knows: it visits the loops in turn, again and again, by callbacks. A callback runs only when
the loop has handled what was due before. Once every loop was found without work often enough in a
row, nothing can happen before the next sleeper wakes, so time may jump there.
"""

import asyncio
import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

_IDLE_ROUNDS: Final = 8
"""How many times in a row every loop must be found idle before time jumps.

A request takes several turns of a loop (connect, accept, write, read, resume) during which the
clock sees no activity.
"""
_MAX_ROUNDS: Final = 2_000
"""After so many rounds time jumps even if a loop is never idle.

Another virtual clock, for example, may be visiting it too.
"""
_HEARTBEAT: Final = 0.1
"""Real seconds between checks that the visits still go on: a loop may stop when it is its turn."""
_MAX_BARREN_JUMPS: Final = 1_000
_REST: Final = 0.002
"""After so many jumps in a row without a request, rest for so many real seconds before each.

Otherwise code that sleeps again and again without end would use up a processor.
"""


@attrs.define(order=False, eq=False)
class _Sleeper:
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[None]
    passive: bool = False
    queued: bool = True

    def wake(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


class VirtualClock:
    """Time that jumps to the next wake-up when everything sleeps, so that no wait takes real time.

    Coroutines on several event loops, in several threads, may sleep on one clock, such as a client
    on one loop and the emulator on another. Time stands still while a request is being handled and
    while a loop has work to do. It starts at ``start``, by default at the same moment in every run.

    With ``auto=False`` time never jumps by itself, and a test moves it with :meth:`advance`.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC), *, auto: bool = True) -> None:
        self._start = start.astimezone(UTC)
        self._auto = auto
        self._elapsed = 0.0
        self._lock = threading.Lock()
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, _Sleeper]] = []
        self._passive_sleepers = 0
        self._members: list[asyncio.AbstractEventLoop] = []
        self._beating: set[asyncio.AbstractEventLoop] = set()
        self._holds = 0
        self._activity = 0
        self._barren_jumps = 0
        self._check: _IdleCheck | None = None

    @property
    def auto(self) -> bool:
        """Whether time jumps by itself."""
        return self._auto

    def monotonic(self) -> float:
        """Return the virtual seconds since the clock was created."""
        return self._elapsed

    def now(self) -> datetime:
        """Return the virtual time of day, timezone-aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    async def sleep(self, seconds: float) -> None:
        """Return after so many virtual seconds. Canceling it removes the wake-up."""
        await self._sleep(seconds, passive=False)

    async def sleep_passively(self, seconds: float) -> None:
        """Return after so many virtual seconds, without time jumping for this sleeper alone."""
        await self._sleep(seconds, passive=True)

    async def _sleep(self, seconds: float, *, passive: bool) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        sleeper = _Sleeper(loop, loop.create_future(), passive)
        with self._lock:
            self._passive_sleepers += passive
            heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), sleeper))
            self._activity += 1
        self._start_heartbeat(loop)
        self._start_check()
        try:
            await sleeper.future
        finally:
            self._remove(sleeper)

    def advance(self, seconds: float) -> None:
        """Move time forward at once, and wake everything that sleeps until then.

        May be called from any thread.

        Raises:
            ValueError: ``seconds`` is negative.
        """
        if seconds < 0:
            raise ValueError(f"seconds must not be negative, but is {seconds!r}: time only moves forward")
        with self._lock:
            self._jump_to(self._elapsed + seconds)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Stop time within the block; the emulator does so while it handles a request."""
        with self._lock:
            self._holds += 1
            self._activity += 1
            self._barren_jumps = 0
        try:
            yield
        finally:
            with self._lock:
                self._holds -= 1
                self._activity += 1
            self._start_check()

    @contextmanager
    def release(self) -> Iterator[None]:
        """Allow time to move inside a block of :meth:`hold`, for a handler that itself sleeps."""
        with self._lock:
            self._holds -= 1
            self._activity += 1
        self._start_check()
        try:
            yield
        finally:
            with self._lock:
                self._holds += 1
                self._activity += 1

    def join(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for ``loop`` too, although nothing sleeps on it: a request may be on its way."""
        with self._lock:
            self._members.append(loop)

    def leave(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop waiting for ``loop``."""
        with self._lock, suppress(ValueError):
            self._members.remove(loop)

    def __repr__(self) -> str:
        return f"VirtualClock(now={self.now().isoformat()}, sleeping={len(self._sleepers)})"

    def _remove(self, sleeper: _Sleeper) -> None:
        with self._lock:
            if sleeper.queued:
                self._sleepers = [entry for entry in self._sleepers if entry[2] is not sleeper]
                heapq.heapify(self._sleepers)
                self._passive_sleepers -= sleeper.passive
                self._activity += 1

    def _jump_to(self, moment: float) -> None:
        """Set the time and wake the sleepers that are due. The caller has the lock."""
        self._elapsed = moment
        self._activity += 1
        self._barren_jumps += 1
        while self._sleepers and self._sleepers[0][0] <= moment:
            sleeper = heapq.heappop(self._sleepers)[2]
            sleeper.queued = False
            self._passive_sleepers -= sleeper.passive
            with suppress(RuntimeError):  # its loop is closed: there is nothing to wake
                sleeper.loop.call_soon_threadsafe(sleeper.wake)

    @property
    def _is_awaited(self) -> bool:
        """Whether any sleeper is not passive, so that time should move."""
        return len(self._sleepers) > self._passive_sleepers

    def _loops(self) -> list[asyncio.AbstractEventLoop]:
        """List every loop that time waits for, each once. The caller has the lock.

        A stopped loop cannot do anything, so time does not wait for it.
        """
        loops = dict.fromkeys([*self._members, *(entry[2].loop for entry in self._sleepers)])
        return [loop for loop in loops if loop.is_running()]

    def _start_check(self) -> None:
        with self._lock:
            if not self._auto or self._check is not None or self._holds or not self._is_awaited:
                return
            check = self._check = _IdleCheck(self._loops(), self._activity)
        self._visit_next(check)

    def _visit_next(self, check: "_IdleCheck") -> None:
        """Schedule a visit to the next loop, which runs in that loop's next turn."""
        while check.loops:
            loop = check.loops[check.position % len(check.loops)]
            if loop is _current_loop():
                loop.call_soon(self._visit, check, loop)
                return
            try:
                loop.call_soon_threadsafe(self._arrive, check, loop)
            except RuntimeError:  # the loop has been closed
                check.loops.remove(loop)
            else:
                return
        with self._lock:
            if self._check is check:
                self._check = None

    def _arrive(self, check: "_IdleCheck", loop: asyncio.AbstractEventLoop) -> None:
        """Visit a loop one turn later: in this turn it is busy because we have woken it."""
        loop.call_soon(self._visit, check, loop)

    def _visit(self, check: "_IdleCheck", loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            if self._check is not check:
                return
            if self._holds or not self._is_awaited:
                self._check = None
                return
            if check.activity != self._activity:
                check.restart(self._loops(), self._activity)
            check.record_visit(busy=_has_work(loop))
            if check.is_complete:
                self._jump_to(max(self._elapsed, self._sleepers[0][0]))
            must_rest = self._barren_jumps > _MAX_BARREN_JUMPS
        if must_rest:
            loop.call_later(_REST, self._visit_next, check)
        else:
            self._visit_next(check)

    def _start_heartbeat(self, loop: asyncio.AbstractEventLoop) -> None:
        """Beat on ``loop`` while something sleeps on it.

        The heartbeat starts a new check if the present one got lost on a loop that has stopped.
        """
        with self._lock:
            if not self._auto or loop in self._beating:
                return
            self._beating = {other for other in self._beating if not other.is_closed()} | {loop}
        loop.call_later(_HEARTBEAT, self._heartbeat, loop, None)

    def _heartbeat(self, loop: asyncio.AbstractEventLoop, last: tuple[int, int] | None) -> None:
        with self._lock:
            check = self._check
            pulse = (id(check), check.visits) if check is not None else None
            if check is not None and pulse == last:
                self._check = None
            if not any(entry[2].loop is loop for entry in self._sleepers):
                self._beating.discard(loop)
                return
        loop.call_later(_HEARTBEAT, self._heartbeat, loop, pulse)
        self._start_check()


def _has_work(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether other callbacks are due in this very turn.

    Loops that do not show their queue count as having none.
    """
    return bool(getattr(loop, "_ready", ()))


def _current_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@attrs.define(eq=False)
class _IdleCheck:
    """One check whether every loop is idle, by visiting the loops in turn.

    ``idle_visits`` counts visits in a row to idle loops, ``visits_since_restart`` all of them.
    """

    loops: list[asyncio.AbstractEventLoop]
    activity: int
    position: int = 0
    visits: int = 0
    idle_visits: int = 0
    visits_since_restart: int = 0

    def restart(self, loops: list[asyncio.AbstractEventLoop], activity: int) -> None:
        """Start again, because something has happened."""
        self.loops = loops
        self.activity = activity
        self.idle_visits = self.visits_since_restart = 0

    def record_visit(self, *, busy: bool) -> None:
        """Record the result of a visit to a loop."""
        self.visits += 1
        self.position += 1
        self.visits_since_restart += 1
        self.idle_visits = 0 if busy else self.idle_visits + 1

    @property
    def is_complete(self) -> bool:
        """Whether time may jump."""
        return self.idle_visits >= _IDLE_ROUNDS * len(self.loops) or self.visits_since_restart >= _MAX_ROUNDS * len(self.loops)
