"""The handle of an accepted operation: wait for it, watch it, or resume it elsewhere."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from astra_devops._first_use import importing
from astra_devops._json import exporting
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.no_copies import OPERATION_NO_COPIES, NoCopies
from astra_devops.operations import resume_token
from astra_devops.operations.kinds import Observation, OperationKind

if TYPE_CHECKING:
    from astra_devops import errors
    from astra_devops.operations.events import OperationEvent
    from astra_devops.operations.poller import DatabasePoller
    from astra_devops.operations.wait_loop import WaitLoop

T_co = TypeVar("T_co", covariant=True)


class AsyncOperation(NoCopies, Generic[T_co]):
    """An operation that the service has accepted and may still be working on.

    No request is sent until you wait, iterate over events or refresh. Dropping the handle does not
    stop the operation.

    >>> operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    >>> database = await operation.wait(timeout=600)

    Attributes:
        kind: The name of the operation, such as ``databases.create``.
        ids: The ids and names that identify what the operation works on.
    """

    _no_copies = OPERATION_NO_COPIES

    def __init__(
        self,
        kind: OperationKind[T_co],
        params: Mapping[str, str],
        caller: Caller,
        poller: "DatabasePoller",
        *,
        is_resumed: bool = False,
        traceparent: str | None = None,
    ) -> None:
        self.kind: str = kind.name
        self.ids: Mapping[str, str] = dict(params)
        self._kind = kind
        self._caller = caller
        self._poller = poller
        self._accepted_at = caller.clock.monotonic()
        self._is_resumed = is_resumed
        self._traceparent = traceparent
        self._wait_loop: WaitLoop[T_co] | None = None
        # What showed the lane of its database that it was done, before the next change.
        self._seen_done: Observation[T_co] | None = None

    @property
    def resource_id(self) -> str | None:
        """The id of the resource, if the service returned it at once."""
        return self.ids.get(self._kind.resource)

    @property
    def resume_token(self) -> str:
        """A short string for ``client.resume``, in this process or another.

        It contains ids and names, no secrets.
        """
        return resume_token.encode(self.kind, self.ids, self._traceparent)

    @property
    def status(self) -> str | None:
        """The status seen by the last poll; None before the first one."""
        return self._wait_loop.status if self._wait_loop else None

    @property
    def done(self) -> bool:
        """Whether the operation was done at the last poll."""
        return self._wait_loop is not None and self._wait_loop.done

    @property
    def snapshot(self) -> "errors.OperationSnapshot":
        """The state of the operation as plain values."""
        wait_loop = self._wait_loop or self.wait_loop()
        return wait_loop.snapshot()

    async def wait(
        self,
        *,
        timeout: float | None = None,
        interval: float | None = None,
        fail_on: Collection[str] | None = None,
        progress: bool = False,
    ) -> T_co:
        """Wait until the operation has taken effect, and return the resource.

        Server errors, rate limits, lost connections and a 404 just after the creation do not end
        the wait.

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
        checks.flag(progress, "progress")
        wait_loop, began = None, self._caller.clock.monotonic()
        # Thousands of waits may begin at once: each does the rest in its turn. None pauses in
        # next_event, since garbage collections look at each coroutine.
        try:
            if (turn := self._poller.turn_for(self.ids)) is not None:
                await turn
            wait_loop = self.wait_loop(timeout=timeout, interval=interval, fail_on=fail_on, began=began)
            if progress:
                with importing:
                    from astra_devops.operations.showing import show_progress
                await show_progress(wait_loop, f"{self.kind} {self.resource_id or ''}".rstrip())
            while not wait_loop.done:
                if (pause := wait_loop.pause()) is not None:
                    await pause
                await wait_loop.poll()
        except BaseException as error:
            (wait_loop or self.wait_loop(is_detached=True)).end(error)
            raise
        wait_loop.end()
        return wait_loop.result()

    async def events(
        self,
        *,
        timeout: float | None = None,
        interval: float | None = None,
        fail_on: Collection[str] | None = None,
        changes_only: bool = False,
    ) -> "AsyncIterator[OperationEvent]":
        """Wait, and yield an event for each poll; the last one is ``done``.

        Takes the other arguments of :meth:`wait`, and raises the same errors.

        Args:
            changes_only: Yield only the first event, those whose status is another than in the
                event before, those with which polls begin or cease to fail, and the last.

        Raises:
            TypeError: ``changes_only`` is not a bool.
        """
        checks.flag(changes_only, "changes_only")
        wait_loop = self.wait_loop(timeout=timeout, interval=interval, fail_on=fail_on)
        with importing:
            from astra_devops.operations.events import is_change
        previous = None
        try:
            while (event := await wait_loop.next_event()) is not None:
                if not changes_only or is_change(previous, event):
                    yield event
                previous = event
        finally:
            wait_loop.close()

    async def refresh(self) -> "OperationEvent":
        """Poll once, without waiting.

        Raises the same errors as :meth:`wait`; a transient error is reported in the event instead.
        """
        wait_loop = self.wait_loop()
        event = await wait_loop.next_event()
        wait_loop.close()
        assert event is not None
        return event

    def wait_loop(
        self,
        *,
        timeout: float | None = None,
        interval: float | None = None,
        fail_on: Collection[str] | None = None,
        is_detached: bool = False,
        began: float | None = None,
    ) -> "WaitLoop[T_co]":
        """Start a wait that advances one poll per call.

        :meth:`wait` and :meth:`events` are built on it. The handle shows nothing of a wait that
        ``is_detached``. One that ``began`` earlier, by the client's clock, has had its first turn.
        """
        with importing:
            from astra_devops.operations.wait_loop import WaitLoop
        wait_loop = WaitLoop(
            handle=self,
            kind=self._kind,
            ids=self.ids,
            caller=self._caller,
            poller=self._poller,
            timeout=self._kind.timeout if timeout is None else checks.positive(timeout, "timeout"),
            interval=checks.optional(checks.positive, interval, "interval"),
            fail_on=self._kind.failure_states if fail_on is None else frozenset(map(str, checks.strings(fail_on, "fail_on"))),
            started_at=self._caller.clock.monotonic() if began is None else began,
            has_turn=began is not None,
            statuses=() if self._wait_loop is None else self._wait_loop.statuses,
        )
        if not is_detached:
            self._wait_loop = wait_loop
        return wait_loop

    def _note_done(self, wait_loop: "WaitLoop[Any]") -> None:
        """Note a wait that has ended, for waits whose polls come when the next change is made."""
        self._seen_done = wait_loop.observation

    def __repr__(self) -> str:
        return exporting.one_line(f"<{type(self).__name__} {self.kind} ", self.ids.items(), f" status={self.status}>")

    def __rich_repr__(self) -> Iterator[tuple[str, object]]:
        yield from {"kind": self.kind, **self.ids, "status": self.status}.items()

    def _repr_html_(self) -> str:
        return exporting.html_table([list(self.__rich_repr__())])
