"""Conditions of operations on PCU groups and the datacenters in them."""

import re
from typing import Final

from astra_devops._rest.models.pcu_groups import PcuAssociation, PcuGroup, PcuProvisioningStatus
from astra_devops.operations.capacity import get_group, list_associations
from astra_devops.operations.kinds import MINUTE, Condition, Observation, OperationKind, Params, PollContext

_DATACENTER_ID: Final = re.compile(r"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})-\d+")
# A hibernated database stays hibernated in its new group.
_STABLE_STATES: Final = frozenset({"ACTIVE", "HIBERNATED"})


def group_has_status(*statuses: str) -> Condition[PcuGroup]:
    """Return a condition that checks a group for one of some statuses."""

    async def condition(context: PollContext, params: Params) -> Observation[PcuGroup]:
        group = await get_group(context.caller, params["group_id"])
        return Observation(_status_text(group.status), group.status in statuses, group)

    return condition


async def is_placed(context: PollContext, params: Params) -> Observation[PcuAssociation]:
    """Check whether the datacenter is in its new group only, and group and database are stable.

    The service lists the datacenter in its new group as soon as it has accepted the request, so the
    list alone does not show when the placement is done.
    """
    group = await get_group(context.caller, params["group_id"])
    if group.status != "ACTIVE":
        return Observation(_status_text(group.status))
    match = _DATACENTER_ID.fullmatch(params["datacenter_id"])
    if match:
        database = await context.poller.get(match[1], context.not_before)
        if database.status not in _STABLE_STATES:
            return Observation(str(database.status), message=database.message)
    entry = await _find_association(context, params["group_id"], params["datacenter_id"])
    has_left = "from_group_id" not in params or await _find_association(context, params["from_group_id"], params["datacenter_id"]) is None
    if entry is None or not has_left:
        return Observation(_status_text(group.status))
    # Whether every placement proceeds from Accepted to Created is not documented. So an accepted
    # one is polled once more, in case the statuses of group and database lag, and then counts as
    # done.
    newly_accepted = (
        entry.provisioning_status == PcuProvisioningStatus.ACCEPTED and PcuProvisioningStatus.ACCEPTED not in context.previous_statuses
    )
    return Observation(_status_text(entry.provisioning_status), not newly_accepted, entry)


async def _find_association(context: PollContext, group_id: str, datacenter_id: str) -> PcuAssociation | None:
    return next((entry for entry in await list_associations(context.caller, group_id) if entry.datacenter_id == datacenter_id), None)


def _status_text(status: str | None) -> str | None:
    return None if status is None else str(status)


# A group without databases stays CREATED; only its first database makes it ACTIVE.
CREATE_GROUP: Final = OperationKind(
    name="pcu_groups.create",
    params=("group_id",),
    condition=group_has_status("CREATED", "ACTIVE"),
    timeout=30 * MINUTE,
    resource="group_id",
)
PARK_GROUP: Final = OperationKind(
    name="pcu_groups.park", params=("group_id",), condition=group_has_status("PARKED"), timeout=30 * MINUTE, resource="group_id"
)
UNPARK_GROUP: Final = OperationKind(
    name="pcu_groups.unpark",
    params=("group_id",),
    condition=group_has_status("CREATED", "ACTIVE"),
    timeout=30 * MINUTE,
    resource="group_id",
)
ASSOCIATE: Final = OperationKind(
    name="pcu_groups.associate", params=("group_id", "datacenter_id"), condition=is_placed, timeout=60 * MINUTE, resource="datacenter_id"
)
TRANSFER: Final = OperationKind(
    name="pcu_groups.transfer", params=("group_id", "datacenter_id"), condition=is_placed, timeout=60 * MINUTE, resource="datacenter_id"
)
