"""The factory that gives a client's resources the handles of the operations they start."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from astra_devops._first_use import ModuleOnFirstUse, made_on_first_use
from astra_devops._runtime.call import Call
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.intents.current import current

if TYPE_CHECKING:
    from astra_devops._runtime.telemetry import trace_context
    from astra_devops.operations import handle, kinds, resume_token
    from astra_devops.operations.handle import AsyncOperation
    from astra_devops.operations.kinds import OperationKind
    from astra_devops.operations.lanes import Lanes
    from astra_devops.operations.poller import DatabasePoller
else:
    handle = ModuleOnFirstUse("astra_devops.operations.handle")
    kinds = ModuleOnFirstUse("astra_devops.operations.kinds")
    trace_context = ModuleOnFirstUse("astra_devops._runtime.telemetry.trace_context")
    resume_token = ModuleOnFirstUse("astra_devops.operations.resume_token")

T = TypeVar("T")


class OperationFactory:
    """Creates the operation handles of one client and its views.

    All of them share one poller, and the lanes of the databases.
    """

    def __init__(self, caller: Caller, parent: "OperationFactory | None" = None) -> None:
        # The next poll is the retry: a wait has its own pace, and retries of single polls would
        # only disturb it.
        self._caller: Caller = caller.without_retries()
        self._parent = parent
        caller.shared.operations = self

    @made_on_first_use
    def poller(self) -> "DatabasePoller":
        """The poller of the client and its views."""
        from astra_devops.operations.poller import DatabasePoller

        return self._parent.poller if self._parent else DatabasePoller(self._caller)

    @made_on_first_use
    def _lanes(self) -> "Lanes":
        from astra_devops.operations.lanes import Lanes

        return self._parent._lanes if self._parent else Lanes(self._caller, self.poller)

    def prepare(self) -> None:
        """Import and make what :meth:`start` needs, before a change is sent.

        Once the service has accepted it, nothing may fail, such as for want of a file descriptor.
        """
        _ = self.poller, self._lanes, handle.AsyncOperation, trace_context.take_write

    def turn(self, call: Call[Any], timeout: float) -> AbstractAsyncContextManager[None]:
        """Wait for the turn of a call in its lane, and end it when the block ends."""
        return self._lanes.turn(call, timeout)

    def start(self, kind: "OperationKind[T]", **params: str) -> "AsyncOperation[T]":
        """Create the handle of an operation that the service has just accepted."""
        traceparent = trace_context.take_write()
        operation = handle.AsyncOperation(kind, params, self._caller, self.poller, traceparent=traceparent)
        if "database_id" in params:
            self._lanes.attach(params["database_id"], None if kind.ends_absent else operation)
        if (recorder := current.get()) is not None:
            recorder.accepted(operation)
        return operation

    def attach(self, kind: "OperationKind[T]", **params: str) -> "AsyncOperation[T]":
        """Create the handle of an operation that may have begun long ago, or be done already."""
        operation = handle.AsyncOperation(kind, params, self._caller, self.poller, is_resumed=True)
        if (recorder := current.get()) is not None:
            recorder.found(operation)
        return operation

    def resume(self, token: str) -> "AsyncOperation[Any]":
        """Create the handle of an operation that was accepted elsewhere.

        Raises:
            TypeError: ``token`` is not a string.
            ValueError: ``token`` is not a resume token, its kind of operation does not exist in
                this version, or a parameter of it is missing or wrong.
        """
        name, params, traceparent = resume_token.decode(token)
        kind = kinds.kind_of(name)
        if kind is None:
            raise ValueError(f"token is for an operation that this version does not support: {name!r}")
        kind.check(params)
        return handle.AsyncOperation(kind, params, self._caller, self.poller, is_resumed=True, traceparent=traceparent)
