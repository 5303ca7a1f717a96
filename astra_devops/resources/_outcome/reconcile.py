"""Outcome checks after lost answers, and retries after conflicts, by the state of a database."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime import deadline
from astra_devops._runtime.call import TOOK_EFFECT, Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.explain import WAKE
from astra_devops._runtime.retry import RetryPolicy, ceiling
from astra_devops.operations.kinds import TRANSIENT_STATES
from astra_devops.operations.termination import is_terminating
from astra_devops.resources._outcome.lookups import StillChanging, looking_check

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Send(Protocol[T_co]):
    """An endpoint function that takes a database."""

    def __call__(self, caller: Caller, /, *, database_id: str) -> Awaitable[Answer[T_co]]: ...


_BACKOFF: Final = RetryPolicy(base_delay=1.0, max_delay=10.0)


async def find_database(caller: Caller, database_id: str) -> Database | None:
    """Fetch a database; None if it does not exist."""
    try:
        return (await endpoints.get_database(caller, database_id=database_id)).value
    except errors.NotFoundError:
        return None


def database_outcome_check(caller: Caller, database_id: str, took_effect: Callable[[Database | None], bool]) -> OutcomeCheck[None]:
    """Return the outcome check of a change that the database itself shows.

    ``took_effect`` gets the database, or None if it does not exist.
    """

    async def check_database(database: Database | None) -> bool:
        return took_effect(database)

    return async_database_outcome_check(caller, database_id, check_database)


def status_check(caller: Caller, database_id: str, *statuses: str) -> OutcomeCheck[None]:
    """Return the outcome check of a change that puts the database into one of some states."""
    return database_outcome_check(caller, database_id, lambda database: database is not None and database.status in statuses)


def async_database_outcome_check(
    caller: Caller, database_id: str, took_effect: Callable[[Database | None], Awaitable[bool]]
) -> OutcomeCheck[None]:
    """Return the outcome check of a change to a database that takes another request to see.

    While the database is in a transient state, a change that does not show may still be on its way.
    So the check waits, within the time limit of the whole call.
    """

    async def look_once() -> Answer[None] | None:
        database = await find_database(caller, database_id)
        if await took_effect(database):
            return TOOK_EFFECT
        if database is not None and database.status in TRANSIENT_STATES:
            raise StillChanging(f"the database is still in {database.status}")
        return None

    return looking_check(caller, look_once)


async def retry_while_busy(
    caller: Caller, database_id: str, send: Send[T], *, give_up_if: Callable[[Database], bool] = lambda database: False
) -> T:
    """Send a request, and again while the service refuses it with 409, within the call's timeout.

    A refusal after a lost attempt never arrives here: the check of the call deals with it. A
    database that is being terminated never accepts the request.

    Args:
        caller: The caller. Its ``timeout`` limits everything together.
        database_id: The database.
        send: A generated endpoint function, with all arguments but the caller and the database
            bound.
        give_up_if: Whether the state of the database shows that waiting will not help, for example
            because what the request would create exists already.
    """
    with deadline.within(caller.options.timeout) as limit:
        for attempts in itertools.count(1):
            try:
                return (await send(caller, database_id=database_id)).value
            except errors.ConflictError as error:
                conflict = error
            try:
                database = await find_database(caller, database_id)
            except errors.AstraDevOpsError as error:
                add_detail(conflict, f"looking at the database failed, too: {error}")
                raise conflict from error
            delay = ceiling(_BACKOFF, attempts)
            if database is None or is_terminating(database) or give_up_if(database) or delay >= limit.remaining():
                if database is not None and database.status != "ACTIVE":
                    add_state(conflict, database)
                raise conflict
            await limit.sleep(caller.clock, delay)
    raise AssertionError  # The count has no end.


def add_state(error: BaseException, database: Database) -> None:
    """Add to an error in which state the database is, and what starts it if it does not run."""
    status = database.status
    if status in ("HIBERNATED", "HIBERNATING"):
        add_detail(error, f"the database is {status}" + ("" if WAKE in str(error) else f", and {WAKE}"))
    elif status == "PARKED":
        add_detail(error, "the database is PARKED, and databases.unpark starts it")
    else:
        add_detail(error, f"the database is in {status}")
