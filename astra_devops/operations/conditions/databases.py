"""What operations on databases, their keyspaces and datacenters are waited for."""

from collections.abc import Callable, Collection
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import datacenters as datacenter_endpoints
from astra_devops._rest.models.common import Datacenter
from astra_devops._rest.models.databases import Database
from astra_devops.operations.kinds import Goal, Kind, Look, Params, Sight

_MINUTE: Final = 60.0
# A serverless database takes two minutes as a rule; eight have been seen.
_SERVERLESS: Final = 15 * _MINUTE
_SLOW: Final = 60 * _MINUTE
_QUICK: Final = 2 * _MINUTE


def keyspaces_of(database: Database) -> list[str]:
    """List a database's keyspaces: the service spreads them over three fields, any of which may be missing or null."""
    info = database.info
    first = [info.keyspace] if info.keyspace else []
    return list(dict.fromkeys([*first, *(info.keyspaces or []), *(info.additional_keyspaces or [])]))


def on_database(reached: Callable[[Database, Params, Collection[str]], bool]) -> Goal[Database]:
    """Make a goal of a question that the database itself answers."""

    async def goal(look: Look, params: Params) -> Sight[Database]:
        database = await look.poller.see(params["database_id"], look.not_before)
        return Sight(str(database.status), reached(database, params, look.seen), database, database.message)

    return goal


def is_active(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the database runs."""
    return database.status == "ACTIVE"


async def awake(look: Look, params: Params) -> Sight[Database]:
    """Reached once the database runs; out of reach once it sleeps again after it had begun to wake."""
    database = await look.poller.see(params["database_id"], look.not_before)
    fell_back = database.status == "HIBERNATED" and "RESUMING" in look.seen
    return Sight(str(database.status), database.status == "ACTIVE", database, database.message, failed=fell_back)


def has_status(status: str) -> Callable[[Database, Params, Collection[str]], bool]:
    """Reached once the database is in a state of rest."""
    return lambda database, params, seen: database.status == status


def has_capacity(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the database runs with the units asked for."""
    return database.status == "ACTIVE" and str(database.info.capacity_units) == params["capacity_units"]


def has_engine(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the engine is the one asked for; or, as the service may leave the field null, once a change has come and gone."""
    engine = database.info.engine_type
    changed = any(status != "ACTIVE" for status in seen) if engine is None else engine.lower() == params["engine_type"].lower()
    return database.status == "ACTIVE" and changed


def has_keyspace(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the keyspace is listed and the database is out of MAINTENANCE."""
    return database.status == "ACTIVE" and params["keyspace"] in keyspaces_of(database)


def lacks_keyspace(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the keyspace is no longer listed and the database is out of MAINTENANCE."""
    return database.status == "ACTIVE" and params["keyspace"] not in keyspaces_of(database)


async def terminated(look: Look, params: Params) -> Sight[None]:
    """Reached once the database is TERMINATED or gone.

    A vanished database has answered 401 instead of 404, so a refusal is taken for one only after a look at the list.
    """
    database_id = params["database_id"]
    database: Database | None
    try:
        database = await look.poller.see(database_id, look.not_before)
    except errors.NotFoundError:
        return Sight(None, done=True)
    except (errors.AuthenticationError, errors.PermissionDeniedError) as refusal:
        try:
            database = (await look.poller.all(look.not_before)).get(database_id)
        except errors.APIStatusError:
            raise refusal from None
        if database is None:
            return Sight(None, done=True)
    return Sight(str(database.status), database.status == "TERMINATED", None, database.message)


async def datacenter_there(look: Look, params: Params) -> Sight[Datacenter]:
    """Reached once the region has a datacenter and the database is out of MAINTENANCE."""
    database, datacenters = await _datacenters(look, params)
    wanted = (params["cloud_provider"].lower(), params["region"].lower())
    for datacenter in datacenters:
        # In practice the service leaves a datacenter's status empty.
        at_work = datacenter.status in ("", "ACTIVE", None)
        if at_work and ((datacenter.cloud_provider or "").lower(), (datacenter.region or "").lower()) == wanted:
            return Sight(str(database.status), done=True, value=datacenter)
    return Sight(str(database.status), message=database.message)


async def datacenter_gone(look: Look, params: Params) -> Sight[None]:
    """Reached once the datacenter is no longer listed and the database is out of MAINTENANCE."""
    database, datacenters = await _datacenters(look, params)
    still = any(datacenter.id == params["datacenter_id"] and datacenter.status != "TERMINATED" for datacenter in datacenters)
    return Sight(str(database.status), database.status == "ACTIVE" and not still, message=database.message)


async def _datacenters(look: Look, params: Params) -> tuple[Database, list[Datacenter]]:
    """See the database, and its datacenters once it is ACTIVE: before that they do not matter."""
    database = await look.poller.see(params["database_id"], look.not_before)
    if database.status != "ACTIVE":
        return database, []
    return database, (await datacenter_endpoints.list_datacenters(look.caller, database_id=database.id)).value


CREATE_DATABASE: Final = Kind(name="databases.create", goal=on_database(is_active), timeout=_SERVERLESS)
CREATE_CLASSIC_DATABASE: Final = Kind(name="databases.create_classic", goal=on_database(is_active), timeout=_SLOW)
# A database in ERROR is often terminated for that very reason, and may read ERROR until the service gets to it.
TERMINATE_DATABASE: Final = Kind(name="databases.terminate", goal=terminated, timeout=_SLOW, failed=frozenset())
SUSPEND_DATABASE: Final = Kind(name="databases.suspend", goal=on_database(has_status("SUSPENDED")), timeout=_SLOW)
PARK_DATABASE: Final = Kind(name="databases.park", goal=on_database(has_status("PARKED")), timeout=_SLOW)
UNPARK_DATABASE: Final = Kind(name="databases.unpark", goal=on_database(is_active), timeout=_SLOW)
RESUME_DATABASE: Final = Kind(name="databases.resume", goal=awake, timeout=_SERVERLESS)
RESIZE_DATABASE: Final = Kind(name="databases.resize", goal=on_database(has_capacity), timeout=_SLOW)
SET_ENGINE_TYPE: Final = Kind(name="databases.set_engine_type", goal=on_database(has_engine), timeout=_SLOW)
CREATE_KEYSPACE: Final = Kind(name="databases.create_keyspace", goal=on_database(has_keyspace), timeout=_QUICK)
DELETE_KEYSPACE: Final = Kind(name="databases.delete_keyspace", goal=on_database(lacks_keyspace), timeout=_QUICK)
CREATE_DATACENTER: Final = Kind(name="databases.create_datacenter", goal=datacenter_there, timeout=_SLOW)
TERMINATE_DATACENTER: Final = Kind(name="databases.terminate_datacenter", goal=datacenter_gone, timeout=_SLOW, resource="datacenter_id")
