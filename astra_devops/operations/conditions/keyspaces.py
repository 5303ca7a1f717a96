"""Conditions of operations on a keyspace."""

from collections.abc import Collection
from typing import Final

from astra_devops._rest.models.databases import Database
from astra_devops.operations.conditions._active import SETTLED
from astra_devops.operations.conditions.databases import database_condition
from astra_devops.operations.kinds import MINUTE, OperationKind, Params


def keyspaces_of(database: Database) -> list[str]:
    """List a database's keyspaces.

    The service spreads them over three fields, any of which may be missing or null.
    """
    info = database.info
    first = [info.keyspace] if info.keyspace else []
    return list(dict.fromkeys([*first, *(info.keyspaces or []), *(info.additional_keyspaces or [])]))


def has_keyspace(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the keyspace is listed and the database is out of MAINTENANCE."""
    return database.status == "ACTIVE" and params["keyspace"] in keyspaces_of(database)


def is_settled_with_keyspace(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the keyspace is listed and the database is at rest."""
    return database.status in SETTLED and params["keyspace"] in keyspaces_of(database)


def lacks_keyspace(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the keyspace is no longer listed and the database is out of MAINTENANCE."""
    return database.status == "ACTIVE" and params["keyspace"] not in keyspaces_of(database)


_PARAMS: Final = ("database_id", "keyspace")
CREATE: Final = OperationKind(name="keyspaces.create", condition=database_condition(has_keyspace), timeout=2 * MINUTE, params=_PARAMS)
ENSURE: Final = OperationKind(
    name="keyspaces.ensure", condition=database_condition(is_settled_with_keyspace), timeout=2 * MINUTE, params=_PARAMS
)
DELETE: Final = OperationKind(name="keyspaces.delete", condition=database_condition(lacks_keyspace), timeout=2 * MINUTE, params=_PARAMS)
