"""Clones and restores: snapshots that are being brought into a database, which is in MAINTENANCE meanwhile."""

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources.snapshots import Snapshot, check_region, find_snapshot
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.world import Handler, Request, World


@attrs.frozen
class Copy:
    """One clone or restore, as it is told apart from what the database is in meanwhile."""

    database_id: str
    progress: Progress


@store("copies")
@attrs.define
class Copies:
    """Every clone and every restore by its operation id; neither is found among the other."""

    clones: dict[str, Copy] = attrs.field(factory=dict)
    restores: dict[str, Copy] = attrs.field(factory=dict)


def clone_from_db(world: World, request: Request) -> replies.Reply:
    """Start to copy a snapshot of one database into another: its keyspaces come to those that are there."""
    target, source = (world.find_living(request.arguments[name]) for name in ("databaseID", "sourceDBID"))
    if target is source:
        raise replies.refusal(400, "A database cannot be cloned into itself; restore it instead.")
    check_region(source, request.query.get("sourceRegion"))
    snapshot = find_snapshot(world, source, request.query["snapshotID"])
    return _begin(world, request, target, "clone", snapshot, world.store(Copies).clones)


def restore_db(world: World, request: Request) -> replies.Reply:
    """Start to bring a database back to one of its snapshots: it has the keyspaces of that time, and no others."""
    database = world.find_living(request.arguments["databaseID"])
    snapshot = find_snapshot(world, database, request.query["snapshotID"])
    return _begin(world, request, database, "restore", snapshot, world.store(Copies).restores)


def _begin(world: World, request: Request, database: Database, change: str, snapshot: Snapshot, copies: dict[str, Copy]) -> replies.Reply:
    if database.progress is not None or database.status != "ACTIVE":
        raise replies.refusal(400, f"Database {database.id} is in state {database.status}; it must be ACTIVE.")
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, "copy")
    now = world.clock.monotonic()
    # What goes wrong is the copy's affair: the database stays in MAINTENANCE, or comes out of it as
    # it was.
    fates = ("MAINTENANCE" if stuck_in else None, "ACTIVE" if ends_in else None)
    database.begin(Progress(change, now, database.state, " ".join(snapshot.keyspaces), 0.0, *fates), now)
    operation_id = world.new_id()
    copy = copies[operation_id] = Copy(database.id, Progress("copy", now, "", stuck_in=stuck_in, ends_in=ends_in))
    return replies.json({"operationID": operation_id, "status": copy.progress.state(now)})


def clone_status(world: World, request: Request) -> replies.Reply:
    """Tell how far a clone is."""
    return _status(world, request, world.store(Copies).clones)


def restore_status(world: World, request: Request) -> replies.Reply:
    """Tell how far a restore is."""
    return _status(world, request, world.store(Copies).restores)


def _status(world: World, request: Request, copies: dict[str, Copy]) -> replies.Reply:
    database, operation_id = world.find(request.arguments["databaseID"]), request.arguments["operationID"]
    copy = copies.get(operation_id)
    if copy is None or copy.database_id != database.id:
        raise replies.refusal(404, f"Database {database.id} knows no operation {operation_id}.")
    return replies.json({"operationID": operation_id, "status": copy.progress.state(world.clock.monotonic())})


OPERATIONS: dict[str, Handler] = {
    "cloneFromDB": clone_from_db,
    "cloneStatus": clone_status,
    "restoreDB": restore_db,
    "restoreStatus": restore_status,
}
