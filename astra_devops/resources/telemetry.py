"""Telemetry: the export of a database's metrics."""

from astra_devops._rest.endpoints import telemetry as endpoints
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import telemetry as conditions
from astra_devops.operations.conditions._sinks import sink_ids
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.optional import or_none
from astra_devops.resources._sinks import SINKS, check_sink, request_of, sink_of
from astra_devops.sinks import TelemetrySink


class AsyncTelemetry:
    """The export of a database's metrics to another system.

    A database has at most one sink. The sink can be replaced, but the API has no call that removes
    it.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def set(self, database_id: str, sink: TelemetrySink) -> AsyncOperation[None]:
        """Export the metrics of a database to a sink, which replaces the present one.

        The operation is done when the service returns the new sink.

        Secrets cannot be compared, nor can fields that ``sink`` leaves out. If nothing else
        changes, the operation is done at once, even if the service has not applied the change yet.

        Args:
            database_id: Id of the database.
            sink: An instance of one of the sinks in ``astra_devops.sinks``. One that was read with
                :meth:`get` may lack its secrets; set them again.

        Needs ``db-manage-telemetry``.

        Raises:
            TypeError: ``sink`` is not an instance of any of these classes.
            ValueError: A value in the sink is empty, or is a secret that the service withheld.

        >>> from astra_devops.sinks import BasicAuth, PrometheusSink
        >>> sink = PrometheusSink(
        ...     endpoint="https://prometheus.example.com/push",
        ...     auth=BasicAuth("astra", password),
        ... )
        >>> operation = await astra.telemetry.set(database_id, sink)
        >>> await operation.wait()
        """
        body = request_of(check_sink(sink, *SINKS))
        await endpoints.configure_telemetry(self._caller, database_id=database_id, body=body)
        return self._operations.start(conditions.SET, database_id=database_id, **sink_ids(body))

    async def get(self, database_id: str) -> TelemetrySink | None:
        """Return the sink of a database, if any.

        Returns None if the metrics are not exported, or if this version does not know the kind of
        sink.

        Raises:
            NotFoundError: The database does not exist.
        """

        async def read() -> TelemetrySink | None:
            return sink_of((await endpoints.get_telemetry_config(self._caller, database_id=database_id)).value)

        return await or_none(self._caller, database_id, read())
