"""What operations on PCU groups and the datacenters in them are waited for."""

import re
from typing import Final

from astra_devops._rest.models.pcu_groups import PcuAssociation, PcuGroup, PcuProvisioningStatus
from astra_devops.operations.capacity import associations_of, get_group
from astra_devops.operations.kinds import Goal, Kind, Look, Params, Sight

_MINUTE: Final = 60.0
_DATACENTER: Final = re.compile(r"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})-\d+")
# A database that sleeps goes on sleeping in its new group.
_AT_REST: Final = frozenset({"ACTIVE", "HIBERNATED"})


def group_is(*states: str) -> Goal[PcuGroup]:
    """Make a goal of the states that a group may come to rest in."""

    async def goal(look: Look, params: Params) -> Sight[PcuGroup]:
        group = await get_group(look.caller, params["group_id"])
        return Sight(_worded(group.status), group.status in states, group)

    return goal


async def placed(look: Look, params: Params) -> Sight[PcuAssociation]:
    """Reached once the group lists the datacenter, no longer the group that it came from, and both group and database are at rest.

    The group is listed with the datacenter as soon as the service has accepted it, so that alone says nothing.
    """
    group = await get_group(look.caller, params["group_id"])
    if group.status != "ACTIVE":
        return Sight(_worded(group.status))
    of_database = _DATACENTER.fullmatch(params["datacenter_id"])
    if of_database:
        database = await look.poller.see(of_database[1], look.not_before)
        if database.status not in _AT_REST:
            return Sight(str(database.status), message=database.message)
    entry = await _find(look, params["group_id"], params["datacenter_id"])
    left = "from_group_id" not in params or await _find(look, params["from_group_id"], params["datacenter_id"]) is None
    if entry is None or not left:
        return Sight(_worded(group.status))
    # Whether every placement gets from Accepted to Created is not documented. So one that is accepted is looked at once more, in case the
    # states of group and database lag behind, and not for ever.
    fresh = entry.provisioning_status == PcuProvisioningStatus.ACCEPTED and PcuProvisioningStatus.ACCEPTED not in look.seen
    return Sight(_worded(entry.provisioning_status), not fresh, entry)


async def _find(look: Look, group_id: str, datacenter_id: str) -> PcuAssociation | None:
    return next((entry for entry in await associations_of(look.caller, group_id) if entry.datacenter_id == datacenter_id), None)


def _worded(status: str | None) -> str | None:
    return None if status is None else str(status)


# CREATED is where a group without databases stays; nothing leads from there to ACTIVE but its first database.
CREATE_GROUP: Final = Kind(name="pcu_groups.create", goal=group_is("CREATED", "ACTIVE"), timeout=30 * _MINUTE, resource="group_id")
PARK_GROUP: Final = Kind(name="pcu_groups.park", goal=group_is("PARKED"), timeout=30 * _MINUTE, resource="group_id")
UNPARK_GROUP: Final = Kind(name="pcu_groups.unpark", goal=group_is("CREATED", "ACTIVE"), timeout=30 * _MINUTE, resource="group_id")
ASSOCIATE: Final = Kind(name="pcu_groups.associate", goal=placed, timeout=60 * _MINUTE, resource="datacenter_id")
TRANSFER: Final = Kind(name="pcu_groups.transfer", goal=placed, timeout=60 * _MINUTE, resource="datacenter_id")
