"""When an operation on a datacenter has had its effect."""

from typing import Final

from astra_devops._rest.endpoints import datacenters as endpoints
from astra_devops._rest.models.common import Datacenter
from astra_devops._rest.models.databases import Database
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext

_TIMEOUT: Final = 60 * 60.0


async def is_there(context: PollContext, params: Params) -> Observation[Datacenter]:
    """Reached once the region has a datacenter and the database is out of MAINTENANCE."""
    database, datacenters = await _datacenters(context, params)
    wanted = (params["cloud_provider"].lower(), params["region"].lower())
    for datacenter in datacenters:
        # In practice the service leaves a datacenter's status empty.
        at_work = datacenter.status in ("", "ACTIVE", None)
        if at_work and ((datacenter.cloud_provider or "").lower(), (datacenter.region or "").lower()) == wanted:
            return Observation(str(database.status), done=True, value=datacenter)
    return Observation(str(database.status), message=database.message)


async def is_gone(context: PollContext, params: Params) -> Observation[None]:
    """Reached once the datacenter is no longer listed and the database is out of MAINTENANCE."""
    database, datacenters = await _datacenters(context, params)
    still = any(datacenter.id == params["datacenter_id"] and datacenter.status != "TERMINATED" for datacenter in datacenters)
    return Observation(str(database.status), database.status == "ACTIVE" and not still, message=database.message)


async def _datacenters(context: PollContext, params: Params) -> tuple[Database, list[Datacenter]]:
    """See the database, and its datacenters once it is ACTIVE: before that they do not matter."""
    database = await context.poller.see(params["database_id"], context.not_before)
    if database.status != "ACTIVE":
        return database, []
    return database, (await endpoints.list_datacenters(context.caller, database_id=database.id)).value


CREATE: Final = OperationKind(name="datacenters.create", condition=is_there, timeout=_TIMEOUT)
TERMINATE: Final = OperationKind(name="datacenters.terminate", condition=is_gone, timeout=_TIMEOUT, resource="datacenter_id")
