"""The factory that gives a client's resources the handles of the operations they start."""

from typing import Any, TypeVar

from astra_devops._runtime.caller import Caller
from astra_devops._runtime.intents import recorder as recording
from astra_devops._runtime.telemetry import trace_context
from astra_devops.operations import resume_token
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.kinds import OperationKind, kind_of
from astra_devops.operations.lanes import Lanes
from astra_devops.operations.poller import DatabasePoller

T = TypeVar("T")


class OperationFactory:
    """Creates the operation handles of one client and its views.

    All of them share one poller, and the lanes of the databases.
    """

    def __init__(self, caller: Caller, parent: "OperationFactory | None" = None) -> None:
        # The next poll is the retry: a wait has its own pace, and retries of single polls would
        # only disturb it.
        self._caller: Caller = caller.without_retries()
        self.poller: DatabasePoller = parent.poller if parent else DatabasePoller(self._caller)
        self._lanes: Lanes = parent._lanes if parent else Lanes(self._caller, self.poller)
        caller.shared.lanes = self._lanes

    def start(self, kind: OperationKind[T], **params: str) -> AsyncOperation[T]:
        """Create the handle of an operation that the service has just accepted."""
        traceparent = trace_context.take_write()
        operation = AsyncOperation(kind, params, self._caller, self.poller, traceparent=traceparent)
        if "database_id" in params:
            own = None if kind.ends_absent else AsyncOperation(kind, params, self._caller, self.poller, traceparent=traceparent)
            self._lanes.attach(params["database_id"], operation, own)
        if (recorder := recording.current.get()) is not None:
            recorder.accepted(operation)
        return operation

    def attach(self, kind: OperationKind[T], **params: str) -> AsyncOperation[T]:
        """Create the handle of an operation that may have begun long ago, or be done already."""
        return AsyncOperation(kind, params, self._caller, self.poller, is_resumed=True)

    def resume(self, token: str) -> AsyncOperation[Any]:
        """Create the handle of an operation that was accepted elsewhere.

        Raises:
            TypeError: ``token`` is not a string.
            ValueError: ``token`` is not a resume token, its kind of operation does not exist in
                this version, or a parameter of it is missing or wrong.
        """
        name, params, traceparent = resume_token.decode(token)
        kind = kind_of(name)
        if kind is None:
            raise ValueError(f"token is for an operation that this version does not support: {name!r}")
        kind.check(params)
        return AsyncOperation(kind, params, self._caller, self.poller, is_resumed=True, traceparent=traceparent)
