"""Audit logs: the export of an organization's audit log."""

from astra_devops import errors
from astra_devops._rest.endpoints import audit_logs as endpoints
from astra_devops._rest.endpoints import organizations as organization_endpoints
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import audit_logs as conditions
from astra_devops.operations.conditions._sinks import sink_ids
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.lookups import outcome_check
from astra_devops.resources._sinks import check_sink, request_of, sink_of
from astra_devops.sinks import PulsarSink


class AsyncAuditLogs:
    """The export of an organization's audit log. The service can export it to a Pulsar topic only.

    All methods work on the token's organization unless they are given another.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def set(self, sink: PulsarSink, *, organization_id: str | None = None) -> AsyncOperation[None]:
        """Export the audit log to a sink, which replaces the present one.

        The operation is done when the service returns the new sink.

        Secrets cannot be compared, nor can fields that ``sink`` leaves out. If nothing else
        changes, the operation is done at once, even if the service has not applied the change yet.

        Args:
            sink: The Pulsar topic. A sink that was read with :meth:`get` may lack its secrets; set
                them again.
            organization_id: Id of the organization; by default the token's, which takes one more
                request to find out.

        Needs ``org-audits-read``.

        Raises:
            TypeError: ``sink`` is not a :class:`~astra_devops.sinks.PulsarSink`.
            ValueError: A value in the sink is empty, or is a secret that the service withheld.

        >>> from astra_devops.sinks import PulsarSink, TokenAuth
        >>> sink = PulsarSink(
        ...     endpoint="pulsar+ssl://pulsar.example.com",
        ...     topic="persistent://audit/astra/log",
        ...     auth=TokenAuth(token),
        ... )
        >>> operation = await astra.audit_logs.set(sink)
        >>> await operation.wait()
        """
        body = request_of(check_sink(sink, PulsarSink))
        with deadline.within(self._caller.options.timeout):
            organization = await self._organization(organization_id)
            await endpoints.set_audit_log_exporter_config(self._caller, org_id=organization, body=body)
            return self._operations.start(conditions.SET, organization_id=organization, **sink_ids(body))

    async def get(self, *, organization_id: str | None = None) -> PulsarSink | None:
        """Return the sink of the audit log, if any.

        Returns None if the log is not exported or the organization does not exist.

        Args:
            organization_id: Id of the organization; by default the token's, which takes one more
                request to find out.

        Needs ``org-audits-read``.
        """
        with deadline.within(self._caller.options.timeout):
            organization = await self._organization(organization_id)
            try:
                answer = await endpoints.get_audit_log_exporter_config(self._caller, org_id=organization)
            except errors.NotFoundError:
                return None
            sink = sink_of(answer.value)
            return sink if isinstance(sink, PulsarSink) else None

    async def delete(self, *, organization_id: str | None = None) -> AsyncOperation[None]:
        """Stop the export. The operation is done when the service no longer returns a sink.

        Args:
            organization_id: Id of the organization; by default the token's, which takes one more
                request to find out.

        Needs ``org-audits-read``.

        Raises:
            NotFoundError: The audit log is not exported.
        """
        with deadline.within(self._caller.options.timeout):
            organization = await self._organization(organization_id)

            async def is_deleted() -> bool:
                return await self.get(organization_id=organization) is None

            check_outcome = outcome_check(self._caller, is_deleted)
            await endpoints.delete_audit_log_exporter_config(self._caller, org_id=organization, check_outcome=check_outcome)
            return self._operations.start(conditions.DELETE, organization_id=organization)

    async def _organization(self, organization_id: str | None) -> str:
        if organization_id is not None:
            return checks.identifier(organization_id, "organization_id")
        return (await organization_endpoints.get_current_organization(self._caller)).value.id
