"""Private links: reaching a database from your own network, without the public internet."""

import builtins
from collections.abc import Sequence
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import private_links as endpoints
from astra_devops._rest.models.private_links import PrivateLinkCluster, PrivateLinkDatacenter, PrivateLinkEndpoint, PrivateLinkService
from astra_devops._rest.models.private_links_requests import (
    PrivateLinkCreateConfigInput,
    PrivateLinkCreateEndpointInput,
    PrivateLinkDeleteConfigInput,
    PrivateLinkUpdateEndpointInput,
)
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.call import Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import private_links as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.lookups import look, looking_check, outcome_check

# Seconds for which the service may not list an endpoint that it has accepted.
_LISTING_LAG: Final = 15.0


class AsyncPrivateLinks:
    """Private links of datacenters.

    Each datacenter has an endpoint service, principals that may connect to it, and endpoints.

    First allow your account with ``add_principals``, which returns the name of the service. Then
    create an endpoint for that service in your cloud, and accept it with ``accept_endpoint``.
    ``datacenters.list`` lists the ids of datacenters: the database's id, a hyphen and a number.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def list(self, *, database_id: str | None = None) -> builtins.list[PrivateLinkCluster]:
        """List the private links of all databases that have some, or of one database.

        There is one entry per database, with its datacenters.

        Needs ``db-manage-privateendpoint``.

        Args:
            database_id: List only the private links of this database.

        Raises:
            NotFoundError: The database does not exist.
        """
        if database_id is not None:
            checks.identifier(database_id, "database_id")
            return [(await endpoints.list_private_links_for_cluster(self._caller, cluster_id=database_id)).value]
        return (await endpoints.list_private_links_for_org(self._caller)).value.clusters or []

    async def get(self, database_id: str, datacenter_id: str) -> PrivateLinkDatacenter:
        """Fetch the endpoint service of a datacenter, its allowed principals, and its endpoints.

        Needs ``db-manage-privateendpoint``.

        Raises:
            NotFoundError: The datacenter does not exist.
        """
        checks.identifier(database_id, "database_id")
        answer = await endpoints.get_private_links_for_datacenter(self._caller, cluster_id=database_id, datacenter_id=datacenter_id)
        return answer.value

    async def add_principals(self, database_id: str, datacenter_id: str, principals: Sequence[str]) -> PrivateLinkService:
        """Allow principals of your cloud to connect to a datacenter's endpoint service.

        Others stay allowed. The first principal creates the service.

        Needs ``db-manage-privateendpoint``.

        Args:
            principals: ARNs on AWS, project ids on Google Cloud, subscription ids on Azure; at
                least one.

        Raises:
            TypeError: ``principals`` is not a list of strings.
            ValueError: ``principals`` is empty, or one of them is.
            NotFoundError: The datacenter does not exist.

        >>> service = await astra.private_links.add_principals(
        ...     database_id, datacenter_id, ["arn:aws:iam::123456789012:root"]
        ... )
        >>> print(service.service_name)  # the endpoint in your account connects to this service
        """
        checks.identifier(database_id, "database_id")
        new_principals = checks.strings(principals, "principals", at_least=1)

        async def look_once() -> Answer[PrivateLinkService] | None:
            datacenter = await self.get(database_id, datacenter_id)
            service = PrivateLinkService(service_name=datacenter.service_name, allowed_principals=datacenter.allowed_principals)
            are_allowed = set(new_principals) <= set(datacenter.allowed_principals or [])
            return Answer(value=service, status=0, headers={}) if are_allowed else None

        body = PrivateLinkCreateConfigInput(allowed_principals=new_principals)
        check_outcome = looking_check(self._caller, look_once)
        send = endpoints.add_allowed_principal_to_service
        return (await send(self._caller, cluster_id=database_id, datacenter_id=datacenter_id, body=body, check_outcome=check_outcome)).value

    async def remove_principal(self, database_id: str, datacenter_id: str, principal: str) -> None:
        """Stop allowing a principal to connect.

        Its existing endpoints stay as they are; see ``reject_endpoint``.

        Needs ``db-manage-privateendpoint``.

        Raises:
            ValueError: ``principal`` is empty.
            NotFoundError: The principal is not allowed, or the datacenter does not exist.
        """
        checks.identifier(database_id, "database_id")
        body = PrivateLinkDeleteConfigInput(allowed_principal=checks.string(principal, "principal"))

        async def is_removed() -> bool:
            datacenter = await self.get(database_id, datacenter_id)
            return principal not in (datacenter.allowed_principals or [])

        check_outcome = outcome_check(self._caller, is_removed)
        send = endpoints.remove_allowed_principal_from_service
        await send(self._caller, cluster_id=database_id, datacenter_id=datacenter_id, body=body, check_outcome=check_outcome)

    async def accept_endpoint(
        self, database_id: str, datacenter_id: str, endpoint_id: str, *, description: str | None = None
    ) -> AsyncOperation[PrivateLinkEndpoint]:
        """Accept an endpoint that you have created in your cloud.

        The operation is done when the datacenter lists the endpoint as Accepted.

        Needs ``db-manage-privateendpoint``.

        Args:
            endpoint_id: The cloud's name or id of the endpoint, such as ``vpce-0123456789abcdef0``.
                On Azure the service stores it under another id. From then on use the
                ``endpoint_id`` of the endpoint that the wait returns.
            description: A description of the endpoint.

        Raises:
            ValueError: ``endpoint_id`` is empty.
            NotFoundError: The datacenter does not exist.
            AlreadyExistsError: The endpoint is registered already.
            OutcomeUnknownError: The answer was lost, and there is not exactly one new endpoint that
                matches. ``candidates`` has the ids of those found.
        """
        checks.identifier(database_id, "database_id")
        checks.identifier(endpoint_id, "endpoint_id")
        checks.optional(checks.text, description, "description")
        with deadline.within(self._caller.options.timeout):
            existing_ids = {endpoint.endpoint_id for endpoint in (await self.get(database_id, datacenter_id)).endpoints or []}
            answer = await endpoints.accept_endpoint_to_service(
                self._caller,
                cluster_id=database_id,
                datacenter_id=datacenter_id,
                body=PrivateLinkCreateEndpointInput(endpoint_id=endpoint_id, description=description),
                check_outcome=self._acceptance_check(database_id, datacenter_id, endpoint_id, existing_ids),
            )
            stored_id = answer.value.endpoint_id or endpoint_id
            return self._operations.start(
                conditions.ACCEPT_ENDPOINT, database_id=database_id, datacenter_id=datacenter_id, endpoint_id=stored_id
            )

    async def get_endpoint(self, database_id: str, datacenter_id: str, endpoint_id: str) -> PrivateLinkEndpoint:
        """Fetch one endpoint by the id under which it is stored.

        Needs ``db-manage-privateendpoint``.

        Raises:
            NotFoundError: The endpoint does not exist.
        """
        checks.identifier(database_id, "database_id")
        send = endpoints.get_private_link_endpoint
        return (await send(self._caller, cluster_id=database_id, datacenter_id=datacenter_id, endpoint_id=endpoint_id)).value

    async def describe_endpoint(self, database_id: str, datacenter_id: str, endpoint_id: str, description: str) -> PrivateLinkEndpoint:
        """Replace the description of an endpoint.

        Needs ``db-manage-privateendpoint``.

        Raises:
            TypeError: ``description`` is not a string.
            NotFoundError: The endpoint does not exist.
        """
        checks.identifier(database_id, "database_id")
        checks.text(description, "description")
        answer = await endpoints.update_endpoint_description(
            self._caller,
            cluster_id=database_id,
            datacenter_id=datacenter_id,
            endpoint_id=endpoint_id,
            body=PrivateLinkUpdateEndpointInput(description=description),
        )
        return answer.value

    async def reject_endpoint(self, database_id: str, datacenter_id: str, endpoint_id: str) -> None:
        """Reject an endpoint, which then can no longer connect. It stays in your cloud.

        Needs ``db-manage-privateendpoint``.

        Raises:
            NotFoundError: The endpoint does not exist.
        """
        checks.identifier(database_id, "database_id")

        async def is_rejected() -> bool:
            listed = (await self.get(database_id, datacenter_id)).endpoints or []
            return not any(endpoint.endpoint_id == endpoint_id and endpoint.status != "Rejected" for endpoint in listed)

        check_outcome = outcome_check(self._caller, is_rejected)
        send = endpoints.reject_endpoint
        await send(self._caller, cluster_id=database_id, datacenter_id=datacenter_id, endpoint_id=endpoint_id, check_outcome=check_outcome)

    def _acceptance_check(
        self, database_id: str, datacenter_id: str, endpoint_id: str, existing_ids: set[str | None]
    ) -> OutcomeCheck[PrivateLinkEndpoint]:
        """Return the outcome check of an acceptance.

        Endpoints appear late, so an endpoint that is not found may still have been accepted. The
        outcome is then unknown.
        """
        matches: builtins.list[PrivateLinkEndpoint] = []

        async def look_once() -> Answer[PrivateLinkEndpoint] | None:
            nonlocal matches
            matches = conditions.find_endpoints((await self.get(database_id, datacenter_id)).endpoints or [], endpoint_id)
            new_matches = [endpoint for endpoint in matches if endpoint.endpoint_id not in existing_ids]
            return Answer(value=new_matches[0], status=0, headers={}) if len(new_matches) == 1 else None

        async def check_outcome() -> Answer[PrivateLinkEndpoint] | None:
            if (answer := await look(self._caller, look_once, lag=_LISTING_LAG)) is not None:
                return answer
            raise errors.OutcomeUnknownError(
                f"AcceptEndpointToService for {endpoint_id} was sent, but got no usable answer; "
                f"{len(matches)} listed endpoints match the id",
                operation="AcceptEndpointToService",
                reason="no usable answer",
                how_to_find_out=f"look at the endpoints of datacenter {datacenter_id} with private_links.get()",
                candidates=[endpoint.endpoint_id for endpoint in matches if endpoint.endpoint_id],
            )

        return check_outcome
