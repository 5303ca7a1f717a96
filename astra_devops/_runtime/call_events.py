"""The events of one call: what they have in common, and when which is emitted."""

import itertools
import os
import time
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import unquote

from astra_devops._runtime.auth.protocol import SecretHeaders
from astra_devops._runtime.call import Call
from astra_devops._runtime.deadline import Setting
from astra_devops._runtime.events import CallEnded, CallStarted, Observer, RequestEvent, ResponseEvent, RetryEvent
from astra_devops._runtime.outcome import NotSent, RawAnswer, Received
from astra_devops._runtime.telemetry import trace_context

# Different in each process, and counted in it.
_PROCESS: Final = os.urandom(4).hex()
_numbers: Final = itertools.count(1)
_enclosing: ContextVar[str | None] = ContextVar("astra_devops_call", default=None)


class CallEvents:
    """The events of one call, which share its id."""

    def __init__(self, call: Call[Any], emit: Observer) -> None:
        operation = call.operation
        self._emit = emit
        self._path = call.path
        self._common: dict[str, Any] = {
            "call_id": new_id(),
            "parent_id": _enclosing.get(),
            "operation": operation.id,
            "method": operation.method,
            "path": operation.path,
            "ids": path_ids(operation.path, call.path),
        }
        self._began = self._request_began = time.monotonic()

    def started(self) -> None:
        """Emit that the call begins."""
        self._emit(CallStarted(**self._common))

    def enclosing(self) -> Setting[str | None]:
        """Name this call as the one that the calls in a block belong to."""
        return enclosing(self._common["call_id"])

    def request(self, attempt: int, origin: str, headers: SecretHeaders) -> SecretHeaders:
        """Emit that a request is about to be sent, and return its headers with those of a trace."""
        trace_context.request_headers.set(None)
        self._emit(RequestEvent(**self._common, attempt=attempt, url=origin + self._path))
        self._request_began = time.monotonic()
        added = trace_context.request_headers.get()
        return SecretHeaders({**headers, **added}) if added else headers

    def response(self, attempt: int, received: Received) -> None:
        """Emit that an answer to that request came, or did not."""
        if isinstance(received, RawAnswer):
            status, reason, request_id = received.status, None, received.request_id
        else:
            status, reason, request_id = None, received.reason, None
        was_sent, elapsed = not isinstance(received, NotSent), time.monotonic() - self._request_began
        sent = {**self._common, "attempt": attempt, "was_sent": was_sent, "elapsed": elapsed}
        self._emit(ResponseEvent(**sent, status=status, reason=reason, request_id=request_id))

    def retry(self, attempt: int, delay: float, reason: str) -> None:
        """Emit that the call will be repeated."""
        self._emit(RetryEvent(**self._common, attempt=attempt, delay=delay, reason=reason))

    def ended(self, attempts: int, status: int | None, error: BaseException | None) -> None:
        """Emit that the call is over."""
        name = None if error is None else type(error).__name__
        self._emit(CallEnded(**self._common, error=name, status=status, attempts=attempts, elapsed=time.monotonic() - self._began))


def new_id() -> str:
    """Return an id for a call or a wait that begins now."""
    return f"{_PROCESS}-{next(_numbers)}"


def enclosing(call_id: str) -> Setting[str | None]:
    """Name the call that the calls in a block belong to."""
    return Setting(_enclosing, call_id)


def path_ids(template: str, path: str) -> dict[str, str]:
    """Return the values of the variables of a path template, by name."""
    pairs = zip(template.split("/"), path.split("/"), strict=False)
    return {variable[1:-1]: unquote(value) for variable, value in pairs if variable.startswith("{") and variable.endswith("}")}
