"""One wait for an operation: poll, pause, and end with the resource or an error."""

import asyncio
import functools
import math
import time
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast

import attrs

from astra_devops import errors
from astra_devops._runtime import call_events, deadline
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.emulators import StillClock, still_clock
from astra_devops._runtime.limits.priority import foreground
from astra_devops._runtime.observer import observer_or_log
from astra_devops._runtime.telemetry.wait_events import WaitEvents
from astra_devops.operations import resume_token
from astra_devops.operations.events import OperationEvent
from astra_devops.operations.failed_polls import FailedPolls, is_transient, root_cause
from astra_devops.operations.kinds import Observation, OperationKind, PollContext
from astra_devops.operations.poller import DatabasePoller

if TYPE_CHECKING:
    from astra_devops.operations.shared_task import SharedTask

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

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
_NOTHING_SEEN: Final[Observation[Any]] = Observation(None)


class Handle(Protocol[T_co]):
    """What a wait reads of the handle of its operation."""

    _accepted_at: float
    _is_resumed: bool
    _traceparent: str | None

    @property
    def _seen_done(self) -> Observation[T_co] | None:
        """What has shown, other than this wait, that the operation is done."""
        ...


@attrs.define(eq=False, repr=False, kw_only=True)
class WaitLoop(Generic[T]):
    """One wait, poll by poll: await the pause, if there is one, and then the poll.

    ``_moment`` is when the pause ends, if other waits share that; ``_sleep`` sets ``_alarm`` then.

    Attributes:
        id: The id of the wait in events.
        statuses: The statuses that polls of the operation have seen, one for each change.
    """

    handle: Handle[T]
    kind: OperationKind[T]
    ids: Mapping[str, str]
    caller: Caller
    poller: DatabasePoller
    timeout: float
    interval: float | None
    fail_on: frozenset[str]
    started_at: float
    has_turn: bool
    statuses: tuple[str, ...]
    id: str = attrs.field(factory=call_events.new_id)
    _really_started_at: float = attrs.field(factory=time.monotonic)
    _still_clock: StillClock | None = None
    _events: WaitEvents | None = None
    _polls: int = 0
    _pause: float = 0.0
    _due_at: float = 0.0
    _moment: float | None = None
    _sleep: "SharedTask[None] | None" = None
    _alarm: asyncio.Future[None] | None = None
    _lead: float = 0.0
    _poll_duration: float = 0.0
    _base_interval: float = _FIRST_INTERVAL
    _failed_polls: FailedPolls | None = None
    _has_succeeded: bool = False
    # Plain tuples, since the garbage collector need not look at these.
    _history: tuple[tuple[str, float], ...] = ()
    _observation: Observation[T] = _NOTHING_SEEN
    _problem: str | None = None
    _cause: BaseException | None = None

    @property
    def _resume_token(self) -> str:
        return resume_token.encode(self.kind.name, self.ids, self.handle._traceparent)

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
        if self.done:
            return None
        try:
            if (pause := self.pause()) is not None:
                await pause
            event = await self.poll()
        except BaseException as error:
            self.end(error)
            raise
        if event.done:
            self.end()
        return event

    def pause(self) -> Awaitable[None] | None:
        """Return what to await before the next poll, or None if that is due."""
        if not self._polls:
            if self.has_turn:
                self._due_at = self.started_at
                return None
            self._due_at = self.caller.clock.monotonic()
            return self.poller.turn_for(self.ids)
        if self._still_clock is not None:
            self._still_clock.check()
        if self._moment is None:
            return deadline.sleep(self.caller.clock, self._pause)
        self._lead = deadline.lead_of(self.caller.clock)
        self._sleep = self.poller.sleep_until(self._moment)
        self._alarm = self._sleep.join()
        return self._alarm

    async def poll(self) -> OperationEvent:
        """Poll once, and return the result. Raises what ends the wait."""
        if self._polls:
            if self._alarm is not None:
                self._leave_sleep()
                deadline.count(self.caller.clock, self._lead)
            self._due_at = self.caller.clock.monotonic()
            if (turn := self.poller.turn_for(self.ids)) is not None:
                await turn
        else:
            self._begin()
        if (seconds := self._time_for_poll()) <= 0:
            raise self._timed_out()
        await self._poll(seconds)
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

    def end(self, error: BaseException | None = None) -> None:
        """End the wait, because the operation is done or of an error."""
        self._leave_sleep()
        if "database_id" in self.ids:
            self.poller.forget(self.ids["database_id"])
        self.close(error)
        if isinstance(error, asyncio.CancelledError):
            error.add_note(f"the service continues {self._description()}; resume token: {self._resume_token}")

    def close(self, error: BaseException | None = None) -> None:
        """Report that the wait is over, unless that has been done."""
        if self._events is not None:
            self._events.ended(error, self.snapshot(), is_done=self.done)
            self._events = None

    def _begin(self) -> None:
        """Do what waits that begin together would otherwise all do in one turn of the loop."""
        self._still_clock = still_clock(self.caller.transport.origin, self.caller.clock)
        if observer := observer_or_log(self.caller.observer):
            self._events = WaitEvents(observer, self.id, self.kind.name, self.ids)
            self._events.started(self.handle._traceparent)

    def _leave_sleep(self) -> None:
        if self._sleep is not None and self._alarm is not None:
            self._sleep.leave(self._alarm)
            self._sleep = self._alarm = None

    async def _poll(self, seconds: float) -> None:
        """Poll the resource once, within some seconds of real time.

        A transient error is kept as the problem of this poll. Any other error is raised, with a
        note on the operation.
        """
        started_at = self.caller.clock.monotonic()
        # What another wait has seen of this database is recent enough if it is not older than half
        # a pause when this poll is due, and the operation had been accepted by then.
        not_before = max(self.handle._accepted_at, self._due_at - (self._pause or _FIRST_INTERVAL) / 2)
        age = math.inf if self.handle._is_resumed else started_at - self.handle._accepted_at
        context = PollContext(self.caller, self.poller, not_before, self.statuses, age)
        self._polls += 1
        self._problem = self._cause = None
        self._pause = self._next_pause()
        task, limits = asyncio.current_task(), self.poller.limits()
        assert task is not None
        cancelled_before = task.cancelling()
        limits.start(task, seconds)
        try:
            with call_events.enclosing(self.id), foreground():
                observation = await self.kind.condition(context, self.ids)
            if not observation.done and (before := self.handle._seen_done) is not None:
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
        self._poll_duration = self.caller.clock.monotonic() - started_at

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
        failed.failed(error, self.caller.clock.monotonic())
        self._problem, self._cause = str(error) or type(error).__name__, root_cause(error)
        if isinstance(error, errors.NotFoundError):
            if failed.show_absence and self.kind.ends_absent:
                self._observation, self._problem = Observation(None, done=True), None
            elif failed.show_absence:
                message = f"{self._description()}: the service has answered 404 for {failed.not_found_for:.0f} s"
                raise errors.OperationFailedError(message, snapshot=self.snapshot()) from error
        elif failed.are_hopeless(error, has_succeeded=self._has_succeeded) or not is_transient(
            error, has_token_provider=self.caller.auth.has_provider
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
        has_failed = self._observation.failed or (self.status or "").lower() in _lowered(self.fail_on)
        if has_failed and self._problem is None:
            explanation = f": {_one_line(self._observation.message)}" if self._observation.message else ""
            raise errors.OperationFailedError(f"{self._description()} ended in {self.status}{explanation}", snapshot=self.snapshot())
        remaining = self._remaining()
        # A poll takes no time on a virtual clock.
        reserve = min(max(2 * self._poll_duration, _LEAST_RESERVE), _LONGEST_RESERVE) if self._poll_duration else 0.0
        if remaining - reserve >= _RESOLUTION:
            now = self.caller.clock.monotonic()
            moment = None if self.interval is not None else self.poller.moment(now, self._pause)
            pause = self._pause if moment is None else moment - now
            self._moment = moment if pause <= remaining - reserve else None
            self._pause = min(pause, remaining - reserve)
            return
        if remaining > 0:
            await deadline.sleep(self.caller.clock, remaining)
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
        own = self.timeout - self._elapsed()
        return own if around is None else min(own, around)

    def _time_for_poll(self) -> float:
        """Return the real seconds that a poll may take; the client's clock may not be real."""
        left = self.timeout - (time.monotonic() - self._really_started_at)
        own = min(left, max(self.timeout - self._elapsed(), _LEAST_REAL_TIME))
        around = deadline.remaining()
        return own if around is None else min(own, around)

    def _next_pause(self) -> float:
        if self.interval is not None:
            return self.interval
        self._base_interval = min(self._base_interval * _GROWTH, _LONGEST_INTERVAL) if self._polls > 1 else _FIRST_INTERVAL
        factor = self.caller.options.retry.jitter(1 - _JITTER, 1 + _JITTER)
        return self._base_interval * min(max(factor, 1 - _JITTER), 1 + _JITTER)

    def _elapsed(self) -> float:
        return self.caller.clock.monotonic() - self.started_at

    def _description(self) -> str:
        return f"{self.kind.name} ({', '.join(f'{name} {value}' for name, value in self.ids.items())})"

    def snapshot(self) -> errors.OperationSnapshot:
        """Return the state of the wait as plain values."""
        return errors.OperationSnapshot(
            kind=self.kind.name,
            ids=dict(self.ids),
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
