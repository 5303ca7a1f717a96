"""Private links: reaching a database from a network of one's own, without the public internet."""

import builtins
from collections.abc import Sequence
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import private_links as endpoints
from astra_devops._rest.models.private_links import (
    PrivateLinkCluster,
    PrivateLinkCreateConfigInput,
    PrivateLinkCreateEndpointInput,
    PrivateLinkDatacenter,
    PrivateLinkDeleteConfigInput,
    PrivateLinkEndpoint,
    PrivateLinkService,
    PrivateLinkUpdateEndpointInput,
)
from astra_devops._runtime import checks
from astra_devops._runtime.call import TOOK_EFFECT, Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import private_links as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation

# Seconds between looks after a lost answer: an endpoint shows some time after it was accepted.
_LOOKS: Final = (0.0, 1.0, 2.0, 4.0, 8.0)


class AsyncPrivateLinks:
    """Private links of datacenters: who may connect to a datacenter's endpoint service, and the endpoints that do.

    First allow your account with ``add_principals``, which gives the name of the service; then make
    an endpoint to that service in your cloud; then let it in with ``accept_endpoint``.
    ``datacenters.list`` tells the datacenters' ids: the database's, a hyphen and a number.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def list(self, *, database_id: str | None = None) -> builtins.list[PrivateLinkCluster]:
        """List the private links of all databases that have some, or of one database: one entry per database, with its datacenters.

        Needs ``db-manage-privateendpoint``.
        """
        if database_id is not None:
            return [(await endpoints.list_private_links_for_cluster(self._caller, cluster_id=database_id)).value]
        return (await endpoints.list_private_links_for_org(self._caller)).value.clusters or []

    async def get(self, database_id: str, datacenter_id: str) -> PrivateLinkDatacenter:
        """Fetch the endpoint service of a datacenter, who may connect to it, and its endpoints.

        Needs ``db-manage-privateendpoint``.

        Raises:
            NotFoundError: there is no such datacenter.
        """
        answer = await endpoints.get_private_links_for_datacenter(self._caller, cluster_id=database_id, datacenter_id=datacenter_id)
        return answer.value

    async def add_principals(self, database_id: str, datacenter_id: str, principals: Sequence[str]) -> PrivateLinkService:
        """Let principals of your cloud connect to a datacenter's endpoint service, which is made for the first. Others stay.

        Args:
            principals: ARNs on AWS, project ids on Google Cloud, subscription ids on Azure.

        Needs ``db-manage-privateendpoint``.

        >>> service = await astra.private_links.add_principals(database_id, datacenter_id, ["arn:aws:iam::123456789012:root"])
        >>> print(service.service_name)  # what the endpoint in your account connects to
        """
        if isinstance(principals, str):
            raise TypeError("principals must be a sequence of str, not one str")
        wanted = [checks.string(principal, f"principals[{index}]") for index, principal in enumerate(principals)]
        if not wanted:
            raise ValueError("principals must not be empty")

        async def check_outcome() -> Answer[PrivateLinkService] | None:
            known = await self.get(database_id, datacenter_id)
            service = PrivateLinkService(service_name=known.service_name, allowed_principals=known.allowed_principals)
            there = set(wanted) <= set(known.allowed_principals or [])
            return Answer(value=service, status=0, headers={}) if there else None

        body = PrivateLinkCreateConfigInput(allowed_principals=wanted)
        send = endpoints.add_allowed_principal_to_service
        return (await send(self._caller, cluster_id=database_id, datacenter_id=datacenter_id, body=body, check_outcome=check_outcome)).value

    async def remove_principal(self, database_id: str, datacenter_id: str, principal: str) -> None:
        """No longer let a principal connect.

        Endpoints that it has already are not touched; see ``reject_endpoint``.

        Needs ``db-manage-privateendpoint``.

        Raises:
            NotFoundError: the principal is not allowed anyway, or there is no such datacenter.
        """
        body = PrivateLinkDeleteConfigInput(allowed_principal=checks.string(principal, "principal"))

        async def check_outcome() -> Answer[None] | None:
            known = await self.get(database_id, datacenter_id)
            return None if principal in (known.allowed_principals or []) else TOOK_EFFECT

        send = endpoints.remove_allowed_principal_from_service
        await send(self._caller, cluster_id=database_id, datacenter_id=datacenter_id, body=body, check_outcome=check_outcome)

    async def accept_endpoint(
        self, database_id: str, datacenter_id: str, endpoint_id: str, *, description: str | None = None
    ) -> AsyncOperation[PrivateLinkEndpoint]:
        """Let in an endpoint that you have made in your cloud.

        Done when the datacenter lists it as Accepted.

        Args:
            endpoint_id: the cloud's name or id for it, such as ``vpce-0123456789abcdef0``. On Azure
                the service stores it under another one: use the ``endpoint_id`` of what the wait
                returns from then on.

        Needs ``db-manage-privateendpoint``.

        Raises:
            ConflictError: it is registered already.
            OutcomeUnknownError: the answer was lost, and not exactly one new endpoint can be it;
                lists the candidates.
        """
        checks.string(endpoint_id, "endpoint_id")
        before = {endpoint.endpoint_id for endpoint in (await self.get(database_id, datacenter_id)).endpoints or []}
        answer = await endpoints.accept_endpoint_to_service(
            self._caller,
            cluster_id=database_id,
            datacenter_id=datacenter_id,
            body=PrivateLinkCreateEndpointInput(endpoint_id=endpoint_id, description=description),
            check_outcome=self._new_endpoint(database_id, datacenter_id, endpoint_id, before),
        )
        stored = answer.value.endpoint_id or endpoint_id
        return self._operations.start(conditions.ACCEPT_ENDPOINT, database_id=database_id, datacenter_id=datacenter_id, endpoint_id=stored)

    async def get_endpoint(self, database_id: str, datacenter_id: str, endpoint_id: str) -> PrivateLinkEndpoint:
        """Fetch one endpoint by the id that it is stored under.

        Needs ``db-manage-privateendpoint``.

        Raises:
            NotFoundError: there is no such endpoint.
        """
        send = endpoints.get_private_link_endpoint
        return (await send(self._caller, cluster_id=database_id, datacenter_id=datacenter_id, endpoint_id=endpoint_id)).value

    async def describe_endpoint(self, database_id: str, datacenter_id: str, endpoint_id: str, description: str) -> PrivateLinkEndpoint:
        """Replace the description of an endpoint.

        Needs ``db-manage-privateendpoint``.

        Raises:
            NotFoundError: there is no such endpoint.
        """
        if not isinstance(description, str):
            raise TypeError(f"description must be a str, not {type(description).__name__}")
        answer = await endpoints.update_endpoint_description(
            self._caller,
            cluster_id=database_id,
            datacenter_id=datacenter_id,
            endpoint_id=endpoint_id,
            body=PrivateLinkUpdateEndpointInput(description=description),
        )
        return answer.value

    async def reject_endpoint(self, database_id: str, datacenter_id: str, endpoint_id: str) -> None:
        """No longer let an endpoint in. What is in your cloud stays there.

        Needs ``db-manage-privateendpoint``.

        Raises:
            NotFoundError: there is no such endpoint.
        """

        async def check_outcome() -> Answer[None] | None:
            listed = (await self.get(database_id, datacenter_id)).endpoints or []
            there = any(endpoint.endpoint_id == endpoint_id and endpoint.status != "Rejected" for endpoint in listed)
            return None if there else TOOK_EFFECT

        send = endpoints.reject_endpoint
        await send(self._caller, cluster_id=database_id, datacenter_id=datacenter_id, endpoint_id=endpoint_id, check_outcome=check_outcome)

    def _new_endpoint(
        self, database_id: str, datacenter_id: str, endpoint_id: str, before: set[str | None]
    ) -> OutcomeCheck[PrivateLinkEndpoint]:
        """Make the check of an acceptance.

        It looks for a while; as endpoints show late, it never says "surely not".
        """

        async def check_outcome() -> Answer[PrivateLinkEndpoint] | None:
            found: builtins.list[PrivateLinkEndpoint] = []
            for pause in _LOOKS:
                await self._caller.clock.sleep(pause)
                found = conditions.find((await self.get(database_id, datacenter_id)).endpoints or [], endpoint_id)
                new = [endpoint for endpoint in found if endpoint.endpoint_id not in before]
                if len(new) == 1:
                    return Answer(value=new[0], status=0, headers={})
            raise errors.OutcomeUnknownError(
                f"AcceptEndpointToService for {endpoint_id} was sent, but got no usable answer; {len(found)} endpoints listed may be it",
                operation="AcceptEndpointToService",
                reason="no usable answer",
                how_to_find_out=f"look at the endpoints of datacenter {datacenter_id}",
                candidates=[endpoint.endpoint_id for endpoint in found if endpoint.endpoint_id],
            )

        return check_outcome
