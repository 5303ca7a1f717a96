"""Migrations: import the SSTables of another cluster into a database."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

from astra_devops import errors
from astra_devops._json import times
from astra_devops._rest.endpoints import migrations as endpoints
from astra_devops._rest.models.migrations import Migration, UploadCredentials
from astra_devops._runtime import checks
from astra_devops._runtime.call import Answer, OutcomeCheck
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import migrations as conditions
from astra_devops.operations.conditions.migrations import phase_of
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation
from astra_devops.resources._outcome.accepted import id_of

# Seconds between looks for credentials that have been renewed.
_RENEWAL: Final = (0.0, 2.0, 4.0, 8.0, 16.0)


class _Send(Protocol):
    """An endpoint function of a migration."""

    async def __call__(
        self, caller: Caller, /, *, database_id: str, migration_id: str, check_outcome: OutcomeCheck[Migration] | None = None
    ) -> Answer[Migration]: ...


class AsyncMigrations:
    """Imports of SSTables: initialize, upload files to the directory that the service gives, launch, clean up.

    The service may take minutes to show that a new phase has begun. No list shows migrations: their
    ids are known only to who began them. The database must be serverless; the service asks for an
    Enterprise plan, too.
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
        """Begin a migration.

        Done when files may be uploaded, with the credentials for it; see also :meth:`credentials`.

        A second request would begin a second migration, so one whose answer is lost is not
        repeated.

        Args:
            datacenter_id: the datacenter to import into; by default the service chooses one.
            concurrency: how many imports shall run at the same time.
            target_subset_size_gb: the size to aim at for one portion of the data, in GB.
            options: further settings of the importer, by their names without the prefix
                ``option.``; only with ``datacenter_id``.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            OutcomeUnknownError: the answer was lost, or names no migration.

        >>> operation = await astra.migrations.initialize(database_id)
        >>> migration = await operation.wait()
        >>> migration.upload_bucket_dir, migration.upload_credentials.keys.session_token.reveal()
        """
        workers = None if concurrency is None else str(checks.integer(concurrency, "concurrency", 1, 2**31))
        size = None if target_subset_size_gb is None else _size(target_subset_size_gb)
        if datacenter_id is not None:
            answer = await endpoints.initialize_migration_dc(
                self._caller,
                database_id=database_id,
                datacenter_id=datacenter_id,
                concurrency=workers,
                target_subset_size_gb=size,
                options=_options(options),
            )
        elif options:
            raise ValueError("options can only be given with datacenter_id: the service takes them for one datacenter alone")
        else:
            answer = await endpoints.initialize_migration(
                self._caller, database_id=database_id, concurrency=workers, target_subset_size_gb=size
            )
        advice = "begin another one: nothing was uploaded yet, and the service cleans up one that stays idle for a week"
        migration_id = id_of(answer.value.migration_id, _operation(datacenter_id), "migrationID", advice)
        return self._operations.start(conditions.INITIALIZE, database_id=database_id, migration_id=migration_id)

    async def launch(self, database_id: str, migration_id: str) -> AsyncOperation[Migration]:
        """Import the uploaded files.

        Done when the import is over; by default a wait takes up to a week.

        From then on nothing can be uploaded any more. A migration that has failed can be launched
        once more with the same files: its old state, which may show for minutes, is not taken for
        the outcome of the new launch.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            ConflictError: the migration is in a phase in which it cannot be launched.
        """
        before = phase_of(await self.get(database_id, migration_id))
        launched = self._caller.clock.now()

        def has_begun(migration: Migration) -> bool:
            return phase_of(migration) in {conditions.IMPORTING, *conditions.ENDS} - {before}

        could = before in (conditions.RECEIVING, conditions.FAILED)
        await self._change(endpoints.launch_migration, database_id, migration_id, has_begun, refused_again=could)
        old = {"before": before, "launched": times.write(launched)} if before is not None and before in conditions.ENDS else {}
        return self._operations.start(conditions.LAUNCH, database_id=database_id, migration_id=migration_id, **old)

    async def pause(self, database_id: str, migration_id: str) -> Migration:
        """Halt an import: what is under way is finished, nothing new is begun.

        The state that is returned may be the one before.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            ConflictError: the migration is not importing.
        """
        return await self._change(endpoints.pause_migration, database_id, migration_id, lambda seen: phase_of(seen) == conditions.PAUSED)

    async def resume(self, database_id: str, migration_id: str) -> Migration:
        """Let a paused import go on. The service does nothing if it is not paused.

        The state that is returned may be the one before.

        Needs ``org-db-create`` and ``org-db-view``.
        """
        # Nothing in its state tells that it was resumed, and resuming it twice is no harm.
        return await self._change(endpoints.resume_migration, database_id, migration_id, lambda seen: False)

    async def abort(self, database_id: str, migration_id: str) -> Migration:
        """Give a migration up for good.

        The state that is returned may be the one before; look again in some minutes.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            ConflictError: the import has come too far: once the metadata of the SSTables is being
                imported, it can only be waited for.
        """
        return await self._change(endpoints.abort_migration, database_id, migration_id, lambda seen: phase_of(seen) == conditions.ABORTED)

    async def cleanup(self, database_id: str, migration_id: str, *, at: datetime | None = None) -> AsyncOperation[Migration]:
        """Remove the uploaded files, revoke the credentials and close the migration.

        Done when it is closed.

        The service does so by itself when a migration has been idle for a week; ``at`` puts that
        off, or brings it forward.

        Args:
            at: when to clean up, with a time zone; by default at once. A wait gives up after an
                hour, so for a later time give it a ``timeout`` that reaches beyond.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            ConflictError: the import is under way; wait for its end, abort it, or clean up later.
        """
        when = None if at is None else times.write(checks.moment(at, "at").replace(microsecond=0))

        def is_due(migration: Migration) -> bool:
            expected = migration.expected_cleanup_time
            scheduled = when is not None and expected is not None and times.write(expected.replace(microsecond=0)) == when
            return scheduled or phase_of(migration) in (conditions.CLEANING, conditions.CLOSED)

        async def send(
            caller: Caller, /, *, database_id: str, migration_id: str, check_outcome: OutcomeCheck[Migration] | None = None
        ) -> Answer[Migration]:
            return await endpoints.cleanup_migration(
                caller, database_id=database_id, migration_id=migration_id, cleanup_time=when, check_outcome=check_outcome
            )

        await self._change(send, database_id, migration_id, is_due)
        return self._operations.start(conditions.CLEAN_UP, database_id=database_id, migration_id=migration_id)

    async def get(self, database_id: str, migration_id: str) -> Migration:
        """Fetch a migration.

        Asking also makes the service renew upload credentials that have expired.

        Needs ``org-db-create`` and ``org-db-view``.

        Raises:
            NotFoundError: there is no such migration.
        """
        return (await endpoints.get_migration_status(self._caller, database_id=database_id, migration_id=migration_id)).value

    async def credentials(self, database_id: str, migration_id: str) -> UploadCredentials | None:
        """Fetch credentials for uploading that have not expired, by the service's own clock.

        None while the migration takes no files.

        They work for about an hour: ask anew before they expire (``credential_expiration``), as
        often as an upload takes.

        Needs ``org-db-create`` and ``org-db-view``.

        >>> credentials = await astra.migrations.credentials(database_id, migration_id)
        """
        for pause in _RENEWAL:
            await self._caller.clock.sleep(pause)
            answer = await endpoints.get_migration_status(self._caller, database_id=database_id, migration_id=migration_id)
            credentials = answer.value.upload_credentials
            if credentials is None or credentials.keys is None:
                return None
            if credentials.credential_expiration is None or credentials.credential_expiration > self._now(answer):
                return credentials
        return None

    def _now(self, answer: Answer[Migration]) -> datetime:
        """Tell the time by the service's clock: ours may be off by more than the credentials have left."""
        try:
            now = parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            return self._caller.clock.now()
        return now if now.tzinfo else now.replace(tzinfo=UTC)

    async def _change(
        self,
        send: _Send,
        database_id: str,
        migration_id: str,
        took_effect_if: Callable[[Migration], bool],
        *,
        refused_again: bool = False,
    ) -> Migration:
        """Send a change, once more if its answer was lost and the migration does not show it.

        Since the state lags, a change that has arrived may be sent again. The service refuses what
        it has begun already with 409, so nothing is done twice. ``refused_again``: whether such a
        409 is taken for the success of the first; the wait that follows will tell.
        """
        lost = False

        async def check_outcome() -> Answer[Migration] | None:
            nonlocal lost
            lost = True
            migration = await self.get(database_id, migration_id)
            return Answer(value=migration, status=0, headers={}) if took_effect_if(migration) else None

        try:
            return (await send(self._caller, database_id=database_id, migration_id=migration_id, check_outcome=check_outcome)).value
        except errors.ConflictError as conflict:
            if not lost:
                raise
            migration = await self.get(database_id, migration_id)
            if refused_again or took_effect_if(migration):
                return migration
            conflict.add_note(f"an earlier attempt got no answer and may have had its effect; the migration is in {migration.status}")
            raise


def _operation(datacenter_id: str | None) -> str:
    """Name the operation that began a migration."""
    return "initializeMigration" if datacenter_id is None else "initializeMigrationDC"


def _size(value: float) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"target_subset_size_gb must be a number, not {type(value).__name__}")
    if not 0 < value < float("inf"):
        raise ValueError(f"target_subset_size_gb must be above 0, not {value}")
    return str(value)


def _options(options: Mapping[str, object] | None) -> dict[str, object] | None:
    if options is None:
        return None
    if not isinstance(options, Mapping):
        raise TypeError(f"options must be a mapping of names to values, not {type(options).__name__}")
    return {checks.string(name, "options").removeprefix("option."): value for name, value in options.items()}
