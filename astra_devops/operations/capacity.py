"""PCU groups as they are: what their resource, their waits, and the creation of a database in one have in common."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import pcu_groups as endpoints
from astra_devops._rest.models.pcu_groups import PcuAssociation, PcuGroup, PcuGroupGetRequest, PcuGroupUpdateRequest
from astra_devops._runtime.caller import Caller

_HOW_TO_LIST: Final = "pcu_groups.list() tells which groups there are"


async def get_group(caller: Caller, group_id: str) -> PcuGroup:
    """Read one group.

    Raises:
        NotFoundError: there is none; the service says so by 404, and would by leaving it out.
    """
    answer = await endpoints.pcu_get(caller, body=PcuGroupGetRequest(pcu_group_uuids=[group_id]))
    for group in answer.value or ():
        if group.id.lower() == group_id.lower():
            return group
    message = f"pcuGet answered {answer.status} without the PCU group {group_id}"
    raise errors.NotFoundError(
        message, operation="pcuGet", status=answer.status, headers=answer.headers, request_id=answer.request_id, attempts=answer.attempts
    )


def as_it_is(group: PcuGroup) -> PcuGroupUpdateRequest:
    """Say everything about a group that an update can say: the service loses what an update leaves out."""
    return PcuGroupUpdateRequest(
        pcu_group_uuid=group.id,
        title=group.title,
        instance_type=group.instance_type,
        provision_type=group.provision_type,
        min=group.min,
        max=group.max,
        # A reserve of zero is left out when the service writes a group, and zero is what it takes a
        # missing one for.
        reserved=group.reserved or 0,
        description=group.description,
    )


async def associations_of(caller: Caller, group_id: str) -> list[PcuAssociation]:
    """List the datacenters of a group.

    One without any answers 404, as one that does not exist: here both have none.
    """
    try:
        return (await endpoints.pcu_association_get(caller, group_id=group_id)).value
    except errors.NotFoundError:
        return []


async def check_placement(caller: Caller, group_id: str, provider: str, region: str) -> None:
    """Check that a new database can be placed in a group: the service takes any id, and a wrong one leaves a broken database.

    A token that may create databases need not be allowed to see groups; then nobody can tell, and
    the service has to.

    Raises:
        ValueError: there is no such group, or it is elsewhere.
    """
    try:
        group = await get_group(caller, group_id)
    except errors.NotFoundError:
        raise ValueError(f"pcu_group_id {group_id!r} names no PCU group of this organization; {_HOW_TO_LIST}") from None
    except errors.PermissionDeniedError:
        return
    wanted, there = (provider, region), (group.cloud_provider or provider, group.region or region)
    if [part.lower() for part in there] != [part.lower() for part in wanted]:
        raise ValueError(f"pcu_group_id {group_id!r} names a PCU group in {' '.join(there)}, not in {' '.join(wanted)}; {_HOW_TO_LIST}")
