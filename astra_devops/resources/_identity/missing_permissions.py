"""Saying of a refused call whether the roles of the token grant the permission that it needs."""

import asyncio
import time
from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

from astra_devops import errors
from astra_devops._rest.models.common_role import Policy
from astra_devops._runtime import deadline
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.options import Shared
from astra_devops.operations.shared_task import SharedTask
from astra_devops.resources._identity.permissions import grants_any, own_policies

_REMEMBERED: Final = 60.0
"""Seconds for which a reading of the roles counts: one for many refusals."""
_LONGEST: Final = 10.0
"""Seconds that looking at the roles may add to a call that has failed."""

_Policies = Sequence[Policy | None]


class _Look:
    """The policies of the token's roles, and when they were read; or the task that reads them."""

    policies: _Policies = (None,)
    at: float | None = None
    task: SharedTask[_Policies] | None = None

    @property
    def is_recent(self) -> bool:
        return self.at is not None and time.monotonic() - self.at < _REMEMBERED


_is_looking: ContextVar[bool] = ContextVar("astra_devops_is_looking_at_roles", default=False)
_looks: WeakKeyDictionary[Shared, _Look] = WeakKeyDictionary()


async def explain(caller: Caller, error: errors.PermissionDeniedError) -> None:
    """Add to the error what the roles of the token say, if they can be read.

    This takes a few requests, once a minute, however many calls are refused at once, and never
    changes which error is raised. The requests themselves may be refused, which is not explained
    again.
    """
    if not error.permissions or _is_looking.get():
        return
    answer = grants_any(await _policies(caller), error.permissions)
    if answer is False:
        add_detail(error, "the roles of this token do not grant it")
    elif answer:
        add_detail(error, "a role of this token grants it, but perhaps not for this resource")


async def _policies(caller: Caller) -> _Policies:
    look = _looks.setdefault(caller.shared, _Look())
    if look.is_recent:
        return look.policies
    if look.task is None or not look.task.can_be_joined:
        look.task = SharedTask(partial(_read_policies, caller, look), caller.clock)
    left = deadline.remaining()
    try:
        async with asyncio.timeout(_LONGEST if left is None else max(left, 0)):
            return await look.task.wait()
    except TimeoutError:
        return (None,)


async def _read_policies(caller: Caller, look: _Look) -> _Policies:
    _is_looking.set(True)  # Only in the context of this task.
    try:
        with deadline.within(_LONGEST), deadline.single_attempts():
            look.policies = await own_policies(caller)
    except (errors.AstraDevOpsError, TimeoutError):
        look.policies = (None,)
    look.at = time.monotonic()
    return look.policies
