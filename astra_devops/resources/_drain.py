"""Moving all datacenters of a PCU group to another group."""

from collections.abc import Awaitable, Callable, Sequence

from astra_devops._rest.models.pcu_groups import PcuAssociation
from astra_devops._runtime.details import add_detail
from astra_devops.operations.handle import AsyncOperation


async def drain(
    associations: Sequence[PcuAssociation], transfer: Callable[[str], Awaitable[AsyncOperation[PcuAssociation]]]
) -> list[PcuAssociation]:
    """Move datacenters one after another. An error names those that have moved before it."""
    moved: list[PcuAssociation] = []
    for association in associations:
        try:
            operation = await transfer(str(association.datacenter_id))
            moved.append(await operation.wait())
        except BaseException as error:
            done = ", ".join(str(entry.datacenter_id) for entry in moved) or "none"
            add_detail(error, f"while moving {association.datacenter_id}; moved before it: {done}")
            raise
    return moved
