"""Events that a client reports to an observer, with redacted values; by default they are logged."""

import logging
from collections.abc import Callable
from typing import Final

import attrs

from astra_devops.errors import OperationSnapshot

logger: Final = logging.getLogger("astra_devops")
# The program decides where the log of a library goes. Without this handler, warnings would go to
# standard error.
logger.addHandler(logging.NullHandler())


@attrs.frozen
class RequestEvent:
    """A request is about to be sent. ``path`` has no query; ``attempt`` counts from 1."""

    operation: str
    method: str
    path: str
    attempt: int


@attrs.frozen
class ResponseEvent:
    """An attempt has ended, with an answer or without one.

    Without an answer, ``status`` is None and ``reason`` says why. ``elapsed`` is in seconds.
    """

    operation: str
    status: int | None
    reason: str | None
    request_id: str | None
    attempt: int
    elapsed: float


@attrs.frozen
class RetryEvent:
    """The call will be repeated after ``delay`` seconds."""

    operation: str
    attempt: int
    delay: float
    reason: str


@attrs.frozen
class PollEvent:
    """A wait has polled its resource."""

    snapshot: OperationSnapshot
    done: bool


Event = RequestEvent | ResponseEvent | RetryEvent | PollEvent
Observer = Callable[[Event], None]


def log(event: Event) -> None:
    """Write an event to the logger ``astra_devops``: retries as WARNING, all others as DEBUG."""
    match event:
        case RequestEvent(operation, method, path, attempt):
            logger.debug("%s %s (%s, attempt %d)", method, path, operation, attempt)
        case ResponseEvent(operation, status, reason, request_id, attempt, elapsed):
            logger.debug("%s: %s in %.3f s (attempt %d, request id %s)", operation, status or reason, elapsed, attempt, request_id)
        case RetryEvent(operation, attempt, delay, reason):
            logger.warning("%s: %s; attempt %d in %.2f s", operation, reason, attempt + 1, delay)
        case PollEvent(snapshot, done):
            logger.debug("%s %s: %s after %.1f s%s", snapshot.kind, dict(snapshot.ids), snapshot.status, snapshot.elapsed, ", done" * done)


def observer_or_log(observer: Observer | None, level: int = logging.DEBUG) -> Observer | None:
    """Return the user's observer, or the logging one if the level is enabled, or None.

    With None no event needs to be built.
    """
    if observer is not None:
        return observer
    return log if logger.isEnabledFor(level) else None
