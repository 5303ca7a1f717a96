"""Migrations: initialized, launched, paused, resumed, aborted, cleaned up, and read.

The emulator never looks for files, so every import succeeds.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources._migration import (
    BUSY_PHASES,
    FINAL_PHASES,
    INITIALIZING_SECONDS,
    POINT_OF_NO_RETURN,
    Migration,
    upload_directory,
)
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World

_SPECIFIED_STATES: Final = {
    "Initializing": "INITIALIZING",
    "ReceivingFiles": "READY",
    "ImportInProgress": "IN_PROGRESS",
    "MigrationDone": "DONE",
}
"""The specification's names of phases that have another name in the guide."""
_NUMBER_LIMIT: Final = 2**31
"""Numbers must be less than this."""
_IDLE_PHASES: Final = ("MigrationDone", "Aborted", "Paused", *FINAL_PHASES)
"""Idle phases from which a migration cannot be launched.

A failed phase, from which it can, has no fixed name.
"""


@store("migrations")
@attrs.define
class Migrations:
    """Every migration by its id."""

    by_id: dict[str, Migration] = attrs.field(factory=dict)


def initialize_migration(world: World, request: Request) -> replies.Reply:
    """Start a migration into a serverless database, or into one datacenter of it."""
    database = world.find_living(request.arguments["databaseID"])
    datacenter_id = request.arguments.get("datacenterID")
    if datacenter_id is not None and all(datacenter.id != datacenter_id for datacenter in database.living):
        raise replies.refusal(404, f"Database {database.id} has no datacenter {datacenter_id}.")
    if not database.serverless:
        raise replies.refusal(403, f"Database {database.id} is classic; migrations are for serverless databases.")
    now = world.clock.monotonic()
    numbers = (_number(request, "concurrency", 1), _number(request, "targetSubsetSizeGB", 5.0))
    migration = Migration(world.new_id(), database.id, database.provider, int(numbers[0]), numbers[1], [(now, "Initializing")])
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, "initialize migration")
    if stuck_in is not None:
        migration.log = [(now, stuck_in)]
    else:
        migration.plan(now, (now + INITIALIZING_SECONDS, ends_in or "ReceivingFiles"))
    world.store(Migrations).by_id[migration.id] = migration
    return replies.json(_document(world, migration))


def place_migration(world: World, database: Database, phase: str) -> Migration:
    """Add a migration that is in any phase and goes on from there."""
    now = world.clock.monotonic()
    migration = Migration(world.new_id(), database.id, database.provider, 1, 5.0, [])
    match phase:
        case "Initializing":
            migration.plan(now, (now, phase), (now + INITIALIZING_SECONDS, "ReceivingFiles"))
        case "ImportInProgress":
            migration.launch(now)
        case "CleaningUpFiles":
            migration.clean_up(now)
        case "Closed":
            migration.log.append((now, phase))
        case _:
            migration.plan(now, (now, phase))
    world.store(Migrations).by_id[migration.id] = migration
    return migration


def launch_migration(world: World, request: Request) -> replies.Reply:
    """Start the import of a migration that receives files or has failed."""
    migration, now = _find(world, request)
    if migration.phase(now) in (*BUSY_PHASES, *_IDLE_PHASES):
        raise _conflict(migration, now, "launched")
    migration.imported_seconds = 0.0
    migration.stuck_in, migration.ends_in = world.faults.state_fault_of(request.operation.id, "import migration")
    migration.launch(now)
    return replies.json(_document(world, migration))


def pause_migration(world: World, request: Request) -> replies.Reply:
    """Pause an import."""
    migration, now = _find(world, request)
    if migration.phase(now) != "ImportInProgress":
        raise _conflict(migration, now, "paused")
    migration.pause(now)
    return replies.json(_document(world, migration))


def resume_migration(world: World, request: Request) -> replies.Reply:
    """Resume a paused import; do nothing if it is not paused."""
    migration, now = _find(world, request)
    if migration.phase(now) == "Paused":
        migration.launch(now)
    return replies.json(_document(world, migration))


def abort_migration(world: World, request: Request) -> replies.Reply:
    """Abort a migration that is not past the point of no return."""
    migration, now = _find(world, request)
    if migration.phase(now) in ("MigrationDone", "Aborted", *FINAL_PHASES) or migration.importing_seconds(now) >= POINT_OF_NO_RETURN:
        raise _conflict(migration, now, "aborted")
    migration.abort(now)
    return replies.json(_document(world, migration))


def cleanup_migration(world: World, request: Request) -> replies.Reply:
    """Remove the files, now or later, but never during an import."""
    migration, now = _find(world, request)
    time = _read_time(world, request.query.get("option.cleanupTime"))
    phase = migration.phase(now)
    if phase in FINAL_PHASES or (phase == "ImportInProgress" and time <= now):
        raise _conflict(migration, now, "cleaned up")
    if time > now:
        migration.schedule_cleanup(time)
    else:
        migration.clean_up(now)
    return replies.json(_document(world, migration))


def get_migration_status(world: World, request: Request) -> replies.Reply:
    """Return the state of a migration, with valid credentials while it receives files."""
    migration, _ = _find(world, request)
    return replies.json(_document(world, migration))


def _find(world: World, request: Request) -> tuple[Migration, float]:
    database = world.find_living(request.arguments["databaseID"])
    migration = world.store(Migrations).by_id.get(request.arguments["migrationID"])
    if migration is None or migration.database_id != database.id:
        raise replies.refusal(404, f"Database {database.id} has no migration {request.arguments['migrationID']}.")
    return migration, world.clock.monotonic()


def _document(world: World, migration: Migration) -> dict[str, object]:
    now = world.clock.monotonic()
    shown_at = now - world.quirks.migration_status_lag
    shown_phase = migration.phase(shown_at)
    ready = shown_phase == migration.phase(now) == "ReceivingFiles"
    credentials = migration.valid_credentials(now, world.rng) if ready else None
    upload: dict[str, object] = {"name": "", "keys": None, "credentialExpiration": None}
    if credentials is not None:
        upload = {"name": credentials.name, "keys": credentials.keys, "credentialExpiration": _timestamp(world, credentials.expires_at)}
        if credentials.hint is not None:
            upload["hint"] = credentials.hint
    cleanup_time = migration.cleanup_time(now)
    return {
        "migrationID": migration.id,
        "dbID": migration.database_id,
        "status": _SPECIFIED_STATES.get(shown_phase, shown_phase) if world.quirks.specified_migration_states else shown_phase,
        "progressInfo": migration.progress(shown_at),
        "uploadBucketDir": upload_directory(migration) if ready else "",
        "uploadCredentials": upload,
        "expectedCleanupTime": None if cleanup_time is None else _timestamp(world, cleanup_time),
        "concurrency": migration.concurrency,
        "targetSubsetSizeGB": migration.subset_size,
    }


def _timestamp(world: World, time: float) -> str:
    """Format a time of the emulator's monotonic clock as a time of day."""
    return replies.timestamp(world.clock.now() + timedelta(seconds=time - world.clock.monotonic()))


def _read_time(world: World, value: object) -> float:
    """Convert a time of day to one of the emulator's monotonic clock; None is the present."""
    now = world.clock.monotonic()
    if value is None:
        return now
    try:
        time = datetime.fromisoformat(str(value))
        time = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise replies.refusal(400, f"option.cleanupTime: {value!r} is not an ISO 8601 time") from None
    return now + (time - world.clock.now()).total_seconds()


def _number(request: Request, name: str, default: float) -> float:
    try:
        number = float(request.query.get(name, default))
    except ValueError:
        number = math.nan
    if not abs(number) < _NUMBER_LIMIT:
        raise replies.refusal(400, f"query parameter {name} is not a number")
    return number


def _conflict(migration: Migration, now: float, change: str) -> replies.Refusal:
    return replies.refusal(409, f"Migration {migration.id} is in {migration.phase(now)} and cannot be {change}.")


OPERATIONS: Final[dict[str, Handler]] = {
    "initializeMigration": initialize_migration,
    "initializeMigrationDC": initialize_migration,
    "launchMigration": launch_migration,
    "pauseMigration": pause_migration,
    "resumeMigration": resume_migration,
    "abortMigration": abort_migration,
    "cleanupMigration": cleanup_migration,
    "getMigrationStatus": get_migration_status,
}
