"""Outcome checks after lost answers, and retries after conflicts, by the state of a database."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.call import TOOK_EFFECT, Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.retry import RetryPolicy, ceiling

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Send(Protocol[T_co]):
    """An endpoint function that takes a database."""

    def __call__(self, caller: Caller, /, *, database_id: str) -> Awaitable[Answer[T_co]]: ...


TRANSIENT_STATES: Final = frozenset(
    {"MAINTENANCE", "PENDING", "INITIALIZING", "RESIZING", "PARKING", "UNPARKING", "RESUMING", "HIBERNATING", "ASSOCIATING"}
)
"""States in which a database refuses changes with 409, and which it leaves by itself."""

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


def async_database_outcome_check(
    caller: Caller, database_id: str, took_effect: Callable[[Database | None], Awaitable[bool]]
) -> OutcomeCheck[None]:
    """Return the outcome check of a change to a database that takes another request to see.

    While the database is in a transient state, a change that does not show may still be on its way.
    So the check waits, within the time limit of the whole call.
    """

    async def check_outcome() -> Answer[None] | None:
        started = caller.clock.monotonic()
        lookups = 0
        while True:
            lookups += 1
            database = await find_database(caller, database_id)
            if await took_effect(database):
                return TOOK_EFFECT
            if database is None or database.status not in TRANSIENT_STATES:
                return None
            delay = ceiling(_BACKOFF, lookups)
            if caller.clock.monotonic() - started + delay > caller.options.timeout:
                raise TimeoutError(f"the database is still in {database.status}")
            await caller.clock.sleep(delay)

    return check_outcome


async def retry_while_busy(
    caller: Caller, database_id: str, send: Send[T], *, give_up_if: Callable[[Database], bool] = lambda database: False
) -> T:
    """Send a request, and again while the service refuses it with 409, within the call's timeout.

    Args:
        send: A generated endpoint function, with all arguments but the caller and the database
            bound.
        give_up_if: Whether the state of the database shows that waiting will not help, for example
            because what the request would create exists already.
    """
    clock = caller.clock
    started = clock.monotonic()
    attempts = 0
    while True:
        attempts += 1
        try:
            return (await send(caller, database_id=database_id)).value
        except errors.ConflictError as error:
            conflict = error
        database = await find_database(caller, database_id)
        delay = ceiling(_BACKOFF, attempts)
        if database is None or give_up_if(database) or clock.monotonic() - started + delay > caller.options.timeout:
            if database is not None:
                conflict.add_note(f"the database is in {database.status}")
            raise conflict
        await clock.sleep(delay)


def is_terminating(database: Database | None) -> bool:
    """Return whether the termination of a database has begun, or is over."""
    return database is None or database.status in ("TERMINATING", "TERMINATED")
