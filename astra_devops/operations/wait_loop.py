"""One wait for an operation: poll, pause, and end with the resource or an error."""

import asyncio
from collections.abc import Mapping
from typing import Final, Generic, TypeVar, cast

import attrs

from astra_devops import errors
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.emulators import StillClock
from astra_devops._runtime.observer import PollEvent, observer_or_log
from astra_devops.operations import resume_token
from astra_devops.operations.kinds import Observation, OperationKind, PollContext
from astra_devops.operations.poller import DatabasePoller

T = TypeVar("T")

# All in seconds, apart from the factors.
_FIRST_INTERVAL: Final = 2.0
_LONGEST_INTERVAL: Final = 15.0
_GROWTH: Final = 1.5
_JITTER: Final = 0.2
_LONGEST_RETRY_AFTER: Final = 60.0
# Shorter than any clock resolves: a sleep this short may not advance a floating-point clock at all.
_RESOLUTION: Final = 0.001
# How long a resource may answer 404 before it counts as gone: the service caches that an id does
# not exist yet.
_NOT_FOUND_GRACE: Final = 120.0

# The wait goes on after these.
_TRANSIENT_ERRORS: Final = (
    errors.RequestNotSentError,
    errors.OutcomeUnknownError,
    errors.ServerError,
    errors.RateLimitedError,
    errors.ResponseDecodeError,
    TimeoutError,
)


@attrs.frozen(kw_only=True)
class OperationEvent:
    """The result of one poll of an operation.

    Attributes:
        status: The status as the service names it, such as ``PENDING``; None if there is none to
            see yet.
        elapsed: Seconds since this wait began.
        polls: The number of polls so far, including this one.
        done: Whether the operation is done.
        problem: Why this poll failed, if it did. The wait goes on.
    """

    status: str | None
    elapsed: float
    polls: int
    done: bool
    problem: str | None = None


class WaitLoop(Generic[T]):
    """One wait, poll by poll."""

    def __init__(
        self,
        kind: OperationKind[T],
        ids: Mapping[str, str],
        caller: Caller,
        poller: DatabasePoller,
        *,
        accepted_at: float,
        timeout: float,
        interval: float | None,
        fail_on: frozenset[str],
    ) -> None:
        self._accepted_at = accepted_at
        self._kind = kind
        self._ids = ids
        self._caller = caller
        self._poller = poller
        self._timeout = timeout
        self._interval = interval
        self._fail_on = fail_on
        self._started_at = caller.clock.monotonic()
        self._still_clock = StillClock(caller.transport.origin, caller.clock)
        self._polls = 0
        self._pause = 0.0
        self._base_interval = _FIRST_INTERVAL
        self._not_found_since: float | None = None
        self._history: list[errors.StatusChange] = []
        self._observation: Observation[T] = Observation(None)
        self._problem: str | None = None

    @property
    def _resume_token(self) -> str:
        return resume_token.encode(self._kind.name, self._ids)

    @property
    def status(self) -> str | None:
        """The status seen last."""
        return self._observation.status

    @property
    def done(self) -> bool:
        """Whether the operation is done."""
        return self._observation.done

    def result(self) -> T:
        """Return the resource, once the operation is done."""
        return cast("T", self._observation.value)

    async def next_event(self) -> OperationEvent | None:
        """Sleep until the next poll is due, poll, and return the result.

        Returns None once the operation is done. Raises the same errors as ``wait``.
        """
        if self.done:
            return None
        if self._polls:
            self._still_clock.check()
            await self._caller.clock.sleep(self._pause)
        await self._poll()
        event = OperationEvent(status=self.status, elapsed=self._elapsed(), polls=self._polls, done=self.done, problem=self._problem)
        if observer := observer_or_log(self._caller.observer):
            observer(PollEvent(self.snapshot(), self.done))
        self._raise_if_over()
        return event

    async def _poll(self) -> None:
        """Poll the resource once.

        A transient error is kept as the problem of this poll. Any other error is raised, with a
        note on the operation.
        """
        # What another wait has seen of this database is recent enough if it is not older than half
        # a pause, and the operation had been accepted by then.
        not_before = max(self._accepted_at, self._caller.clock.monotonic() - self._pause / 2)
        context = PollContext(self._caller, self._poller, not_before, [change.status for change in self._history])
        self._polls += 1
        self._problem = None
        self._pause = self._next_pause()
        try:
            # In real seconds, while the clock may be scaled or virtual: the limit is exact for the
            # system clock only.
            async with asyncio.timeout(max(self._timeout - self._elapsed(), 1.0)):
                self._observation = await self._kind.condition(context, self._ids)
        except errors.NotFoundError as error:
            self._handle_not_found(error)
        except _TRANSIENT_ERRORS as error:
            self._problem = str(error) or type(error).__name__
            if isinstance(error, errors.RateLimitedError) and error.retry_after is not None:
                self._pause = max(self._pause, min(error.retry_after, _LONGEST_RETRY_AFTER))
        except errors.AstraDevOpsError as error:
            error.add_note(f"while waiting for {self._description()}; resume token: {self._resume_token}")
            raise
        else:
            self._not_found_since = None
            if self.status is not None and self.status not in context.previous_statuses:
                self._history.append(errors.StatusChange(self.status, self._elapsed()))

    def _handle_not_found(self, error: errors.NotFoundError) -> None:
        now = self._caller.clock.monotonic()
        if self._not_found_since is None:
            self._not_found_since = now
        duration = now - self._not_found_since
        if duration >= _NOT_FOUND_GRACE:
            message = f"{self._description()}: the service has answered 404 for {duration:.0f} s"
            raise errors.OperationFailedError(message, snapshot=self.snapshot()) from error
        self._problem = str(error)

    def _raise_if_over(self) -> None:
        """Raise if the wait has ended and the operation is not done."""
        if self.done:
            return
        if (self.status in self._fail_on or self._observation.failed) and self._problem is None:
            explanation = f": {self._observation.message}" if self._observation.message else ""
            raise errors.OperationFailedError(f"{self._description()} ended in {self.status}{explanation}", snapshot=self.snapshot())
        remaining = self._timeout - self._elapsed()
        if remaining < _RESOLUTION:
            problem = f"; the last poll failed: {self._problem}" if self._problem else ""
            raise errors.OperationTimeoutError(
                f"{self._description()} is not done after {self._elapsed():.3g} s, last status {self.status}{problem}; "
                "it continues, and resume_token lets you wait for it again",
                snapshot=self.snapshot(),
            )
        self._pause = min(self._pause, remaining)

    def _next_pause(self) -> float:
        if self._interval is not None:
            return self._interval
        self._base_interval = min(self._base_interval * _GROWTH, _LONGEST_INTERVAL) if self._polls > 1 else _FIRST_INTERVAL
        return self._base_interval * self._caller.options.retry.jitter(1 - _JITTER, 1 + _JITTER)

    def _elapsed(self) -> float:
        return self._caller.clock.monotonic() - self._started_at

    def _description(self) -> str:
        return f"{self._kind.name} ({', '.join(f'{name} {value}' for name, value in self._ids.items())})"

    def snapshot(self) -> errors.OperationSnapshot:
        """Return the state of the wait as plain values."""
        return errors.OperationSnapshot(
            kind=self._kind.name,
            ids=dict(self._ids),
            status=self.status,
            history=tuple(self._history),
            elapsed=self._elapsed(),
            polls=self._polls,
            resume_token=self._resume_token,
        )
