"""Adding and dropping keyspaces, and what else is done to one."""

import re

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.world import Handler, Request, World, require

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,47}")
RESERVED = ("dse", "system")


def objection_to_name(name: object) -> str | None:
    """Say why a keyspace cannot have a name, or None if it can. Names are case-sensitive."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return f"invalid keyspace name {name!r}"
    return f"keyspace name {name!r} is reserved" if name.lower() in RESERVED else None


def add_keyspace(world: World, request: Request) -> replies.Reply:
    """Start to add a keyspace; it shows in the database when that is ACTIVE again."""
    database, name = world.find_living(request.arguments["databaseID"]), spelled(world, request.arguments["keyspaceName"])
    objection = objection_to_name(name)
    if objection is not None:
        raise replies.refusal(422, objection)
    require(database, "ACTIVE")
    if name in database.keyspaces:
        raise replies.refusal(409, f"Keyspace {name} exists already.")
    world.begin(request, database, "add keyspace", name, delay=world.quirks.maintenance_lag)
    return replies.empty(201)


def remove_keyspace(world: World, request: Request) -> replies.Reply:
    """Start to drop a keyspace: 202 if it is there, 204 if not."""
    database, name = world.find_living(request.arguments["databaseID"]), spelled(world, request.arguments["keyspaceName"])
    require(database, "ACTIVE")
    if name not in database.keyspaces:
        return replies.empty(204)
    world.begin(request, database, "drop keyspace", name, delay=world.quirks.maintenance_lag)
    return replies.empty(202)


def alter_keyspace_with_graph_engine(world: World, request: Request) -> replies.Reply:
    """Start to enable the graph engine on a keyspace; 204 if it is enabled already."""
    database, name = _of_keyspace(world, request)
    if name in database.graphs:
        return replies.empty(204)
    world.begin(request, database, "enable graph", name)
    return replies.empty(202)


def create_solr_index(world: World, request: Request) -> replies.Reply:
    """Start to make a Solr core for a table of a classic database.

    The emulator knows no tables, so any name will do.
    """
    database, _ = _of_keyspace(world, request)
    if database.serverless:
        raise replies.refusal(400, f"Database {database.id} is serverless; this operation is for classic databases.")
    world.begin(request, database, "create solr core", request.arguments["tableName"])
    return replies.empty(202)


def spelled(world: World, name: str) -> str:
    """Spell a name as it is kept."""
    return name if world.quirks.case_sensitive_keyspaces else name.lower()


def _of_keyspace(world: World, request: Request) -> tuple[Database, str]:
    database, name = world.find_living(request.arguments["databaseID"]), spelled(world, request.arguments["keyspaceName"])
    if name not in database.keyspaces:
        raise replies.refusal(400, f"Database {database.id} has no keyspace {name}.")
    require(database, "ACTIVE")
    return database, name


OPERATIONS: dict[str, Handler] = {
    "addKeyspace": add_keyspace,
    "removeKeyspace": remove_keyspace,
    "alterKeyspaceWithGraphEngine": alter_keyspace_with_graph_engine,
    "createSolrIndex": create_solr_index,
}
