"""Listing, adding and terminating the datacenters of a database."""

from astra_devops.emulator import replies
from astra_devops.emulator.resources._database_documents import datacenter_document
from astra_devops.emulator.state import catalog
from astra_devops.emulator.world import Handler, Request, World, require

UNDERFILLED = 2000106


def list_datacenters(world: World, request: Request) -> replies.Reply:
    """List the datacenters of a database, the terminated ones only if asked for."""
    database = world.find(request.arguments["databaseID"])
    listed = database.datacenters if request.query.get("all") else database.living
    return replies.json([datacenter_document(world, database, datacenter) for datacenter in listed])


def objections(world: World, body: object) -> list[tuple[int | None, str]]:
    """Say what is wrong with an entry that is not filled in: one id for each field, and one more for the provider."""
    found: list[tuple[int | None, str]] = []
    for entry in body if isinstance(body, list) else ():
        if isinstance(entry, dict):
            tier, provider, region = (entry.get(name, "") for name in ("tier", "cloudProvider", "region"))
            found += catalog.placement_problems(tier, provider, region)
            if str(provider).upper() not in catalog.PROVIDERS:
                found.append((UNDERFILLED, f'provider "{provider}" not supported to add datacenters'))
            else:
                entry["cloudProvider"] = provider.upper()
    return found


def add_datacenters(world: World, request: Request) -> replies.Reply:
    """Start to add a datacenter: one at a call, although the body is an array."""
    database = world.find_living(request.arguments["databaseID"])
    entries = request.body if isinstance(request.body, list) else []
    if len(entries) != 1:
        raise replies.refusal(400, f"One region can be added at a time, not {len(entries)}.")
    provider, region = entries[0]["cloudProvider"], entries[0]["region"]
    if provider != database.provider:
        return replies.errors(422, (UNDERFILLED, f'provider "{provider}" not supported to add datacenters'))
    if any(datacenter.region == region for datacenter in database.living):
        raise replies.refusal(400, f"Database {database.id} has a datacenter in {region} already.")
    require(database, "ACTIVE")
    world.begin(request, database, "add datacenter", region, delay=world.quirks.maintenance_lag)
    return replies.empty(201)


def terminate_datacenter(world: World, request: Request) -> replies.Reply:
    """Start to terminate a datacenter that is not the last one."""
    database, datacenter_id = world.find_living(request.arguments["databaseID"]), request.arguments["datacenterID"]
    if not any(datacenter.id == datacenter_id for datacenter in database.living):
        raise replies.refusal(404, f"Database {database.id} has no datacenter {datacenter_id}.")
    if len(database.living) == 1:
        raise replies.refusal(400, "The last datacenter goes only with its database.")
    require(database, "ACTIVE")
    world.begin(request, database, "terminate datacenter", datacenter_id, delay=world.quirks.maintenance_lag)
    return replies.empty(202)


OPERATIONS: dict[str, Handler] = {
    "listDatacenters": list_datacenters,
    "addDatacenters": add_datacenters,
    "terminateDatacenter": terminate_datacenter,
}
