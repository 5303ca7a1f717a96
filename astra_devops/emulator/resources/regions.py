"""Where databases can be: the two region lists."""

import itertools

from astra_devops.emulator import replies
from astra_devops.emulator.resources._capacity import type_document, types
from astra_devops.emulator.state.catalog import CONTINENTS, LISTED_TIERS, REGIONS, TWICE_LISTED, Region
from astra_devops.emulator.world import Handler, Request, World


def list_serverless_regions(world: World, request: Request) -> replies.Reply:
    """List the regions for serverless databases: once per kind of database, and some of them twice."""
    wanted = str(request.query.get("region-type", "")).lower()
    kinds = {"": ("serverless",), "all": ("serverless", "vector")}.get(wanted, (wanted,))
    mine = str(request.query.get("filter-by-org", "")).lower() == "enabled"
    listed = []
    for kind, region in ((kind, region) for kind in kinds for region in REGIONS):
        if kind not in ("serverless", "vector") or (kind == "vector" and not region.vector) or (mine and region.reserved):
            continue
        listed.append(_serverless(world, region, kind))
        if world.quirks.duplicate_regions and region.name in TWICE_LISTED:
            listed.append(dict(listed[-1]))
    return replies.json(listed)


def _serverless(world: World, region: Region, kind: str) -> dict[str, object]:
    lower = world.quirks.mixed_provider_casing and region.provider == "AWS"
    offered = [type_document(region.provider, region.name, name) for name in types(world)]
    return {
        "classification": region.classification,
        "cloudProvider": region.provider.lower() if lower else region.provider,
        "displayName": region.display_name,
        "enabled": not region.reserved,
        "name": region.name,
        "region_type": kind,
        "reservedForQualifiedUsers": region.reserved,
        "zone": region.zone,
        **({"pcu_types": offered} if world.quirks.pcu_types_in_regions else {}),
    }


def list_available_regions(world: World, request: Request) -> replies.Reply:
    """List the combinations of tier, provider and region for classic databases, with what they cost and how many are in use."""
    used: dict[tuple[str, str, str], tuple[int, int]] = {}
    for database in world.organization.databases.values():
        if world.refresh(database).status not in ("TERMINATED", "TERMINATING"):
            place = (database.tier, database.provider, database.region)
            count, units = used.get(place, (0, 0))
            used[place] = (count + 1, units + database.capacity_units)
    places = itertools.product(LISTED_TIERS, REGIONS)
    return replies.json([_classic(tier, region, *used.get((tier, region.provider, region.name), (0, 0))) for tier, region in places])


def _classic(tier: str, region: Region, databases: int, units: int) -> dict[str, object]:
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
        },
        "databaseCountUsed": databases,
        "databaseCountLimit": 50,
        "capacityUnitsUsed": units,
        "capacityUnitsLimit": 100,
        "defaultStoragePerCapacityUnitGb": 500,
    }


OPERATIONS: dict[str, Handler] = {
    "listServerlessRegions": list_serverless_regions,
    "listAvailableRegions": list_available_regions,
}
