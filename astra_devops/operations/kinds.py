"""The kinds of operations: the condition, failure states and default timeout of each.

A condition checks for the *effect* of the operation, never for ACTIVE alone: a database may still
show ACTIVE before it enters the MAINTENANCE that a change of its keyspaces brings. The conditions
are in ``conditions/``, one module per noun.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import attrs

from astra_devops._first_use import importing
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller

if TYPE_CHECKING:
    from astra_devops.operations.poller import DatabasePoller

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Params = Mapping[str, str]

MINUTE: Final = 60.0
"""Seconds."""
NOT_FOUND_GRACE: Final = 120.0
"""Seconds for which a 404 shows little: the service caches that an id does not exist yet."""
FAILURE_STATES: Final = frozenset({"ERROR", "TERMINATING", "TERMINATED"})
"""States that do not lead to a running database.

Every other state, an unknown one too, means: not yet.
"""
TRANSIENT_STATES: Final = frozenset(
    {
        "ASSOCIATING",
        "DECOMMISSIONING",
        "HIBERNATING",
        "INITIALIZING",
        "MAINTENANCE",
        "PARKING",
        "PENDING",
        "PLACING",
        "RESIZING",
        "RESUMING",
        "SUSPENDING",
        "SYNCHRONIZING",
        "UNPARKING",
    }
)
"""States in which a database refuses changes with 409, and which it leaves by itself."""


@attrs.define(eq=False, repr=False)
class Observation(Generic[T_co]):
    """The result of one poll.

    Attributes:
        status: The status as the service names it; None if there is none to see.
        done: Whether the operation has taken effect.
        value: The resource; it counts only if ``done``.
        message: The service's explanation of the status, if there is one.
        failed: Whether the operation can no longer take effect, where the status alone does not
            show it.
        problem: Why this poll shows nothing, although the service answered. The wait goes on.
    """

    status: str | None
    done: bool = False
    value: T_co | None = None
    message: str | None = None
    failed: bool = False
    problem: str | None = None


@attrs.define(eq=False, repr=False)
class PollContext:
    """What a condition polls with.

    Attributes:
        caller: Sends requests, without retries.
        poller: Shares requests for databases among all waits of the client.
        not_before: The earliest time, by the client's monotonic clock, of an acceptable
            observation.
        previous_statuses: The statuses that earlier polls of this operation have seen, one for each
            change, so the last one is that of the poll before.
        age: The seconds since the service accepted the operation. Infinite if another handle
            started it, which may have been long ago.
    """

    caller: Caller
    poller: "DatabasePoller"
    not_before: float
    previous_statuses: Sequence[str]
    age: float


def status_text(status: str | None) -> str | None:
    """Return a status as the service writes it, and not as a member of an enum."""
    return None if status is None else str(status)


class Condition(Protocol[T_co]):
    """A function that polls once."""

    def __call__(self, context: PollContext, params: Params) -> Awaitable[Observation[T_co]]: ...


@attrs.define(kw_only=True, eq=False, repr=False)
class OperationKind(Generic[T]):
    """One kind of operation.

    Attributes:
        name: The module in ``conditions/``, a dot, and the name of the method. Resume tokens
            contain it, so it must not change.
        condition: Polls, and decides whether the operation is done.
        timeout: Seconds that a wait takes by default.
        failure_states: Statuses that end a wait with an error.
        resource: The parameter that is the id of the resulting resource.
        ends_absent: Whether a 404 that lasts means success instead of failure.
        params: The parameters that the condition needs. None of them may be empty.
        optional: Further parameters, which may be absent or empty. None: any.
        parse: Parses what is more than a plain string, and raises an error if that fails.
    """

    name: str
    condition: Condition[T]
    timeout: float
    failure_states: frozenset[str] = FAILURE_STATES
    resource: str = "database_id"
    ends_absent: bool = False
    params: tuple[str, ...] = ("database_id",)
    optional: tuple[str, ...] | None = ()
    parse: Callable[[Params], object] = dict

    def check(self, params: Params) -> None:
        """Check the parameters of a resume token, which may have been changed or cut.

        Raises:
            ValueError: A parameter is missing, unknown or malformed.
        """
        for name in self.params:
            if not params.get(name, "").strip():
                raise ValueError(f"token is for {self.name}, and lacks its parameter {name}")
        if self.optional is not None and (unknown := params.keys() - {*self.params, *self.optional}):
            raise ValueError(f"token is for {self.name}, which has no parameter {', '.join(sorted(unknown))}")
        for name, value in params.items():
            if name.endswith("_id") and value:
                checks.identifier(value, f"token: {name}")
        try:
            self.parse(params)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            raise ValueError(f"token is for {self.name}, and a parameter of it is malformed") from None


def kind_of(name: str) -> OperationKind[Any] | None:
    """Find a kind by its name, loading only its own module; None if it does not exist."""
    module_name = name.partition(".")[0]
    if not module_name.isidentifier():
        return None
    try:
        with importing:
            module = import_module(f"astra_devops.operations.conditions.{module_name}")
    except ModuleNotFoundError:
        return None
    return next((kind for kind in vars(module).values() if isinstance(kind, OperationKind) and kind.name == name), None)
