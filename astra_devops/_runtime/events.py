"""The events that a client emits."""

from collections.abc import Callable, Mapping

import attrs

from astra_devops._runtime.limits.values import Limits
from astra_devops.errors import OperationSnapshot


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
        url: The URL, without its query.
    """

    attempt: int
    url: str


@attrs.frozen(kw_only=True)
class ResponseEvent(CallEvent):
    """An answer came, or did not.

    Attributes:
        status: The HTTP status. None if no answer came.
        reason: Why no answer came. None if one did.
        was_sent: Whether the request left this machine, in whole or in part.
        request_id: The service's id of the request.
        attempt: Counts from 1.
        elapsed: Seconds since the request event, the wait for a connection included.
    """

    status: int | None
    reason: str | None
    was_sent: bool
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


@attrs.frozen(kw_only=True)
class WaitEvent:
    """What the events of a wait have in common.

    Attributes:
        wait_id: The same in all events of one wait, and in no other.
        kind: The name of the operation, such as ``databases.create``.
        ids: The ids and names that identify what the operation works on.
    """

    wait_id: str
    kind: str
    ids: Mapping[str, str]


@attrs.frozen(kw_only=True)
class WaitStarted(WaitEvent):
    """A wait begins. Its polls come between this and :class:`WaitEnded`.

    Attributes:
        traceparent: The trace of the call that began the operation, as in the header of that name
            (W3C Trace Context). None if it was not traced.
    """

    traceparent: str | None


@attrs.frozen(kw_only=True)
class WaitEnded(WaitEvent):
    """A wait is over.

    Attributes:
        done: Whether the operation is done. If not, and there is no error, the program no longer
            waits for it.
        error: The name of the exception that the wait ended with. None if there was none.
        status: The status seen by the last poll.
        polls: The number of polls.
        elapsed: Seconds from the start, by the client's clock.
    """

    done: bool
    error: str | None
    status: str | None
    polls: int
    elapsed: float


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


@attrs.frozen(kw_only=True)
class FleetItemEnded:
    """An item of a fleet run has ended.

    Attributes:
        key: The key of the item.
        state: ``ok``, ``failed``, ``unknown`` or ``skipped``.
        error: The name of the exception that it ended with. None if there was none.
        elapsed: Seconds that it took, by the client's clock.
    """

    key: str
    state: str
    error: str | None
    elapsed: float


Event = (
    CallStarted
    | CallEnded
    | RequestEvent
    | ResponseEvent
    | RetryEvent
    | CircuitEvent
    | LimitChanged
    | WaitStarted
    | WaitEnded
    | PollEvent
    | FleetItemEnded
)
"""What an observer is called with: one of these."""

Observer = Callable[[Event], None]
"""A function that is called with each event of a client, in the order in which they happen."""
