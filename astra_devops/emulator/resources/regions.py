"""The regions that databases can be in: two lists, for serverless and for classic databases."""

import itertools
from typing import Final

from astra_devops.emulator import replies
from astra_devops.emulator.resources._capacity import pcu_types, type_document
from astra_devops.emulator.state.catalog import CONTINENTS, LISTED_TIERS, REGIONS, TWICE_LISTED, Region
from astra_devops.emulator.world import Handler, Request, World


def list_serverless_regions(world: World, request: Request) -> replies.Reply:
    """List the regions for serverless databases, once per kind of database; some come twice."""
    region_type = str(request.query.get("region-type", "")).lower()
    kinds = {"": ("serverless",), "all": ("serverless", "vector")}.get(region_type, (region_type,))
    only_enabled = str(request.query.get("filter-by-org", "")).lower() == "enabled"
    regions = []
    for kind, region in ((kind, region) for kind in kinds for region in REGIONS):
        if kind not in ("serverless", "vector") or (kind == "vector" and not region.vector) or (only_enabled and region.reserved):
            continue
        regions.append(_serverless_document(world, region, kind))
        if world.quirks.duplicate_regions and region.name in TWICE_LISTED:
            regions.append(dict(regions[-1]))
    return replies.json(regions)


def _serverless_document(world: World, region: Region, kind: str) -> dict[str, object]:
    in_lower_case = world.quirks.mixed_provider_casing and region.provider == "AWS"
    types = [type_document(name) for name in pcu_types(world)]
    return {
        "classification": region.classification,
        "cloudProvider": region.provider.lower() if in_lower_case else region.provider,
        "displayName": region.display_name,
        "enabled": not region.reserved,
        "name": region.name,
        "region_type": kind,
        "reservedForQualifiedUsers": region.reserved,
        "zone": region.zone,
        **({"pcu_types": types} if world.quirks.pcu_types_in_regions else {}),
    }


def list_available_regions(world: World, request: Request) -> replies.Reply:
    """List tiers, providers and regions for classic databases, with costs and usage."""
    usage: dict[tuple[str, str, str], tuple[int, int]] = {}
    for database in world.organization.databases.values():
        if world.refresh(database).status not in ("TERMINATED", "TERMINATING"):
            place = (database.tier, database.provider, database.region)
            count, units = usage.get(place, (0, 0))
            usage[place] = (count + 1, units + database.capacity_units)
    places = itertools.product(LISTED_TIERS, REGIONS)
    return replies.json(
        [_classic_document(tier, region, *usage.get((tier, region.provider, region.name), (0, 0))) for tier, region in places]
    )


def _classic_document(tier: str, region: Region, databases: int, units: int) -> dict[str, object]:
    cost = 10.0 * int(tier[1:])
    return {
        "tier": tier,
        "description": f"{tier} capacity",
        "cloudProvider": region.provider,
        "region": region.name,
        "regionDisplay": region.display_name,
        "regionContinent": CONTINENTS[region.zone],
        "cost": {
            "costPerMinCents": cost / 60,
            "costPerHourCents": cost,
            "costPerDayCents": cost * 24,
            "costPerMonthCents": cost * 730,
            "costPerMinParkedCents": cost / 600,
            "costPerHourParkedCents": cost / 10,
            "costPerDayParkedCents": cost * 2.4,
            "costPerMonthParkedCents": cost * 73,
            "costPerReadGbCents": 0,
            "costPerWrittenGbCents": 0,
        },
        "databaseCountUsed": databases,
        "databaseCountLimit": 50,
        "capacityUnitsUsed": units,
        "capacityUnitsLimit": 100,
        "defaultStoragePerCapacityUnitGb": 500,
    }


OPERATIONS: Final[dict[str, Handler]] = {
    "listServerlessRegions": list_serverless_regions,
    "listAvailableRegions": list_available_regions,
}
