"""Snapshots of a database: one at its creation and one every hour since, kept for a week."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.world import Handler, Request, World

_INTERVAL: Final = timedelta(hours=1)
_MOST_SNAPSHOTS: Final = 7 * 24


@attrs.frozen
class Snapshot:
    """One snapshot: the time when it was taken, and its keyspaces."""

    id: str
    time: datetime
    keyspaces: tuple[str, ...]


def snapshots_of(world: World, database: Database) -> Iterator[Snapshot]:
    """Yield the snapshots of a database, the oldest first."""
    last = (world.clock.now() - database.created) // _INTERVAL
    for number in range(max(0, last - _MOST_SNAPSHOTS + 1), last + 1):
        time = database.created + number * _INTERVAL
        yield Snapshot(str(uuid.uuid5(uuid.UUID(database.id), str(number))), time, database.keyspaces_at(time))


def find_snapshot(world: World, database: Database, snapshot_id: object) -> Snapshot:
    """Find a snapshot of a database.

    Raises:
        Refusal: There is no snapshot with that id, or no longer.
    """
    for snapshot in snapshots_of(world, database):
        if snapshot.id == snapshot_id:
            return snapshot
    raise replies.refusal(404, f"Database {database.id} has no snapshot {snapshot_id}.")


def check_region(database: Database, region: object) -> None:
    """Refuse a region that a database does not run in.

    Raises:
        Refusal: The database has no datacenter in the region.
    """
    if region is not None and all(datacenter.region != region for datacenter in database.living):
        raise replies.refusal(400, f"Database {database.id} has no datacenter in {region}.")


def list_snapshots(world: World, request: Request) -> replies.Reply:
    """List the snapshots of a database that were taken within a period."""
    database = world.find_living(request.arguments["databaseID"])
    check_region(database, request.query.get("sourceRegion"))
    start, end = (_read_time(name, request.query.get(name)) for name in ("from", "to"))
    return replies.json(
        {
            "snapshots": [
                {"id": snapshot.id, "time": snapshot.time.isoformat().replace("+00:00", "Z")}
                for snapshot in snapshots_of(world, database)
                if (start is None or snapshot.time >= start) and (end is None or snapshot.time <= end)
            ]
        }
    )


def _read_time(name: str, value: object) -> datetime | None:
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise replies.refusal(400, f"query parameter {name}: {value!r} is not an RFC 3339 time")
    return time


OPERATIONS: Final[dict[str, Handler]] = {"listSnapshots": list_snapshots}
