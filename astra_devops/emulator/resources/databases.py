"""Creating, reading, listing, changing and terminating databases."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import orjson

from astra_devops.emulator import replies
from astra_devops.emulator.resources import _permissions
from astra_devops.emulator.resources._capacity import UNKNOWN_GROUP, Capacity, join_at_birth
from astra_devops.emulator.resources._database_documents import database_document
from astra_devops.emulator.resources.keyspaces import objection_to_name, spelled
from astra_devops.emulator.state import catalog
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import STATUSES
from astra_devops.emulator.time.instants import Instant
from astra_devops.emulator.world import Handler, Request, World, as_object, require, unknown_database

PAGE = 25
LARGEST_PAGE = 100
REMEMBERED_MISSES = 1_000
DEFAULT_KEYSPACE = "default_keyspace"
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9&+\-_()<>.,@ ]{0,48}[A-Za-z0-9])")
ALL_PROVIDERS = ("ALL", *catalog.PROVIDERS)
TERMINABLE = ("ACTIVE", "PENDING", "INITIALIZING", "PREPARED", "ERROR", "PARKED", "SUSPENDED", "HIBERNATED", "DEGRADED", "UNKNOWN")


@store("unknown_database_ids")
@attrs.define
class UnknownIds:
    """The ids that were last asked for in vain, each with the time (of the emulator's clock) when it was."""

    by_id: dict[str, Instant] = attrs.field(factory=dict)


def list_databases(world: World, request: Request) -> replies.Reply:
    """Give one page of databases: those behind ``starting_after`` that the filters let through."""
    asked = int(request.query.get("limit", PAGE))
    if asked < 1 or (asked > LARGEST_PAGE and not world.quirks.clamp_page_limit):
        raise replies.refusal(400, f"limit must be from 1 to {LARGEST_PAGE}, not {asked}")
    start = request.query.get("starting_after")
    behind = world.organization.after(None if start is None else str(start))
    if behind is None:
        raise replies.refusal(400, f"starting_after: no database has the id {start}")
    page = itertools.islice(_shown(world, request, behind), min(asked, LARGEST_PAGE))
    return replies.json([database_document(world, database) for database in page])


def _shown(world: World, request: Request, databases: Iterator[Database]) -> Iterator[Database]:
    include = str(request.query.get("include", "nonterminated")).lower()
    provider = str(request.query.get("provider", "ALL")).upper()
    if not world.quirks.ignore_unknown_filters and not (
        include.upper() in STATUSES | {"ALL", "NONTERMINATED"} and provider in ALL_PROVIDERS
    ):
        raise replies.refusal(400, "include and provider must have one of their documented values")
    everywhere = provider not in catalog.PROVIDERS
    now = world.clock.monotonic()
    visible = _permissions.visible(world, request.token, "org-db-view")
    stale = world.faults.staleness_of(request.operation.id)
    for database in databases:
        if database.listed_from > now or not (everywhere or database.provider == provider):
            continue
        if visible is not None and database.id not in visible:
            continue
        known = world.refresh(database) if stale is None else world.stale_copy(database, stale)
        if known is None or world.is_gone(known):
            continue
        if _included(known.status, include):
            yield known


def _included(status: str, include: str) -> bool:
    """Tell whether a filter lets a state through.

    A value that the service does not know is as good as none.
    """
    if include.upper() in STATUSES:
        return status == include.upper()
    return include == "all" or status != "TERMINATED"


def objections(world: World, body: object) -> list[tuple[int | None, str]]:
    """Say what is wrong with where a database shall be, and spell the provider as the contract does: any casing is taken."""
    if not isinstance(body, dict):
        return []
    complaints = catalog.placement_problems(body.get("tier", ""), body.get("cloudProvider", ""), body.get("region", ""))
    if not complaints:
        body["cloudProvider"] = body["cloudProvider"].upper()
    return complaints


def create_database(world: World, request: Request) -> replies.Reply:
    """Accept a new database. The name may be taken already: names are not unique."""
    body = as_object(request.body)
    keyspace = spelled(world, body.get("keyspace") or (DEFAULT_KEYSPACE if world.quirks.default_keyspace else ""))
    complaints: list[tuple[int | None, str]] = []
    if not NAME.fullmatch(body["name"]):
        complaints.append((None, f"invalid database name {body['name']!r}"))
    if not world.quirks.duplicate_names and any(_named(world, body["name"])):
        complaints.append((None, f"database name {body['name']!r} is in use"))
    objection = objection_to_name(keyspace) if keyspace else None
    if objection is not None:
        complaints.append((None, objection))
    group_id = body.get("pcuGroupUUID")
    if group_id and not world.quirks.unchecked_pcu_groups and group_id not in world.store(Capacity).groups:
        complaints.append((UNKNOWN_GROUP, f"PCU group {group_id} could not be found."))
    if complaints:
        return replies.errors(422, *complaints)
    database = place_database(world, body, owner=request.token.client_id)
    database.keyspace = keyspace or None
    database.early_404s = world.faults.early_404s
    database.listed_from = world.clock.monotonic() + world.faults.listing_delay
    world.begin(request, database, "create in group" if database.pcu_group_id else "create", keyspace)
    if database.pcu_group_id:
        join_at_birth(world, database, request.token.client_id)
    body_too = b"" if world.quirks.created_without_body else orjson.dumps({"id": database.id})
    return replies.Reply(201, body_too, headers={"Location": database.id})


def _named(world: World, name: str) -> Iterator[Database]:
    """Find the living databases of a name."""
    for database in world.organization.databases.values():
        if database.name == name and world.refresh(database).status != "TERMINATED":
            yield database


def place_database(world: World, body: Mapping[str, Any], *, owner: str) -> Database:
    """Put a database into the world, ACTIVE and without keyspaces, from a create body that has been found good."""
    now = world.clock.now()
    database = Database(
        id=world.new_id(),
        name=body["name"],
        provider=body["cloudProvider"].upper(),
        region=body["region"],
        tier=body["tier"],
        capacity_units=int(body.get("capacityUnits", 1)),
        owner=owner,
        created=now,
        db_type=body.get("dbType"),
        pcu_group_id=body.get("pcuGroupUUID"),
        last_number=1 if world.quirks.numbered_from_two else 0,
    )
    database.add_datacenter(database.region, database.provider, now)
    world.organization.add(database)
    return database


def get_database(world: World, request: Request) -> replies.Reply:
    """Give one database."""
    database_id, now = request.arguments["databaseID"], world.clock.monotonic()
    missed = world.store(UnknownIds).by_id
    if now - missed.get(database_id, float("-inf")) < world.quirks.cached_misses:
        raise unknown_database(database_id)
    if database_id not in world.organization.databases:
        missed[database_id] = now
        while len(missed) > REMEMBERED_MISSES:
            del missed[next(iter(missed))]
    database = world.find(database_id)
    if database.early_404s > 0:
        database.early_404s -= 1
        raise unknown_database(database.id)
    stale = world.faults.staleness_of(request.operation.id)
    known = database if stale is None else world.stale_copy(database, stale)
    if known is None:
        raise unknown_database(database.id)
    return replies.json(database_document(world, known))


def terminate_database(world: World, request: Request) -> replies.Reply:
    """Start to terminate a database that is idle and has a single datacenter left."""
    database = world.find_living(request.arguments["databaseID"])
    if request.query.get("preparedStateOnly"):
        require(database, "PREPARED")
    busy = database.progress is not None and database.progress.change not in ("create", "create in group")
    if busy or database.status not in TERMINABLE:
        raise replies.refusal(409, f"Database {database.id} is in state {database.status} and cannot be terminated now.")
    if len(database.living) > 1 and world.quirks.extra_datacenters_first:
        raise replies.refusal(400, "Terminate the other datacenters of the database first.")
    world.begin(request, database, "terminate")
    return replies.empty(202)


def suspend_database(world: World, request: Request) -> replies.Reply:
    """Start to suspend a database."""
    database = world.find_living(request.arguments["databaseID"])
    require(database, "ACTIVE")
    world.begin(request, database, "suspend")
    return replies.empty(202)


def park_database(world: World, request: Request) -> replies.Reply:
    """Start to park a classic database."""
    database = _classic(world, request)
    require(database, "ACTIVE")
    world.begin(request, database, "park")
    return replies.empty(202)


def unpark_database(world: World, request: Request) -> replies.Reply:
    """Start to wake a parked classic database."""
    database = _classic(world, request)
    require(database, "PARKED")
    world.begin(request, database, "unpark")
    return replies.empty(202)


def resize_database(world: World, request: Request) -> replies.Reply:
    """Start to change the capacity of a classic database."""
    database = _classic(world, request)
    units = as_object(request.body).get("capacityUnits")
    if units is None:
        raise replies.refusal(400, "capacityUnits is missing")
    require(database, "ACTIVE")
    world.begin(request, database, "resize", str(int(units)))
    return replies.empty(202)


def reset_password(world: World, request: Request) -> replies.Reply:
    """Accept a new password, which nobody can log in with."""
    database = world.find_living(request.arguments["databaseID"])
    body = as_object(request.body)
    if not (body.get("username") and body.get("password")):
        raise replies.refusal(400, "username and password are needed")
    require(database, "ACTIVE")
    return replies.empty(202)


def update_engine_type(world: World, request: Request) -> replies.Reply:
    """Start to change the engine type."""
    database = world.find_living(request.arguments["databaseID"])
    engine = as_object(request.body).get("engineType")
    if not engine:
        raise replies.refusal(400, "engineType is missing")
    require(database, "ACTIVE")
    world.begin(request, database, "set engine type", str(engine))
    return replies.empty(202)


def _classic(world: World, request: Request) -> Database:
    database = world.find_living(request.arguments["databaseID"])
    if database.serverless and world.quirks.classic_only_changes:
        raise replies.refusal(400, f"Database {database.id} is serverless; this operation is for classic databases.")
    return database


OPERATIONS: dict[str, Handler] = {
    "listDatabases": list_databases,
    "createDatabase": create_database,
    "getDatabase": get_database,
    "terminateDatabase": terminate_database,
    "suspendDatabase": suspend_database,
    "parkDatabase": park_database,
    "unparkDatabase": unpark_database,
    "resizeDatabase": resize_database,
    "resetPassword": reset_password,
    "updateEngineType": update_engine_type,
}
