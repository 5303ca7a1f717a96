"""The handle of an operation that the service has accepted: wait for it, watch it, or resume it elsewhere."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Generic, TypeVar

from astra_devops import errors
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations import resume_token
from astra_devops.operations.kinds import OperationKind
from astra_devops.operations.poller import DatabasePoller
from astra_devops.operations.wait_loop import OperationEvent, WaitLoop

T = TypeVar("T")


class AsyncOperation(Generic[T]):
    """An operation that the service has accepted and may still be working on.

    Nothing is asked of the service until you wait, watch or refresh; dropping the handle does not
    stop the operation.

    >>> operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    >>> database = await operation.wait(timeout=600)

    Attributes:
        kind: what was asked for, such as ``databases.create``.
        ids: the ids and names that it is about.
    """

    def __init__(self, kind: OperationKind[T], params: Mapping[str, str], caller: Caller, poller: DatabasePoller) -> None:
        self.kind: str = kind.name
        self.ids: Mapping[str, str] = dict(params)
        self._kind = kind
        self._caller = caller
        self._poller = poller
        self._accepted = caller.clock.monotonic()
        self._wait_loop: WaitLoop[T] | None = None

    @property
    def resource_id(self) -> str | None:
        """The id of the resource, where the service tells it at once."""
        return self.ids.get(self._kind.resource)

    @property
    def resume_token(self) -> str:
        """A short text for ``client.resume``, in this process or another.

        It holds ids and names, no secret.
        """
        return resume_token.encode(self.kind, self.ids)

    @property
    def status(self) -> str | None:
        """The status seen last; None before the first look."""
        return self._wait_loop.status if self._wait_loop else None

    @property
    def done(self) -> bool:
        """Whether the goal was reached at the last look."""
        return self._wait_loop is not None and self._wait_loop.done

    @property
    def snapshot(self) -> errors.OperationSnapshot:
        """What is known, as plain values."""
        wait_loop = self._wait_loop or self.wait_loop()
        return wait_loop.snapshot()

    async def wait(self, *, timeout: float | None = None, interval: float | None = None, fail_on: Collection[str] | None = None) -> T:
        """Wait until the operation has had its effect, and return the resource.

        Server errors, rate limits, lost connections and a 404 just after the creation do not end
        the wait.

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
        wait_loop = self.wait_loop(timeout=timeout, interval=interval, fail_on=fail_on)
        while await wait_loop.next_event() is not None:
            pass
        return wait_loop.result()

    async def events(
        self, *, timeout: float | None = None, interval: float | None = None, fail_on: Collection[str] | None = None
    ) -> AsyncIterator[OperationEvent]:
        """Wait, and give an event for each look; the last one is ``done``.

        Arguments and errors as for :meth:`wait`.
        """
        wait_loop = self.wait_loop(timeout=timeout, interval=interval, fail_on=fail_on)
        while (event := await wait_loop.next_event()) is not None:
            yield event

    async def refresh(self) -> OperationEvent:
        """Look once, without waiting.

        Errors as for :meth:`wait`, but a passing one is told in the event.
        """
        event = await self.wait_loop().next_event()
        assert event is not None
        return event

    def wait_loop(
        self, *, timeout: float | None = None, interval: float | None = None, fail_on: Collection[str] | None = None
    ) -> "WaitLoop[T]":
        """Begin a wait whose every step is one call.

        :meth:`wait` and :meth:`events` are made of it.
        """
        self._wait_loop = WaitLoop(
            self._kind,
            self.ids,
            self._caller,
            self._poller,
            accepted=self._accepted,
            timeout=self._kind.timeout if timeout is None else checks.positive(timeout, "timeout"),
            interval=None if interval is None else checks.positive(interval, "interval"),
            fail_on=_checked_states(fail_on, self._kind.failed),
        )
        return self._wait_loop

    def __repr__(self) -> str:
        ids = ", ".join(f"{name}={value!r}" for name, value in self.ids.items())
        return f"<{type(self).__name__} {self.kind} {ids} status={self.status}>"


def _checked_states(fail_on: Collection[str] | None, default: frozenset[str]) -> frozenset[str]:
    if fail_on is None:
        return default
    if isinstance(fail_on, str):
        raise TypeError("fail_on must be a collection of states, not one str")
    return frozenset(str(state) for state in fail_on)
