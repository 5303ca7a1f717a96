"""The events that a client emits, and logging as the default observer."""

import inspect
import logging
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from astra_devops.errors import OperationSnapshot

logger: Final = logging.getLogger("astra_devops")
# A library leaves it to the program where its log goes. Without this, warnings would go to standard
# error.
logger.addHandler(logging.NullHandler())


@attrs.frozen(kw_only=True)
class CallEvent:
    """What the events of a call have in common.

    Attributes:
        call_id: The same in all events of one call, and in no other call.
        parent_id: The id of the call that this one belongs to, such as a look for the effect of a
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


Event = CallStarted | CallEnded | RequestEvent | ResponseEvent | RetryEvent | CircuitEvent | PollEvent
Observer = Callable[[Event], None]


def log(event: Event) -> None:
    """Write an event to the logger ``astra_devops``.

    Events that delay calls have the level WARNING, the others DEBUG.
    """
    match event:
        case RequestEvent():
            logger.debug("%s %s %s (%s, attempt %d)", event.method, event.path, dict(event.ids), event.operation, event.attempt)
        case ResponseEvent():
            result = event.status or event.reason
            logger.debug(
                "%s: %s in %.3f s (attempt %d, request id %s)", event.operation, result, event.elapsed, event.attempt, event.request_id
            )
        case RetryEvent():
            logger.warning("%s: %s; attempt %d in %.2f s", event.operation, event.reason, event.attempt + 1, event.delay)
        case CircuitEvent(open=True):
            logger.warning("the service is down (%s); calls fail at once until it answers", event.reason)
        case CircuitEvent():
            logger.warning("the service answers again")
        case PollEvent(snapshot=snapshot, done=done):
            logger.debug("%s %s: %s after %.1f s%s", snapshot.kind, dict(snapshot.ids), snapshot.status, snapshot.elapsed, ", done" * done)


def guarded(observer: Observer | None) -> Observer | None:
    """Return an observer whose exceptions do not reach the call.

    The first exception is logged, further ones are dropped.

    Raises:
        TypeError: It is not a plain function: a coroutine would never be awaited.
    """
    if observer is None:
        return None
    if not callable(observer) or inspect.iscoroutinefunction(observer) or inspect.iscoroutinefunction(type(observer).__call__):
        kind = "an async function" if callable(observer) else type(observer).__name__
        raise TypeError(f"observer must be a plain function of one event, not {kind}")
    return Guard("observer", observer)


class Guard:
    """A function of the user's that only watches.

    Its first exception is logged, and none is raised.
    """

    def __init__(self, name: str, function: Callable[..., object]) -> None:
        self._name = name
        self._function = function
        self._has_failed = False

    def __call__(self, *arguments: object) -> None:
        """Call the function."""
        try:
            self._function(*arguments)
        except Exception:
            self.failed()

    def failed(self) -> None:
        """Log the exception that is being handled, the first time."""
        if not self._has_failed:
            self._has_failed = True
            logger.exception("%s raised an exception; the call goes on, and further exceptions of it are not logged", self._name)


def observer_or_log(observer: Observer | None, level: int = logging.DEBUG) -> Observer | None:
    """Return the observer, or logging if it is on at this level, or None, which costs nothing."""
    if observer is not None:
        return observer
    return log if logger.isEnabledFor(level) else None
