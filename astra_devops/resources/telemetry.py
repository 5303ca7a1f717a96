"""Telemetry: where the metrics of a database are exported to."""

from astra_devops._rest.endpoints import telemetry as endpoints
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import telemetry as conditions
from astra_devops.operations.conditions._sinks import place_of
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.optional import or_none
from astra_devops.resources._sinks import checked, request_of, sink_of
from astra_devops.sinks import CloudWatchSink, DatadogSink, KafkaSink, PrometheusSink, PulsarSink, SplunkSink, TelemetrySink


class AsyncTelemetry:
    """The export of a database's metrics to an outside system.

    A database has one sink at most, and nothing takes it away again.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def set(self, database_id: str, sink: TelemetrySink) -> AsyncOperation[None]:
        """Export the metrics of a database; a sink that was set before is replaced.

        Done when the service tells of the new one.

        Secrets cannot be compared. Where nothing but a secret changes, the operation is done at
        once, whatever the service still does.

        Args:
            sink: one of the classes of ``astra_devops.sinks``. One that was read with :meth:`get`
                may lack its secrets; set them anew.

        Needs ``db-manage-telemetry``.

        Raises:
            TypeError: ``sink`` is none of these.
            ValueError: something in it is empty, or a secret was withheld by the service.

        >>> from astra_devops.sinks import BasicAuth, PrometheusSink
        >>> sink = PrometheusSink(endpoint="https://prometheus.example.com/push", auth=BasicAuth("astra", password))
        >>> operation = await astra.telemetry.set(database_id, sink)
        >>> await operation.wait()
        """
        checked(sink, KafkaSink, PrometheusSink, CloudWatchSink, SplunkSink, PulsarSink, DatadogSink)
        body = request_of(sink)
        await endpoints.configure_telemetry(self._caller, database_id=database_id, body=body)
        return self._operations.start(conditions.SET, database_id=database_id, **place_of(body))

    async def get(self, database_id: str) -> TelemetrySink | None:
        """Fetch where the metrics of a database are exported to; None if they are not.

        Raises:
            NotFoundError: there is no such database.
        """

        async def read() -> TelemetrySink | None:
            return sink_of((await endpoints.get_telemetry_config(self._caller, database_id=database_id)).value)

        return await or_none(self._caller, database_id, read())
