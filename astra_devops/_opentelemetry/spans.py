"""Spans: one for each call, one for each of its requests, one for each wait."""

from contextvars import Token
from typing import Final

import attrs
from opentelemetry import context, trace
from opentelemetry.context import _SUPPRESS_HTTP_INSTRUMENTATION_KEY, Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from astra_devops._opentelemetry import attributes
from astra_devops._runtime.events import (
    CallEnded,
    CallStarted,
    Event,
    PollEvent,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
    WaitEnded,
    WaitStarted,
)
from astra_devops._runtime.telemetry import trace_context
from astra_devops._version import VERSION

# Only these headers are sent: baggage may hold what is not for another company.
_PROPAGATOR: Final = TraceContextTextMapPropagator()


@attrs.define(eq=False)
class _Current:
    """A span that has been made the current one, and how to undo that."""

    span: Span
    token: Token[Context]

    def end(self, error: str | None) -> None:
        _fail(self.span, error)
        self.span.end()
        # A coroutine that the garbage collector closes runs in another context, which never had it.
        if error != GeneratorExit.__name__:
            context.detach(self.token)


@attrs.define(eq=False)
class _Call:
    """A running call, and its request that has no answer yet."""

    current: _Current
    request: _Current | None = None


@attrs.define(eq=False)
class _Wait:
    """A running wait, and the status that its last poll has seen."""

    span: Span
    status: str | None = None


class Spans:
    """The spans that have begun and not ended."""

    def __init__(self, provider: TracerProvider | None) -> None:
        self._tracer = trace.get_tracer("astra_devops", VERSION, provider)
        self._calls: dict[str, _Call] = {}
        self._waits: dict[str, _Wait] = {}

    def begin(self, event: Event) -> None:
        """Begin the span that an event begins, and add to the current one what it says."""
        match event:
            case CallStarted(call_id=call_id):
                self._calls[call_id] = _Call(self._start_call(event))
            case RequestEvent(call_id=call_id) if call := self._calls.get(call_id):
                call.request = self._start_request(event, call)
            case ResponseEvent(call_id=call_id, status=status) if (call := self._calls.get(call_id)) and call.request and status:
                call.request.span.set_attribute(attributes.STATUS_CODE, status)
            case RetryEvent(call_id=call_id) if call := self._calls.get(call_id):
                call.current.span.add_event("retry", {"astra_devops.delay": event.delay, "astra_devops.reason": event.reason})
            case WaitStarted(wait_id=wait_id):
                self._waits[wait_id] = _Wait(self._start_wait(event))
            case PollEvent(wait_id=wait_id, snapshot=snapshot) if wait := self._waits.get(wait_id):
                if snapshot.status is not None and snapshot.status != wait.status:
                    wait.status = snapshot.status
                    wait.span.add_event("status", {"astra_devops.status": snapshot.status})

    def end(self, event: Event) -> None:
        """End the span that an event ends."""
        match event:
            case ResponseEvent(call_id=call_id) if (call := self._calls.get(call_id)) and call.request:
                call.request.end(attributes.error_of(event))
                call.request = None
            case CallEnded(call_id=call_id) if call := self._calls.pop(call_id, None):
                self._end_call(event, call)
            case WaitEnded(wait_id=wait_id) if wait := self._waits.pop(wait_id, None):
                wait.span.set_attributes({"astra_devops.polls": event.polls, "astra_devops.done": event.done})
                _fail(wait.span, event.error)
                wait.span.end()

    def _start_call(self, event: CallStarted) -> _Current:
        span = self._tracer.start_span(event.operation, self._surroundings(event.parent_id), attributes=attributes.of_call(event))
        return _Current(span, context.attach(trace.set_span_in_context(span)))

    def _start_request(self, event: RequestEvent, call: _Call) -> _Current:
        around = trace.set_span_in_context(call.current.span)
        name = f"{event.method} {event.path}"
        span = self._tracer.start_span(name, around, SpanKind.CLIENT, attributes=attributes.of_request(event))
        headers: dict[str, str] = {}
        _PROPAGATOR.inject(headers, trace.set_span_in_context(span))
        trace_context.request_headers.set(headers)
        # Instrumentation of aiohttp would make a second span of it, and count it twice.
        inside = context.set_value(_SUPPRESS_HTTP_INSTRUMENTATION_KEY, True, trace.set_span_in_context(span))
        return _Current(span, context.attach(inside))

    def _start_wait(self, event: WaitStarted) -> Span:
        links = [] if event.traceparent is None else _links(event.traceparent)
        return self._tracer.start_span(f"wait {event.kind}", attributes=attributes.of_wait(event), links=links)

    def _end_call(self, event: CallEnded, call: _Call) -> None:
        if call.request is not None:
            call.request.end(event.error)
        span = call.current.span
        span.set_attribute("astra_devops.attempts", event.attempts)
        if event.error is None and event.method != "GET" and event.parent_id is None and span.get_span_context().is_valid:
            carrier: dict[str, str] = {}
            _PROPAGATOR.inject(carrier, trace.set_span_in_context(span))
            trace_context.note_write(carrier["traceparent"])
        call.current.end(event.error)

    def _surroundings(self, parent_id: str | None) -> Context | None:
        """Return the context that has the call or wait around a call; None for the current one."""
        if wait := self._waits.get(parent_id or ""):
            return trace.set_span_in_context(wait.span)
        if call := self._calls.get(parent_id or ""):
            return trace.set_span_in_context(call.current.span)
        return None


def _fail(span: Span, error: str | None) -> None:
    if error is not None:
        span.set_attribute(attributes.ERROR_TYPE, error)
        span.set_status(StatusCode.ERROR)


def _links(traceparent: str) -> list[Link]:
    begun = trace.get_current_span(_PROPAGATOR.extract({"traceparent": traceparent}, Context())).get_span_context()
    return [Link(begun)] if begun.is_valid else []
