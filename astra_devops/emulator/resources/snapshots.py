"""Snapshots of a database: one at its creation and one for each hour since, of which a week's are kept."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.world import Handler, Request, World

EVERY = timedelta(hours=1)
KEPT = 7 * 24


@attrs.frozen
class Snapshot:
    """One snapshot: when it was taken, and the keyspaces that are in it."""

    id: str
    time: datetime
    keyspaces: tuple[str, ...]


def snapshots_of(world: World, database: Database) -> Iterator[Snapshot]:
    """Give the snapshots that there are of a database, the oldest first."""
    last = (world.clock.now() - database.created) // EVERY
    for number in range(max(0, last - KEPT + 1), last + 1):
        time = database.created + number * EVERY
        yield Snapshot(str(uuid.uuid5(uuid.UUID(database.id), str(number))), time, database.keyspaces_at(time))


def find_snapshot(world: World, database: Database, snapshot_id: object) -> Snapshot:
    """Find a snapshot of a database.

    Raises:
        Refusal: there is none by that id, or no longer.
    """
    for snapshot in snapshots_of(world, database):
        if snapshot.id == snapshot_id:
            return snapshot
    raise replies.refusal(404, f"Database {database.id} has no snapshot {snapshot_id}.")


def check_region(database: Database, region: object) -> None:
    """Refuse a region that a database does not run in."""
    if region is not None and all(datacenter.region != region for datacenter in database.living):
        raise replies.refusal(400, f"Database {database.id} has no datacenter in {region}.")


def list_snapshots(world: World, request: Request) -> replies.Reply:
    """List the snapshots of a database that were taken within a period."""
    database = world.find_living(request.arguments["databaseID"])
    check_region(database, request.query.get("sourceRegion"))
    start, end = (_moment(name, request.query.get(name)) for name in ("from", "to"))
    return replies.json(
        {
            "snapshots": [
                {"id": snapshot.id, "time": snapshot.time.isoformat().replace("+00:00", "Z")}
                for snapshot in snapshots_of(world, database)
                if (start is None or snapshot.time >= start) and (end is None or snapshot.time <= end)
            ]
        }
    )


def _moment(name: str, text: object) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise replies.refusal(400, f"query parameter {name}: {text!r} is no time of RFC 3339")
    return moment


OPERATIONS: dict[str, Handler] = {"listSnapshots": list_snapshots}
