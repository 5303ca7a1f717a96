"""Conditions of the launch and the removal of a migration proxy.

No document says how to see whether a database has a proxy. The actions that the database offers
show it, where they are listed: a proxy can be removed if there is one, and launched if there is
none. If neither action is listed, the database must have been in MAINTENANCE, which both cause, and
become ACTIVE again.
"""

from collections.abc import Collection
from typing import Final

from astra_devops._rest.models.databases import Database
from astra_devops.operations.conditions.databases import database_condition
from astra_devops.operations.kinds import MINUTE, OperationKind, Params


def has_proxy(database: Database) -> bool | None:
    """Return whether a database has a migration proxy; None if its actions do not show it.

    The action has another name for serverless databases, with the same beginning and end.
    """
    actions = [str(action).lower() for action in database.available_actions or () if str(action).lower().endswith("migrationproxy")]
    if any(action.startswith("remove") for action in actions):
        return True
    return False if actions else None


def is_launched(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the database is ACTIVE and has a proxy."""
    return database.status == "ACTIVE" and _is_changed(database, previous_statuses, expect_proxy=True)


def is_removed(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the database is ACTIVE and has no proxy."""
    return database.status == "ACTIVE" and _is_changed(database, previous_statuses, expect_proxy=False)


def _is_changed(database: Database, previous_statuses: Collection[str], *, expect_proxy: bool) -> bool:
    proxy = has_proxy(database)
    if proxy is None:
        return any(status != "ACTIVE" for status in previous_statuses)
    return proxy is expect_proxy


LAUNCH: Final = OperationKind(name="migration_proxies.launch", condition=database_condition(is_launched), timeout=60 * MINUTE)
REMOVE: Final = OperationKind(name="migration_proxies.remove", condition=database_condition(is_removed), timeout=60 * MINUTE)
