"""One wait for an operation: poll, pause, and end with the resource or an error."""

import asyncio
import functools
import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar, cast

import attrs

from astra_devops import errors
from astra_devops._runtime import call_events, deadline
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.clock import running_loop
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.emulators import still_clock
from astra_devops._runtime.limits.priority import foreground
from astra_devops._runtime.observer import observer_or_log
from astra_devops._runtime.telemetry.wait_events import WaitEvents
from astra_devops.operations import resume_token
from astra_devops.operations.failed_polls import FailedPolls, is_transient, root_cause
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
# What is left for the last poll at the end of a wait: twice what the poll before it took, within
# these limits.
_LEAST_RESERVE: Final = 0.05
_LONGEST_RESERVE: Final = 1.0
# The least real time for a poll by a clock that is not real, and says nothing of it.
_LEAST_REAL_TIME: Final = 1.0


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
        message: What the service says of the status, such as the progress of a migration; None if
            it says nothing.
        error: Why the wait has ended. Only the last event of a failed operation in
            ``client.watch`` has one; elsewhere the error is raised.
    """

    status: str | None
    elapsed: float
    polls: int
    done: bool
    problem: str | None = None
    error: Exception | None = None
    message: str | None = None


def is_change(previous: OperationEvent | None, event: OperationEvent) -> bool:
    """Return whether an event shows something else than the one before."""
    if previous is None or event.done:
        return True
    return event.status != previous.status or (event.problem is None) != (previous.problem is None)


class WaitLoop(Generic[T]):
    """One wait, poll by poll.

    Attributes:
        id: The id of the wait in events.
        statuses: The statuses that polls of the operation have seen, one for each change.
    """

    def __init__(
        self,
        kind: OperationKind[T],
        ids: Mapping[str, str],
        caller: Caller,
        poller: DatabasePoller,
        *,
        accepted_at: float,
        is_resumed: bool,
        traceparent: str | None,
        statuses: tuple[str, ...],
        seen_done: Callable[[], Observation[T] | None],
        timeout: float,
        interval: float | None,
        fail_on: frozenset[str],
    ) -> None:
        self.id: str = call_events.new_id()
        self._accepted_at = accepted_at
        self._is_resumed = is_resumed
        self._traceparent = traceparent
        self.statuses: tuple[str, ...] = statuses
        self._seen_done = seen_done
        self._kind = kind
        self._ids = ids
        self._caller = caller
        self._poller = poller
        self._timeout = timeout
        self._interval = interval
        self._fail_on = _lowered(fail_on)
        self._started_at = caller.clock.monotonic()
        self._really_started_at = time.monotonic()
        self._still_clock = still_clock(caller.transport.origin, caller.clock)
        self._events: WaitEvents | None = None
        self._polls = 0
        self._pause = 0.0
        # When the pause ends, if that is a moment that other waits share.
        self._moment: float | None = None
        self._poll_duration = 0.0
        self._base_interval = _FIRST_INTERVAL
        self._failed_polls: FailedPolls | None = None
        self._has_succeeded = False
        # Plain tuples, since the garbage collector need not look at these.
        self._history: tuple[tuple[str, float], ...] = ()
        self._observation: Observation[T] = Observation(None)
        self._problem: str | None = None
        self._cause: BaseException | None = None

    @property
    def _resume_token(self) -> str:
        return resume_token.encode(self._kind.name, self._ids, self._traceparent)

    @property
    def status(self) -> str | None:
        """The status seen last."""
        return self._observation.status

    @property
    def done(self) -> bool:
        """Whether the operation is done."""
        return self._observation.done

    @property
    def observation(self) -> Observation[T]:
        """What the last poll has seen."""
        return self._observation

    def result(self) -> T:
        """Return the resource, once the operation is done."""
        return cast("T", self._observation.value)

    async def next_event(self) -> OperationEvent | None:
        """Sleep until the next poll is due, poll, and return the result.

        Returns None once the operation is done. Raises the same errors as ``wait``. If it is
        canceled, the error has the resume token in a note.
        """
        running_loop()
        if self.done:
            return None
        if self._events is None and not self._polls and (observer := observer_or_log(self._caller.observer)):
            self._events = WaitEvents(observer, self.id, self._kind.name, self._ids)
            self._events.started(self._traceparent)
        try:
            if self._polls:
                if self._still_clock is not None:
                    self._still_clock.check()
                if self._moment is None:
                    await deadline.sleep(self._caller.clock, self._pause)
                else:
                    lead = deadline.lead_of(self._caller.clock)
                    await self._poller.sleep_until(self._moment)
                    deadline.count(self._caller.clock, lead)
            event = await self._next_poll()
        except BaseException as error:
            self._forget()
            self.close(error)
            if isinstance(error, asyncio.CancelledError):
                error.add_note(f"the service continues {self._description()}; resume token: {self._resume_token}")
            raise
        if event.done:
            self._forget()
            self.close()
        return event

    def close(self, error: BaseException | None = None) -> None:
        """Report that the wait is over, unless that has been done."""
        if self._events is not None:
            self._events.ended(error, self.snapshot(), is_done=self.done)
            self._events = None

    def _forget(self) -> None:
        if "database_id" in self._ids:
            self._poller.forget(self._ids["database_id"])

    async def _next_poll(self) -> OperationEvent:
        if "database_id" in self._ids:  # Before its turn, so that the first of many waits knows of the others.
            self._poller.expect(self._ids["database_id"])
        due_at = self._caller.clock.monotonic()
        await self._poller.turns.wait()
        if (seconds := self._time_for_poll()) <= 0:
            raise self._timed_out()
        await self._poll(seconds, due_at)
        event = OperationEvent(
            status=self.status,
            elapsed=self._elapsed(),
            polls=self._polls,
            done=self.done,
            problem=self._problem,
            message=self._observation.message or None,
        )
        if self._events is not None:
            self._events.polled(self.snapshot(), self._problem, is_done=self.done)
        await self._raise_if_over()
        return event

    async def _poll(self, seconds: float, due_at: float) -> None:
        """Poll the resource once, within some seconds of real time.

        A transient error is kept as the problem of this poll. Any other error is raised, with a
        note on the operation.
        """
        started_at = self._caller.clock.monotonic()
        # What another wait has seen of this database is recent enough if it is not older than half
        # a pause when this poll is due, and the operation had been accepted by then.
        not_before = max(self._accepted_at, due_at - (self._pause or _FIRST_INTERVAL) / 2)
        age = math.inf if self._is_resumed else started_at - self._accepted_at
        context = PollContext(self._caller, self._poller, not_before, self.statuses, age)
        self._polls += 1
        self._problem = self._cause = None
        self._pause = self._next_pause()
        task, limits = asyncio.current_task(), self._poller.limits()
        assert task is not None
        cancelled_before = task.cancelling()
        limits.start(task, seconds)
        try:
            with call_events.enclosing(self.id), foreground():
                observation = await self._kind.condition(context, self._ids)
            if not observation.done and (before := self._seen_done()) is not None:
                observation = before
        except (errors.AstraDevOpsError, TimeoutError, asyncio.CancelledError) as error:
            is_late = limits.stop(task)
            if isinstance(error, asyncio.CancelledError) and (not is_late or task.cancelling() > cancelled_before):
                raise
            self._handle_failure(TimeoutError(f"no answer within {_format(seconds)} s") if is_late else error)
        else:
            self._has_succeeded = True
            if self._failed_polls is not None:
                self._failed_polls.succeeded()
            self._observation = observation if observation.done else _not_done(observation.status, observation.message, observation.failed)
            self._problem = observation.problem
            self._remember_status()
        finally:
            limits.stop(task)
        self._poll_duration = self._caller.clock.monotonic() - started_at

    def _remember_status(self) -> None:
        if self.status is None:
            return
        if self.statuses[-1:] != (self.status,):
            self.statuses = (*self.statuses, self.status)
        if all(status != self.status for status, _ in self._history):
            self._history = (*self._history, (self.status, self._elapsed()))

    def _handle_failure(self, error: BaseException) -> None:
        """Keep the error of a poll as its problem, or raise what ends the wait."""
        assert isinstance(error, Exception)
        failed = self._failed_polls = self._failed_polls or FailedPolls()
        failed.failed(error, self._caller.clock.monotonic())
        self._problem, self._cause = str(error) or type(error).__name__, root_cause(error)
        if isinstance(error, errors.NotFoundError):
            if failed.show_absence and self._kind.ends_absent:
                self._observation, self._problem = Observation(None, done=True), None
            elif failed.show_absence:
                message = f"{self._description()}: the service has answered 404 for {failed.not_found_for:.0f} s"
                raise errors.OperationFailedError(message, snapshot=self.snapshot()) from error
        elif failed.are_hopeless(error, has_succeeded=self._has_succeeded) or not is_transient(
            error, has_token_provider=self._caller.auth.has_provider
        ):
            add_detail(error, f"while waiting for {self._description()}; resume token: {self._resume_token}")
            raise error
        elif isinstance(error, errors.RateLimitedError) and error.retry_after is not None:
            self._pause = max(self._pause, min(error.retry_after, _LONGEST_RETRY_AFTER))

    async def _raise_if_over(self) -> None:
        """Raise if the wait has ended and the operation is not done.

        The last poll begins early enough to be over in time; what it leaves is slept through.
        """
        if self.done:
            return
        has_failed = self._observation.failed or (self.status or "").lower() in self._fail_on
        if has_failed and self._problem is None:
            explanation = f": {_one_line(self._observation.message)}" if self._observation.message else ""
            raise errors.OperationFailedError(f"{self._description()} ended in {self.status}{explanation}", snapshot=self.snapshot())
        remaining = self._remaining()
        # A poll takes no time on a virtual clock.
        reserve = min(max(2 * self._poll_duration, _LEAST_RESERVE), _LONGEST_RESERVE) if self._poll_duration else 0.0
        if remaining - reserve >= _RESOLUTION:
            now = self._caller.clock.monotonic()
            moment = None if self._interval is not None else self._poller.moment(now, self._pause)
            pause = self._pause if moment is None else moment - now
            self._moment = moment if pause <= remaining - reserve else None
            self._pause = min(pause, remaining - reserve)
            return
        if remaining > 0:
            await deadline.sleep(self._caller.clock, remaining)
        raise self._timed_out() from self._cause

    def _timed_out(self) -> errors.OperationTimeoutError:
        problem = f"; the last poll failed: {_one_line(self._problem)}" if self._problem else ""
        return errors.OperationTimeoutError(
            f"{self._description()} is not done after {_format(self._elapsed())} s, last status {self.status}{problem}; "
            "it continues, and resume_token lets you wait for it again",
            snapshot=self.snapshot(),
        )

    def _remaining(self) -> float:
        """Return the seconds that are left of the timeout and of the deadline around the wait."""
        around = deadline.remaining()
        own = self._timeout - self._elapsed()
        return own if around is None else min(own, around)

    def _time_for_poll(self) -> float:
        """Return the real seconds that a poll may take; the client's clock may not be real."""
        left = self._timeout - (time.monotonic() - self._really_started_at)
        own = min(left, max(self._timeout - self._elapsed(), _LEAST_REAL_TIME))
        around = deadline.remaining()
        return own if around is None else min(own, around)

    def _next_pause(self) -> float:
        if self._interval is not None:
            return self._interval
        self._base_interval = min(self._base_interval * _GROWTH, _LONGEST_INTERVAL) if self._polls > 1 else _FIRST_INTERVAL
        factor = self._caller.options.retry.jitter(1 - _JITTER, 1 + _JITTER)
        return self._base_interval * min(max(factor, 1 - _JITTER), 1 + _JITTER)

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
            history=tuple(errors.StatusChange(*change) for change in self._history),
            elapsed=self._elapsed(),
            polls=self._polls,
            resume_token=self._resume_token,
        )


@functools.lru_cache(maxsize=64)
def _lowered(states: frozenset[str]) -> frozenset[str]:
    """Return states as they are compared, since the service writes them in different cases."""
    return frozenset(state.lower() for state in states)


@functools.lru_cache(maxsize=256)
def _not_done(status: str | None, message: str | None, failed: bool) -> Observation[Any]:
    """Return what a poll has seen, without the value, which counts only in the end.

    Many waits would keep many values, and garbage collections would look at them all.
    """
    return Observation(status, message=message, failed=failed)


def _format(seconds: float) -> str:
    return f"{seconds:.2f}".rstrip("0").rstrip(".")


def _one_line(text: str) -> str:
    return " ".join(text.split())
