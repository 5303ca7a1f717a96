"""What changes of change data capture are waited for: the database goes into MAINTENANCE for them, and the configuration shows them."""

from collections.abc import Callable, Iterable
from typing import Final

import orjson

from astra_devops import errors
from astra_devops._rest.endpoints import cdc as endpoints
from astra_devops._rest.models.cdc import CdcConfig, CdcRegion, CdcTable
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext

Names = frozenset[tuple[str, ...]]
"""Tables as keyspace and table; regions as datacenter, cluster and tenant."""


def tables_of(tables: Iterable[CdcTable]) -> Names:
    """Name tables so that they can be compared."""
    return frozenset((table.keyspace_name, table.table_name) for table in tables)


def regions_of(regions: Iterable[CdcRegion]) -> Names:
    """Name where changes go so that it can be compared."""
    return frozenset((region.datacenter_id, region.streaming_cluster_name, region.streaming_tenant_name) for region in regions)


def spelled(names: Names) -> str:
    """Write names into a parameter of an operation."""
    return orjson.dumps(sorted(names)).decode()


async def config_of(context: PollContext, database_id: str) -> CdcConfig | None:
    """Read what is captured of a database; None if nothing is."""
    try:
        return (await endpoints.get_cdc(context.caller, database_id=database_id)).value
    except errors.NotFoundError:
        return None


async def captured(context: PollContext, params: Params) -> Observation[CdcConfig]:
    """Reached once the tables are captured and go where they were meant to."""
    return await _compared(context, params, lambda wanted, found: wanted <= found)


async def replaced(context: PollContext, params: Params) -> Observation[CdcConfig]:
    """Reached once these tables are captured and no others, and go where they were meant to and nowhere else."""
    return await _compared(context, params, lambda wanted, found: wanted == found)


async def released(context: PollContext, params: Params) -> Observation[None]:
    """Reached once none of the tables is captured."""
    database = await context.poller.see(params["database_id"], context.not_before)
    if database.status != "ACTIVE":
        return Observation(str(database.status), message=database.message)
    config = await config_of(context, params["database_id"])
    left = tables_of(config.tables) & _read(params["tables"]) if config else None
    return Observation(str(database.status), done=not left)


async def _compared(context: PollContext, params: Params, fits: Callable[[Names, Names], bool]) -> Observation[CdcConfig]:
    database = await context.poller.see(params["database_id"], context.not_before)
    if database.status != "ACTIVE":
        return Observation(str(database.status), message=database.message)
    config = await config_of(context, params["database_id"])
    if config is None:
        return Observation(str(database.status))
    fitting = fits(_read(params["tables"]), tables_of(config.tables)) and fits(_read(params["regions"]), regions_of(config.regions))
    return Observation(str(database.status), fitting, config)


def _read(text: str) -> Names:
    return frozenset(tuple(names) for names in orjson.loads(text))


ENABLE: Final = OperationKind(name="cdc.enable", condition=captured, timeout=600.0)
UPDATE: Final = OperationKind(name="cdc.update", condition=replaced, timeout=600.0)
DISABLE: Final = OperationKind(name="cdc.disable", condition=released, timeout=600.0)
