"""A part of a program that is to be tested: it places tenants in databases, each in a keyspace."""

from astra_devops import AstraDevOps, errors
from astra_devops.models import Database


class NoRoomError(Exception):
    """Every database is full, or does not run."""


class Tenants:
    """The tenants of a shop, in the databases whose names begin with ``shop-``."""

    def __init__(self, astra: AstraDevOps, *, most: int = 20) -> None:
        self._astra = astra
        self._most = most

    def add(self, tenant: str) -> str:
        """Create a keyspace for a tenant where most room is left; return the id of the database.

        A tenant who has one keeps it.

        Raises:
            NoRoomError: No database that runs has room.
        """
        databases = self._databases()
        for database in databases:
            if tenant in (database.keyspaces or ()):
                return database.id
        with_room = [database for database in databases if self._room(database) > 0]
        if not with_room:
            raise NoRoomError(f"no database has room for {tenant}")
        database = max(with_room, key=self._room)
        self._astra.keyspaces.ensure(database.id, tenant).wait()
        return database.id

    def remove(self, tenant: str) -> bool:
        """Drop the keyspace of a tenant, and return whether there was one."""
        for database in self._databases():
            if tenant in (database.keyspaces or ()):
                self._astra.keyspaces.delete(database.id, tenant).wait()
                return True
        return False

    def is_reachable(self) -> bool:
        """Check that the service answers."""
        try:
            self._astra.organizations.current()
        except (errors.ServerError, errors.RequestNotSentError, errors.OutcomeUnknownError):
            return False
        return True

    def _databases(self) -> list[Database]:
        return [database for database in self._astra.databases.list() if (database.name or "").startswith("shop-")]

    def _room(self, database: Database) -> int:
        return self._most - len(database.keyspaces or ()) if database.status == "ACTIVE" else 0
