"""Makes the handles of one client's operations, and the looks that they share."""

from typing import Any, TypeVar

import attrs

from astra_devops._runtime.caller import Caller
from astra_devops._runtime.retry import RetryPolicy
from astra_devops.operations import resume_token
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.kinds import OperationKind, kind_of
from astra_devops.operations.poller import DatabasePoller

T = TypeVar("T")


class OperationFactory:
    """What resources make operations with. All waits of one client share its poller."""

    def __init__(self, caller: Caller, poller: DatabasePoller | None = None) -> None:
        # The next look is the retry: a wait has its own pace, and repeats of its requests would
        # only disturb it.
        self._caller = caller.view(attrs.evolve(caller.options, retry=RetryPolicy(max_attempts=1)))
        self.poller: DatabasePoller = poller or DatabasePoller(self._caller)

    def start(self, kind: OperationKind[T], **params: str) -> AsyncOperation[T]:
        """Make the handle of an operation that was just accepted."""
        return AsyncOperation(kind, params, self._caller, self.poller)

    def resume(self, token: str) -> AsyncOperation[Any]:
        """Make the handle of an operation that was accepted elsewhere.

        Raises:
            ValueError: the token is not a resume token of a kind that this version knows.
        """
        name, params = resume_token.decode(token)
        kind = kind_of(name)
        if kind is None:
            raise ValueError(f"token is for an operation that this version does not know: {name!r}")
        return AsyncOperation(kind, params, self._caller, self.poller)
