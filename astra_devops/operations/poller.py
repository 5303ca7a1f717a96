"""Looking at databases for all waits of one client, with as few requests as possible."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Generic, TypeVar

import attrs

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.caller import Caller
from astra_devops.operations import listing

T = TypeVar("T")

# How many pages a list is taken to have before it was read once: few waits use single GETs,
# whatever the list.
_PAGES_AT_FIRST: Final = 4
# Seconds after which a database that nobody has looked at again is no longer waited for.
_STILL_WAITING: Final = 20.0


class Shared(Generic[T]):
    """One piece of work that several may wait for.

    It is cancelled when the last of them is, and not before.
    """

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._task = asyncio.create_task(work)
        self._waiting = 0

    @property
    def joinable(self) -> bool:
        """Whether it is still under way."""
        return not self._task.done()

    async def wait(self) -> T:
        """Wait for the result."""
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting and not self._task.done():
                self._task.cancel()


@attrs.frozen
class _Pass:
    """One reading of the whole list; ``began`` is by the client's clock, since a database may change while it is read."""

    began: float
    databases: dict[str, Database]


class DatabasePoller:
    """Sees databases, one by one or all in a pass of the list, whichever takes fewer requests."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._looked: dict[str, float] = {}
        self._pages = _PAGES_AT_FIRST
        self._gets: dict[str, Shared[Database]] = {}
        self._reading: Shared[_Pass] | None = None
        self._last_pass: _Pass | None = None

    async def see(self, database_id: str, not_before: float) -> Database:
        """Return the database as it was at ``not_before`` (of the client's clock) or later.

        Raises:
            NotFoundError: there is none.
            AstraDevOpsError: it could not be seen.
        """
        if self._waited_for(database_id) > self._pages:
            try:
                found = (await self.all(not_before)).get(database_id)
            except errors.PermissionDeniedError:
                found = None
            if found is not None:
                return found
        return await self._join(self._gets, database_id, lambda: self._get(database_id))

    async def all(self, not_before: float) -> dict[str, Database]:
        """Return every database, terminated ones included, by id, from one pass of the list."""
        if self._last_pass is None or self._last_pass.began < not_before:
            if self._reading is None or not self._reading.joinable:
                self._reading = Shared(self._read_all())
            self._last_pass = await self._reading.wait()
        return self._last_pass.databases

    def _waited_for(self, database_id: str) -> int:
        """Count the databases that are being waited for: those looked at within the longest pause between two looks, this one included."""
        now = self._caller.clock.monotonic()
        self._looked[database_id] = now
        self._looked = {known: looked for known, looked in self._looked.items() if now - looked <= _STILL_WAITING}
        return len(self._looked)

    async def _join(self, flights: dict[str, Shared[T]], key: str, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        flight = flights.get(key)
        if flight is None or not flight.joinable:
            flight = flights[key] = Shared(start())
        try:
            return await flight.wait()
        finally:
            if flights.get(key) is flight and not flight.joinable:
                del flights[key]

    async def _get(self, database_id: str) -> Database:
        return (await endpoints.get_database(self._caller, database_id=database_id)).value

    async def _read_all(self) -> _Pass:
        began = self._caller.clock.monotonic()
        pages: list[object] = []
        found = {database.id: database async for database in listing.databases(self._caller, include="all", on_page=pages.append)}
        self._pages = len(pages)
        return _Pass(began, found)
