"""Polling databases for all waits of one client, with as few requests as possible."""

import asyncio
import itertools
import math
from collections.abc import Mapping
from functools import partial
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.http.time_limits import TimeLimits
from astra_devops.operations import listing
from astra_devops.operations.list_reading import ListReading, unreadable
from astra_devops.operations.shared_task import SharedTask, can_join
from astra_devops.operations.turns import Turns

# Waits for up to so many databases use single requests, however long the list is.
_FEW: Final = 4
# Seconds after its last poll for which a database counts as waited for. A wait that ends says so;
# this is for one that is not continued.
_WAITING_WINDOW: Final = 20.0
# What a request costs beside the databases in its answer, and what a single answer costs, as so
# many databases.
_COST_OF_REQUEST: Final = 1
_COST_OF_SINGLE: Final = 1 + _COST_OF_REQUEST
# What a reading may cost for each wait. Not all waits look at it, so it is less than the above.
_WORTH_OF_WAIT: Final = 1.5
# Readings of the list that may be saved up, for the end of many waits.
_MOST_SAVED: Final = 4
# Beyond so many waits, there is a further moment to wake at for each so many, and all moments are
# within this part of the time between two looks.
_MANY: Final = 1_000
_PER_MOMENT: Final = 128
_SPREAD: Final = 1 / 16


class DatabasePoller:
    """Fetches databases for waits: one by one, or all from the list where that costs less.

    A page of the list has as many bytes as a hundred single answers. So the list is read only if a
    large part of it is waited for, or if earlier readings have saved what this one costs. How long
    it is shows the first reading, which ends early if the list turns out to be too long.
    """

    def __init__(self, caller: Caller) -> None:
        self._turns = Turns()
        self._limits: TimeLimits | None = None
        self._caller = caller
        self._aligned = itertools.count()
        self._sleeps: dict[float, SharedTask[None]] = {}
        self._last_polls: dict[str, float] = {}
        # The length of the list, or how much of it is known; None before the first reading.
        self._list_length: int | None = None
        # What readings of the list have saved so far, in databases.
        self._saved = 0
        self._running_gets: dict[str, SharedTask[Database]] = {}
        self._running_reading: SharedTask[ListReading | None] | None = None
        self._next_reading: SharedTask[ListReading | None] | None = None
        self._last_reading: ListReading | None = None

    def limits(self) -> TimeLimits:
        """Return what limits the polls of all waits, with one timer."""
        loop = asyncio.get_running_loop()
        if self._limits is None or self._limits.loop is not loop:  # Requests will say that it is another loop.
            self._limits = TimeLimits(loop)
        return self._limits

    async def get(self, database_id: str, not_before: float) -> Database:
        """Return a database as it was at ``not_before`` or later, by the client's monotonic clock.

        Raises:
            NotFoundError: The database does not exist.
            AstraDevOpsError: The request failed.
        """
        self.expect(database_id)
        if self._is_list_cheaper():
            try:
                reading = await self._get_reading(not_before)
                database = None if reading is None else reading.get(database_id)
            except (errors.PermissionDeniedError, errors.ResponseDecodeError):
                reading = database = None
            if reading is not None and database is not None and database.status:
                self._saved = min(self._saved + _COST_OF_SINGLE, _MOST_SAVED * len(reading))
                return database
        return await self._get_shared(database_id, not_before)

    async def find(self, database_id: str, not_before: float) -> Database | None:
        """Return a database, which may be terminated, from the whole list; None if it lacks it.

        Raises:
            AstraDevOpsError: The list or the database in it cannot be read.
        """
        reading = None
        while reading is None:  # A reading that waits have begun may end early.
            reading = await self._get_reading(not_before, is_whole=True)
        return reading.get(database_id)

    async def get_now(self, database_id: str) -> Database:
        """Return a database as it is now, by a request of its own."""
        return await self._get(database_id)

    def turn_for(self, ids: Mapping[str, str]) -> asyncio.Future[None] | None:
        """Return None if a wait may go on at once, or a future of its turn.

        Its database counts as waited for even before, so that the first of many waits knows of all.
        """
        if "database_id" in ids:
            self.expect(ids["database_id"])
        return self._turns.take()

    def expect(self, database_id: str) -> None:
        """Count a database as waited for, and no longer those that have not been polled lately."""
        now = self._caller.clock.monotonic()
        # Removed and added again, so that the order of the dictionary is that of the polls.
        self._last_polls.pop(database_id, None)
        self._last_polls[database_id] = now
        while now - self._last_polls[oldest := next(iter(self._last_polls))] > _WAITING_WINDOW:
            del self._last_polls[oldest]

    def forget(self, database_id: str) -> None:
        """Note that a wait for a database is over. After the last one nothing is kept."""
        self._last_polls.pop(database_id, None)
        if not self._last_polls:
            self._list_length = self._last_reading = None
            self._saved = 0

    def _is_list_cheaper(self) -> bool:
        """Return whether the list costs less than single requests for all that is waited for."""
        waits = len(self._last_polls)
        if waits <= _FEW or self._list_length is None:
            return waits > _FEW
        return _cost_of_list(self._list_length) <= waits * _WORTH_OF_WAIT + self._saved

    def moment(self, now: float, pause: float) -> float | None:
        """Return the moment for the next look, about a pause from now, that other waits share.

        Waits that read the list can share a reading then. It is None where each look is a request
        of its own: those are better spread. So are thousands of waits, which would hold up the
        event loop if they woke in one instant.
        """
        if not self._is_list_cheaper():
            return None
        tick = 2.0 ** math.floor(math.log2(pause / 0.8))  # The same for all jitter of one pause, mostly.
        moment = round((now + pause) / tick) * tick
        if moment - now < tick / 2:
            moment = math.ceil(2 * now / tick + 1) * tick / 2
        moments = max(len(self._last_polls) - _MANY, 0) // _PER_MOMENT + 1
        return moment + next(self._aligned) % moments / moments * tick * _SPREAD

    def sleep_until(self, moment: float) -> SharedTask[None]:
        """Return a sleep until a moment of the client's clock, for all that wait for it.

        With timers of their own, many waits would have two objects more each for garbage
        collections to look at.
        """
        sleep = self._sleeps.get(moment)
        if sleep is None or not sleep.can_be_joined:
            self._sleeps = {key: other for key, other in self._sleeps.items() if other.can_be_joined}
            sleep = self._sleeps[moment] = SharedTask(partial(self._sleep, moment), self._caller.clock)
        return sleep

    async def _sleep(self, moment: float) -> None:
        await self._caller.clock.sleep(moment - self._caller.clock.monotonic())

    async def _get_reading(self, not_before: float, *, is_whole: bool = False) -> ListReading | None:
        """Return a reading of the list that began at ``not_before`` or later.

        It is None if the list is longer than its reading is worth for the waits, which does not
        count for a reading that ``is_whole``.
        """
        reading = self._last_reading
        if reading is not None and reading.started >= not_before:
            return reading
        task = self._joinable_reading(not_before, is_whole)
        try:
            return await task.wait()
        finally:  # What is over need not be kept, but for the last reading.
            if not task.can_be_joined:
                self._running_reading = None if self._running_reading is task else self._running_reading
                self._next_reading = None if self._next_reading is task else self._next_reading

    def _joinable_reading(self, not_before: float, is_whole: bool) -> SharedTask[ListReading | None]:
        """Return a reading that runs, or the one that comes next: there are never two at a time."""
        running, after = self._running_reading, self._next_reading
        if can_join(running, not_before):
            return running
        if can_join(after, not_before):
            return after
        if after is not None and after.can_be_joined:  # It runs by now.
            running = self._running_reading = after
        busy = running if running is not None and running.can_be_joined else None
        task = SharedTask(partial(self._read_list, is_whole), self._caller.clock, after=busy)
        if busy is None:
            self._running_reading = task
        else:
            self._next_reading = task
        return task

    async def _get_shared(self, database_id: str, not_before: float) -> Database:
        task = self._running_gets.get(database_id)
        if not can_join(task, not_before):
            task = self._running_gets[database_id] = SharedTask(partial(self._get, database_id), self._caller.clock)
        try:
            return await task.wait()
        finally:
            if self._running_gets.get(database_id) is task and not task.can_be_joined:
                del self._running_gets[database_id]

    async def _get(self, database_id: str) -> Database:
        answer = await endpoints.get_database(self._caller, database_id=database_id)
        if not answer.value.status:
            # No wait can end without it, and it would go on until its timeout.
            raise unreadable("getDatabase", answer.status, "/status", "the body has no status that can be read", answer.request_id)
        return answer.value

    async def _read_list(self, is_whole: bool) -> ListReading | None:
        # All that it would serve can join this one, and memory holds one list instead of two.
        self._last_reading = None
        reading, known = ListReading(self._caller.clock.monotonic()), self._list_length or 0
        async for _ in reading.pages(self._caller):
            if len(reading) > known:  # What was worth its known length still is, though waits have ended.
                self._list_length = len(reading)
                if not is_whole and not self._is_list_cheaper():
                    return None
        self._list_length = len(reading)
        self._saved = max(self._saved - _cost_of_list(len(reading)), 0)
        self._last_reading = reading
        return reading


def _cost_of_list(length: int) -> int:
    pages = length // listing.LARGEST_PAGE + 2  # The last one is empty.
    return length + pages * _COST_OF_REQUEST
