"""The kinds of operations: the condition, failure states and default timeout of each.

A condition checks for the *effect* of the operation, never for ACTIVE alone: a database may still
show ACTIVE before it enters the MAINTENANCE that a change of its keyspaces brings. The conditions
are in ``conditions/``, one module per noun.
"""

from collections.abc import Awaitable, Collection, Mapping
from importlib import import_module
from typing import Any, Final, Generic, Protocol, TypeVar

import attrs

from astra_devops._runtime.caller import Caller
from astra_devops.operations.poller import DatabasePoller

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Params = Mapping[str, str]

MINUTE: Final = 60.0
"""Seconds."""
FAILURE_STATES: Final = frozenset({"ERROR", "TERMINATING", "TERMINATED"})
"""States that do not lead to a running database.

Every other state, an unknown one too, means: not yet.
"""


@attrs.frozen
class Observation(Generic[T_co]):
    """The result of one poll.

    Attributes:
        status: The status as the service names it; None if there is none to see.
        done: Whether the operation has taken effect.
        value: The resource; it counts only if ``done``.
        message: The service's explanation of the status, if there is one.
        failed: Whether the operation can no longer take effect, where the status alone does not
            show it.
    """

    status: str | None
    done: bool = False
    value: T_co | None = None
    message: str | None = None
    failed: bool = False


@attrs.frozen
class PollContext:
    """What a condition polls with.

    Attributes:
        caller: Sends requests, without retries.
        poller: Shares requests for databases among all waits of the client.
        not_before: The earliest time, by the client's monotonic clock, of an acceptable
            observation.
        previous_statuses: The statuses that earlier polls of this wait have seen.
    """

    caller: Caller
    poller: DatabasePoller
    not_before: float
    previous_statuses: Collection[str]


class Condition(Protocol[T_co]):
    """A function that polls once."""

    def __call__(self, context: PollContext, params: Params) -> Awaitable[Observation[T_co]]: ...


@attrs.frozen(kw_only=True)
class OperationKind(Generic[T]):
    """One kind of operation.

    Attributes:
        name: The module in ``conditions/``, a dot, and the name of the method. Resume tokens
            contain it, so it must not change.
        condition: Polls, and decides whether the operation is done.
        timeout: Seconds that a wait takes by default.
        failure_states: Statuses that end a wait with an error.
        resource: The parameter that is the id of the resulting resource.
        params: The parameters that the condition needs. An operation may have more.
    """

    name: str
    condition: Condition[T]
    timeout: float
    failure_states: frozenset[str] = FAILURE_STATES
    resource: str = "database_id"
    params: tuple[str, ...] = ("database_id",)


def kind_of(name: str) -> OperationKind[Any] | None:
    """Find a kind by its name, loading only its own module; None if it does not exist."""
    module_name = name.partition(".")[0]
    if not module_name.isidentifier():
        return None
    try:
        module = import_module(f"astra_devops.operations.conditions.{module_name}")
    except ModuleNotFoundError:
        return None
    return next((kind for kind in vars(module).values() if isinstance(kind, OperationKind) and kind.name == name), None)
