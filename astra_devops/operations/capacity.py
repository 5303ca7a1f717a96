"""PCU groups: what their resource, their conditions and the creation of databases share."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import pcu_groups as endpoints
from astra_devops._rest.models.pcu_groups import PcuAssociation, PcuGroup
from astra_devops._rest.models.pcu_groups_requests import PcuGroupGetRequest, PcuGroupUpdateRequest
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller

LARGEST_UNITS: Final = 2**31 - 1
_HOW_TO_LIST: Final = "pcu_groups.list() lists the groups"


async def get_group(caller: Caller, group_id: str) -> PcuGroup:
    """Fetch one group.

    Raises:
        NotFoundError: The group does not exist. The service answers 404; an answer without the
            group would mean the same.
    """
    answer = await endpoints.pcu_get(caller, body=PcuGroupGetRequest(pcu_group_uuids=[group_id]))
    for group in answer.value or ():
        if group.id.lower() == group_id.lower():
            return group
    message = f"pcuGet answered {answer.status} without the PCU group {group_id}"
    raise errors.NotFoundError(
        message, operation="pcuGet", status=answer.status, headers=answer.headers, request_id=answer.request_id, attempts=answer.attempts
    )


def full_update(group: PcuGroup) -> PcuGroupUpdateRequest:
    """Return an update with all fields of a group: the service loses what an update leaves out."""
    return PcuGroupUpdateRequest(
        pcu_group_uuid=group.id,
        title=group.title,
        instance_type=group.instance_type,
        provision_type=group.provision_type,
        min=group.min,
        max=group.max,
        # The service leaves a reserve of zero and an empty description out of its answers.
        reserved=group.reserved or 0,
        description=group.description or "",
    )


def check_capacity(min: int | None, max: int | None, reserved: int | None) -> None:
    """Check the given parts of a capacity, by the rule of the vendor's Terraform provider."""
    for name, value, least in (("reserved", reserved, 0), ("min", min, 1), ("max", max, 1)):
        if value is not None:
            checks.integer(value, name, least, LARGEST_UNITS)
    values = [(name, value) for name, value in (("reserved", reserved), ("min", min), ("max", max)) if value is not None]
    if sorted(values, key=lambda pair: pair[1]) != values:
        raise ValueError(f"0 <= reserved <= min <= max must hold, not {', '.join(f'{name} = {value}' for name, value in values)}")


async def list_associations(caller: Caller, group_id: str) -> list[PcuAssociation]:
    """List the datacenters of a group.

    The service answers 404 for a group that does not exist, and perhaps for one without
    datacenters; the result is an empty list for both.
    """
    try:
        return (await endpoints.pcu_association_get(caller, group_id=group_id)).value
    except errors.NotFoundError:
        return []


async def check_placement(caller: Caller, group_id: str, provider: str, region: str) -> None:
    """Check that a new database can be placed in a group.

    The service accepts any id, and a wrong one leaves a broken database. A token that may create
    databases need not have the permission to read groups; without it, nothing is checked here.

    Raises:
        ValueError: The group does not exist, or is in another provider or region.
    """
    try:
        group = await get_group(caller, group_id)
    except errors.NotFoundError:
        raise ValueError(f"pcu_group_id must be a PCU group of this organization, but {group_id!r} is none; {_HOW_TO_LIST}") from None
    except errors.PermissionDeniedError:
        return
    database_place, group_place = (provider, region), (group.cloud_provider or provider, group.region or region)
    if [part.lower() for part in group_place] != [part.lower() for part in database_place]:
        requested, actual = " ".join(database_place), " ".join(group_place)
        raise ValueError(f"pcu_group_id must be a PCU group in {requested}, and {group_id!r} is in {actual}; {_HOW_TO_LIST}")
