"""The blocking twin of the async operation."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from astra_devops._bridge.bridge import Bridge
from astra_devops._bridge.process import PerProcess
from astra_devops.errors import OperationSnapshot
from astra_devops.operations.handle import AsyncOperation
from astra_devops.operations.wait_loop import OperationEvent

T = TypeVar("T")


class Resuming(Protocol):
    """A client that can make an operation from its resume token."""

    async def resume(self, token: str) -> AsyncOperation[Any]:
        """Make the operation."""
        ...


class Operation(Generic[T]):
    """An operation that the service has accepted and may still be working on.

    Nothing is asked of the service until you wait, watch or refresh; dropping the handle does not
    stop the operation. A child after ``fork`` may go on with it.

    >>> operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    >>> database = operation.wait(timeout=600)

    Attributes:
        kind: what was asked for, such as ``databases.create``.
        ids: the ids and names that it is about.
    """

    def __init__(self, bridge: Bridge, client: Callable[[], Resuming], operation: AsyncOperation[T]) -> None:
        self.kind: str = operation.kind
        self.ids: Mapping[str, str] = operation.ids
        self._bridge = bridge

        def resume() -> AsyncOperation[T]:
            return bridge.call(client().resume, operation.resume_token)

        self._operation = PerProcess(resume, operation)

    @property
    def resource_id(self) -> str | None:
        """The id of the resource, where the service tells it at once."""
        return self._operation().resource_id

    @property
    def resume_token(self) -> str:
        """A short text for ``client.resume``, in this process or another.

        It holds ids and names, no secret.
        """
        return self._operation().resume_token

    @property
    def status(self) -> str | None:
        """The status seen last; None before the first look."""
        return self._operation().status

    @property
    def done(self) -> bool:
        """Whether the goal was reached at the last look."""
        return self._operation().done

    @property
    def snapshot(self) -> OperationSnapshot:
        """What is known, as plain values."""
        return self._operation().snapshot

    def wait(self, *, timeout: float | None = None, interval: float | None = None, fail_on: Collection[str] | None = None) -> T:
        """Wait until the operation has had its effect, and return the resource.

        Server errors, rate limits, lost connections and a 404 just after the creation do not end
        the wait. Ctrl-C ends it and leaves nothing running; the operation itself goes on.

        Args:
            timeout: seconds to wait; by default what this kind of operation may take (2 minutes for
                a keyspace, 15 for a serverless database, an hour for what moves data).
            interval: seconds between looks; by default 2, growing to 15, with jitter.
            fail_on: states that end the wait; by default ``ERROR``, ``TERMINATING`` and
                ``TERMINATED`` (none for a termination).

        Raises:
            OperationFailedError: the resource is in a state that ends the wait.
            OperationTimeoutError: the time is up; the operation goes on, and its resume token is in
                the error.
            AuthenticationError, PermissionDeniedError: the token may not look.
        """
        return self._bridge.call(self._operation().wait, timeout=timeout, interval=interval, fail_on=fail_on)

    def events(
        self, *, timeout: float | None = None, interval: float | None = None, fail_on: Collection[str] | None = None
    ) -> Iterator[OperationEvent]:
        """Wait, and give an event for each look; the last one is ``done``.

        Arguments and errors as for :meth:`wait`.
        """
        wait_loop = self._operation().wait_loop(timeout=timeout, interval=interval, fail_on=fail_on)
        while (event := self._bridge.call(wait_loop.next_event)) is not None:
            yield event

    def refresh(self) -> OperationEvent:
        """Look once, without waiting.

        Errors as for :meth:`wait`, but a passing one is told in the event.
        """
        return self._bridge.call(self._operation().refresh)

    def __repr__(self) -> str:
        return repr(self._operation()).replace("<Async", "<", 1)
