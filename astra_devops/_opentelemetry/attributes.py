"""The names and values that describe an event, in the terms of OpenTelemetry.

Those of HTTP are the stable semantic conventions (opentelemetry.io, "HTTP client"); those that
begin with ``astra_devops`` are ours. Metrics have only what takes few values: no id of a resource.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from astra_devops._runtime.events import CallEvent, RequestEvent, ResponseEvent, WaitEvent

Attributes = dict[str, str | int]

ERROR_TYPE: Final = "error.type"
OPERATION: Final = "astra_devops.operation"
STATE: Final = "astra_devops.fleet.state"
STATUS_CODE: Final = "http.response.status_code"

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def of_call(event: CallEvent) -> Attributes:
    """Return what describes the span of a call."""
    return {OPERATION: event.operation, "astra_devops.call_id": event.call_id, **_ids(event.ids)}


def of_wait(event: WaitEvent) -> Attributes:
    """Return what describes the span of a wait."""
    return {OPERATION: event.kind, "astra_devops.wait_id": event.wait_id, **_ids(event.ids)}


def of_request(event: RequestEvent) -> Attributes:
    """Return what describes the span of a request, the first attempt or a later one."""
    resent: Attributes = {"http.request.resend_count": event.attempt - 1} if event.attempt > 1 else {}
    return {**of_exchange(event), "url.full": event.url, OPERATION: event.operation, **resent}


def of_exchange(event: RequestEvent) -> Attributes:
    """Return what all requests of one operation have in common."""
    parts = urlsplit(event.url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    server: Attributes = {"server.address": parts.hostname or "", "server.port": port}
    return {"http.request.method": event.method, "url.template": event.path, **server}


def error_of(event: ResponseEvent) -> str | None:
    """Return the kind of failure of a request in a few values; None if it succeeded."""
    if event.status is not None:
        return str(event.status) if event.status >= 400 else None
    return "lost" if event.was_sent else "not_sent"


def _ids(ids: Mapping[str, str]) -> Attributes:
    return {f"astra_devops.ids.{name}": value for name, value in ids.items()}
