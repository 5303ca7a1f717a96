"""What the views of a client have of their own, and what they share."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from astra_devops._runtime.circuit import Circuit
from astra_devops._runtime.limits.limiter import Limiter
from astra_devops._runtime.retry import RetryBudget, RetryPolicy
from astra_devops._secret import Secret

if TYPE_CHECKING:
    from astra_devops._runtime.call import Call
    from astra_devops.errors import PermissionDeniedError


class OperationsOfClient(Protocol):
    """What the calls that change something need of the operations that they start."""

    def prepare(self) -> None:
        """Import and make what an operation needs: once it is accepted, nothing may fail."""
        ...

    def turn(self, call: "Call[Any]", timeout: float) -> AbstractAsyncContextManager[None]:
        """Wait for the turn of a call, and end it when the block ends."""
        ...


@attrs.define(kw_only=True, eq=False, repr=False)
class Options:
    """The options that ``with_options`` can change for a view of a client.

    Times are in seconds. ``headers`` are sent with every request.
    """

    timeout: float
    attempt_timeout: float
    retry: RetryPolicy
    lane_timeout: float
    headers: Mapping[str, str | Secret] = attrs.field(repr=False)

    def plain_headers(self) -> dict[str, str]:
        """Return the headers as they are sent."""
        return {name: value.reveal() if isinstance(value, Secret) else value for name, value in self.headers.items()}


class Shared:
    """What a client and its views know of the service's health, and its limits."""

    def __init__(self, limiter: Limiter) -> None:
        self.limiter: Limiter = limiter
        self.budget: RetryBudget = RetryBudget()
        self.circuit: Circuit = Circuit()
        # Set by the client, and called with a caller: the roles of the token, which this layer
        # does not know, explain a missing permission.
        self.explain: Callable[[Any, PermissionDeniedError], Awaitable[None]] | None = None
        # Set by the client: what starts operations, and lets the changes of a database go in order.
        self.operations: OperationsOfClient | None = None
