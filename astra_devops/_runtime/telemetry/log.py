"""Events as records of the logger ``astra_devops``, for people and for programs."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import attrs

from astra_devops._runtime.events import (
    CallEnded,
    CallEvent,
    CircuitEvent,
    Event,
    FleetItemEnded,
    LimitChanged,
    PollEvent,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
    WaitEnded,
    WaitEvent,
)
from astra_devops._secret import printable, redact

_logger: Final = logging.getLogger("astra_devops")
_DATABASE_IDS: Final = ("databaseID", "clusterID", "database_id")


@attrs.frozen(kw_only=True)
class Fields:
    """The attributes that each record of an event has, for formatters and handlers.

    Attributes:
        operation: The operation id of the API, or the name of an operation that is waited for.
        call_id: The id of the call.
        wait_id: The id of the wait.
        parent_id: The id of the call or wait that the call belongs to.
        database_id: The database that it is about.
        attempt: The attempt of the call, counted from 1.
        status: The HTTP status; in a wait the status of the resource, and of an item of a fleet run
            its state.
        duration: Seconds that it took.
        request_id: The service's id of the request.
        error: The name of the exception, or why no answer came.
    """

    operation: str | None = None
    call_id: str | None = None
    wait_id: str | None = None
    parent_id: str | None = None
    database_id: str | None = None
    attempt: int | None = None
    status: int | str | None = None
    duration: float | None = None
    request_id: str | None = None
    error: str | None = None


def log(event: Event) -> None:
    """Write an event to the logger ``astra_devops``.

    Events that delay calls have the level WARNING, the others DEBUG.
    """
    words: tuple[object, ...]
    fields: dict[str, Any]
    match event:
        case RequestEvent(attempt=attempt):
            words = event.method, event.path, dict(event.ids), event.operation, attempt
            _write(logging.DEBUG, event, {"attempt": attempt}, "%s %s %s (%s, attempt %d)", *words)
        case ResponseEvent(attempt=attempt, elapsed=elapsed, request_id=request_id):
            fields = {"attempt": attempt, "status": event.status, "duration": elapsed, "request_id": request_id, "error": event.reason}
            words = event.operation, event.status or event.reason, elapsed, attempt, request_id
            _write(logging.DEBUG, event, fields, "%s: %s in %.3f s (attempt %d, request id %s)", *words)
        case RetryEvent(attempt=attempt, reason=reason):
            words = event.operation, reason, attempt + 1, event.delay
            _write(logging.WARNING, event, {"attempt": attempt, "error": reason}, "%s: %s; attempt %d in %.2f s", *words)
        case CallEnded(attempts=attempts, elapsed=elapsed, error=error) if error or attempts > 1:
            fields = {"attempt": attempts, "status": event.status, "duration": elapsed, "error": error}
            words = event.operation, error or "success", attempts, "s" * (attempts != 1), elapsed
            _write(logging.DEBUG, event, fields, "%s: %s after %d attempt%s and %.3f s", *words)
        case PollEvent(snapshot=snapshot):
            fields = {"status": snapshot.status, "duration": snapshot.elapsed, "error": event.problem}
            words = snapshot.kind, dict(snapshot.ids), snapshot.status, snapshot.elapsed, ", done" * event.done
            _write(logging.DEBUG, event, fields, "%s %s: %s after %.1f s%s", *words)
        case WaitEnded(done=False, error=error):
            fields = {"status": event.status, "duration": event.elapsed, "error": error}
            words = event.kind, dict(event.ids), error or "no longer waited for", event.elapsed
            _write(logging.DEBUG, event, fields, "%s %s: %s after %.1f s", *words)
        case FleetItemEnded(key=key, state=state, error=error):
            fields = {"status": state, "duration": event.elapsed, "error": error}
            words = printable(redact(key)), state, f" ({error})" if error else "", event.elapsed
            _write(logging.DEBUG, event, fields, "item %s: %s%s after %.1f s", *words)
        case CircuitEvent(open=True, reason=reason):
            text = "the service is down (%s); calls fail at once until it answers"
            _write(logging.WARNING, event, {"error": reason}, text, reason)
        case CircuitEvent():
            _write(logging.WARNING, event, {}, "the service answers again")
        case LimitChanged(limits=limits, reason=reason):
            level, cause = (logging.DEBUG, "more is permitted") if reason is None else (logging.WARNING, reason)
            rate = "" if limits.requests_per_second is None else f"at most {limits.requests_per_second:.1f} requests per second, "
            pause = f", none for {limits.paused_for:.1f} s" if limits.paused_for else ""
            _write(level, event, {"error": reason}, "%s: %s%d at once%s", cause, rate, limits.concurrent_requests, pause)


def _write(level: int, event: Event, fields: Mapping[str, Any], text: str, *words: object) -> None:
    if _logger.isEnabledFor(level):
        _logger.log(level, text, *words, extra=attrs.asdict(Fields(**_subject(event), **fields)))


def _subject(event: Event) -> dict[str, Any]:
    """Return the fields that say what an event is about."""
    about: dict[str, Any]
    match event:
        case CallEvent(operation=name, ids=ids):
            about = {"operation": name, "call_id": event.call_id, "parent_id": event.parent_id}
        case PollEvent(snapshot=snapshot, wait_id=wait_id):
            ids, about = snapshot.ids, {"operation": snapshot.kind, "wait_id": wait_id}
        case WaitEvent(kind=name, ids=ids, wait_id=wait_id):
            about = {"operation": name, "wait_id": wait_id}
        case _:
            return {}
    return {**about, "database_id": next((ids[name] for name in _DATABASE_IDS if name in ids), None)}
