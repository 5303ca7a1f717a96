"""When an operation on a database has had its effect."""

from collections.abc import Callable, Collection
from typing import Final

from astra_devops import errors
from astra_devops._rest.models.databases import Database
from astra_devops.operations.kinds import Condition, Observation, OperationKind, Params, PollContext

_MINUTE: Final = 60.0
# A serverless database takes two minutes as a rule; eight have been seen.
_SERVERLESS: Final = 15 * _MINUTE
_SLOW: Final = 60 * _MINUTE


def on_database(reached: Callable[[Database, Params, Collection[str]], bool]) -> Condition[Database]:
    """Make a goal of a question that the database itself answers."""

    async def condition(context: PollContext, params: Params) -> Observation[Database]:
        database = await context.poller.see(params["database_id"], context.not_before)
        return Observation(str(database.status), reached(database, params, context.seen), database, database.message)

    return condition


def is_active(database: Database, params: Params, seen: Collection[str]) -> bool:
    """Reached once the database runs."""
    return database.status == "ACTIVE"


async def awake(context: PollContext, params: Params) -> Observation[Database]:
    """Reached once the database runs; out of reach once it sleeps again after it had begun to wake."""
    database = await context.poller.see(params["database_id"], context.not_before)
    fell_back = database.status == "HIBERNATED" and "RESUMING" in context.seen
    return Observation(str(database.status), database.status == "ACTIVE", database, database.message, failed=fell_back)


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


async def terminated(context: PollContext, params: Params) -> Observation[None]:
    """Reached once the database is TERMINATED or gone.

    A vanished database has answered 401 instead of 404, so a refusal is taken for one only after a
    look at the list.
    """
    database_id = params["database_id"]
    database: Database | None
    try:
        database = await context.poller.see(database_id, context.not_before)
    except errors.NotFoundError:
        return Observation(None, done=True)
    except (errors.AuthenticationError, errors.PermissionDeniedError) as refusal:
        try:
            database = (await context.poller.all(context.not_before)).get(database_id)
        except errors.APIStatusError:
            raise refusal from None
        if database is None:
            return Observation(None, done=True)
    return Observation(str(database.status), database.status == "TERMINATED", None, database.message)


CREATE_DATABASE: Final = OperationKind(name="databases.create", condition=on_database(is_active), timeout=_SERVERLESS)
CREATE_CLASSIC_DATABASE: Final = OperationKind(name="databases.create_classic", condition=on_database(is_active), timeout=_SLOW)
# A database in ERROR is often terminated for that very reason, and may read ERROR until the service
# gets to it.
TERMINATE_DATABASE: Final = OperationKind(name="databases.terminate", condition=terminated, timeout=_SLOW, failed=frozenset())
SUSPEND_DATABASE: Final = OperationKind(name="databases.suspend", condition=on_database(has_status("SUSPENDED")), timeout=_SLOW)
PARK_DATABASE: Final = OperationKind(name="databases.park", condition=on_database(has_status("PARKED")), timeout=_SLOW)
UNPARK_DATABASE: Final = OperationKind(name="databases.unpark", condition=on_database(is_active), timeout=_SLOW)
RESUME_DATABASE: Final = OperationKind(name="databases.resume", condition=awake, timeout=_SERVERLESS)
RESIZE_DATABASE: Final = OperationKind(name="databases.resize", condition=on_database(has_capacity), timeout=_SLOW)
SET_ENGINE_TYPE: Final = OperationKind(name="databases.set_engine_type", condition=on_database(has_engine), timeout=_SLOW)
