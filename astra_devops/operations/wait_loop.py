"""One wait for an operation: poll, pause, and end with the resource or an error."""

import asyncio
from collections.abc import Mapping
from typing import Final, Generic, TypeVar, cast

import attrs

from astra_devops import errors
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.observer import PollEvent, observer_or_log
from astra_devops.operations import resume_token
from astra_devops.operations.kinds import Observation, OperationKind, PollContext
from astra_devops.operations.poller import DatabasePoller

T = TypeVar("T")

_FIRST_INTERVAL: Final = 2.0
_LAST_INTERVAL: Final = 15.0
_GROWTH: Final = 1.5
_JITTER: Final = 0.2
_LONGEST_RETRY_AFTER: Final = 60.0
# Seconds that are no time: so short a sleep may not move a clock of floating point at all.
_RESOLUTION: Final = 0.001
# How long a resource may answer 404, in seconds, before it counts as gone: the service caches that
# an id does not exist yet.
_GRACE: Final = 120.0

# What does not end a wait: the service, or the way to it, has a bad moment, while the operation
# goes on.
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


class WaitLoop(Generic[T]):
    """One wait, step by step."""

    def __init__(
        self,
        kind: OperationKind[T],
        ids: Mapping[str, str],
        caller: Caller,
        poller: DatabasePoller,
        *,
        accepted: float,
        timeout: float,
        interval: float | None,
        fail_on: frozenset[str],
    ) -> None:
        self._accepted = accepted
        self._kind = kind
        self._ids = ids
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
        """Whether the goal is reached."""
        return self._observation.done

    def result(self) -> T:
        """Return the resource, once done."""
        return cast("T", self._observation.value)

    async def next_event(self) -> OperationEvent | None:
        """Wait for the next look to be due, look, and tell; None once the goal is reached.

        Raises as ``wait`` does.
        """
        if self.done:
            return None
        if self._polls:
            await self._caller.clock.sleep(self._pause)
        await self._poll()
        event = OperationEvent(status=self.status, elapsed=self._elapsed(), polls=self._polls, done=self.done, problem=self._problem)
        if observer := observer_or_log(self._caller.observer):
            observer(PollEvent(self.snapshot(), self.done))
        self._judge()
        return event

    async def _poll(self) -> None:
        """See the resource.

        What passes is kept as the problem of this look; a refusal is raised with what it was about.
        """
        # What another wait saw of this database within half a pause, and after it was accepted,
        # will do.
        not_before = max(self._accepted, self._caller.clock.monotonic() - self._pause / 2)
        context = PollContext(self._caller, self._poller, not_before, [change.status for change in self._history])
        self._polls += 1
        self._problem = None
        self._pause = self._next_pause()
        try:
            # In real seconds, of which a scaled or virtual clock has more: the bound is exact for
            # the system's clock.
            async with asyncio.timeout(max(self._timeout - self._elapsed(), 1.0)):
                self._observation = await self._kind.condition(context, self._ids)
        except errors.NotFoundError as error:
            self._missed(error)
        except _PASSING as error:
            self._problem = str(error) or type(error).__name__
            if isinstance(error, errors.RateLimitedError) and error.retry_after is not None:
                self._pause = max(self._pause, min(error.retry_after, _LONGEST_RETRY_AFTER))
        except errors.AstraDevOpsError as error:
            error.add_note(f"while waiting for {self._named()}; resume token: {self._resume_token}")
            raise
        else:
            self._missing_since = None
            if self.status is not None and self.status not in context.seen:
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
        if (self.status in self._fail_on or self._observation.failed) and self._problem is None:
            said = f": {self._observation.message}" if self._observation.message else ""
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
        return f"{self._kind.name} ({', '.join(f'{name} {value}' for name, value in self._ids.items())})"

    def snapshot(self) -> errors.OperationSnapshot:
        """Put what is known into plain values."""
        return errors.OperationSnapshot(
            kind=self._kind.name,
            ids=dict(self._ids),
            status=self.status,
            history=tuple(self._history),
            elapsed=self._elapsed(),
            polls=self._polls,
            resume_token=self._resume_token,
        )
