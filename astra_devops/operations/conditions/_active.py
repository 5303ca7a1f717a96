"""The condition of changes that another request shows, while the database is in MAINTENANCE."""

from collections.abc import Awaitable, Callable, Collection
from typing import Final, Generic, TypeVar

import attrs

from astra_devops.operations.kinds import Observation, PollContext, status_text

T = TypeVar("T")

SETTLED: Final = frozenset({"ACTIVE", "HIBERNATED", "PARKED", "SUSPENDED"})
"""States that a database does not leave by itself, and in which nothing is wrong with it."""


@attrs.define(eq=False, repr=False)
class Effect(Generic[T]):
    """What the other request shows.

    Attributes:
        shows: Whether the change shows.
        value: The result of the operation; it counts only if the change shows.
        problem: Why the answer says nothing.
    """

    shows: bool
    value: T | None = None
    problem: str | None = None


async def active_with_effect(
    context: PollContext, database_id: str, read_effect: Callable[[], Awaitable[Effect[T]]], states: Collection[str] = ("ACTIVE",)
) -> Observation[T]:
    """Check whether a change shows and the database, fetched after that, is ACTIVE.

    Other ``states`` may take the place of ACTIVE.

    The change may show before the MAINTENANCE that it causes is over, and a database that was
    ACTIVE a moment ago may have been so before its MAINTENANCE. So the last word is the database's.
    It is also fetched first: as long as it is busy, one request, which waits share, says enough.
    """
    database = await context.poller.get(database_id, context.not_before)
    if database.status not in states:
        return Observation(status_text(database.status), message=database.message)
    effect = await read_effect()
    if not effect.shows:
        return Observation(status_text(database.status), message=database.message, problem=effect.problem)
    database = await context.poller.get_now(database_id)
    return Observation(status_text(database.status), database.status in states, effect.value, database.message)
