"""Migrations: import the SSTables of another cluster into a database."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from astra_devops import errors
from astra_devops._json import times
from astra_devops._rest.endpoints import migrations as endpoints
from astra_devops._rest.models.migrations import Migration, UploadCredentials
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.call import Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops._runtime.response import server_time
from astra_devops.operations.conditions import migrations as conditions
from astra_devops.operations.conditions.migrations import phase_of
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.accepted import require_id
from astra_devops.resources._outcome.lookups import LOOKUP_DELAYS, look, looking_check


class _Send(Protocol):
    """An endpoint function that takes a migration."""

    async def __call__(
        self, caller: Caller, /, *, database_id: str, migration_id: str, check_outcome: OutcomeCheck[Migration] | None = None
    ) -> Answer[Migration]: ...


class AsyncMigrations:
    """Imports of SSTables: initialize, upload files, launch, clean up.

    The service provides the directory to upload to.

    The service may take minutes to show that a new phase has begun. It does not list migrations:
    only the caller that started one knows its id. The database must be serverless, and the service
    requires an Enterprise plan.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def initialize(
        self,
        database_id: str,
        *,
        datacenter_id: str | None = None,
        concurrency: int | None = None,
        target_subset_size_gb: float | None = None,
        options: Mapping[str, object] | None = None,
    ) -> AsyncOperation[Migration]:
        """Start a migration.

        The operation is done when files may be uploaded. The resulting migration contains the
        credentials for that; see also :meth:`credentials`.

        A lost request is not sent again: a second one would start a second migration.

        Needs ``org-db-create`` and ``org-db-view``.

        Args:
            datacenter_id: The datacenter to import into. By default the service chooses one.
            concurrency: The number of imports that run at the same time.
            target_subset_size_gb: The target size of one portion of the data, in GB.
            options: Further settings of the importer, by name without the prefix ``option.``; only
                with ``datacenter_id``.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is not valid, or ``options`` is given without ``datacenter_id``.
            NotFoundError: The database or the datacenter does not exist.
            OutcomeUnknownError: The answer was lost, or has no migration id.

        >>> operation = await astra.migrations.initialize(database_id)
        >>> migration = await operation.wait()
        >>> migration.upload_bucket_dir, migration.upload_credentials.keys.session_token.reveal()
        """
        workers = None if concurrency is None else str(checks.integer(concurrency, "concurrency", 1, 2**31))
        size = None if target_subset_size_gb is None else str(checks.positive(target_subset_size_gb, "target_subset_size_gb"))
        if datacenter_id is not None:
            operation = "initializeMigrationDC"
            answer = await endpoints.initialize_migration_dc(
                self._caller,
                database_id=database_id,
                datacenter_id=datacenter_id,
                concurrency=workers,
                target_subset_size_gb=size,
                options=_check_options(options),
            )
        elif options:
            raise ValueError("options must not be given without datacenter_id: the service accepts them for one datacenter only")
        else:
            operation = "initializeMigration"
            answer = await endpoints.initialize_migration(
                self._caller, database_id=database_id, concurrency=workers, target_subset_size_gb=size
            )
        advice = "start another one: nothing was uploaded yet, and the service cleans up a migration that is idle for a week"
        migration_id = require_id(answer.value.migration_id, operation, "migrationID", advice)
        return self._operations.start(conditions.INITIALIZE, database_id=database_id, migration_id=migration_id)

    async def launch(self, database_id: str, migration_id: str) -> AsyncOperation[Migration]:
        """Import the uploaded files.

        The operation is done when the import is done; by default a wait takes up to a week.

        After this no more files can be uploaded. A migration that has failed can be launched again
        with the same files. Its old status, which may show for minutes, does not count as the
        outcome of the new launch.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            NotFoundError: The migration does not exist.
            BusyError: The migration is in a phase in which it cannot be launched.
            OutcomeUnknownError: The answer was lost, and the status does not show within the
                client's ``timeout`` whether the import has begun.
        """
        with deadline.within(self._caller.options.timeout):
            previous_phase = phase_of(await self.get(database_id, migration_id))
            launched_at = self._caller.clock.now()

            def has_begun(migration: Migration) -> bool:
                return phase_of(migration) in {conditions.IMPORTING, conditions.DONE, conditions.FAILED} - {previous_phase}

            await self._change(endpoints.launch_migration, database_id, migration_id, has_begun)
            relaunch: dict[str, str] = {}
            if previous_phase is not None and previous_phase in conditions.FINAL_IMPORT_PHASES:
                relaunch = {"before": previous_phase, "launched": times.write(launched_at)}
            return self._operations.start(conditions.LAUNCH, database_id=database_id, migration_id=migration_id, **relaunch)

    async def pause(self, database_id: str, migration_id: str) -> Migration:
        """Pause an import: running work is finished, and no new work is started.

        The returned status may be the one from before.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            NotFoundError: The migration does not exist.
            BusyError: The migration is not importing.
        """
        return await self._change(
            endpoints.pause_migration, database_id, migration_id, lambda migration: phase_of(migration) == conditions.PAUSED
        )

    async def resume(self, database_id: str, migration_id: str) -> Migration:
        """Resume a paused import. The service does nothing if it is not paused.

        The returned status may be the one from before.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            NotFoundError: The migration does not exist.
            BusyError: The migration is in a phase in which it cannot be resumed.
        """
        # The status does not show whether a migration was resumed, and resuming it twice does no
        # harm.
        return await self._change(endpoints.resume_migration, database_id, migration_id, lambda migration: False)

    async def abort(self, database_id: str, migration_id: str) -> AsyncOperation[Migration]:
        """Abort a migration for good.

        The operation is done when the migration is aborted. That shows after some minutes.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            NotFoundError: The migration does not exist.
            BusyError: It is too late: once the service imports the metadata of the SSTables,
                you can only wait for the end.
        """
        await self._change(
            endpoints.abort_migration, database_id, migration_id, lambda migration: phase_of(migration) == conditions.ABORTED
        )
        return self._operations.start(conditions.ABORT, database_id=database_id, migration_id=migration_id)

    async def cleanup(self, database_id: str, migration_id: str, *, at: datetime | None = None) -> AsyncOperation[Migration]:
        """Remove the uploaded files, revoke the credentials and close the migration.

        The operation is done when the migration is closed.

        The service does this by itself when a migration has been idle for a week; ``at`` sets
        another time.

        Needs ``org-db-create`` and ``org-db-view``.

        Args:
            at: When to clean up, with a time zone; by default at once. A wait gives up after an
                hour, so for a later time give it a longer ``timeout``.

        Raises:
            TypeError: ``at`` is not a datetime.
            ValueError: ``at`` has no time zone.
            NotFoundError: The migration does not exist.
            BusyError: The import is running. Wait for its end, abort it, or clean up later.
        """
        cleanup_time = None if at is None else times.write(checks.moment(at, "at").replace(microsecond=0))

        def is_scheduled(migration: Migration) -> bool:
            expected = migration.expected_cleanup_time
            has_time = cleanup_time is not None and expected is not None and times.write(expected.replace(microsecond=0)) == cleanup_time
            return has_time or phase_of(migration) in (conditions.CLEANING, conditions.CLOSED)

        async def send(
            caller: Caller, /, *, database_id: str, migration_id: str, check_outcome: OutcomeCheck[Migration] | None = None
        ) -> Answer[Migration]:
            return await endpoints.cleanup_migration(
                caller, database_id=database_id, migration_id=migration_id, cleanup_time=cleanup_time, check_outcome=check_outcome
            )

        await self._change(send, database_id, migration_id, is_scheduled)
        return self._operations.start(conditions.CLEAN_UP, database_id=database_id, migration_id=migration_id)

    async def get(self, database_id: str, migration_id: str) -> Migration:
        """Fetch a migration.

        This also makes the service renew upload credentials that have expired.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            NotFoundError: The migration does not exist.
        """
        return (await endpoints.get_migration_status(self._caller, database_id=database_id, migration_id=migration_id)).value

    async def credentials(self, database_id: str, migration_id: str) -> UploadCredentials | None:
        """Fetch upload credentials that have not expired, by the service's clock.

        None while the migration does not accept files.

        The credentials work for about an hour. During a long upload, fetch new ones before they
        expire (``credential_expiration``).

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            NotFoundError: The migration does not exist.

        >>> credentials = await astra.migrations.credentials(database_id, migration_id)
        """
        with deadline.within(self._caller.options.timeout):
            for delay in LOOKUP_DELAYS:
                # Twice the usual delays: half a minute for the service to renew the credentials.
                await deadline.sleep(self._caller.clock, 2 * delay)
                answer = await endpoints.get_migration_status(self._caller, database_id=database_id, migration_id=migration_id)
                credentials = answer.value.upload_credentials
                if credentials is None or credentials.keys is None:
                    return None
                # The client's clock may be off by more than the credentials have left.
                now = server_time(answer, self._caller.clock.now())
                if credentials.credential_expiration is None or credentials.credential_expiration > now:
                    return credentials
            return None

    async def _change(self, send: _Send, database_id: str, migration_id: str, took_effect: Callable[[Migration], bool]) -> Migration:
        """Send a change, and again if its answer is lost and the migration does not show it.

        Since the status lags, a change that has arrived may be sent again. The service refuses with
        409 what it has begun already, so nothing is done twice. After such a refusal this waits, in
        the time of the call, until the status shows the effect.
        """
        lookups: list[Migration] = []

        async def look_once() -> Answer[Migration] | None:
            migration = await self.get(database_id, migration_id)
            lookups.append(migration)
            return Answer(value=migration, status=0, headers={}) if took_effect(migration) else None

        with deadline.within(self._caller.options.timeout):
            try:
                check_outcome = looking_check(self._caller, look_once)
                return (await send(self._caller, database_id=database_id, migration_id=migration_id, check_outcome=check_outcome)).value
            except errors.OutcomeUnknownError as error:
                if not isinstance(error.__cause__, errors.ConflictError):
                    raise
                unknown = error
            try:
                answer = await look(self._caller, look_once, lag=math.inf)
            except (TimeoutError, errors.AstraDevOpsError) as failure:
                last = f"; it shows {lookups[-1].status}" if lookups else ""
                add_detail(unknown, f"the status of the migration lags, and does not show whether it took effect{last} ({failure})")
                raise unknown from unknown.__cause__
        assert answer is not None
        return answer.value


def _check_options(options: Mapping[str, object] | None) -> dict[str, object] | None:
    if options is None:
        return None
    if not isinstance(options, Mapping):
        raise TypeError(f"options must be a mapping of names to values, not {type(options).__name__}")
    return {checks.string(name, "options").removeprefix("option."): value for name, value in options.items()}
