"""What migrations are waited for.

The guide to migrations and the specification call their phases differently, and neither says what a
failed, aborted or paused one is called. So a phase is told by the guide's word where the word is
known in either vocabulary, in whatever capitals, and failures by what their words have in common.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from astra_devops._json import times
from astra_devops._rest.endpoints import migrations as endpoints
from astra_devops._rest.models.migrations import Migration
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext

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
_TELLTALES: Final = (("fail", FAILED), ("error", FAILED), ("abort", ABORTED), ("pause", PAUSED))
_MINUTE: Final = 60.0
_DAY: Final = 24 * 60 * _MINUTE

ENDS: Final = frozenset({DONE, FAILED, ABORTED})
"""Phases that an import comes to rest in."""

# The service may take minutes to show that a new phase has begun.
_LAG: Final = timedelta(minutes=10)


def phase_of(migration: Migration) -> str | None:
    """Return the guide's word for the phase of a migration; one that is in no vocabulary stays as it is."""
    status = migration.status
    if not status:
        return None
    word = status.lower()
    return _PHASES.get(word) or next((phase for part, phase in _TELLTALES if part in word), str(status))


def takes_files(migration: Migration) -> bool:
    """Say whether files may be uploaded: the phase is the right one, and the credentials are there.

    The vocabulary of the specification goes with answers that have no place for credentials.
    """
    credentials = migration.upload_credentials
    there = credentials.keys is not None if credentials is not None else str(migration.status).lower() == "ready"
    return phase_of(migration) == RECEIVING and there


async def initialized(context: PollContext, params: Params) -> Observation[Migration]:
    """Reached once files may be uploaded, or the migration is further than that."""
    migration = await _see(context, params)
    return _observation(migration, done=takes_files(migration) or phase_of(migration) in (IMPORTING, DONE))


async def imported(context: PollContext, params: Params) -> Observation[Migration]:
    """Reached once the import is over.

    A migration that has failed can be launched again. So the end of an earlier launch, which may go
    on showing for minutes, is no end of this one, unless it shows for longer than the service lags
    behind.
    """
    migration = await _see(context, params)
    phase = phase_of(migration)
    if phase is not None and phase == params.get("before") and not set(context.seen) - {phase}:
        launched = times.read(params["launched"])
        if launched is not None and context.caller.clock.now() - launched < _LAG:
            return Observation(None)
    return _observation(migration, done=phase == DONE)


async def closed(context: PollContext, params: Params) -> Observation[Migration]:
    """Reached once the files are gone."""
    migration = await _see(context, params)
    return _observation(migration, done=phase_of(migration) == CLOSED)


async def _see(context: PollContext, params: Params) -> Migration:
    answer = await endpoints.get_migration_status(context.caller, database_id=params["database_id"], migration_id=params["migration_id"])
    return answer.value


def _observation(migration: Migration, *, done: bool) -> Observation[Migration]:
    phase = phase_of(migration)
    word = f"status {migration.status}" if migration.status and migration.status != phase else ""
    return Observation(phase, done, migration, "; ".join(filter(None, (word, migration.progress_info))) or None)


_ENDED: Final = frozenset({FAILED, ABORTED, CLEANING, CLOSED})
INITIALIZE: Final = OperationKind(
    name="migrations.initialize", condition=initialized, timeout=60 * _MINUTE, failed=_ENDED, resource="migration_id"
)
# An import of terabytes takes days.
LAUNCH: Final = OperationKind(name="migrations.launch", condition=imported, timeout=7 * _DAY, failed=_ENDED, resource="migration_id")
CLEAN_UP: Final = OperationKind(
    name="migrations.cleanup", condition=closed, timeout=60 * _MINUTE, failed=frozenset(), resource="migration_id"
)
