"""The events that a client emits, and how they are logged."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from astra_devops._runtime.limits.values import Limits
from astra_devops.errors import OperationSnapshot

_logger: Final = logging.getLogger("astra_devops")


@attrs.frozen(kw_only=True)
class CallEvent:
    """What the events of a call have in common.

    Attributes:
        call_id: The same in all events of one call, and in no other call.
        parent_id: The id of the call that this one belongs to, such as a check for the effect of a
            write whose answer was lost, or of the wait. None for calls of your own.
        operation: The operation id of the API, such as ``getDatabase``.
        method: The HTTP method.
        path: The path template, such as ``/v2/databases/{databaseID}``.
        ids: The values of the path's variables, such as the id of a database.
    """

    call_id: str
    parent_id: str | None = None
    operation: str
    method: str
    path: str
    ids: Mapping[str, str]


@attrs.frozen(kw_only=True)
class CallStarted(CallEvent):
    """A call begins. Its attempts, waits and checks come between this and :class:`CallEnded`."""


@attrs.frozen(kw_only=True)
class CallEnded(CallEvent):
    """A call is over.

    Attributes:
        error: The name of the exception that it ended with. None if it succeeded.
        status: The HTTP status of the last answer. None if there was none.
        attempts: Requests that were sent, or were to be sent.
        elapsed: Seconds from the start, waits included.
    """

    error: str | None
    status: int | None
    attempts: int
    elapsed: float


@attrs.frozen(kw_only=True)
class RequestEvent(CallEvent):
    """A request is about to be sent.

    Attributes:
        attempt: Counts from 1.
    """

    attempt: int


@attrs.frozen(kw_only=True)
class ResponseEvent(CallEvent):
    """An answer came, or did not.

    Attributes:
        status: The HTTP status. None if no answer came.
        reason: Why no answer came. None if one did.
        request_id: The service's id of the request.
        attempt: Counts from 1.
        elapsed: Seconds since the request event, the wait for a connection included.
    """

    status: int | None
    reason: str | None
    request_id: str | None
    attempt: int
    elapsed: float


@attrs.frozen(kw_only=True)
class RetryEvent(CallEvent):
    """The call will be repeated.

    Attributes:
        attempt: The attempt that failed.
        delay: Seconds until the next.
        reason: Why it failed.
    """

    attempt: int
    delay: float
    reason: str


@attrs.frozen
class CircuitEvent:
    """The client has stopped sending to a service that is down, or has begun again.

    Attributes:
        open: Whether requests are held back now.
        reason: The last failure. None when the circuit closes.
    """

    open: bool
    reason: str | None = None


@attrs.frozen(kw_only=True)
class LimitChanged:
    """The client sends more or fewer requests than before, since the service permits it.

    Limits that fall are reported each time, limits that grow when they have grown by a tenth.

    Attributes:
        limits: The limits from now on.
        reason: Why they are lower, such as ``status 429``. None if they have grown.
    """

    limits: Limits
    reason: str | None = None


@attrs.frozen
class PollEvent:
    """A wait has polled its operation.

    Attributes:
        snapshot: The state of the wait.
        done: Whether the operation is done.
        wait_id: The same in all polls of one wait, and in no other. The calls that a poll makes
            have it as their ``parent_id``, except those that another wait has made for both.
        problem: Why this poll failed. None if it did not.
    """

    snapshot: OperationSnapshot
    done: bool
    wait_id: str = ""
    problem: str | None = None


Event = CallStarted | CallEnded | RequestEvent | ResponseEvent | RetryEvent | CircuitEvent | LimitChanged | PollEvent
Observer = Callable[[Event], None]


def log(event: Event) -> None:
    """Write an event to the logger ``astra_devops``.

    Events that delay calls have the level WARNING, the others DEBUG.
    """
    match event:
        case RequestEvent():
            _logger.debug("%s %s %s (%s, attempt %d)", event.method, event.path, dict(event.ids), event.operation, event.attempt)
        case ResponseEvent():
            result = event.status or event.reason
            _logger.debug(
                "%s: %s in %.3f s (attempt %d, request id %s)", event.operation, result, event.elapsed, event.attempt, event.request_id
            )
        case RetryEvent():
            _logger.warning("%s: %s; attempt %d in %.2f s", event.operation, event.reason, event.attempt + 1, event.delay)
        case CircuitEvent(open=True):
            _logger.warning("the service is down (%s); calls fail at once until it answers", event.reason)
        case CircuitEvent():
            _logger.warning("the service answers again")
        case LimitChanged(limits=limits, reason=reason):
            level, cause = (logging.DEBUG, "more is permitted") if reason is None else (logging.WARNING, reason)
            rate = "" if limits.requests_per_second is None else f"at most {limits.requests_per_second:.1f} requests per second, "
            pause = f", none for {limits.paused_for:.1f} s" if limits.paused_for else ""
            _logger.log(level, "%s: %s%d at once%s", cause, rate, limits.concurrent_requests, pause)
        case PollEvent(snapshot=snapshot, done=done):
            _logger.debug("%s %s: %s after %.1f s%s", snapshot.kind, dict(snapshot.ids), snapshot.status, snapshot.elapsed, ", done" * done)
