"""Keyspaces: added, dropped and changed."""

import re
from typing import Final

from astra_devops.emulator import replies
from astra_devops.emulator.resources._classic import require_classic
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.world import Handler, Request, World, assumed_conflict, require

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,47}")
_RESERVED: Final = ("dse", "system")


def objection_to_name(name: object) -> str | None:
    """Return why a keyspace cannot have a name, or None if it can."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"invalid keyspace name {name!r}"
    return f"keyspace name {name!r} is reserved" if name.lower() in _RESERVED else None


def add_keyspace(world: World, request: Request) -> replies.Reply:
    """Start to add a keyspace. It shows in the database once that is ACTIVE again."""
    database, name = world.find_living(request.arguments["databaseID"]), stored_name(world, request.arguments["keyspaceName"])
    objection = objection_to_name(name)
    if objection is not None:
        raise replies.refusal(422, objection)
    require(database, "ACTIVE")
    if name in database.keyspaces:
        raise replies.refusal(409, f"Keyspace {name} exists already.")
    world.begin(request, database, "add keyspace", name, delay=world.quirks.maintenance_lag)
    return replies.empty(201)


def remove_keyspace(world: World, request: Request) -> replies.Reply:
    """Start to drop a keyspace: 202 if it exists, 204 if not."""
    database, name = world.find_living(request.arguments["databaseID"]), stored_name(world, request.arguments["keyspaceName"])
    require(database, "ACTIVE")
    if name not in database.keyspaces:
        return replies.empty(204)
    world.begin(request, database, "drop keyspace", name, delay=world.quirks.maintenance_lag)
    return replies.empty(202)


def alter_keyspace_with_graph_engine(world: World, request: Request) -> replies.Reply:
    """Start to enable the graph engine on a keyspace; 204 if it is enabled already."""
    database, name = _find(world, request)
    if name in database.graphs:
        return replies.empty(204)
    world.begin(request, database, "enable graph", name)
    return replies.empty(202)


def create_solr_index(world: World, request: Request) -> replies.Reply:
    """Start to create a Solr core for a table of a classic database.

    The emulator has no tables, so it accepts any name.
    """
    database, _ = _find(world, request)
    require_classic(database)
    world.begin(request, database, "create solr core", request.arguments["tableName"])
    return replies.empty(202)


def stored_name(world: World, name: str) -> str:
    """Return a name as the service stores it.

    Without the quirk ``case_sensitive_keyspaces``, that is in lower case.
    """
    return name if world.quirks.case_sensitive_keyspaces else name.lower()


def _find(world: World, request: Request) -> tuple[Database, str]:
    """Find an idle database and the name of one of its keyspaces."""
    database, name = world.find_living(request.arguments["databaseID"]), stored_name(world, request.arguments["keyspaceName"])
    if name not in database.keyspaces:
        raise replies.refusal(400, f"Database {database.id} has no keyspace {name}.")
    require(database, "ACTIVE", status=assumed_conflict(world))
    return database, name


OPERATIONS: Final[dict[str, Handler]] = {
    "addKeyspace": add_keyspace,
    "removeKeyspace": remove_keyspace,
    "alterKeyspaceWithGraphEngine": alter_keyspace_with_graph_engine,
    "createSolrIndex": create_solr_index,
}
