"""Launching and removing the migration proxy of a classic database. Nothing is ever proxied."""

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.world import Handler, Request, World, require


def launch_migration_proxy(world: World, request: Request) -> replies.Reply:
    """Start to launch the proxy; when it is there, the database offers to remove it."""
    database = _classic(world, request)
    require(database, "ACTIVE")
    if database.has_migration_proxy:
        raise replies.refusal(409, f"Database {database.id} has a migration proxy already.")
    world.begin(request, database, "launch migration proxy", delay=world.quirks.maintenance_lag)
    return replies.empty(202)


def remove_migration_proxy(world: World, request: Request) -> replies.Reply:
    """Start to remove the proxy."""
    database = _classic(world, request)
    require(database, "ACTIVE")
    if not database.has_migration_proxy:
        raise replies.refusal(404, f"Database {database.id} has no migration proxy.")
    world.begin(request, database, "remove migration proxy", delay=world.quirks.maintenance_lag)
    return replies.empty(202)


def _classic(world: World, request: Request) -> Database:
    database = world.find_living(request.arguments["databaseID"])
    if database.serverless:
        raise replies.refusal(400, f"Database {database.id} is serverless; this operation is for classic databases.")
    return database


OPERATIONS: dict[str, Handler] = {
    "launchMigrationProxy": launch_migration_proxy,
    "removeMigrationProxy": remove_migration_proxy,
}
