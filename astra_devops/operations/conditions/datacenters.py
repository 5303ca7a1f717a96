"""Conditions of operations on a datacenter."""

from typing import Final

from astra_devops._rest.endpoints import datacenters as endpoints
from astra_devops._rest.models.common import Datacenter
from astra_devops._rest.models.databases import Database
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext


async def is_created(context: PollContext, params: Params) -> Observation[Datacenter]:
    """Check whether the region has a datacenter and the database is out of MAINTENANCE."""
    database, datacenters = await _get_datacenters(context, params)
    requested_place = (params["cloud_provider"].lower(), params["region"].lower())
    for datacenter in datacenters:
        # In practice the service leaves a datacenter's status empty.
        is_active = datacenter.status in ("", "ACTIVE", None)
        if is_active and ((datacenter.cloud_provider or "").lower(), (datacenter.region or "").lower()) == requested_place:
            return Observation(str(database.status), done=True, value=datacenter)
    return Observation(str(database.status), message=database.message)


async def is_terminated(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the datacenter is no longer listed and the database is out of MAINTENANCE."""
    database, datacenters = await _get_datacenters(context, params)
    listed = any(datacenter.id == params["datacenter_id"] and datacenter.status != "TERMINATED" for datacenter in datacenters)
    return Observation(str(database.status), database.status == "ACTIVE" and not listed, message=database.message)


async def _get_datacenters(context: PollContext, params: Params) -> tuple[Database, list[Datacenter]]:
    """Fetch the database and, once it is ACTIVE, its datacenters, which do not matter before."""
    database = await context.poller.get(params["database_id"], context.not_before)
    if database.status != "ACTIVE":
        return database, []
    return database, (await endpoints.list_datacenters(context.caller, database_id=database.id)).value


CREATE: Final = OperationKind(
    name="datacenters.create", params=("database_id", "cloud_provider", "region"), condition=is_created, timeout=60 * MINUTE
)
TERMINATE: Final = OperationKind(
    name="datacenters.terminate",
    params=("database_id", "datacenter_id"),
    condition=is_terminated,
    timeout=60 * MINUTE,
    resource="datacenter_id",
)
