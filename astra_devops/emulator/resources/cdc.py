"""Change data capture: which tables of a serverless database are captured, and where their changes go. Nothing is ever captured."""

from collections.abc import Mapping
from typing import Any

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World, as_object, require

Table = tuple[str, str]


@attrs.frozen
class Capture:
    """What is captured of one database: tables by keyspace and name, in the order in which they were named."""

    tables: tuple[Table, ...] = ()
    regions: tuple[Mapping[str, str], ...] = ()


@store("cdc")
@attrs.define
class Captures:
    """What is captured of each database.

    A change shows when the database is out of its MAINTENANCE.
    """

    of: dict[str, DelayedValue[Capture]] = attrs.field(factory=dict)


def get_cdc(world: World, request: Request) -> replies.Reply:
    """Give what is captured of a database; 404 if nothing is."""
    database = world.find_living(request.arguments["databaseID"])
    capture = _capture(world, database).at(world.clock.monotonic())
    if not capture.tables:
        raise replies.refusal(404, f"Nothing of database {database.id} is captured.")
    tables = [{"keyspaceName": keyspace, "tableName": table} for keyspace, table in capture.tables]
    return replies.json({**_names(world, database), "tables": tables, "regions": capture.regions})


def get_cdc_status(world: World, request: Request) -> replies.Reply:
    """Give the state of capturing one table."""
    database = world.find_living(request.arguments["databaseID"])
    table = (request.arguments["keyspaceName"], request.arguments["tableName"])
    capture = _capture(world, database).at(world.clock.monotonic())
    if table not in capture.tables:
        raise replies.refusal(404, f"Table {'.'.join(table)} of database {database.id} is not captured.")
    return replies.json([{**_names(world, database), "regions": capture.regions, "status": "Active"}])


def enable_cdc(world: World, request: Request) -> replies.Reply:
    """Start to capture tables, besides those that are captured already."""
    database, wanted = _wanted(world, request)
    now = _capture(world, database).latest
    twice = [".".join(table) for table in wanted.tables if table in now.tables]
    if twice:
        raise replies.refusal(409, f"Captured already: {', '.join(twice)}.")
    others = tuple(region for region in now.regions if region not in wanted.regions)
    _begin(world, request, database, Capture(now.tables + wanted.tables, others + wanted.regions))
    return replies.empty(201)


def update_cdc(world: World, request: Request) -> replies.Reply:
    """Start to capture other tables, or to send their changes elsewhere."""
    database, wanted = _wanted(world, request)
    if not _capture(world, database).latest.tables:
        raise replies.refusal(404, f"Nothing of database {database.id} is captured.")
    _begin(world, request, database, wanted)
    return replies.empty(204 if world.quirks.updated_cdc_is_204 else 201)


def delete_cdc(world: World, request: Request) -> replies.Reply:
    """Start to release tables."""
    database, body = world.find_living(request.arguments["databaseID"]), as_object(request.body)
    if body["databaseID"] != database.id:
        raise replies.refusal(400, "databaseID differs from that of the path")
    to_remove, now = _tables(body), _capture(world, database).latest
    require(database, "ACTIVE")
    missing = [".".join(table) for table in to_remove if table not in now.tables]
    if missing or not to_remove:
        raise replies.refusal(404 if missing else 400, f"Not captured: {', '.join(missing) or 'nothing'}.")
    left = tuple(table for table in now.tables if table not in to_remove)
    _begin(world, request, database, Capture(left, now.regions if left else ()))
    return replies.empty(204)


def _wanted(world: World, request: Request) -> tuple[Database, Capture]:
    """Read what shall be captured, and refuse it unless it is there and the database is idle."""
    database, body = world.find_living(request.arguments["databaseID"]), as_object(request.body)
    wanted = Capture(_tables(body), tuple(body["regions"]))
    complaints = [f"there is no keyspace {keyspace}" for keyspace, _ in wanted.tables if keyspace not in database.keyspaces]
    datacenters = {datacenter.id: datacenter.region for datacenter in database.living}
    for region in wanted.regions:
        if datacenters.get(region["datacenterID"]) != region["datacenterRegion"]:
            complaints.append(f"there is no datacenter {region['datacenterID']} in {region['datacenterRegion']}")
    if body["databaseName"] != database.name:
        complaints.append(f"the database is not named {body['databaseName']}")
    if not (wanted.tables and wanted.regions and database.serverless):
        complaints.append("at least one table and one region of a serverless database are needed")
    if complaints:
        raise replies.Refusal(replies.errors(400, *((None, complaint) for complaint in complaints)))
    require(database, "ACTIVE")
    return database, wanted


def _tables(body: Mapping[str, Any]) -> tuple[Table, ...]:
    return tuple(dict.fromkeys((table["keyspaceName"], table["tableName"]) for table in body["tables"]))


def _begin(world: World, request: Request, database: Database, capture: Capture) -> None:
    world.begin(request, database, "change capture", delay=world.quirks.maintenance_lag)
    if database.progress is not None and database.progress.ends_in is None:
        _capture(world, database).set(capture, database.progress.ends())


def _capture(world: World, database: Database) -> DelayedValue[Capture]:
    return world.store(Captures).of.setdefault(database.id, DelayedValue(Capture()))


def _names(world: World, database: Database) -> dict[str, str]:
    return {"orgID": world.organization.id, "databaseID": database.id, "databaseName": database.name}


OPERATIONS: dict[str, Handler] = {
    "getCDC": get_cdc,
    "getCDCStatus": get_cdc_status,
    "enableCDC": enable_cdc,
    "updateCDC": update_cdc,
    "deleteCDC": delete_cdc,
}
