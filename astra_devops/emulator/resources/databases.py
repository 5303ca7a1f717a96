"""Databases: created, read, listed, changed and terminated."""

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from astra_devops._json_bytes import codec
from astra_devops.emulator import replies
from astra_devops.emulator.resources import _permissions
from astra_devops.emulator.resources._capacity import UNKNOWN_GROUP, Capacity, join_requested_group
from astra_devops.emulator.resources._classic import require_classic
from astra_devops.emulator.resources._database_documents import database_document
from astra_devops.emulator.resources.keyspaces import objection_to_name, stored_name
from astra_devops.emulator.state import catalog
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import STATUSES
from astra_devops.emulator.time.instants import Instant
from astra_devops.emulator.world import Handler, Request, World, as_object, require, unknown_database

_DEFAULT_PAGE_SIZE: Final = 25
_LARGEST_PAGE_SIZE: Final = 100
_MOST_CACHED_MISSES: Final = 1_000
DEFAULT_KEYSPACE: Final = "default_keyspace"
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9&+\-_()<>.,@ ]{0,48}[A-Za-z0-9])")
_PROVIDER_FILTERS: Final = ("ALL", *catalog.PROVIDERS)
_TERMINABLE: Final = ("ACTIVE", "PENDING", "INITIALIZING", "PREPARED", "ERROR", "PARKED", "SUSPENDED", "HIBERNATED", "DEGRADED", "UNKNOWN")


@store("unknown_database_ids")
@attrs.define
class UnknownIds:
    """The unknown ids that were last requested, with the times of the requests."""

    by_id: dict[str, Instant] = attrs.field(factory=dict)


def list_databases(world: World, request: Request) -> replies.Reply:
    """Return one page of databases: those after ``starting_after`` that match the filters."""
    limit = int(request.query.get("limit", _DEFAULT_PAGE_SIZE))
    if limit < 1 or (limit > _LARGEST_PAGE_SIZE and not world.quirks.clamp_page_limit):
        raise replies.refusal(400, f"limit must be from 1 to {_LARGEST_PAGE_SIZE}, not {limit}")
    start = request.query.get("starting_after")
    databases = world.organization.after(None if start is None else str(start))
    if databases is None:
        if world.quirks.unknown_start_is_refused:
            raise replies.refusal(400, f"starting_after: no database has the id {start}")
        databases = iter(())
    page = itertools.islice(_matches(world, request, databases), min(limit, _LARGEST_PAGE_SIZE))
    return replies.json([database_document(world, database) for database in page])


def _matches(world: World, request: Request, databases: Iterator[Database]) -> Iterator[Database]:
    """Yield the databases that match the filters of a request and that its token may see."""
    include = str(request.query.get("include", "nonterminated")).lower()
    provider = str(request.query.get("provider", "ALL")).upper()
    if not world.quirks.ignore_unknown_filters and not (
        include.upper() in STATUSES | {"ALL", "NONTERMINATED"} and provider in _PROVIDER_FILTERS
    ):
        raise replies.refusal(400, "include and provider must have one of their documented values")
    any_provider = provider not in catalog.PROVIDERS
    now = world.clock.monotonic()
    permitted_ids = _permissions.permitted_databases(world, request.token, "org-db-view")
    stale = world.faults.staleness_of(request.operation.id)
    for database in databases:
        if database.listed_from > now or not (any_provider or database.provider == provider):
            continue
        if permitted_ids is not None and database.id not in permitted_ids:
            continue
        version = world.refresh(database) if stale is None else world.stale_copy(database, stale)
        if version is None or world.is_gone(version):
            continue
        if _is_included(version.status, include):
            yield version


def _is_included(status: str, include: str) -> bool:
    """Return whether the ``include`` filter matches a state.

    A value that the service does not know has no effect.
    """
    if include.upper() in STATUSES:
        return status == include.upper()
    return include == "all" or status != "TERMINATED"


def objections(world: World, body: object) -> list[tuple[int | None, str]]:
    """Return what is wrong with the place of a new database.

    Also changes the provider to upper case, as in the contract: the service accepts any casing.
    """
    if not isinstance(body, dict):
        return []
    complaints = catalog.placement_problems(body.get("tier", ""), body.get("cloudProvider", ""), body.get("region", ""))
    if not complaints:
        body["cloudProvider"] = body["cloudProvider"].upper()
    return complaints


def create_database(world: World, request: Request) -> replies.Reply:
    """Accept a new database. Its name may be in use already: names are not unique."""
    body = as_object(request.body)
    keyspace = stored_name(world, body.get("keyspace") or (DEFAULT_KEYSPACE if world.quirks.default_keyspace else ""))
    complaints: list[tuple[int | None, str]] = []
    if not _NAME.fullmatch(body["name"]):
        complaints.append((None, f"invalid database name {body['name']!r}"))
    if not world.quirks.duplicate_names and any(_databases_named(world, body["name"])):
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
        join_requested_group(world, database, request.token.client_id)
    answer = b"" if world.quirks.created_without_body else codec.dumps({"id": database.id})
    return replies.Reply(201, answer, headers={"location": database.id})


def _databases_named(world: World, name: str) -> Iterator[Database]:
    """Find the living databases with a name."""
    for database in world.organization.databases.values():
        if database.name == name and world.refresh(database).status != "TERMINATED":
            yield database


def place_database(world: World, body: Mapping[str, Any], *, owner: str, created: datetime | None = None) -> Database:
    """Add an ACTIVE database without keyspaces, from a valid body of a create request.

    It was created now, unless another time is given.
    """
    now = created or world.clock.now()
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
    """Return one database."""
    database_id, now = request.arguments["databaseID"], world.clock.monotonic()
    misses = world.store(UnknownIds).by_id
    if now - misses.get(database_id, float("-inf")) < world.quirks.cached_misses:
        raise unknown_database(database_id)
    if database_id not in world.organization.databases:
        misses[database_id] = now
        while len(misses) > _MOST_CACHED_MISSES:
            del misses[next(iter(misses))]
    database = world.find(database_id)
    if database.early_404s > 0:
        database.early_404s -= 1
        raise unknown_database(database.id)
    stale = world.faults.staleness_of(request.operation.id)
    version = database if stale is None else world.stale_copy(database, stale)
    if version is None:
        raise unknown_database(database.id)
    return replies.json(database_document(world, version))


def terminate_database(world: World, request: Request) -> replies.Reply:
    """Start to terminate a database that is idle and has only one datacenter left."""
    database = world.find_living(request.arguments["databaseID"])
    if request.query.get("preparedStateOnly"):
        require(database, "PREPARED")
    busy = database.progress is not None and database.progress.change not in ("create", "create in group")
    if busy or database.status not in _TERMINABLE:
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
    database = _find_classic(world, request)
    require(database, "ACTIVE")
    world.begin(request, database, "park")
    return replies.empty(202)


def unpark_database(world: World, request: Request) -> replies.Reply:
    """Start to unpark a classic database."""
    database = _find_classic(world, request)
    require(database, "PARKED")
    world.begin(request, database, "unpark")
    return replies.empty(202)


def resize_database(world: World, request: Request) -> replies.Reply:
    """Start to change the capacity of a classic database."""
    database = _find_classic(world, request)
    units = as_object(request.body).get("capacityUnits")
    if units is None:
        raise replies.refusal(400, "capacityUnits is missing")
    require(database, "ACTIVE")
    world.begin(request, database, "resize", str(int(units)))
    return replies.empty(202)


def reset_password(world: World, request: Request) -> replies.Reply:
    """Accept a new password for a classic database. It has no effect."""
    database = _find_classic(world, request)
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


def _find_classic(world: World, request: Request) -> Database:
    database = world.find_living(request.arguments["databaseID"])
    if world.quirks.classic_only_changes:
        require_classic(database)
    return database


OPERATIONS: Final[dict[str, Handler]] = {
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
