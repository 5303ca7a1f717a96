"""What can be waited for: one entry per kind of operation, with its goal, its failed states and its usual time.

A goal is a pure function of what was seen. It looks for the *effect*, never for a bare ACTIVE: a database may still read ACTIVE
before it goes into the MAINTENANCE that a change of its keyspaces brings.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, Generic, Protocol, TypeVar

import attrs

from astra_devops import errors
from astra_devops._rest.endpoints import datacenters as datacenter_endpoints
from astra_devops._rest.models.common import Datacenter
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.caller import Caller
from astra_devops.operations.poller import DatabasePoller

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Params = Mapping[str, str]

FAILED: Final = frozenset({"ERROR", "TERMINATING", "TERMINATED"})
"""States that do not lead to a running database. Every other state, an unknown one too, means: not yet."""

_MINUTE: Final = 60.0
# A serverless database takes two minutes as a rule; eight have been seen.
_SERVERLESS: Final = 15 * _MINUTE
_SLOW: Final = 60 * _MINUTE
_QUICK: Final = 2 * _MINUTE


@attrs.frozen
class Sight(Generic[T_co]):
    """What one look saw. ``status`` is the service's word, None where there is nothing to see; ``value`` counts when ``done``."""

    status: str | None
    done: bool = False
    value: T_co | None = None
    message: str | None = None


@attrs.frozen
class Look:
    """What a goal may look with. What was seen before ``not_before`` will not do; ``seen`` are the statuses of earlier looks."""

    caller: Caller
    poller: DatabasePoller
    not_before: float
    seen: Collection[str]


class Goal(Protocol[T_co]):
    """Looks once."""

    def __call__(self, look: Look, params: Params) -> Awaitable[Sight[T_co]]: ...


@attrs.frozen(kw_only=True)
class Kind(Generic[T]):
    """One kind of operation. ``timeout`` in seconds is the default of a wait; ``resource`` names the parameter that is the id."""

    name: str
    goal: Goal[T]
    timeout: float
    failed: frozenset[str] = FAILED
    resource: str = "database_id"


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


CREATE_DATABASE: Final = Kind(name="create_database", goal=on_database(is_active), timeout=_SERVERLESS)
CREATE_CLASSIC_DATABASE: Final = Kind(name="create_classic_database", goal=on_database(is_active), timeout=_SLOW)
# A database in ERROR is often terminated for that very reason, and may read ERROR until the service gets to it.
TERMINATE_DATABASE: Final = Kind(name="terminate_database", goal=terminated, timeout=_SLOW, failed=frozenset())
SUSPEND_DATABASE: Final = Kind(name="suspend_database", goal=on_database(has_status("SUSPENDED")), timeout=_SLOW)
PARK_DATABASE: Final = Kind(name="park_database", goal=on_database(has_status("PARKED")), timeout=_SLOW)
UNPARK_DATABASE: Final = Kind(name="unpark_database", goal=on_database(is_active), timeout=_SLOW)
RESUME_DATABASE: Final = Kind(name="resume_database", goal=on_database(is_active), timeout=_SERVERLESS)
RESIZE_DATABASE: Final = Kind(name="resize_database", goal=on_database(has_capacity), timeout=_SLOW)
SET_ENGINE_TYPE: Final = Kind(name="set_engine_type", goal=on_database(has_engine), timeout=_SLOW)
CREATE_KEYSPACE: Final = Kind(name="create_keyspace", goal=on_database(has_keyspace), timeout=_QUICK)
DELETE_KEYSPACE: Final = Kind(name="delete_keyspace", goal=on_database(lacks_keyspace), timeout=_QUICK)
CREATE_DATACENTER: Final = Kind(name="create_datacenter", goal=datacenter_there, timeout=_SLOW)
TERMINATE_DATACENTER: Final = Kind(name="terminate_datacenter", goal=datacenter_gone, timeout=_SLOW, resource="datacenter_id")

KINDS: Final[Mapping[str, Kind[Any]]] = {
    kind.name: kind
    for kind in (
        CREATE_DATABASE,
        CREATE_CLASSIC_DATABASE,
        TERMINATE_DATABASE,
        SUSPEND_DATABASE,
        PARK_DATABASE,
        UNPARK_DATABASE,
        RESUME_DATABASE,
        RESIZE_DATABASE,
        SET_ENGINE_TYPE,
        CREATE_KEYSPACE,
        DELETE_KEYSPACE,
        CREATE_DATACENTER,
        TERMINATE_DATACENTER,
    )
}
