"""When a peering of networks is made, or cut."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import vpc_peerings as endpoints
from astra_devops._rest.models.vpc_peerings import VpcPeering
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext

_MINUTE: Final = 60.0

MADE: Final = frozenset({"active", "pending-acceptance"})
"""States in which the service has done its part.

A peering that waits for acceptance waits for its owner, who may take days.
"""
OVER: Final = frozenset({"failed", "expired", "rejected", "deleting", "deleted"})
"""States that do not lead to a peering."""


async def made(context: PollContext, params: Params) -> Observation[VpcPeering]:
    """Reached once the peering is active, or waits for its owner to accept it."""
    peering = await _see(context, params)
    return Observation(peering.status, peering.status.lower() in MADE, peering)


async def cut(context: PollContext, params: Params) -> Observation[None]:
    """Reached once the peering is deleted, or nobody knows it any more."""
    try:
        peering = await _see(context, params)
    except errors.NotFoundError:
        return Observation(None, done=True)
    return Observation(peering.status, peering.status.lower() == "deleted")


async def _see(context: PollContext, params: Params) -> VpcPeering:
    provider, database_id = params["cloud_provider"], params["database_id"]
    return (await endpoints.get_vpc_peering_connection_details(context.caller, provider=provider, database_id=database_id)).value


CREATE: Final = OperationKind(name="vpc_peerings.create", condition=made, timeout=30 * _MINUTE, failed=OVER, resource="connection_id")
DELETE: Final = OperationKind(name="vpc_peerings.delete", condition=cut, timeout=30 * _MINUTE, failed=frozenset())
