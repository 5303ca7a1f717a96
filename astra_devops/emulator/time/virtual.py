"""Time that nobody waits for: it jumps to the next wake-up as soon as everybody sleeps."""

import asyncio
import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import attrs

QUIET_ROUNDS = 8
"""How many times in a row every loop must be found idle before time jumps.

One request passes through several turns of a loop (connect, accept, write, read, resume) in which
nothing that the clock can see happens.
"""
PATIENCE = 2_000
"""After so many rounds time jumps although a loop is never idle, for example since another virtual clock is looking at it too."""
HEARTBEAT = 0.1
"""Real seconds between two looks whether the rounds still go on: a loop may have stopped while it was its turn."""
BARREN = 1_000
IDLE_PAUSE = 0.002
"""After so many jumps in a row without any request, rest so many real seconds at each: somebody sleeps again and again for ever."""


@attrs.define(order=False, eq=False)
class _Sleeper:
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[None]
    along: bool = False
    queued: bool = True

    def wake(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


class VirtualClock:
    """Time that jumps to the next wake-up once everybody sleeps, so that a wait of forty minutes takes none.

    Coroutines on several event loops, in several threads, may sleep on one clock: a client on one
    loop and the emulator on another. Time stands still while a request is being handled and while a
    loop has anything left to do. It starts at ``start``, which is the same moment in every run
    unless told otherwise.

    With ``auto=False`` time never jumps by itself, and a test moves it with :meth:`advance`.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC), *, auto: bool = True) -> None:
        self._start = start.astimezone(UTC)
        self._auto = auto
        self._elapsed = 0.0
        self._lock = threading.Lock()
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, _Sleeper]] = []
        self._along = 0
        self._members: list[asyncio.AbstractEventLoop] = []
        self._beating: set[asyncio.AbstractEventLoop] = set()
        self._held = 0
        self._activity = 0
        self._barren = 0
        self._rounds: _Rounds | None = None

    def monotonic(self) -> float:
        """Return the virtual seconds since the clock was made."""
        return self._elapsed

    def now(self) -> datetime:
        """Return the virtual time of day, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    async def sleep(self, seconds: float) -> None:
        """Return when so many virtual seconds have passed; cancelling it forgets the wake-up."""
        await self._sleep(seconds, along=False)

    async def sleep_along(self, seconds: float) -> None:
        """Return when so many virtual seconds have passed for others: for this sleeper alone, time does not jump."""
        await self._sleep(seconds, along=True)

    async def _sleep(self, seconds: float, *, along: bool) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        sleeper = _Sleeper(loop, loop.create_future(), along)
        with self._lock:
            self._along += along
            heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), sleeper))
            self._activity += 1
        self._beat(loop)
        self._go_round()
        try:
            await sleeper.future
        finally:
            self._forget(sleeper)

    def advance(self, seconds: float) -> None:
        """Move time forward at once, waking whoever sleeps until then.

        May be called from any thread.

        Raises:
            ValueError: ``seconds`` is negative.
        """
        if seconds < 0:
            raise ValueError(f"time only moves forward, not by {seconds!r} seconds")
        with self._lock:
            self._jump_to(self._elapsed + seconds)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep time where it is for as long as the block runs; the emulator does so while it handles a request."""
        with self._lock:
            self._held += 1
            self._activity += 1
            self._barren = 0
        try:
            yield
        finally:
            with self._lock:
                self._held -= 1
                self._activity += 1
            self._go_round()

    @contextmanager
    def release(self) -> Iterator[None]:
        """Let time move inside a block of :meth:`hold`, for a handler that itself waits for time to pass."""
        with self._lock:
            self._held -= 1
            self._activity += 1
        self._go_round()
        try:
            yield
        finally:
            with self._lock:
                self._held += 1
                self._activity += 1

    def join(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make time wait for ``loop`` too, although nothing on it sleeps: a request may be on its way to it."""
        with self._lock:
            self._members.append(loop)

    def leave(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop waiting for ``loop``."""
        with self._lock, suppress(ValueError):
            self._members.remove(loop)

    def __repr__(self) -> str:
        return f"VirtualClock(now={self.now().isoformat()}, sleeping={len(self._sleepers)})"

    def _forget(self, sleeper: _Sleeper) -> None:
        with self._lock:
            if sleeper.queued:
                self._sleepers = [entry for entry in self._sleepers if entry[2] is not sleeper]
                heapq.heapify(self._sleepers)
                self._along -= sleeper.along
                self._activity += 1

    def _jump_to(self, moment: float) -> None:
        """Set the time and wake whoever is due; the lock is held."""
        self._elapsed = moment
        self._activity += 1
        self._barren += 1
        while self._sleepers and self._sleepers[0][0] <= moment:
            sleeper = heapq.heappop(self._sleepers)[2]
            sleeper.queued = False
            self._along -= sleeper.along
            with suppress(RuntimeError):  # its loop is closed: nobody is left to wake
                sleeper.loop.call_soon_threadsafe(sleeper.wake)

    @property
    def _awaited(self) -> bool:
        """Whether anybody waits for time to move, as opposed to waiting along."""
        return len(self._sleepers) > self._along

    def _loops(self) -> list[asyncio.AbstractEventLoop]:
        """List every loop that time waits for, each once; the lock is held.

        A stopped loop cannot do anything and is not waited for.
        """
        loops = dict.fromkeys([*self._members, *(entry[2].loop for entry in self._sleepers)])
        return [loop for loop in loops if loop.is_running()]

    def _go_round(self) -> None:
        with self._lock:
            if not self._auto or self._rounds is not None or self._held or not self._awaited:
                return
            rounds = self._rounds = _Rounds(self._loops(), self._activity)
        self._pass_on(rounds)

    def _pass_on(self, rounds: "_Rounds") -> None:
        """Visit the next loop: it answers only when it has turned once more."""
        while rounds.loops:
            loop = rounds.loops[rounds.position % len(rounds.loops)]
            if loop is _current_loop():
                loop.call_soon(self._visit, rounds, loop)
                return
            try:
                loop.call_soon_threadsafe(self._arrive, rounds, loop)
            except RuntimeError:  # closed since
                rounds.loops.remove(loop)
            else:
                return
        with self._lock:
            if self._rounds is rounds:
                self._rounds = None

    def _arrive(self, rounds: "_Rounds", loop: asyncio.AbstractEventLoop) -> None:
        """Look one turn later: in this one the loop is busy with having been woken by us."""
        loop.call_soon(self._visit, rounds, loop)

    def _visit(self, rounds: "_Rounds", loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            if self._rounds is not rounds:
                return
            if self._held or not self._awaited:
                self._rounds = None
                return
            if rounds.activity != self._activity:
                rounds.begin_again(self._loops(), self._activity)
            rounds.saw(busy=_has_work(loop))
            if rounds.over:
                self._jump_to(max(self._elapsed, self._sleepers[0][0]))
            tired = self._barren > BARREN
        if tired:
            loop.call_later(IDLE_PAUSE, self._pass_on, rounds)
        else:
            self._pass_on(rounds)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look from ``loop``, for as long as something sleeps on it, whether the rounds got lost on a loop that has stopped."""
        with self._lock:
            if not self._auto or loop in self._beating:
                return
            self._beating = {known for known in self._beating if not known.is_closed()} | {loop}
        loop.call_later(HEARTBEAT, self._heartbeat, loop, None)

    def _heartbeat(self, loop: asyncio.AbstractEventLoop, last: tuple[int, int] | None) -> None:
        with self._lock:
            rounds = self._rounds
            pulse = (id(rounds), rounds.visits) if rounds is not None else None
            if rounds is not None and pulse == last:
                self._rounds = None
            if not any(entry[2].loop is loop for entry in self._sleepers):
                self._beating.discard(loop)
                return
        loop.call_later(HEARTBEAT, self._heartbeat, loop, pulse)
        self._go_round()


def _has_work(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether other callbacks are due in this very turn.

    Loops that do not show it are taken to have none.
    """
    return bool(getattr(loop, "_ready", ()))


def _current_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@attrs.define(eq=False)
class _Rounds:
    """One search for the moment when every loop is idle."""

    loops: list[asyncio.AbstractEventLoop]
    activity: int
    position: int = 0
    visits: int = 0
    quiet: int = 0
    patience: int = 0

    def begin_again(self, loops: list[asyncio.AbstractEventLoop], activity: int) -> None:
        """Start over, since something has happened."""
        self.loops = loops
        self.activity = activity
        self.quiet = self.patience = 0

    def saw(self, *, busy: bool) -> None:
        """Note what one visit to one loop has shown."""
        self.visits += 1
        self.position += 1
        self.patience += 1
        self.quiet = 0 if busy else self.quiet + 1

    @property
    def over(self) -> bool:
        """Whether time may jump."""
        return self.quiet >= QUIET_ROUNDS * len(self.loops) or self.patience >= PATIENCE * len(self.loops)
