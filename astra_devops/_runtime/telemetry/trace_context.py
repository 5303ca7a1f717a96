"""The trace that an observer has begun, for what is sent and for what is resumed elsewhere.

An observer is called in the context of the call. What it sets here is seen there, and nowhere else.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

request_headers: Final[ContextVar[Mapping[str, str] | None]] = ContextVar("astra_devops_trace_headers", default=None)
"""The headers that the next request of a call carries, set when it is about to be sent."""

_last_write: Final[ContextVar[str | None]] = ContextVar("astra_devops_traceparent", default=None)


def note_write(traceparent: str | None) -> None:
    """Note the trace of a call that has changed something, which may begin an operation."""
    _last_write.set(traceparent)


def take_write() -> str | None:
    """Return the trace of the call that has just begun an operation; None if there is none.

    It counts for one operation only.
    """
    traceparent = _last_write.get()
    if traceparent is not None:
        _last_write.set(None)
    return traceparent
