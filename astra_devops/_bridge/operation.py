"""The handle of an operation in the blocking client: the twin of ``AsyncOperation``."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from astra_devops._bridge.bridge import Bridge
from astra_devops._bridge.process import PerProcess
from astra_devops._first_use import importing
from astra_devops._runtime import checks
from astra_devops._runtime.no_copies import OPERATION_NO_COPIES, NoCopies
from astra_devops.errors import OperationSnapshot

if TYPE_CHECKING:
    from astra_devops.operations.events import OperationEvent
    from astra_devops.operations.handle import AsyncOperation

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class ResumingClient(Protocol):
    """A client that can resume an operation."""

    async def resume(self, token: str) -> "AsyncOperation[Any]":
        """Return the operation of a resume token."""
        ...


class Operation(NoCopies, Generic[T_co]):
    """An operation that the service has accepted and may still be working on.

    No request is sent until you wait, iterate over events or refresh. Dropping the handle does not
    stop the operation. A child after ``fork`` may use the handle too.

    >>> operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    >>> database = operation.wait(timeout=600)

    Attributes:
        kind: The name of the operation, such as ``databases.create``.
        ids: The ids and names that identify what the operation works on.
    """

    _no_copies = OPERATION_NO_COPIES

    def __init__(self, bridge: Bridge, client: Callable[[], ResumingClient], operation: "AsyncOperation[T_co]") -> None:
        self.kind: str = operation.kind
        self.ids: Mapping[str, str] = operation.ids
        self._bridge = bridge

        def resume() -> "AsyncOperation[T_co]":
            return bridge.call(client().resume, operation.resume_token)

        self._operation = PerProcess(resume, operation)

    @property
    def resource_id(self) -> str | None:
        """The id of the resource, if the service returned it at once."""
        return self._operation().resource_id

    @property
    def resume_token(self) -> str:
        """A short string for ``client.resume``, in this process or another.

        It contains ids and names, no secrets.
        """
        return self._operation().resume_token

    @property
    def status(self) -> str | None:
        """The status seen by the last poll; None before the first one."""
        return self._operation().status

    @property
    def done(self) -> bool:
        """Whether the operation was done at the last poll."""
        return self._operation().done

    @property
    def snapshot(self) -> OperationSnapshot:
        """The state of the operation as plain values."""
        return self._operation().snapshot

    def wait(
        self,
        *,
        timeout: float | None = None,
        interval: float | None = None,
        fail_on: Collection[str] | None = None,
        progress: bool = False,
    ) -> T_co:
        """Wait until the operation has taken effect, and return the resource.

        Server errors, rate limits, lost connections and a 404 just after the creation do not end
        the wait. Ctrl-C ends it and leaves no task running; the operation itself continues.

        Args:
            timeout: Seconds to wait. The default depends on the kind of operation: 2 minutes for a
                keyspace, 15 for a serverless database, an hour for operations that move data.
            interval: Seconds between polls. By default 2, growing to 15, with jitter.
            fail_on: States that end the wait. By default ``ERROR``, ``TERMINATING`` and
                ``TERMINATED``; none for a termination.
            progress: Show the status: in a line that changes in a notebook, and on a terminal if
                the extra ``progress`` is installed; elsewhere in plain lines on standard error.

        Raises:
            OperationFailedError: The resource is in a state that ends the wait.
            OperationTimeoutError: The operation is not done after ``timeout`` seconds. It
                continues; the error has its resume token.
            AuthenticationError: The token is not valid (any more).
            PermissionDeniedError: The token may not read the resource.
        """
        return self._bridge.call(self._operation().wait, timeout=timeout, interval=interval, fail_on=fail_on, progress=progress)

    def events(
        self,
        *,
        timeout: float | None = None,
        interval: float | None = None,
        fail_on: Collection[str] | None = None,
        changes_only: bool = False,
    ) -> "Iterator[OperationEvent]":
        """Wait, and yield an event for each poll; the last one is ``done``.

        Takes the other arguments of :meth:`wait`, and raises the same errors.

        Args:
            changes_only: Yield only the first event, those whose status is another than in the
                event before, those with which polls begin or cease to fail, and the last.

        Raises:
            TypeError: ``changes_only`` is not a bool.
        """
        checks.flag(changes_only, "changes_only")
        wait_loop = self._operation().wait_loop(timeout=timeout, interval=interval, fail_on=fail_on)
        with importing:
            from astra_devops.operations.events import is_change
        previous = None
        try:
            while (event := self._bridge.call(wait_loop.next_event)) is not None:
                if not changes_only or is_change(previous, event):
                    yield event
                previous = event
        finally:
            wait_loop.close()

    def refresh(self) -> "OperationEvent":
        """Poll once, without waiting.

        Raises the same errors as :meth:`wait`; a transient error is reported in the event instead.
        """
        return self._bridge.call(self._operation().refresh)

    def async_operation(self) -> "AsyncOperation[T_co]":
        """Return the operation of this process, for what waits on the loop."""
        return self._operation()

    def __repr__(self) -> str:
        return repr(self._operation()).replace("<Async", "<", 1)

    def __rich_repr__(self) -> Iterator[tuple[str, object]]:
        return self._operation().__rich_repr__()

    def _repr_html_(self) -> str:
        return self._operation()._repr_html_()


def unwrap(operation: Operation[T], bridge: Bridge, argument: str) -> "AsyncOperation[T]":
    """Return the async operation of an argument.

    Raises:
        ValueError: A client with another bridge has started it.
    """
    if operation._bridge is not bridge:
        raise ValueError(f"{argument} must be an operation of this client; resume(operation.resume_token) returns one")
    return operation._operation()
