"""The handle of an operation that the service has accepted: wait for it, watch it, or resume it elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Final, Generic, TypeVar, cast

import attrs

from astra_devops import errors
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.observer import PollEvent, observer_or_log
from astra_devops._runtime.settings import positive
from astra_devops.operations import resume_token
from astra_devops.operations.kinds import Kind, Look, Sight
from astra_devops.operations.poller import DatabasePoller

T = TypeVar("T")

_FIRST_INTERVAL: Final = 2.0
_LAST_INTERVAL: Final = 15.0
_GROWTH: Final = 1.5
_JITTER: Final = 0.2
_LONGEST_RETRY_AFTER: Final = 60.0
# Seconds that are no time: so short a sleep may not move a clock of floating point at all.
_RESOLUTION: Final = 0.001
# How long a resource may answer 404, in seconds, before it counts as gone: the service caches that an id does not exist yet.
_GRACE: Final = 120.0

# What does not end a wait: the service, or the way to it, has a bad moment, while the operation goes on.
_PASSING: Final = (
    errors.RequestNotSentError,
    errors.OutcomeUnknownError,
    errors.ServerError,
    errors.RateLimitedError,
    errors.ResponseDecodeError,
    TimeoutError,
)


@attrs.frozen(kw_only=True)
class OperationEvent:
    """What one look at an operation saw.

    Attributes:
        status: the service's word, such as ``PENDING``; None where there was nothing to see yet.
        elapsed: seconds since this wait began.
        polls: looks so far, this one included.
        done: whether the goal is reached.
        problem: why this look failed, if it did; the wait goes on.
    """

    status: str | None
    elapsed: float
    polls: int
    done: bool
    problem: str | None = None


class AsyncOperation(Generic[T]):
    """An operation that the service has accepted and may still be working on.

    Nothing is asked of the service until you wait, watch or refresh; dropping the handle does not stop the operation.

    >>> operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    >>> database = await operation.wait(timeout=600)

    Attributes:
        kind: what was asked for, such as ``databases.create``.
        ids: the ids and names that it is about.
    """

    def __init__(self, kind: Kind[T], params: Mapping[str, str], caller: Caller, poller: DatabasePoller) -> None:
        self.kind: str = kind.name
        self.ids: Mapping[str, str] = dict(params)
        self._kind = kind
        self._caller = caller
        self._poller = poller
        self._accepted = caller.clock.monotonic()
        self._watch: Watch[T] | None = None

    @property
    def resource_id(self) -> str | None:
        """The id of the resource, where the service tells it at once."""
        return self.ids.get(self._kind.resource)

    @property
    def resume_token(self) -> str:
        """A short text for ``client.resume``, in this process or another. It holds ids and names, no secret."""
        return resume_token.encode(self.kind, self.ids)

    @property
    def status(self) -> str | None:
        """The status seen last; None before the first look."""
        return self._watch.status if self._watch else None

    @property
    def done(self) -> bool:
        """Whether the goal was reached at the last look."""
        return self._watch is not None and self._watch.done

    @property
    def snapshot(self) -> errors.OperationSnapshot:
        """What is known, as plain values."""
        watch = self._watch or self.watch()
        return watch.snapshot()

    async def wait(self, *, timeout: float | None = None, interval: float | None = None, fail_on: Collection[str] | None = None) -> T:
        """Wait until the operation has had its effect, and return the resource.

        Server errors, rate limits, lost connections and a 404 just after the creation do not end the wait.

        Args:
            timeout: seconds to wait; by default what this kind of operation may take (2 minutes for a keyspace, 15 for a serverless
                database, an hour for what moves data).
            interval: seconds between looks; by default 2, growing to 15, with jitter.
            fail_on: states that end the wait; by default ``ERROR``, ``TERMINATING`` and ``TERMINATED`` (none for a termination).

        Raises:
            OperationFailedError: the resource is in a state that ends the wait.
            OperationTimeoutError: the time is up; the operation goes on, and its resume token is in the error.
            AuthenticationError, PermissionDeniedError: the token may not look.
        """
        watch = self.watch(timeout=timeout, interval=interval, fail_on=fail_on)
        while await watch.next_event() is not None:
            pass
        return watch.result()

    async def events(
        self, *, timeout: float | None = None, interval: float | None = None, fail_on: Collection[str] | None = None
    ) -> AsyncIterator[OperationEvent]:
        """Wait, and give an event for each look; the last one is ``done``. Arguments and errors as for :meth:`wait`."""
        watch = self.watch(timeout=timeout, interval=interval, fail_on=fail_on)
        while (event := await watch.next_event()) is not None:
            yield event

    async def refresh(self) -> OperationEvent:
        """Look once, without waiting. Errors as for :meth:`wait`, but a passing one is told in the event."""
        event = await self.watch().next_event()
        assert event is not None
        return event

    def watch(self, *, timeout: float | None = None, interval: float | None = None, fail_on: Collection[str] | None = None) -> "Watch[T]":
        """Begin a wait whose every step is one call. :meth:`wait` and :meth:`events` are made of it."""
        self._watch = Watch(
            self,
            self._kind,
            self._caller,
            self._poller,
            accepted=self._accepted,
            timeout=self._kind.timeout if timeout is None else positive(timeout, "timeout"),
            interval=None if interval is None else positive(interval, "interval"),
            fail_on=_checked_states(fail_on, self._kind.failed),
        )
        return self._watch

    def __repr__(self) -> str:
        ids = ", ".join(f"{name}={value!r}" for name, value in self.ids.items())
        return f"<{type(self).__name__} {self.kind} {ids} status={self.status}>"


class Watch(Generic[T]):
    """One wait, step by step."""

    def __init__(
        self,
        operation: AsyncOperation[T],
        kind: Kind[T],
        caller: Caller,
        poller: DatabasePoller,
        *,
        accepted: float,
        timeout: float,
        interval: float | None,
        fail_on: frozenset[str],
    ) -> None:
        self._accepted = accepted
        self._operation = operation
        self._kind = kind
        self._caller = caller
        self._poller = poller
        self._timeout = timeout
        self._interval = interval
        self._fail_on = fail_on
        self._began = caller.clock.monotonic()
        self._polls = 0
        self._pause = 0.0
        self._base = _FIRST_INTERVAL
        self._missing_since: float | None = None
        self._history: list[errors.StatusChange] = []
        self._sight: Sight[T] = Sight(None)
        self._problem: str | None = None

    @property
    def status(self) -> str | None:
        """The status seen last."""
        return self._sight.status

    @property
    def done(self) -> bool:
        """Whether the goal is reached."""
        return self._sight.done

    def result(self) -> T:
        """Return the resource, once done."""
        return cast("T", self._sight.value)

    async def next_event(self) -> OperationEvent | None:
        """Wait for the next look to be due, look, and tell; None once the goal is reached. Raises as ``wait`` does."""
        if self.done:
            return None
        if self._polls:
            await self._caller.clock.sleep(self._pause)
        await self._look()
        event = OperationEvent(status=self.status, elapsed=self._elapsed(), polls=self._polls, done=self.done, problem=self._problem)
        if observer := observer_or_log(self._caller.observer):
            observer(PollEvent(self.snapshot(), self.done))
        self._judge()
        return event

    async def _look(self) -> None:
        """See the resource. What passes is kept as the problem of this look; a refusal is raised with what it was about."""
        # What another wait saw of this database within half a pause, and after it was accepted, will do.
        not_before = max(self._accepted, self._caller.clock.monotonic() - self._pause / 2)
        look = Look(self._caller, self._poller, not_before, [change.status for change in self._history])
        self._polls += 1
        self._problem = None
        self._pause = self._next_pause()
        try:
            # In real seconds, of which a scaled or virtual clock has more: the bound is exact for the system's clock.
            async with asyncio.timeout(max(self._timeout - self._elapsed(), 1.0)):
                self._sight = await self._kind.goal(look, self._operation.ids)
        except errors.NotFoundError as error:
            self._missed(error)
        except _PASSING as error:
            self._problem = str(error) or type(error).__name__
            if isinstance(error, errors.RateLimitedError) and error.retry_after is not None:
                self._pause = max(self._pause, min(error.retry_after, _LONGEST_RETRY_AFTER))
        except errors.AstraDevOpsError as error:
            error.add_note(f"while waiting for {self._named()}; resume token: {self._operation.resume_token}")
            raise
        else:
            self._missing_since = None
            if self.status is not None and self.status not in look.seen:
                self._history.append(errors.StatusChange(self.status, self._elapsed()))

    def _missed(self, error: errors.NotFoundError) -> None:
        now = self._caller.clock.monotonic()
        if self._missing_since is None:
            self._missing_since = now
        if now - self._missing_since >= _GRACE:
            raise errors.OperationFailedError(
                f"{self._named()}: the service has answered 404 for {now - self._missing_since:.0f} s", snapshot=self.snapshot()
            ) from error
        self._problem = str(error)

    def _judge(self) -> None:
        """Raise if the wait is over without its goal."""
        if self.done:
            return
        if (self.status in self._fail_on or self._sight.failed) and self._problem is None:
            said = f": {self._sight.message}" if self._sight.message else ""
            raise errors.OperationFailedError(f"{self._named()} ended in {self.status}{said}", snapshot=self.snapshot())
        left = self._timeout - self._elapsed()
        if left < _RESOLUTION:
            problem = f"; the last look failed: {self._problem}" if self._problem else ""
            said = f"is not done after {self._elapsed():.3g} s, last status {self.status}{problem}; it goes on, see resume_token"
            raise errors.OperationTimeoutError(f"{self._named()} {said}", snapshot=self.snapshot())
        self._pause = min(self._pause, left)

    def _next_pause(self) -> float:
        if self._interval is not None:
            return self._interval
        self._base = min(self._base * _GROWTH, _LAST_INTERVAL) if self._polls > 1 else _FIRST_INTERVAL
        return self._base * self._caller.options.retry.jitter(1 - _JITTER, 1 + _JITTER)

    def _elapsed(self) -> float:
        return self._caller.clock.monotonic() - self._began

    def _named(self) -> str:
        return f"{self._operation.kind} ({', '.join(f'{name} {value}' for name, value in self._operation.ids.items())})"

    def snapshot(self) -> errors.OperationSnapshot:
        """Put what is known into plain values."""
        return errors.OperationSnapshot(
            kind=self._operation.kind,
            ids=dict(self._operation.ids),
            status=self.status,
            history=tuple(self._history),
            elapsed=self._elapsed(),
            polls=self._polls,
            resume_token=self._operation.resume_token,
        )


def _checked_states(fail_on: Collection[str] | None, default: frozenset[str]) -> frozenset[str]:
    if fail_on is None:
        return default
    if isinstance(fail_on, str):
        raise TypeError("fail_on must be a collection of states, not one str")
    return frozenset(str(state) for state in fail_on)
