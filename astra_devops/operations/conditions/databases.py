"""Conditions of operations on a database."""

from collections.abc import Callable, Collection
from typing import Final

from astra_devops import errors
from astra_devops._rest.models.databases import Database
from astra_devops.operations.conditions._active import SETTLED
from astra_devops.operations.kinds import MINUTE, NOT_FOUND_GRACE, Condition, Observation, OperationKind, Params, PollContext, status_text

DatabasePredicate = Callable[[Database, Params, Collection[str]], bool]
"""Takes the database, the parameters of the operation, and the statuses seen by earlier polls."""

# A serverless database usually takes two minutes; eight have been seen.
_SERVERLESS_TIMEOUT: Final = 15 * MINUTE
_CLASSIC_TIMEOUT: Final = 60 * MINUTE


def database_condition(predicate: DatabasePredicate) -> Condition[Database]:
    """Return a condition that depends on the database alone."""

    async def condition(context: PollContext, params: Params) -> Observation[Database]:
        database = await context.poller.get(params["database_id"], context.not_before)
        done = predicate(database, params, context.previous_statuses)
        return Observation(status_text(database.status), done, database, database.message)

    return condition


def is_active(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the database is ACTIVE."""
    return database.status == "ACTIVE"


def is_settled(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the database is at rest."""
    return database.status in SETTLED


async def is_awake(context: PollContext, params: Params) -> Observation[Database]:
    """Check whether the database is ACTIVE.

    The operation has failed if the database hibernates again after it began to resume. One poll
    does not show that: its answer may be an old one.
    """
    database = await context.poller.get(params["database_id"], context.not_before)
    previous = context.previous_statuses
    failed = database.status == "HIBERNATED" and "RESUMING" in previous and previous[-1] == "HIBERNATED"
    return Observation(status_text(database.status), database.status == "ACTIVE", database, database.message, failed=failed)


def has_status(status: str) -> DatabasePredicate:
    """Return a predicate that checks for one status."""
    return lambda database, params, previous_statuses: database.status == status


def has_capacity(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the database is ACTIVE with the requested capacity units."""
    return database.status == "ACTIVE" and str(database.info.capacity_units) == params["capacity_units"]


def shows_engine(database: Database, engine_type: str) -> bool | None:
    """Return whether the database has an engine; None if it shows none."""
    engine = database.info.engine_type
    return None if engine is None else engine.lower() == engine_type.lower()


def has_engine(database: Database, params: Params, previous_statuses: Collection[str]) -> bool:
    """Check whether the database is ACTIVE with the requested engine.

    The service may leave the engine null. Then the database must have been in another state and
    become ACTIVE again.
    """
    shown = shows_engine(database, params["engine_type"])
    changed = any(status != "ACTIVE" for status in previous_statuses) if shown is None else shown
    return database.status == "ACTIVE" and changed


async def is_terminated(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the database is TERMINATED or gone.

    The service may have cached that the id of a new database does not exist yet, and has answered
    401 instead of 404 for a database that is gone. So the list decides in both cases. It may lack a
    new database, too: one that no poll has seen counts as gone only some time after the operation
    was accepted.
    """
    database_id = params["database_id"]
    try:
        return _termination(await context.poller.get(database_id, context.not_before))
    except (errors.NotFoundError, errors.AuthenticationError, errors.PermissionDeniedError) as error:
        refusal = error
    try:
        database = await context.poller.find(database_id, context.not_before)
    except (errors.AuthenticationError, errors.PermissionDeniedError, errors.NotFoundError, errors.ResponseDecodeError) as error:
        if isinstance(refusal, errors.NotFoundError) and context.previous_statuses:
            return Observation(None, done=True)
        is_unreadable = isinstance(error, errors.ResponseDecodeError) and not isinstance(refusal, errors.NotFoundError)
        raise error if is_unreadable else refusal from None
    if database is not None:
        return _termination(database)
    gone = bool(context.previous_statuses) or context.age >= NOT_FOUND_GRACE
    return Observation(None, gone, problem=None if gone else f"{refusal}; the list does not show the database either")


def _termination(database: Database) -> Observation[None]:
    return Observation(status_text(database.status), database.status == "TERMINATED", None, database.message)


CREATE_DATABASE: Final = OperationKind(name="databases.create", condition=database_condition(is_active), timeout=_SERVERLESS_TIMEOUT)
CREATE_CLASSIC_DATABASE: Final = OperationKind(
    name="databases.create_classic", condition=database_condition(is_active), timeout=_CLASSIC_TIMEOUT
)
ENSURE_DATABASE: Final = OperationKind(name="databases.ensure", condition=database_condition(is_settled), timeout=_SERVERLESS_TIMEOUT)
# A database is often terminated because it is in ERROR, and may show ERROR until the termination
# starts.
TERMINATE_DATABASE: Final = OperationKind(
    name="databases.terminate", condition=is_terminated, timeout=_CLASSIC_TIMEOUT, failure_states=frozenset(), ends_absent=True
)
SUSPEND_DATABASE: Final = OperationKind(
    name="databases.suspend", condition=database_condition(has_status("SUSPENDED")), timeout=_CLASSIC_TIMEOUT
)
PARK_DATABASE: Final = OperationKind(name="databases.park", condition=database_condition(has_status("PARKED")), timeout=_CLASSIC_TIMEOUT)
UNPARK_DATABASE: Final = OperationKind(name="databases.unpark", condition=database_condition(is_active), timeout=_CLASSIC_TIMEOUT)
RESUME_DATABASE: Final = OperationKind(name="databases.resume", condition=is_awake, timeout=_SERVERLESS_TIMEOUT)
RESIZE_DATABASE: Final = OperationKind(
    name="databases.resize",
    condition=database_condition(has_capacity),
    timeout=_CLASSIC_TIMEOUT,
    params=("database_id", "capacity_units"),
    parse=lambda params: int(params["capacity_units"]),
)
SET_ENGINE_TYPE: Final = OperationKind(
    name="databases.set_engine_type",
    condition=database_condition(has_engine),
    timeout=_CLASSIC_TIMEOUT,
    params=("database_id", "engine_type"),
)


def creation_kind(tier: str) -> OperationKind[Database]:
    """Return the kind of operation that creates a database of a tier."""
    return CREATE_DATABASE if tier == "serverless" else CREATE_CLASSIC_DATABASE
