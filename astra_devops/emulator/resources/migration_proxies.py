"""The migration proxy of a classic database: launched and removed. Nothing is ever proxied."""

from typing import Final

from astra_devops.emulator import replies
from astra_devops.emulator.resources._classic import require_classic
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.world import Handler, Request, World, require


def launch_migration_proxy(world: World, request: Request) -> replies.Reply:
    """Start to launch the proxy. Once it runs, the database offers the action that removes it."""
    database = _find_classic(world, request)
    require(database, "ACTIVE")
    if database.has_migration_proxy:
        raise replies.refusal(409, f"Database {database.id} has a migration proxy already.")
    world.begin(request, database, "launch migration proxy", delay=world.quirks.maintenance_lag)
    return replies.empty(202)


def remove_migration_proxy(world: World, request: Request) -> replies.Reply:
    """Start to remove the proxy."""
    database = _find_classic(world, request)
    require(database, "ACTIVE")
    if not database.has_migration_proxy:
        raise replies.refusal(404, f"Database {database.id} has no migration proxy.")
    world.begin(request, database, "remove migration proxy", delay=world.quirks.maintenance_lag)
    return replies.empty(202)


def _find_classic(world: World, request: Request) -> Database:
    database = world.find_living(request.arguments["databaseID"])
    require_classic(database)
    return database


OPERATIONS: Final[dict[str, Handler]] = {
    "launchMigrationProxy": launch_migration_proxy,
    "removeMigrationProxy": remove_migration_proxy,
}
