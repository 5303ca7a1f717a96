"""When an operation on a keyspace has had its effect."""

from collections.abc import Collection
from typing import Final

from astra_devops._rest.models.databases import Database
from astra_devops.operations.conditions.databases import on_database
from astra_devops.operations.kinds import OperationKind, Params

_TIMEOUT: Final = 2 * 60.0


def keyspaces_of(database: Database) -> list[str]:
    """List a database's keyspaces: the service spreads them over three fields, any of which may be missing or null."""
    info = database.info
    first = [info.keyspace] if info.keyspace else []
    return list(dict.fromkeys([*first, *(info.keyspaces or []), *(info.additional_keyspaces or [])]))


def has_keyspace(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the keyspace is listed and the database is out of MAINTENANCE."""
    return database.status == "ACTIVE" and params["keyspace"] in keyspaces_of(database)


def lacks_keyspace(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the keyspace is no longer listed and the database is out of MAINTENANCE."""
    return database.status == "ACTIVE" and params["keyspace"] not in keyspaces_of(database)


CREATE: Final = OperationKind(name="keyspaces.create", condition=on_database(has_keyspace), timeout=_TIMEOUT)
DELETE: Final = OperationKind(name="keyspaces.delete", condition=on_database(lacks_keyspace), timeout=_TIMEOUT)
