"""VPC peerings: connecting the network of a classic database with one of your own."""

import re
from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import vpc_peerings as endpoints
from astra_devops._rest.models.vpc_peerings import AmazonVpc, AzureVpc, GoogleVpc, PeeringProvider, VpcPeering
from astra_devops._runtime import checks, ip_ranges
from astra_devops._runtime.call import TOOK_EFFECT, Answer
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import vpc_peerings as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation

Network = AmazonVpc | AzureVpc | GoogleVpc
"""A network of yours, on the cloud that its class says."""

_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_VPC: Final = re.compile(r"vpc-(?:[a-z0-9]{8}|[a-z0-9]{17})")


class AsyncVpcPeerings:
    """Peerings between the networks of classic databases and yours.

    A database has at most one per cloud provider.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def get(self, provider: PeeringProvider | str, database_id: str) -> VpcPeering:
        """Fetch the peering of a database.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.

        Needs ``org-db-readpeering`` and ``org-db-addpeering``.

        Raises:
            NotFoundError: the database has no peering, or there is no such database.
        """
        cloud = checks.provider(provider, "provider").lower()
        return (await endpoints.get_vpc_peering_connection_details(self._caller, provider=cloud, database_id=database_id)).value

    async def create(self, database_id: str, network: Network) -> AsyncOperation[VpcPeering]:
        """Peer a database with a network of yours. Done when the service has done its part.

        That is when the peering is ``active``, or ``pending-acceptance``: then it waits for you to
        accept it in your cloud account, and waiting on would not help. Look at the ``status`` of
        what the wait returns; once you have accepted, :meth:`get` shows ``active``.

        Args:
            network: :class:`~astra_devops.models.AmazonVpc`, :class:`~astra_devops.models.AzureVpc`
                or :class:`~astra_devops.models.GoogleVpc`; the class says which cloud.

        Needs ``org-db-addpeering``; to wait also ``org-db-readpeering``.

        Raises:
            ConflictError: the database has a peering already.
            ValueError: a field of ``network`` does not have its form.

        >>> vpc = models.AmazonVpc(account_id="123456789012", vpc_id="vpc-0a1b2c3d", region="us-east-1", cidr_block="10.0.0.0/16")
        >>> operation = await astra.vpc_peerings.create(database_id, vpc)
        """
        cloud, name = _check(network)

        async def check_outcome() -> Answer[VpcPeering] | None:
            try:
                known = await self.get(cloud, database_id)
            except errors.NotFoundError:
                return None
            ours = known.status.lower() not in conditions.OVER and name in known.other_vpc.vpc_id
            return Answer(value=known, status=0, headers={}) if ours else None

        send = endpoints.create_vpc_peering_connection
        peering = (await send(self._caller, provider=cloud, database_id=database_id, body=network, check_outcome=check_outcome)).value
        return self._operations.start(conditions.CREATE, cloud_provider=cloud, database_id=database_id, connection_id=peering.connection_id)

    async def delete(self, provider: PeeringProvider | str, database_id: str) -> AsyncOperation[None]:
        """Cut the peering of a database. Done when it is ``deleted`` or gone.

        Args:
            provider: ``aws``, ``azure`` or ``gcp``, in any case.

        Needs ``org-db-addpeering``; to wait also ``org-db-readpeering``.

        Raises:
            NotFoundError: the database has no peering, or there is no such database.
        """
        cloud = checks.provider(provider, "provider").lower()

        async def check_outcome() -> Answer[None] | None:
            try:
                known = await self.get(cloud, database_id)
            except errors.NotFoundError:
                return TOOK_EFFECT
            return TOOK_EFFECT if known.status.lower() in ("deleting", "deleted") else None

        send = endpoints.delete_vpc_peering_connection
        await send(self._caller, provider=cloud, database_id=database_id, check_outcome=check_outcome)
        return self._operations.start(conditions.DELETE, cloud_provider=cloud, database_id=database_id)


def _check(network: Network) -> tuple[str, str]:
    """Check each field of a network by the rules of its cloud, and name the cloud and the network."""
    match network:
        case AmazonVpc():
            _string(network.region, "region")
            if not _ACCOUNT.fullmatch(_string(network.account_id, "account_id")):
                raise ValueError(f"network.account_id must be twelve digits, not {network.account_id!r}")
            if not _VPC.fullmatch(_string(network.vpc_id, "vpc_id")):
                raise ValueError(f"network.vpc_id must look like vpc-0a1b2c3d or vpc-00001111aa332244c, not {network.vpc_id!r}")
            ip_ranges.block(network.cidr_block, "network.cidr_block")
            return "aws", network.vpc_id
        case AzureVpc():
            for field in ("tenant_id", "subscription_id", "resource_group_name"):
                _string(getattr(network, field), field)
            return "azure", _string(network.virtual_network_name, "virtual_network_name")
        case GoogleVpc():
            _string(network.project_id, "project_id")
            return "gcp", _string(network.vpc_network_name, "vpc_network_name")
    raise TypeError(f"network must be an AmazonVpc, AzureVpc or GoogleVpc, not {type(network).__name__}")


def _string(value: str, field: str) -> str:
    return checks.string(value, f"network.{field}")
