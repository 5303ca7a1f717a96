"""A run: fixed workers take items, and hand over the outcomes as they finish."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from astra_devops._runtime.clock import Clock
from astra_devops._runtime.events import FleetItemEnded, Observer
from astra_devops._runtime.no_copies import NoCopies
from astra_devops._runtime.observer import observer_or_log
from astra_devops.fleet.engine.items import END, Key, Source, checked_key
from astra_devops.fleet.journal.journal import Journal
from astra_devops.fleet.outcome import Outcome
from astra_devops.fleet.progress.display import Display
from astra_devops.fleet.report.report import Report
from astra_devops.fleet.report.tally import Tally


class Performer(Protocol):
    """Carries out items, here or on other machines."""

    @property
    def clock(self) -> Clock:
        """The clock of the client."""
        ...

    async def open(self) -> None:
        """Get ready, before the first item."""

    async def perform(self, key: str, item: Any) -> Outcome:
        """Carry out an item. What stops it is part of the outcome."""
        ...

    async def close(self) -> None:
        """End what it has begun, after the last item."""


class AsyncFleetRun(NoCopies):
    """A run of ``client.fleet``: iterate over it for the outcomes, in the order in which they end.

    Use it in an ``async with`` block. Leaving the block ends the run: no new item begins, and what
    was sent is brought to a known end within the grace period.

    >>> async with astra.fleet.run(work, astra.databases.list()) as run:
    ...     async for outcome in run:
    ...         print(outcome.key, outcome.state, outcome.error)
    >>> print(run.report)
    """

    _no_copies = "a run cannot be copied or pickled: it belongs to its event loop; pass on run.report"

    def __init__(
        self,
        performer: Performer,
        source: Source,
        *,
        journal: Journal | None,
        key: Key,
        workers: int,
        stop_after: int | None,
        grace: float,
        tally: Tally,
        display: Display | None,
        observer: Observer | None,
    ) -> None:
        self._performer = performer
        self._source = source
        self._key = key
        self._workers = workers
        self._stop_after = stop_after
        self._grace = grace
        self._tally = tally
        self._display = display
        self._observer = observer
        self._clock = performer.clock
        self._journal = journal
        # Full, it makes the workers wait for the consumer: outcomes must not pile up.
        self._outcomes: asyncio.Queue[Outcome | None] = asyncio.Queue(maxsize=workers)
        self._tasks: list[asyncio.Task[None]] = []
        self._reading: set[asyncio.Task[Any]] = set()
        self._failure: BaseException | None = None
        self._is_stopping = False
        self._is_left = False
        self._is_complete = False

    async def __aenter__(self) -> Self:
        """Open the journal and start the workers.

        Raises:
            JournalInUseError: Another process runs this journal.
            JournalError: The journal cannot be used.
            RuntimeError: The run was started before.
        """
        if self._tasks:
            raise RuntimeError("a run can be entered only once: call fleet.run again, with the same journal to continue it")
        if self._journal is not None:
            await self._journal.open()
            self._tally.opened(self._journal.path, self._journal.run_id, self._journal.session)
        try:
            await self._performer.open()
        except BaseException:
            if self._journal is not None:
                await self._journal.close()
            raise
        self._tally.start()
        if self._display is not None:
            self._display.start()
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.stop()
        try:
            await self._drain()
        finally:
            await self._close()
        if error is not None and (note := self._tally.report().unfinished_text()):
            error.add_note(note)
        if error is None and self._failure is not None:
            raise self._failure

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome:
        outcome = await self.next_outcome()
        if outcome is None:
            raise StopAsyncIteration
        return outcome

    async def next_outcome(self) -> Outcome | None:
        """Return the outcome of the next item that ends, or None when all have ended.

        Raises:
            RuntimeError: The run was not entered.
            JournalError: The journal cannot be written any more.
            Exception: ``items`` or ``key`` raised it.
        """
        if not self._tasks:
            raise RuntimeError("a run must be entered before it is iterated over: use 'async with astra.fleet.run(...) as run'")
        if self._is_left or (all(task.done() for task in self._tasks) and self._outcomes.empty()):
            outcome = None
        else:
            outcome = await self._outcomes.get()
        if outcome is None:
            # Another consumer may wait for the end, too.
            if not self._outcomes.full():
                self._outcomes.put_nowait(None)
            if self._failure is not None:
                raise self._failure
        return outcome

    async def wait(self) -> Report:
        """Wait until all items have ended, and return the report, without looking at each outcome.

        Raises the same errors as the iteration.
        """
        while await self.next_outcome() is not None:
            pass
        return self.report

    def stop(self) -> None:
        """Begin no new item. Those that have begun go on, and the iteration ends with the last."""
        self._is_stopping = True
        for task in self._reading:
            task.cancel()

    @property
    def report(self) -> Report:
        """The report so far: counts, failures by what can be done about them, times, requests."""
        return self._tally.report()

    async def _work(self) -> None:
        """Carry out items until there are no more."""
        try:
            while not self._is_stopping:
                item = await self._next_item()
                if item is END:
                    self._is_complete = not self._is_stopping
                    break
                key = checked_key(self._key, item)
                self._begin(key)
                outcome = await self._performer.perform(key, item)
                del item
                self._note_end(outcome)
                if self._stop_after is not None and self._tally.failures >= self._stop_after:
                    self._tally.stopped_after = self._stop_after
                    self.stop()
                await self._hand_over(outcome)
        except asyncio.CancelledError:
            self._is_stopping = True
        except Exception as error:
            self._failure = self._failure or error
            self.stop()
        finally:
            if all(task.done() or task is asyncio.current_task() for task in self._tasks):
                await self._hand_over(None)

    def _begin(self, key: str) -> None:
        self._tally.began(key)
        if self._display is not None:
            self._display.began(key)

    def _note_end(self, outcome: Outcome) -> None:
        self._tally.ended(outcome)
        if self._display is not None:
            self._display.ended(outcome)
        if observer := observer_or_log(self._observer):
            error = None if outcome.error is None else type(outcome.error).__name__
            observer(FleetItemEnded(key=outcome.key, state=outcome.state, error=error, elapsed=outcome.seconds))

    async def _next_item(self) -> Any:
        task = asyncio.current_task()
        assert task is not None
        self._reading.add(task)
        try:
            return await self._source.next()
        except asyncio.CancelledError:
            if self._is_stopping and not self._is_left:
                task.uncancel()
                return END
            raise
        finally:
            self._reading.discard(task)

    async def _hand_over(self, outcome: Outcome | None) -> None:
        if self._is_left:
            return
        try:
            await self._outcomes.put(outcome)
        except asyncio.CancelledError:
            self._is_stopping = True

    async def _drain(self) -> None:
        """Wait for the workers: for the grace period, and then until they have been canceled."""
        self._is_left = True
        # A worker may wait for room to hand over what is not wanted any more.
        while not self._outcomes.empty():
            self._outcomes.get_nowait()
            await asyncio.sleep(0)
        try:
            await self._within_grace()
        finally:
            running = [task for task in self._tasks if not task.done()]
            self._is_complete = self._is_complete and not running
            for task in running:
                task.cancel()
            await _ended(running)

    async def _within_grace(self) -> None:
        running = [task for task in self._tasks if not task.done()]
        if not running:
            return
        pause = asyncio.ensure_future(self._clock.sleep(self._grace))
        ends = asyncio.create_task(_ended(running))
        try:
            await asyncio.wait([pause, ends], return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            ends.cancel()
            await asyncio.gather(pause, ends, return_exceptions=True)

    async def _close(self) -> None:
        self._tally.finish(is_complete=self._is_complete)
        if self._display is not None:
            self._display.close(self.report)
        try:
            await self._source.close()
            await self._performer.close()
        finally:
            if self._journal is not None:
                await self._journal.close()


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait until tasks have ended, however they end."""
    if tasks:
        await asyncio.wait(tasks)
