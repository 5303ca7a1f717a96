"""Lookups that show whether a request took effect although its answer was lost."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from astra_devops import errors
from astra_devops._runtime import deadline
from astra_devops._runtime.call import TOOK_EFFECT, Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.response import server_time
from astra_devops.operations.absence import comes_from_service

T = TypeVar("T")

LOOKUP_DELAYS: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds to sleep before each lookup of something that was just created or added.

The service may not list it for a while.
"""

SKEW: Final = timedelta(seconds=5)
"""How far the clocks of the service's machines may differ."""


class StillChanging(Exception):
    """A look found a change in progress, which may be the effect of the request."""


async def look(caller: Caller, look_once: Callable[[], Awaitable[Answer[T] | None]], *, lag: float = 0.0) -> Answer[T] | None:
    """Look for the effect of a request until a look finds it, or finds none after ``lag`` seconds.

    A look that fails is one look less; only several in a row end the search. While ``look_once``
    raises :class:`StillChanging`, the search goes on.

    Args:
        caller: The caller whose clock counts.
        look_once: Return an answer if the effect shows, and None if it does not.
        lag: How long the service may show the state from before, in seconds. With
            ``math.inf`` the result is never None.

    Raises:
        TimeoutError: The time of the call is up, and the effect may still come to light.
        AstraDevOpsError: The last looks failed.
    """
    clock = caller.clock
    started, failures = clock.monotonic(), 0
    reason = "the service may show the effect later"
    for delay in itertools.chain(LOOKUP_DELAYS, itertools.repeat(LOOKUP_DELAYS[-1])):
        if (left := deadline.remaining()) is not None and left <= delay:
            raise TimeoutError(f"the time of the call is up, and {reason}")
        if delay:
            await deadline.sleep(clock, delay)
        try:
            with deadline.single_attempts():
                answer = await look_once()
        except StillChanging as change:
            reason, failures = str(change), 0
            continue
        except errors.AstraDevOpsError as error:
            failures += 1
            if failures == len(LOOKUP_DELAYS) or not _may_heal(error):
                raise
            continue
        failures = 0
        if answer is not None or clock.monotonic() - started >= lag:
            return answer
    raise AssertionError  # The delays have no end.


def outcome_check(caller: Caller, took_effect: Callable[[], Awaitable[bool]], *, lag: float = 0.0) -> OutcomeCheck[Any]:
    """Return the outcome check of a change that ``took_effect`` sees within ``lag`` seconds."""

    async def look_once() -> Answer[None] | None:
        return TOOK_EFFECT if await took_effect() else None

    return looking_check(caller, look_once, lag=lag)


def looking_check(caller: Caller, look_once: Callable[[], Awaitable[Answer[T] | None]], *, lag: float = 0.0) -> OutcomeCheck[T]:
    """Return the outcome check of a change that ``look_once`` sees within ``lag`` seconds."""

    async def check_outcome() -> Answer[T] | None:
        return await look(caller, look_once, lag=lag)

    return check_outcome


def _may_heal(error: errors.AstraDevOpsError) -> bool:
    """Return whether a look that failed so may succeed later."""
    if isinstance(error, errors.APIStatusError):
        return isinstance(error, errors.ServerError | errors.RateLimitedError) or not comes_from_service(error)
    return not isinstance(error, errors.ConfigurationError)


def sent_at_service_time(caller: Caller, answer: Answer[object], started: datetime) -> datetime:
    """Return when a request was sent, by the service's clock and with a margin.

    Args:
        caller: The caller that has sent the request.
        answer: An answer that has just arrived; its ``Date`` header is the service's time now.
        started: When the request was sent, by the client's clock.
    """
    now = caller.clock.now()
    return server_time(answer, now) - (now - started) - SKEW
