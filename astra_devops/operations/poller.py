"""Polling databases for all waits of one client, with as few requests as possible."""

from functools import partial
from typing import Final

import attrs

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.caller import Caller
from astra_devops._secret import SecretBytes
from astra_devops.operations import listing
from astra_devops.operations.shared_task import SharedTask, can_join

# The number of pages that the list is assumed to have before it is read for the first time: a few
# waits use single GETs, however long the list is.
_ASSUMED_PAGES: Final = 4
# Seconds after its last poll for which a database counts as waited for.
_WAITING_WINDOW: Final = 20.0


@attrs.frozen
class _ListReading:
    """One reading of the whole list.

    ``started`` is the time by the client's monotonic clock: a database may change while the list
    is read.
    """

    started: float
    databases: dict[str, Database]


class DatabasePoller:
    """Fetches databases, either one by one or all from the list, whichever takes fewer requests."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._last_polls: dict[str, float] = {}
        self._pages = _ASSUMED_PAGES
        self._running_gets: dict[str, SharedTask[Database]] = {}
        self._running_reading: SharedTask[_ListReading] | None = None
        self._last_reading: _ListReading | None = None

    async def get(self, database_id: str, not_before: float) -> Database:
        """Return a database as it was at ``not_before`` or later, by the client's monotonic clock.

        Raises:
            NotFoundError: The database does not exist.
            AstraDevOpsError: The request failed.
        """
        if self._count_waits(database_id) > self._pages:
            try:
                database = (await self.get_all(not_before)).get(database_id)
            except (errors.PermissionDeniedError, errors.ResponseDecodeError):
                # One database that cannot be read spoils the list, but not the others.
                database = None
            if database is not None and database.status:
                return database
        return await self._get_shared(database_id, not_before)

    async def get_all(self, not_before: float) -> dict[str, Database]:
        """Return every database by id, including terminated ones, from one reading of the list."""
        reading = self._last_reading
        if reading is None or reading.started < not_before:
            task = self._running_reading
            if not can_join(task, not_before):
                task = self._running_reading = SharedTask(self._read_all, self._caller.clock)
            reading = await task.wait()
            if self._last_reading is None or self._last_reading.started <= reading.started:
                self._last_reading = reading
        return reading.databases

    async def get_now(self, database_id: str) -> Database:
        """Return a database as it is now, by a request of its own."""
        return await self._get(database_id)

    def _count_waits(self, database_id: str) -> int:
        """Count the databases that are waited for: those polled recently, and this one.

        Recently means within the longest pause between two polls of a wait.
        """
        now = self._caller.clock.monotonic()
        # Removed and added again, so that the order of the dictionary is that of the polls.
        self._last_polls.pop(database_id, None)
        self._last_polls[database_id] = now
        while now - self._last_polls[oldest := next(iter(self._last_polls))] > _WAITING_WINDOW:
            del self._last_polls[oldest]
        return len(self._last_polls)

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
            raise errors.ResponseDecodeError(
                f"getDatabase answered {answer.status}, but the body has no status that can be read",
                operation="getDatabase",
                status=answer.status,
                pointer="/status",
                body=SecretBytes(b""),
                request_id=answer.request_id,
            )
        return answer.value

    async def _read_all(self) -> _ListReading:
        started = self._caller.clock.monotonic()
        pages: list[object] = []
        databases = {database.id: database async for database in listing.databases(self._caller, include="all", on_page=pages.append)}
        self._pages = len(pages)
        return _ListReading(started, databases)
