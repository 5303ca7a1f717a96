"""Reading what a database may lack."""

from collections.abc import Awaitable
from typing import TypeVar

from astra_devops import errors
from astra_devops._runtime.caller import Caller
from astra_devops.resources._outcome.reconcile import see

T = TypeVar("T")


async def or_none(caller: Caller, database_id: str, reading: Awaitable[T]) -> T | None:
    """Read something of a database; None where the service answers 404 although there is such a database.

    Raises:
        NotFoundError: there is no such database. A token that may not look at databases is not
            told.
    """
    try:
        return await reading
    except errors.NotFoundError as error:
        missing = error
    try:
        there = await see(caller, database_id) is not None
    except (errors.AuthenticationError, errors.PermissionDeniedError):
        there = True
    if not there:
        raise missing
    return None
