"""Metrics: how long calls, requests, waits and items of fleet runs take, retries, and limits."""

from typing import Final

from opentelemetry import metrics
from opentelemetry.metrics import MeterProvider

from astra_devops._opentelemetry import attributes
from astra_devops._opentelemetry.attributes import Attributes
from astra_devops._runtime.events import (
    CallEnded,
    CircuitEvent,
    Event,
    FleetItemEnded,
    LimitChanged,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
    WaitEnded,
)
from astra_devops._version import VERSION

# In seconds. The first row is that of the semantic conventions for HTTP.
_REQUESTS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
_CALLS: Final = (*_REQUESTS, 30, 60, 120)
_WAITS: Final = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400)


class Metrics:
    """The instruments, and what is remembered of requests that have no answer yet."""

    def __init__(self, provider: MeterProvider | None) -> None:
        meter = metrics.get_meter("astra_devops", VERSION, provider)
        self._requests = meter.create_histogram(
            "http.client.request.duration", "s", "Duration of HTTP client requests.", explicit_bucket_boundaries_advisory=_REQUESTS
        )
        self._calls = meter.create_histogram(
            "astra_devops.call.duration", "s", "Duration of calls, with their retries.", explicit_bucket_boundaries_advisory=_CALLS
        )
        self._waits = meter.create_histogram(
            "astra_devops.wait.duration", "s", "Duration of waits for operations.", explicit_bucket_boundaries_advisory=_WAITS
        )
        self._items = meter.create_histogram(
            "astra_devops.fleet.item.duration", "s", "Duration of items of fleet runs.", explicit_bucket_boundaries_advisory=_WAITS
        )
        self._retries = meter.create_counter("astra_devops.call.retries", "{retry}", "Repetitions of requests.")
        self._circuit = meter.create_up_down_counter("astra_devops.circuit.open", "{client}", "Clients that hold requests back.")
        self._cuts = meter.create_counter("astra_devops.limit.cuts", "{cut}", "Times that a client has lowered its limits.")
        self._concurrency = meter.create_gauge("astra_devops.limit.concurrency", "{request}", "Requests that may be sent at once.")
        self._rate = meter.create_gauge("astra_devops.limit.rate", "{request}/s", "Requests that may be sent in a second.")
        # By call: the attributes of its request, and why its last one failed.
        self._running: dict[str, Attributes] = {}
        self._failures: dict[str, str] = {}

    def record(self, event: Event) -> None:
        """Count an event, or measure what it ends."""
        match event:
            case RequestEvent(call_id=call_id):
                self._running[call_id] = attributes.of_exchange(event)
            case ResponseEvent(call_id=call_id, elapsed=elapsed):
                self._requests.record(elapsed, self._running.pop(call_id, {}) | self._result(event))
            case RetryEvent(call_id=call_id, operation=operation):
                self._retries.add(1, _of(operation, self._failures.get(call_id)))
            case CallEnded(call_id=call_id, operation=operation, elapsed=elapsed):
                self._running.pop(call_id, None)
                self._failures.pop(call_id, None)
                self._calls.record(elapsed, _of(operation, event.error))
            case WaitEnded(kind=kind, elapsed=elapsed) if event.done or event.error:
                self._waits.record(elapsed, _of(kind, event.error))
            case FleetItemEnded(state=state, elapsed=elapsed):
                self._items.record(elapsed, {attributes.STATE: state, **_error(event.error)})
            case CircuitEvent():
                self._circuit.add(1 if event.open else -1)
            case LimitChanged(limits=limits):
                self._concurrency.set(limits.concurrent_requests)
                if limits.requests_per_second is not None:
                    self._rate.set(limits.requests_per_second)
                if event.reason is not None:
                    self._cuts.add(1)

    def _result(self, event: ResponseEvent) -> Attributes:
        """Return the attributes of an answer, and remember its failure for the retry."""
        error = attributes.error_of(event)
        if error is not None:
            self._failures[event.call_id] = error
        status: Attributes = {} if event.status is None else {attributes.STATUS_CODE: event.status}
        return status | _error(error)


def _of(operation: str, error: str | None) -> Attributes:
    return {attributes.OPERATION: operation, **_error(error)}


def _error(error: str | None) -> Attributes:
    return {} if error is None else {attributes.ERROR_TYPE: error}
