"""Conditions of migrations.

The migration guide and the specification name the phases differently, and neither names the phases
of failed, aborted and paused migrations. So phases are translated, in any case, to the guide's
names where either vocabulary has them, and the rest is recognized by parts of the status.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from astra_devops._json import times
from astra_devops._rest.endpoints import migrations as endpoints
from astra_devops._rest.models.migrations import Migration
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext

INITIALIZING: Final = "Initializing"
RECEIVING: Final = "ReceivingFiles"
IMPORTING: Final = "ImportInProgress"
DONE: Final = "MigrationDone"
CLEANING: Final = "CleaningUpFiles"
CLOSED: Final = "Closed"
FAILED: Final = "Failed"
ABORTED: Final = "Aborted"
PAUSED: Final = "Paused"

_PHASES: Final[Mapping[str, str]] = {
    **{phase.lower(): phase for phase in (INITIALIZING, RECEIVING, IMPORTING, DONE, CLEANING, CLOSED)},
    "ready": RECEIVING,
    "starting": IMPORTING,
    "in_progress": IMPORTING,
    "done": DONE,
}
_PHASES_BY_PART: Final = (("fail", FAILED), ("error", FAILED), ("abort", ABORTED), ("pause", PAUSED))
_DAY: Final = 24 * 60 * MINUTE

FINAL_IMPORT_PHASES: Final = frozenset({DONE, FAILED, ABORTED})
"""Phases in which an import is over."""

# The service may take minutes to show that a new phase has begun.
_LAG: Final = timedelta(minutes=10)


def phase_of(migration: Migration) -> str | None:
    """Return the phase of a migration by the guide's name, or an unknown status as it is."""
    status = migration.status
    if not status:
        return None
    lowered = status.lower()
    return _PHASES.get(lowered) or next((phase for part, phase in _PHASES_BY_PART if part in lowered), str(status))


def accepts_files(migration: Migration) -> bool:
    """Return whether files may be uploaded: the phase is right, and the credentials are present.

    Answers that use the names of the specification have no field for credentials; there the status
    ``ready`` is enough.
    """
    credentials = migration.upload_credentials
    ready = credentials.keys is not None if credentials is not None else str(migration.status).lower() == "ready"
    return phase_of(migration) == RECEIVING and ready


async def is_initialized(context: PollContext, params: Params) -> Observation[Migration]:
    """Check whether files may be uploaded, or the migration is in a later phase."""
    migration = await _get(context, params)
    return _observation(migration, done=accepts_files(migration) or phase_of(migration) in (IMPORTING, DONE))


async def is_imported(context: PollContext, params: Params) -> Observation[Migration]:
    """Check whether the import is done.

    A migration that has failed can be launched again. The final phase of an earlier launch may show
    for minutes after that, so it counts as the end of this launch only if it shows for longer than
    the service may lag.
    """
    migration = await _get(context, params)
    phase = phase_of(migration)
    if phase is not None and phase == params.get("before") and not set(context.previous_statuses) - {phase}:
        launched_at = times.read(params["launched"])
        if launched_at is not None and context.caller.clock.now() - launched_at < _LAG:
            return Observation(None)
    return _observation(migration, done=phase == DONE)


async def is_aborted(context: PollContext, params: Params) -> Observation[Migration]:
    """Check whether the migration is aborted; its files may be gone by then."""
    migration = await _get(context, params)
    return _observation(migration, done=phase_of(migration) in (ABORTED, CLEANING, CLOSED))


async def is_closed(context: PollContext, params: Params) -> Observation[Migration]:
    """Check whether the migration is closed and its files are gone."""
    migration = await _get(context, params)
    return _observation(migration, done=phase_of(migration) == CLOSED)


async def _get(context: PollContext, params: Params) -> Migration:
    answer = await endpoints.get_migration_status(context.caller, database_id=params["database_id"], migration_id=params["migration_id"])
    return answer.value


def _observation(migration: Migration, *, done: bool) -> Observation[Migration]:
    phase = phase_of(migration)
    status = f"status {migration.status}" if migration.status and migration.status != phase else ""
    return Observation(phase, done, migration, "; ".join(filter(None, (status, migration.progress_info))) or None)


def _parse_launch(params: Params) -> None:
    if "before" in params and times.read(params["launched"]) is None:
        raise ValueError("launched must be a time")


_PARAMS: Final = ("database_id", "migration_id")
_FAILURE_PHASES: Final = frozenset({FAILED, ABORTED, CLEANING, CLOSED})
INITIALIZE: Final = OperationKind(
    name="migrations.initialize",
    condition=is_initialized,
    timeout=60 * MINUTE,
    failure_states=_FAILURE_PHASES,
    resource="migration_id",
    params=_PARAMS,
)
# An import of terabytes takes days.
LAUNCH: Final = OperationKind(
    name="migrations.launch",
    condition=is_imported,
    timeout=7 * _DAY,
    failure_states=_FAILURE_PHASES,
    resource="migration_id",
    params=_PARAMS,
    optional=("before", "launched"),
    parse=_parse_launch,
)
ABORT: Final = OperationKind(
    name="migrations.abort",
    condition=is_aborted,
    timeout=60 * MINUTE,
    failure_states=frozenset({DONE, FAILED}),
    resource="migration_id",
    params=_PARAMS,
)
CLEAN_UP: Final = OperationKind(
    name="migrations.cleanup",
    condition=is_closed,
    timeout=60 * MINUTE,
    failure_states=frozenset(),
    resource="migration_id",
    params=_PARAMS,
)
