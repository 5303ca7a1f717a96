"""Saying of a refused call whether the roles of the token grant the permission that it needs."""

import time
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final
from weakref import WeakKeyDictionary

from astra_devops import errors
from astra_devops._runtime import deadline
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.options import Shared
from astra_devops.resources._identity.permissions import has_any

_REMEMBERED: Final = 60.0
"""Seconds for which an answer about the roles counts: one for many refusals of a kind."""
_LONGEST: Final = 10.0
"""Seconds that looking at the roles may add to a call that has failed."""

_Answers = dict[tuple[str, ...], tuple[float, bool | None]]

_is_looking: ContextVar[bool] = ContextVar("astra_devops_is_looking_at_roles", default=False)
_answers: WeakKeyDictionary[Shared, _Answers] = WeakKeyDictionary()


async def explain(caller: Caller, error: errors.PermissionDeniedError) -> None:
    """Add to the error what the roles of the token say, if they can be read.

    This takes a few requests, once a minute for each permission, and never changes which error is
    raised. The requests themselves may be refused, which is not explained again.
    """
    if not error.permissions or _is_looking.get():
        return
    answer = await _granted(caller, error.permissions)
    if answer is False:
        add_detail(error, "the roles of this token do not grant it")
    elif answer:
        add_detail(error, "a role of this token grants it, but perhaps not for this resource")


async def _granted(caller: Caller, permissions: Sequence[str]) -> bool | None:
    answers, key = _answers.setdefault(caller.shared, {}), tuple(permissions)
    found = answers.get(key)
    if found is not None and time.monotonic() - found[0] < _REMEMBERED:
        return found[1]
    looking = _is_looking.set(True)
    try:
        with deadline.within(_LONGEST), deadline.single_attempts():
            answer = await has_any(caller, permissions)
    except (errors.AstraDevOpsError, TimeoutError):
        answer = None
    finally:
        _is_looking.reset(looking)
    answers[key] = (time.monotonic(), answer)
    return answer
