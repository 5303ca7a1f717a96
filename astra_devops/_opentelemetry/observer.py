"""The observer that users give to a client; it imports OpenTelemetry when one is made."""

from typing import TYPE_CHECKING

from astra_devops._first_use import importing
from astra_devops._runtime.telemetry.log import log

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from astra_devops._runtime.events import Event


class OpenTelemetryObserver:
    """An observer that makes traces and metrics of the events of a client, by OpenTelemetry.

    Each call is a span, and each of its requests a client span in it, which the ``traceparent``
    header passes on to the service. Each wait for an operation is a span that links to the call
    that began it, also where a resume token continues it in another process. The parent is the
    current span of the task, or of the thread that uses the blocking client. Instrumentation of
    aiohttp makes no second span of these requests.

    Events are logged, too, as they are without an observer. One object may serve any number of
    clients. It needs the extra ``astra-devops[opentelemetry]``.

    Args:
        tracer_provider: The provider of the tracer; by default, the global one.
        meter_provider: The provider of the meter; by default, the global one.

    Raises:
        ImportError: OpenTelemetry is not installed.

    >>> async with AsyncAstraDevOps(observer=OpenTelemetryObserver()) as astra: ...
    """

    def __init__(self, *, tracer_provider: "TracerProvider | None" = None, meter_provider: "MeterProvider | None" = None) -> None:
        try:
            with importing:
                from astra_devops._opentelemetry.metrics import Metrics
                from astra_devops._opentelemetry.spans import Spans
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != "opentelemetry":
                raise
            raise ImportError(
                "OpenTelemetryObserver needs opentelemetry-api; install it with: pip install 'astra-devops[opentelemetry]'"
            ) from error
        self._spans = Spans(tracer_provider)
        self._metrics = Metrics(meter_provider)

    def __call__(self, event: "Event") -> None:
        """Record an event."""
        # Between the two, so that records and exemplars belong to the span of the event.
        self._spans.begin(event)
        log(event)
        self._metrics.record(event)
        self._spans.end(event)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
