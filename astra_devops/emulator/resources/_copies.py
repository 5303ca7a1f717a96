"""What clones and restores share: a snapshot is copied into a database.

The database is in MAINTENANCE meanwhile.
"""

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources.snapshots import Snapshot
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.world import Request, World


@attrs.frozen
class Copy:
    """One clone or restore. Its progress is separate from that of the database."""

    database_id: str
    progress: Progress


def start_copy(
    world: World, request: Request, database: Database, change: str, snapshot: Snapshot, copies: dict[str, Copy]
) -> replies.Reply:
    """Start to copy a snapshot into a database, and add the copy under a new operation id."""
    if database.progress is not None or database.status != "ACTIVE":
        raise replies.refusal(400, f"Database {database.id} is in state {database.status}; it must be ACTIVE.")
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, "copy")
    now = world.clock.monotonic()
    # A fault shows in the state of the copy. The database stays in MAINTENANCE, or leaves it
    # unchanged.
    database_fault = ("MAINTENANCE" if stuck_in else None, "ACTIVE" if ends_in else None)
    database.begin(Progress(change, now, database.state, " ".join(snapshot.keyspaces), 0.0, *database_fault), now)
    operation_id = world.new_id()
    copy = copies[operation_id] = Copy(database.id, Progress("copy", now, "", stuck_in=stuck_in, ends_in=ends_in))
    return replies.json({"operationID": operation_id, "status": copy.progress.state(now)})


def copy_status(world: World, request: Request, copies: dict[str, Copy]) -> replies.Reply:
    """Return the state of the copy that a request names."""
    database, operation_id = world.find(request.arguments["databaseID"]), request.arguments["operationID"]
    copy = copies.get(operation_id)
    if copy is None or copy.database_id != database.id:
        raise replies.refusal(404, f"Database {database.id} has no operation {operation_id}.")
    return replies.json({"operationID": operation_id, "status": copy.progress.state(world.clock.monotonic())})
