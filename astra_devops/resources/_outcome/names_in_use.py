"""Which names databases have, for calls that create one only if its name is free."""

import asyncio
from contextlib import suppress
from typing import Final
from weakref import WeakValueDictionary

from astra_devops import errors
from astra_devops._rest.models.databases import Database
from astra_devops._runtime import deadline
from astra_devops._runtime.caller import Caller
from astra_devops.operations import listing
from astra_devops.operations.shared_task import SharedTask

LIST_LAG: Final = 15.0
"""Seconds for which a list may lack a new database that the others already show."""


class NamesInUse:
    """The names of one client's databases: those that are listed, and those that are too new."""

    def __init__(self) -> None:
        # By id: the name, and the time by the client's clock.
        self._created: dict[str, tuple[str, float]] = {}
        self._reading: SharedTask[list[Database]] | None = None
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, name: str) -> asyncio.Lock:
        """Return the lock for those who look for a name before they create it."""
        return self._locks.setdefault(name, asyncio.Lock())

    async def list_databases(self, caller: Caller) -> list[Database]:
        """List all databases. Those who ask at the same time share one reading.

        If it fails, or takes longer than the call around may, the caller reads for itself.
        """
        if self._reading is None or not self._reading.can_be_joined:
            self._reading = SharedTask(listing.databases(caller).collect, caller.clock)
        with suppress(errors.AstraDevOpsError, TimeoutError):
            async with asyncio.timeout(deadline.remaining()):
                return await self._reading.wait()
        return await listing.databases(caller).collect()

    def remember(self, database_id: str, name: str, now: float) -> None:
        """Remember a database that has just been created, at a time by the client's clock."""
        recent = {id: entry for id, entry in self._created.items() if now - entry[1] < LIST_LAG}
        self._created = recent | {database_id: (name, now)}

    def unlisted(self, name: str, now: float) -> list[str]:
        """List the ids of databases with a name that lists may lack, since they are so new."""
        return [id for id, (own, at) in self._created.items() if own == name and now - at < LIST_LAG]
