"""What the launch and the removal of a migration proxy are waited for.

No document says what shows that a proxy is there. The actions that a database offers do, as far as
they are listed: one can be removed where there is one, and launched where there is none. Where
neither is listed, the MAINTENANCE that both bring has to have come and gone.
"""

from collections.abc import Collection
from typing import Final

from astra_devops._rest.models.databases import Database
from astra_devops.operations.conditions.databases import on_database
from astra_devops.operations.kinds import OperationKind, Params


def has_proxy(database: Database) -> bool | None:
    """Say whether a database has a migration proxy; None if its actions do not tell.

    The serverless form is named otherwise.
    """
    actions = [str(action).lower() for action in database.available_actions or () if str(action).lower().endswith("migrationproxy")]
    if any(action.startswith("remove") for action in actions):
        return True
    return False if actions else None


def is_launched(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the database is ACTIVE with its proxy."""
    return database.status == "ACTIVE" and _is(database, seen, wanted=True)


def is_removed(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the database is ACTIVE without a proxy."""
    return database.status == "ACTIVE" and _is(database, seen, wanted=False)


def _is(database: Database, seen: Collection[str], *, wanted: bool) -> bool:
    there = has_proxy(database)
    return any(status != "ACTIVE" for status in seen) if there is None else there is wanted


LAUNCH: Final = OperationKind(name="migration_proxies.launch", condition=on_database(is_launched), timeout=3600.0)
REMOVE: Final = OperationKind(name="migration_proxies.remove", condition=on_database(is_removed), timeout=3600.0)
