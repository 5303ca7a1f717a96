"""Conditions of changes to change data capture.

A change is done when the configuration shows it, after the MAINTENANCE that it causes.
"""

from collections.abc import Callable, Iterable
from typing import Final

from astra_devops import errors
from astra_devops._json_bytes import codec
from astra_devops._rest.endpoints import cdc as endpoints
from astra_devops._rest.models.cdc import CdcConfig, CdcRegion, CdcTable
from astra_devops.operations.conditions._active import Effect, active_with_effect
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
    return codec.dumps(sorted(names)).decode()


async def is_enabled(context: PollContext, params: Params) -> Observation[CdcConfig]:
    """Check whether the requested tables are captured and their changes go to the regions."""
    return await _compare(context, params, lambda requested, actual: requested <= actual)


async def is_replaced(context: PollContext, params: Params) -> Observation[CdcConfig]:
    """Check whether the captured tables and the regions are exactly the requested ones."""
    return await _compare(context, params, lambda requested, actual: requested == actual)


async def is_disabled(context: PollContext, params: Params) -> Observation[None]:
    """Check whether none of the requested tables is captured."""
    tables = _parse_names(params["tables"])

    async def read_effect() -> Effect[None]:
        config = await _get_config(context, params["database_id"])
        return Effect(config is None or not table_names(config.tables or ()) & tables)

    return await active_with_effect(context, params["database_id"], read_effect)


async def _compare(context: PollContext, params: Params, matches: Callable[[Names, Names], bool]) -> Observation[CdcConfig]:
    tables, regions = _parse_names(params["tables"]), _parse_names(params["regions"])

    async def read_effect() -> Effect[CdcConfig]:
        config = await _get_config(context, params["database_id"])
        if config is None:
            return Effect(False)
        return Effect(matches(tables, table_names(config.tables or ())) and matches(regions, region_names(config.regions or ())), config)

    return await active_with_effect(context, params["database_id"], read_effect)


async def _get_config(context: PollContext, database_id: str) -> CdcConfig | None:
    """Fetch the configuration of a database; None if no table is captured."""
    try:
        return (await endpoints.get_cdc(context.caller, database_id=database_id)).value
    except errors.NotFoundError:
        return None


def _parse_names(text: str) -> Names:
    return frozenset(tuple(names) for names in codec.loads(text))


def _parse_params(params: Params) -> None:
    for name in {"tables", "regions"} & params.keys():
        names = _parse_names(params[name])
        if not names or not all(isinstance(part, str) for parts in names for part in parts):
            raise ValueError(f"{name} must be lists of strings")


_PARAMS: Final = ("database_id", "tables", "regions")
ENABLE: Final = OperationKind(name="cdc.enable", condition=is_enabled, timeout=10 * MINUTE, params=_PARAMS, parse=_parse_params)
UPDATE: Final = OperationKind(name="cdc.update", condition=is_replaced, timeout=10 * MINUTE, params=_PARAMS, parse=_parse_params)
DISABLE: Final = OperationKind(
    name="cdc.disable", condition=is_disabled, timeout=10 * MINUTE, params=("database_id", "tables"), parse=_parse_params
)
