"""Conditions of changes to change data capture.

A change is done when the configuration shows it, after the MAINTENANCE that it causes.
"""

from collections.abc import Callable, Iterable
from typing import Final

import orjson

from astra_devops import errors
from astra_devops._rest.endpoints import cdc as endpoints
from astra_devops._rest.models.cdc import CdcConfig, CdcRegion, CdcTable
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext

Names = frozenset[tuple[str, ...]]
"""Tables as (keyspace, table), or regions as (datacenter, cluster, tenant)."""


def table_names(tables: Iterable[CdcTable]) -> Names:
    """Return tables in a form that can be compared."""
    return frozenset((table.keyspace_name, table.table_name) for table in tables)


def region_names(regions: Iterable[CdcRegion]) -> Names:
    """Return the destinations of changes in a form that can be compared."""
    return frozenset((region.datacenter_id, region.streaming_cluster_name, region.streaming_tenant_name) for region in regions)


def format_names(names: Names) -> str:
    """Format names as a parameter of an operation."""
    return orjson.dumps(sorted(names)).decode()


async def is_enabled(context: PollContext, params: Params) -> Observation[CdcConfig]:
    """Check whether the requested tables are captured and their changes go to the regions."""
    return await _compare(context, params, lambda requested, actual: requested <= actual)


async def is_replaced(context: PollContext, params: Params) -> Observation[CdcConfig]:
    """Check whether the captured tables and the regions are exactly the requested ones."""
    return await _compare(context, params, lambda requested, actual: requested == actual)


async def is_disabled(context: PollContext, params: Params) -> Observation[None]:
    """Check whether none of the requested tables is captured."""
    database = await context.poller.get(params["database_id"], context.not_before)
    if database.status != "ACTIVE":
        return Observation(str(database.status), message=database.message)
    config = await _get_config(context, params["database_id"])
    captured_tables = table_names(config.tables) & _parse_names(params["tables"]) if config else None
    return Observation(str(database.status), done=not captured_tables)


async def _compare(context: PollContext, params: Params, matches: Callable[[Names, Names], bool]) -> Observation[CdcConfig]:
    database = await context.poller.get(params["database_id"], context.not_before)
    if database.status != "ACTIVE":
        return Observation(str(database.status), message=database.message)
    config = await _get_config(context, params["database_id"])
    if config is None:
        return Observation(str(database.status))
    tables_match = matches(_parse_names(params["tables"]), table_names(config.tables))
    regions_match = matches(_parse_names(params["regions"]), region_names(config.regions))
    return Observation(str(database.status), tables_match and regions_match, config)


async def _get_config(context: PollContext, database_id: str) -> CdcConfig | None:
    """Fetch the configuration of a database; None if no table is captured."""
    try:
        return (await endpoints.get_cdc(context.caller, database_id=database_id)).value
    except errors.NotFoundError:
        return None


def _parse_names(text: str) -> Names:
    return frozenset(tuple(names) for names in orjson.loads(text))


ENABLE: Final = OperationKind(name="cdc.enable", params=("database_id", "tables"), condition=is_enabled, timeout=10 * MINUTE)
UPDATE: Final = OperationKind(name="cdc.update", params=("database_id", "tables", "regions"), condition=is_replaced, timeout=10 * MINUTE)
DISABLE: Final = OperationKind(name="cdc.disable", params=("database_id", "tables"), condition=is_disabled, timeout=10 * MINUTE)
