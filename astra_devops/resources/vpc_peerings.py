"""VPC peerings: connecting the network of a classic database with your own."""

import re
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import vpc_peerings as endpoints
from astra_devops._rest.models.vpc_peerings import PeeringProvider, Vpc, VpcPeering
from astra_devops._rest.models.vpc_peerings_requests import AmazonVpc, AzureVpc, GoogleVpc
from astra_devops._runtime import checks
from astra_devops._runtime.call import Answer
from astra_devops._runtime.caller import Caller
from astra_devops.operations import ip_ranges
from astra_devops.operations.conditions import vpc_peerings as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.lookups import looking_check, outcome_check

Network = AmazonVpc | AzureVpc | GoogleVpc
"""Your network; the class names the cloud."""

_AWS_ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")
_AWS_VPC_ID: Final = re.compile(r"vpc-(?:[a-z0-9]{8}|[a-z0-9]{17})")


class AsyncVpcPeerings:
    """Peerings between the networks of classic databases and yours.

    A database has at most one peering per cloud provider.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def get(self, provider: PeeringProvider | str, database_id: str) -> VpcPeering:
        """Fetch the peering of a database.

        Needs ``org-db-readpeering`` and ``org-db-addpeering``.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.

        Raises:
            ValueError: ``provider`` is not one of these.
            NotFoundError: The database has no peering, or does not exist.
        """
        cloud = checks.provider(provider, "provider").lower()
        return (await endpoints.get_vpc_peering_connection_details(self._caller, provider=cloud, database_id=database_id)).value

    async def create(self, database_id: str, network: Network) -> AsyncOperation[VpcPeering]:
        """Connect the network of a database with yours.

        The operation is done when the service has done its part. The ``status`` of the peering is
        then ``active``, or ``pending-acceptance``: it waits for you to accept it in your cloud
        account, so the operation does not wait for that. Once you have accepted it, :meth:`get`
        shows ``active``.

        Needs ``org-db-addpeering``; to wait also ``org-db-readpeering``.

        Args:
            network: :class:`~astra_devops.models.AmazonVpc`, :class:`~astra_devops.models.AzureVpc`
                or :class:`~astra_devops.models.GoogleVpc`.

        Raises:
            TypeError: ``network`` is not one of these.
            ValueError: A field of ``network`` is not valid.
            NotFoundError: The database does not exist.
            AlreadyExistsError: The database has a peering already.

        >>> vpc = models.AmazonVpc(
        ...     account_id="123456789012",
        ...     vpc_id="vpc-0a1b2c3d",
        ...     region="us-east-1",
        ...     cidr_block="10.0.0.0/16",
        ... )
        >>> operation = await astra.vpc_peerings.create(database_id, vpc)
        """
        cloud, name = _check_network(network)

        async def look_once() -> Answer[VpcPeering] | None:
            try:
                peering = await self.get(cloud, database_id)
            except errors.NotFoundError:
                return None
            is_ours = peering.status.lower() not in conditions.ENDED_STATES and _leads_to(peering.other_vpc, network, name)
            return Answer(value=peering, status=0, headers={}) if is_ours else None

        check_outcome = looking_check(self._caller, look_once)
        send = endpoints.create_vpc_peering_connection
        peering = (await send(self._caller, provider=cloud, database_id=database_id, body=network, check_outcome=check_outcome)).value
        return self._operations.start(conditions.CREATE, cloud_provider=cloud, database_id=database_id, connection_id=peering.connection_id)

    async def delete(self, provider: PeeringProvider | str, database_id: str) -> AsyncOperation[None]:
        """Delete the peering of a database.

        The operation is done when the peering is ``deleted`` or gone.

        Needs ``org-db-addpeering``; to wait also ``org-db-readpeering``.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.

        Raises:
            ValueError: ``provider`` is not one of these.
            NotFoundError: The database has no peering, or does not exist.
        """
        cloud = checks.provider(provider, "provider").lower()

        async def is_deleted() -> bool:
            try:
                peering = await self.get(cloud, database_id)
            except errors.NotFoundError:
                return True
            return peering.status.lower() in ("deleting", "deleted")

        send = endpoints.delete_vpc_peering_connection
        await send(self._caller, provider=cloud, database_id=database_id, check_outcome=outcome_check(self._caller, is_deleted))
        return self._operations.start(conditions.DELETE, cloud_provider=cloud, database_id=database_id)


def _leads_to(side: Vpc, network: Network, name: str) -> bool:
    """Return whether a side of a peering shows this network.

    It may write the name of a network as a path. What it calls the account is known for AWS only.
    """
    if name not in side.vpc_id.split("/"):
        return False
    return not isinstance(network, AmazonVpc) or (side.account, side.cidr_block) == (network.account_id, network.cidr_block)


def _check_network(network: Network) -> tuple[str, str]:
    """Check the fields of a network, and return the names of its cloud and of the network."""
    match network:
        case AmazonVpc():
            _check_field(network.region, "region")
            if not _AWS_ACCOUNT_ID.fullmatch(_check_field(network.account_id, "account_id")):
                raise ValueError(f"network.account_id must be twelve digits, not {network.account_id!r}")
            if not _AWS_VPC_ID.fullmatch(_check_field(network.vpc_id, "vpc_id")):
                raise ValueError(f"network.vpc_id must look like vpc-0a1b2c3d or vpc-00001111aa332244c, not {network.vpc_id!r}")
            ip_ranges.block(network.cidr_block, "network.cidr_block")
            return "aws", network.vpc_id
        case AzureVpc():
            for field in ("tenant_id", "subscription_id", "resource_group_name"):
                _check_field(getattr(network, field), field)
            return "azure", _check_field(network.virtual_network_name, "virtual_network_name")
        case GoogleVpc():
            _check_field(network.project_id, "project_id")
            return "gcp", _check_field(network.vpc_network_name, "vpc_network_name")
    raise TypeError(f"network must be an AmazonVpc, AzureVpc or GoogleVpc, not {type(network).__name__}")


def _check_field(value: str, field: str) -> str:
    return checks.string(value, f"network.{field}")
