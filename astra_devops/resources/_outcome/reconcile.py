"""After a lost answer or a 409: find out from the database what the service has done, and whether to ask again."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, TypeVar

from astra_devops import errors
from astra_devops._rest.endpoints import databases as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.call import TOOK_EFFECT, Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.retry import RetryPolicy, ceiling

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Send(Protocol[T_co]):
    """An endpoint function of a database."""

    def __call__(self, caller: Caller, /, *, database_id: str) -> Awaitable[Answer[T_co]]: ...


TRANSIENT: Final = frozenset(
    {"MAINTENANCE", "PENDING", "INITIALIZING", "RESIZING", "PARKING", "UNPARKING", "RESUMING", "HIBERNATING", "ASSOCIATING"}
)
"""States in which a database refuses changes with 409, and which it leaves by itself."""

_PACE: Final = RetryPolicy(base_delay=1.0, max_delay=10.0)


async def see(caller: Caller, database_id: str) -> Database | None:
    """Return the database, or None if there is none."""
    try:
        return (await endpoints.get_database(caller, database_id=database_id)).value
    except errors.NotFoundError:
        return None


def took_effect_if(caller: Caller, database_id: str, question: Callable[[Database | None], bool]) -> OutcomeCheck[None]:
    """Make the check of a change to a database: did the request whose answer was lost take effect?

    ``question`` asks the database.
    """

    async def ask(database: Database | None) -> bool:
        return question(database)

    return took_effect_when(caller, database_id, ask)


def took_effect_when(caller: Caller, database_id: str, ask: Callable[[Database | None], Awaitable[bool]]) -> OutcomeCheck[None]:
    """Make the same check of a question that takes more than the database itself.

    While the database is in MAINTENANCE nobody can tell, so the check waits; the time of the whole
    call bounds it.
    """

    async def check_outcome() -> Answer[None] | None:
        began = caller.clock.monotonic()
        looks = 0
        while True:
            looks += 1
            database = await see(caller, database_id)
            if await ask(database):
                return TOOK_EFFECT
            if database is None or database.status not in TRANSIENT:
                return None
            pause = ceiling(_PACE, looks)
            if caller.clock.monotonic() - began + pause > caller.options.timeout:
                raise TimeoutError(f"the database is still in {database.status}")
            await caller.clock.sleep(pause)

    return check_outcome


def check_outcome_by(question: Callable[[], Awaitable[bool]]) -> OutcomeCheck[Any]:
    """Make the check of a change to something else: ``question`` looks at it, once, and says whether the change is there."""

    async def check_outcome() -> Answer[None] | None:
        return TOOK_EFFECT if await question() else None

    return check_outcome


async def retry_while_busy(
    caller: Caller, database_id: str, send: Send[T], *, give_up_if: Callable[[Database], bool] = lambda database: False
) -> T:
    """Repeat a call that the service refuses with 409, for as long as its database is busy and the time of the whole call lasts.

    ``send`` is a generated endpoint function, with all its arguments but the caller and the
    database. ``give_up_if`` says of the database that waiting would not help, as when the thing to
    be made exists already.
    """
    clock = caller.clock
    began = clock.monotonic()
    tries = 0
    while True:
        tries += 1
        try:
            return (await send(caller, database_id=database_id)).value
        except errors.ConflictError as error:
            conflict = error
        database = await see(caller, database_id)
        delay = ceiling(_PACE, tries)
        if database is None or give_up_if(database) or clock.monotonic() - began + delay > caller.options.timeout:
            if database is not None:
                conflict.add_note(f"the database is in {database.status}")
            raise conflict
        await clock.sleep(delay)


def is_terminating(database: Database | None) -> bool:
    """Say whether a termination has begun, or is over."""
    return database is None or database.status in ("TERMINATING", "TERMINATED")
