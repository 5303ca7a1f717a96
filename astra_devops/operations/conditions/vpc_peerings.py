"""Conditions of operations on a VPC peering."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import vpc_peerings as endpoints
from astra_devops._rest.models.vpc_peerings import VpcPeering
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext

CREATED_STATES: Final = frozenset({"active", "pending-acceptance"})
"""States in which the service has done its part.

A peering that is pending acceptance waits for its owner, who may take days.
"""
ENDED_STATES: Final = frozenset({"failed", "expired", "rejected", "deleting", "deleted"})
"""States that do not lead to a peering."""


async def is_created(context: PollContext, params: Params) -> Observation[VpcPeering]:
    """Check whether the peering is active, or waits for its owner to accept it."""
    peering = await _get(context, params)
    return Observation(peering.status, (peering.status or "").lower() in CREATED_STATES, peering)


async def is_deleted(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the peering is deleted or no longer exists."""
    try:
        peering = await _get(context, params)
    except errors.NotFoundError:
        return Observation(None, done=True)
    return Observation(peering.status, (peering.status or "").lower() == "deleted")


async def _get(context: PollContext, params: Params) -> VpcPeering:
    provider, database_id = params["cloud_provider"], params["database_id"]
    return (await endpoints.get_vpc_peering_connection_details(context.caller, provider=provider, database_id=database_id)).value


CREATE: Final = OperationKind(
    name="vpc_peerings.create",
    condition=is_created,
    timeout=30 * MINUTE,
    failure_states=ENDED_STATES,
    resource="connection_id",
    params=("cloud_provider", "database_id", "connection_id"),
)
DELETE: Final = OperationKind(
    name="vpc_peerings.delete",
    condition=is_deleted,
    timeout=30 * MINUTE,
    failure_states=frozenset(),
    params=("cloud_provider", "database_id"),
)
