"""What can be waited for: a goal that looks, the states that rule it out, and the time it may take.

A goal looks for the *effect*, never for a bare ACTIVE: a database may still read ACTIVE before it
goes into the MAINTENANCE that a change of its keyspaces brings. The conditions themselves are in
``conditions/``, one module per noun.
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

FAILED: Final = frozenset({"ERROR", "TERMINATING", "TERMINATED"})
"""States that do not lead to a running database.

Every other state, an unknown one too, means: not yet.
"""


@attrs.frozen
class Observation(Generic[T_co]):
    """What one look saw.

    ``status`` is the service's word, None where there is nothing to see; ``value`` counts when
    ``done``.

    ``failed`` says that the goal is out of reach, where the status alone does not.
    """

    status: str | None
    done: bool = False
    value: T_co | None = None
    message: str | None = None
    failed: bool = False


@attrs.frozen
class PollContext:
    """What a goal may look with.

    What was seen before ``not_before`` will not do; ``seen`` are the statuses of earlier looks.
    """

    caller: Caller
    poller: DatabasePoller
    not_before: float
    seen: Collection[str]


class Condition(Protocol[T_co]):
    """Looks once."""

    def __call__(self, context: PollContext, params: Params) -> Awaitable[Observation[T_co]]: ...


@attrs.frozen(kw_only=True)
class OperationKind(Generic[T]):
    """One kind of operation.

    ``name`` is its module in ``conditions/``, a dot, and what is done: it stands in resume tokens,
    so it must not change. ``timeout`` in seconds is the default of a wait; ``resource`` names the
    parameter that is the id of what comes of it.
    """

    name: str
    condition: Condition[T]
    timeout: float
    failed: frozenset[str] = FAILED
    resource: str = "database_id"


def kind_of(name: str) -> OperationKind[Any] | None:
    """Find a kind by its name, loading no more than its own module; None if this version has no such kind."""
    home = name.partition(".")[0]
    if not home.isidentifier():
        return None
    try:
        module = import_module(f"astra_devops.operations.conditions.{home}")
    except ModuleNotFoundError:
        return None
    return next((kind for kind in vars(module).values() if isinstance(kind, OperationKind) and kind.name == name), None)
