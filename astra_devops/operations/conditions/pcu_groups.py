"""What operations on PCU groups and the datacenters in them are waited for."""

import re
from typing import Final

from astra_devops._rest.models.pcu_groups import PcuAssociation, PcuGroup, PcuProvisioningStatus
from astra_devops.operations.capacity import associations_of, get_group
from astra_devops.operations.kinds import Condition, Observation, OperationKind, Params, PollContext

_MINUTE: Final = 60.0
_DATACENTER: Final = re.compile(r"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})-\d+")
# A database that sleeps goes on sleeping in its new group.
_AT_REST: Final = frozenset({"ACTIVE", "HIBERNATED"})


def group_is(*states: str) -> Condition[PcuGroup]:
    """Make a goal of the states that a group may come to rest in."""

    async def condition(context: PollContext, params: Params) -> Observation[PcuGroup]:
        group = await get_group(context.caller, params["group_id"])
        return Observation(_worded(group.status), group.status in states, group)

    return condition


async def placed(context: PollContext, params: Params) -> Observation[PcuAssociation]:
    """Reached once the group lists the datacenter, no longer the group that it came from, and both group and database are at rest.

    The group is listed with the datacenter as soon as the service has accepted it, so that alone
    says nothing.
    """
    group = await get_group(context.caller, params["group_id"])
    if group.status != "ACTIVE":
        return Observation(_worded(group.status))
    of_database = _DATACENTER.fullmatch(params["datacenter_id"])
    if of_database:
        database = await context.poller.see(of_database[1], context.not_before)
        if database.status not in _AT_REST:
            return Observation(str(database.status), message=database.message)
    entry = await _find(context, params["group_id"], params["datacenter_id"])
    left = "from_group_id" not in params or await _find(context, params["from_group_id"], params["datacenter_id"]) is None
    if entry is None or not left:
        return Observation(_worded(group.status))
    # Whether every placement gets from Accepted to Created is not documented. So one that is
    # accepted is looked at once more, in case the states of group and database lag behind, and not
    # for ever.
    fresh = entry.provisioning_status == PcuProvisioningStatus.ACCEPTED and PcuProvisioningStatus.ACCEPTED not in context.seen
    return Observation(_worded(entry.provisioning_status), not fresh, entry)


async def _find(context: PollContext, group_id: str, datacenter_id: str) -> PcuAssociation | None:
    return next((entry for entry in await associations_of(context.caller, group_id) if entry.datacenter_id == datacenter_id), None)


def _worded(status: str | None) -> str | None:
    return None if status is None else str(status)


# CREATED is where a group without databases stays; nothing leads from there to ACTIVE but its first
# database.
CREATE_GROUP: Final = OperationKind(
    name="pcu_groups.create", condition=group_is("CREATED", "ACTIVE"), timeout=30 * _MINUTE, resource="group_id"
)
PARK_GROUP: Final = OperationKind(name="pcu_groups.park", condition=group_is("PARKED"), timeout=30 * _MINUTE, resource="group_id")
UNPARK_GROUP: Final = OperationKind(
    name="pcu_groups.unpark", condition=group_is("CREATED", "ACTIVE"), timeout=30 * _MINUTE, resource="group_id"
)
ASSOCIATE: Final = OperationKind(name="pcu_groups.associate", condition=placed, timeout=60 * _MINUTE, resource="datacenter_id")
TRANSFER: Final = OperationKind(name="pcu_groups.transfer", condition=placed, timeout=60 * _MINUTE, resource="datacenter_id")
