"""Datacenters of a database: listed, added and terminated."""

from typing import Final

from astra_devops.emulator import replies
from astra_devops.emulator.resources._database_documents import datacenter_document
from astra_devops.emulator.state import catalog
from astra_devops.emulator.world import Handler, Request, World, require

_UNSUPPORTED_PROVIDER: Final = 2000106
"""The service's error id for a datacenter with another provider, or with none."""


def list_datacenters(world: World, request: Request) -> replies.Reply:
    """List the datacenters of a database, with ``all`` including the terminated ones."""
    database = world.find(request.arguments["databaseID"])
    datacenters = database.datacenters if request.query.get("all") else database.living
    return replies.json([datacenter_document(world, database, datacenter) for datacenter in datacenters])


def objections(world: World, body: object) -> list[tuple[int | None, str]]:
    """Return what is wrong with the entries of a request.

    There is an error id for each invalid field, and another one for the provider.

    Also changes the provider to upper case, as in the contract: the service accepts any casing.
    """
    complaints: list[tuple[int | None, str]] = []
    for entry in body if isinstance(body, list) else ():
        if isinstance(entry, dict):
            tier, provider, region = (entry.get(name, "") for name in ("tier", "cloudProvider", "region"))
            complaints += catalog.placement_problems(tier, provider, region)
            if str(provider).upper() not in catalog.PROVIDERS:
                complaints.append((_UNSUPPORTED_PROVIDER, f'provider "{provider}" not supported to add datacenters'))
            else:
                entry["cloudProvider"] = provider.upper()
    return complaints


def add_datacenters(world: World, request: Request) -> replies.Reply:
    """Start to add a datacenter: only one per request, although the body is an array."""
    database = world.find_living(request.arguments["databaseID"])
    entries = request.body if isinstance(request.body, list) else []
    if len(entries) != 1:
        raise replies.refusal(400, f"One region can be added at a time, not {len(entries)}.")
    provider, region = entries[0]["cloudProvider"], entries[0]["region"]
    if provider != database.provider:
        return replies.errors(422, (_UNSUPPORTED_PROVIDER, f'provider "{provider}" not supported to add datacenters'))
    if any(datacenter.region == region for datacenter in database.living):
        raise replies.refusal(400, f"Database {database.id} has a datacenter in {region} already.")
    require(database, "ACTIVE")
    world.begin(request, database, "add datacenter", region, delay=world.quirks.maintenance_lag)
    return replies.empty(201)


def terminate_datacenter(world: World, request: Request) -> replies.Reply:
    """Start to terminate a datacenter, unless it is the last one."""
    database, datacenter_id = world.find_living(request.arguments["databaseID"]), request.arguments["datacenterID"]
    if not any(datacenter.id == datacenter_id for datacenter in database.living):
        raise replies.refusal(404, f"Database {database.id} has no datacenter {datacenter_id}.")
    if len(database.living) == 1:
        raise replies.refusal(400, "The last datacenter can only be terminated with its database.")
    require(database, "ACTIVE")
    world.begin(request, database, "terminate datacenter", datacenter_id, delay=world.quirks.maintenance_lag)
    return replies.empty(202)


OPERATIONS: Final[dict[str, Handler]] = {
    "listDatacenters": list_datacenters,
    "addDatacenters": add_datacenters,
    "terminateDatacenter": terminate_datacenter,
}
