"""Reading settings that a database may lack."""

from collections.abc import Awaitable
from typing import TypeVar

from astra_devops import errors
from astra_devops._runtime.caller import Caller
from astra_devops.resources._outcome.reconcile import find_database

T = TypeVar("T")


async def or_none(caller: Caller, database_id: str, reading: Awaitable[T]) -> T | None:
    """Return a setting of a database; None if the service answers 404 although the database exists.

    Raises:
        NotFoundError: The database does not exist. It is not raised if the token may not read
            databases.
    """
    try:
        return await reading
    except errors.NotFoundError as error:
        not_found = error
    try:
        exists = await find_database(caller, database_id) is not None
    except (errors.AuthenticationError, errors.PermissionDeniedError):
        exists = True
    if not exists:
        raise not_found
    return None
