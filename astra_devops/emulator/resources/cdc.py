"""Change data capture: which tables are captured, and where their changes go.

Nothing is ever captured.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object, require

Table = tuple[str, str]
"""Keyspace and name."""


@attrs.frozen
class Capture:
    """What is captured of one database: tables in the order in which requests named them."""

    tables: tuple[Table, ...] = ()
    regions: tuple[Mapping[str, str], ...] = ()


@store("cdc")
@attrs.define
class Captures:
    """What is captured of each database.

    A change shows when the database leaves MAINTENANCE.
    """

    by_database: dict[str, DelayedValue[Capture]] = attrs.field(factory=dict)


def get_cdc(world: World, request: Request) -> replies.Reply:
    """Return what is captured of a database; 404 if nothing is."""
    database = world.find_living(request.arguments["databaseID"])
    capture = _capture_of(world, database).at(world.clock.monotonic())
    if not capture.tables:
        raise replies.refusal(404, f"Nothing of database {database.id} is captured.")
    tables = [{"keyspaceName": keyspace, "tableName": table} for keyspace, table in capture.tables]
    return replies.json({**_names(world, database), "tables": tables, "regions": capture.regions})


def get_cdc_status(world: World, request: Request) -> replies.Reply:
    """Return whether one table is captured; 404 if it is not."""
    database = world.find_living(request.arguments["databaseID"])
    table = (request.arguments["keyspaceName"], request.arguments["tableName"])
    capture = _capture_of(world, database).at(world.clock.monotonic())
    if table not in capture.tables:
        raise replies.refusal(404, f"Table {'.'.join(table)} of database {database.id} is not captured.")
    return replies.json([{**_names(world, database), "regions": capture.regions, "status": "Active"}])


def enable_cdc(world: World, request: Request) -> replies.Reply:
    """Start to capture more tables."""
    database, requested = _read_capture(world, request)
    current = _capture_of(world, database).latest
    duplicates = [".".join(table) for table in requested.tables if table in current.tables]
    if duplicates:
        raise replies.refusal(409, f"Captured already: {', '.join(duplicates)}.")
    other_regions = tuple(region for region in current.regions if region not in requested.regions)
    _begin(world, request, database, Capture(current.tables + requested.tables, other_regions + requested.regions))
    return replies.empty(201)


def update_cdc(world: World, request: Request) -> replies.Reply:
    """Start to capture other tables, or to send the changes elsewhere."""
    database, requested = _read_capture(world, request)
    if not _capture_of(world, database).latest.tables:
        raise replies.refusal(404, f"Nothing of database {database.id} is captured.")
    _begin(world, request, database, requested)
    return replies.empty(204 if world.quirks.updated_cdc_is_204 else 201)


def delete_cdc(world: World, request: Request) -> replies.Reply:
    """Stop capturing tables."""
    database, body = world.find_living(request.arguments["databaseID"]), as_object(request.body)
    to_remove, current = _tables(body), _capture_of(world, database).latest
    require(database, "ACTIVE")
    if not to_remove:
        raise replies.refusal(400, "tables must not be empty")
    missing = [".".join(table) for table in to_remove if table not in current.tables]
    if missing:
        raise replies.refusal(404, f"Not captured: {', '.join(missing)}.")
    remaining = tuple(table for table in current.tables if table not in to_remove)
    _begin(world, request, database, Capture(remaining, current.regions if remaining else ()))
    return replies.empty(204)


def _read_capture(world: World, request: Request) -> tuple[Database, Capture]:
    """Return the database and the requested capture.

    Refuses a capture of what does not exist, and a database that is not idle.
    """
    database, body = world.find_living(request.arguments["databaseID"]), as_object(request.body)
    capture = Capture(_tables(body), tuple(body["regions"]))
    complaints = [f"there is no keyspace {keyspace}" for keyspace, _ in capture.tables if keyspace not in database.keyspaces]
    datacenters = {datacenter.id: datacenter.region for datacenter in database.living}
    for region in capture.regions:
        if datacenters.get(region["datacenterID"]) != region["datacenterRegion"]:
            complaints.append(f"there is no datacenter {region['datacenterID']} in {region['datacenterRegion']}")
    if not (capture.tables and capture.regions and database.serverless):
        complaints.append("at least one table and one region of a serverless database are needed")
    if complaints:
        raise replies.Refusal(replies.errors(400, *((None, complaint) for complaint in complaints)))
    require(database, "ACTIVE")
    return database, capture


def _tables(body: Mapping[str, Any]) -> tuple[Table, ...]:
    return tuple(dict.fromkeys((table["keyspaceName"], table["tableName"]) for table in body["tables"]))


def _begin(world: World, request: Request, database: Database, capture: Capture) -> None:
    world.begin(request, database, "change capture", delay=world.quirks.maintenance_lag)
    if database.progress is not None and database.progress.ends_in is None:
        _capture_of(world, database).set(capture, database.progress.ends())


def _capture_of(world: World, database: Database) -> DelayedValue[Capture]:
    return world.store(Captures).by_database.setdefault(database.id, DelayedValue(Capture()))


def _names(world: World, database: Database) -> dict[str, str]:
    return {"orgID": world.organization.id, "databaseID": database.id, "databaseName": database.name}


OPERATIONS: Final[dict[str, Handler]] = {
    "getCDC": get_cdc,
    "getCDCStatus": get_cdc_status,
    "enableCDC": enable_cdc,
    "updateCDC": update_cdc,
    "deleteCDC": delete_cdc,
}
