"""Asking the authentication, which may run code of the user's: a token provider."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from astra_devops import errors
from astra_devops._runtime.auth.protocol import Auth
from astra_devops._runtime.deadline import Deadline
from astra_devops._runtime.outcome import NotSent
from astra_devops._secret import redact

T = TypeVar("T")


async def ask(auth: Auth, answer: Awaitable[T], limit: Deadline) -> T | NotSent:
    """Return an answer of the authentication, or why there is no token."""
    if auth.is_static:
        return await answer
    timer = asyncio.timeout(limit.limit(float("inf")))
    try:
        async with timer:
            return await answer
    except errors.ConfigurationError as error:
        return NotSent(str(error), final=True, cause=error)
    except (Exception, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            raise
        if timer.expired():
            return NotSent("the token provider did not return in time", is_local=True, cause=error)
        return NotSent(f"the token provider raised {type(error).__name__}: {redact(str(error))}", is_local=True, cause=error)


async def answer_of(auth: Auth, answer: Awaitable[T], timeout: float) -> T:
    """Return an answer of the authentication that no call has asked for.

    Raises:
        ConfigurationError: There is no token, or it is malformed.
        RequestNotSentError: The token provider raised an exception, or did not return in time.
    """
    value = await ask(auth, answer, Deadline(timeout))
    if not isinstance(value, NotSent):
        return value
    if isinstance(value.cause, errors.ConfigurationError):
        raise value.cause
    raise errors.RequestNotSentError(value.reason, operation="token", reason=value.reason, attempts=0) from value.cause
