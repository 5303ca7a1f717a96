"""Audit logs: where the audit log of an organization is exported to."""

from astra_devops import errors
from astra_devops._rest.endpoints import audit_logs as endpoints
from astra_devops._rest.endpoints import organizations as organization_endpoints
from astra_devops._runtime.call import TOOK_EFFECT, Answer
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import audit_logs as conditions
from astra_devops.operations.conditions._sinks import place_of
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._sinks import checked, pulsar_of, pulsar_request_of
from astra_devops.sinks import PulsarSink


class AsyncAuditLogs:
    """The export of an organization's audit log, which goes to a Pulsar topic and nowhere else.

    The token's organization is the default.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def set(self, sink: PulsarSink, *, organization_id: str | None = None) -> AsyncOperation[None]:
        """Export the audit log; a sink that was set before is replaced.

        Done when the service tells of the new one.

        Secrets cannot be compared. Where nothing but a secret changes, the operation is done at
        once, whatever the service still does.

        Args:
            sink: one that was read with :meth:`get` may lack its secrets; set them anew.
            organization_id: by default the token's organization, which takes a request to find out.

        Needs ``org-audits-read``.

        Raises:
            TypeError: ``sink`` is no :class:`~astra_devops.sinks.PulsarSink`.
            ValueError: something in it is empty, or a secret was withheld by the service.

        >>> from astra_devops.sinks import PulsarSink, TokenAuth
        >>> sink = PulsarSink(endpoint="pulsar+ssl://pulsar.example.com", topic="persistent://audit/astra/log", auth=TokenAuth(token))
        >>> operation = await astra.audit_logs.set(sink)
        >>> await operation.wait()
        """
        body = pulsar_request_of(checked(sink, PulsarSink))
        organization = await self._organization(organization_id)
        await endpoints.set_audit_log_exporter_config(self._caller, org_id=organization, body=body)
        return self._operations.start(conditions.SET, organization_id=organization, **place_of(body))

    async def get(self, *, organization_id: str | None = None) -> PulsarSink | None:
        """Fetch where the audit log is exported to; None if it is not, or if the service knows no such organization.

        Args:
            organization_id: by default the token's organization, which takes a request to find out.

        Needs ``org-audits-read``.
        """
        organization = await self._organization(organization_id)
        try:
            answer = await endpoints.get_audit_log_exporter_config(self._caller, org_id=organization)
        except errors.NotFoundError:
            return None
        return pulsar_of(answer.value.pulsar)

    async def delete(self, *, organization_id: str | None = None) -> AsyncOperation[None]:
        """Stop the export. Done when the service tells of no sink any more.

        Args:
            organization_id: by default the token's organization, which takes a request to find out.

        Needs ``org-audits-read``.

        Raises:
            NotFoundError: the audit log is not exported.
        """
        organization = await self._organization(organization_id)

        async def check_outcome() -> Answer[None] | None:
            gone = await self.get(organization_id=organization) is None
            return TOOK_EFFECT if gone else None

        await endpoints.delete_audit_log_exporter_config(self._caller, org_id=organization, check_outcome=check_outcome)
        return self._operations.start(conditions.DELETE, organization_id=organization)

    async def _organization(self, organization_id: str | None) -> str:
        if organization_id is not None:
            return organization_id
        return (await organization_endpoints.get_current_organization(self._caller)).value.id
