"""Lookups that show whether a request took effect although its answer was lost."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from astra_devops._runtime.call import TOOK_EFFECT, Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.response import server_time

LOOKUP_DELAYS: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds to sleep before each lookup of something that was just created or added.

The service may not list it for a while.
"""

# How far the clocks of the service's machines may differ.
_SKEW: Final = timedelta(seconds=5)


def outcome_check(took_effect: Callable[[], Awaitable[bool]]) -> OutcomeCheck[Any]:
    """Return the outcome check of a change that ``took_effect`` can see with one lookup."""

    async def check_outcome() -> Answer[None] | None:
        return TOOK_EFFECT if await took_effect() else None

    return check_outcome


def sent_at_service_time(caller: Caller, answer: Answer[object], started: datetime) -> datetime:
    """Return when a request was sent, by the service's clock and with a margin.

    Args:
        caller: The caller that has sent the request.
        answer: An answer that has just arrived; its ``Date`` header is the service's time now.
        started: When the request was sent, by the client's clock.
    """
    now = caller.clock.now()
    return server_time(answer, now) - (now - started) - _SKEW
