"""Migrations: begun, launched, halted, given up, cleaned up, and told of.

No file is ever looked for, so every import succeeds.
"""

import math
from datetime import UTC, datetime, timedelta

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.resources._migration import BUSY, INITIALIZING_FOR, OVER, POINT_OF_NO_RETURN, Migration, directory_of
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.world import Handler, Request, World

SPECIFIED = {
    "Initializing": "INITIALIZING",
    "ReceivingFiles": "READY",
    "ImportInProgress": "IN_PROGRESS",
    "MigrationDone": "DONE",
}
"""The words of the specification for phases that the guide calls otherwise."""
LARGEST = 2**31
"""What a number has to stay below."""
AT_REST = ("MigrationDone", "Aborted", "Paused", *OVER)
"""Phases besides the failed ones, which have no name of their own, in which nothing goes on by itself."""


@store("migrations")
@attrs.define
class Migrations:
    """Every migration by its id."""

    all: dict[str, Migration] = attrs.field(factory=dict)


def initialize_migration(world: World, request: Request) -> replies.Reply:
    """Begin a migration into a serverless database, or into one datacenter of it."""
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
        migration.plan(now, (now + INITIALIZING_FOR, ends_in or "ReceivingFiles"))
    world.store(Migrations).all[migration.id] = migration
    return replies.json(_document(world, migration))


def place_migration(world: World, database: Database, phase: str) -> Migration:
    """Put a migration into the world, in any phase, and let it go on from there."""
    now = world.clock.monotonic()
    migration = Migration(world.new_id(), database.id, database.provider, 1, 5.0, [])
    match phase:
        case "Initializing":
            migration.plan(now, (now, phase), (now + INITIALIZING_FOR, "ReceivingFiles"))
        case "ImportInProgress":
            migration.launch(now)
        case "CleaningUpFiles":
            migration.clean_up(now)
        case "Closed":
            migration.log.append((now, phase))
        case _:
            migration.plan(now, (now, phase))
    world.store(Migrations).all[migration.id] = migration
    return migration


def launch_migration(world: World, request: Request) -> replies.Reply:
    """Start to import, from a migration that receives files or has failed."""
    migration, now = _find(world, request)
    if migration.phase(now) in (*BUSY, *AT_REST):
        raise _conflict(migration, now, "launched")
    migration.imported = 0.0
    migration.stuck_in, migration.ends_in = world.faults.state_fault_of(request.operation.id, "import migration")
    migration.launch(now)
    return replies.json(_document(world, migration))


def pause_migration(world: World, request: Request) -> replies.Reply:
    """Halt an import."""
    migration, now = _find(world, request)
    if migration.phase(now) != "ImportInProgress":
        raise _conflict(migration, now, "paused")
    migration.pause(now)
    return replies.json(_document(world, migration))


def resume_migration(world: World, request: Request) -> replies.Reply:
    """Go on with a paused import; do nothing where none is paused."""
    migration, now = _find(world, request)
    if migration.phase(now) == "Paused":
        migration.launch(now)
    return replies.json(_document(world, migration))


def abort_migration(world: World, request: Request) -> replies.Reply:
    """Give up a migration that is not past the point of no return."""
    migration, now = _find(world, request)
    if migration.phase(now) in ("MigrationDone", "Aborted", *OVER) or migration.importing_for(now) >= POINT_OF_NO_RETURN:
        raise _conflict(migration, now, "aborted")
    migration.abort(now)
    return replies.json(_document(world, migration))


def cleanup_migration(world: World, request: Request) -> replies.Reply:
    """Remove the files, at once or later; never while an import is under way."""
    migration, now = _find(world, request)
    at = _time(world, request.query.get("option.cleanupTime"))
    phase = migration.phase(now)
    if phase in OVER or (phase == "ImportInProgress" and at <= now):
        raise _conflict(migration, now, "cleaned up")
    if at > now:
        migration.schedule_cleanup(at)
    else:
        migration.clean_up(now)
    return replies.json(_document(world, migration))


def get_migration_status(world: World, request: Request) -> replies.Reply:
    """Tell how far a migration is, with fresh credentials while it receives files."""
    migration, _ = _find(world, request)
    return replies.json(_document(world, migration))


def _find(world: World, request: Request) -> tuple[Migration, float]:
    database = world.find_living(request.arguments["databaseID"])
    migration = world.store(Migrations).all.get(request.arguments["migrationID"])
    if migration is None or migration.database_id != database.id:
        raise replies.refusal(404, f"Database {database.id} has no migration {request.arguments['migrationID']}.")
    return migration, world.clock.monotonic()


def _document(world: World, migration: Migration) -> dict[str, object]:
    now = world.clock.monotonic()
    shown = migration.phase(now - world.quirks.migration_status_lag)
    ready = shown == migration.phase(now) == "ReceivingFiles"
    credentials = migration.renew(now, world.rng) if ready else None
    upload: dict[str, object] = {"name": "", "keys": None, "credentialExpiration": None}
    if credentials is not None:
        upload = {"name": credentials.name, "keys": credentials.keys, "credentialExpiration": _date(world, credentials.until)}
        if credentials.hint is not None:
            upload["hint"] = credentials.hint
    due = migration.cleanup_due(now)
    failed = migration.ends_in is not None and shown == migration.ends_in
    return {
        "migrationID": migration.id,
        "dbID": migration.database_id,
        "status": SPECIFIED.get(shown, shown) if world.quirks.specified_migration_states else shown,
        "progressInfo": "The schemas of the origin and of the database differ." if failed else "",
        "uploadBucketDir": directory_of(migration) if ready else "",
        "uploadCredentials": upload,
        "expectedCleanupTime": None if due is None else _date(world, due),
        "concurrency": migration.concurrency,
        "targetSubsetSizeGB": migration.subset,
    }


def _date(world: World, moment: float) -> str:
    return replies.timestamp(world.clock.now() + timedelta(seconds=moment - world.clock.monotonic()))


def _time(world: World, text: object) -> float:
    """Read a time of day as one of the emulator's clock; the present if none is given."""
    now = world.clock.monotonic()
    if text is None:
        return now
    try:
        moment = datetime.fromisoformat(str(text))
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise replies.refusal(400, f"option.cleanupTime: {text!r} is no time of ISO 8601") from None
    return now + (moment - world.clock.now()).total_seconds()


def _number(request: Request, name: str, otherwise: float) -> float:
    try:
        number = float(request.query.get(name, otherwise))
    except ValueError:
        number = math.nan
    if not abs(number) < LARGEST:
        raise replies.refusal(400, f"query parameter {name} is not a number")
    return number


def _conflict(migration: Migration, now: float, done: str) -> replies.Refusal:
    return replies.refusal(409, f"Migration {migration.id} is in {migration.phase(now)} and cannot be {done}.")


OPERATIONS: dict[str, Handler] = {
    "initializeMigration": initialize_migration,
    "initializeMigrationDC": initialize_migration,
    "launchMigration": launch_migration,
    "pauseMigration": pause_migration,
    "resumeMigration": resume_migration,
    "abortMigration": abort_migration,
    "cleanupMigration": cleanup_migration,
    "getMigrationStatus": get_migration_status,
}
