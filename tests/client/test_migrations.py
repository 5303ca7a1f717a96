"""Migrations: phases in either vocabulary, a status that lags, and credentials that expire."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, Secret, errors, models
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.operations.conditions.migrations import phase_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def database_id(emulator: Emulator) -> str:
    return emulator.add_database("orders")


async def initialized_migration(astra: AsyncAstraDevOps, database_id: str) -> models.Migration:
    return await (await astra.migrations.initialize(database_id)).wait()


async def phase(astra: AsyncAstraDevOps, migration: Any) -> str | None:
    return phase_of(await astra.migrations.get(migration.db_id, migration.migration_id))


async def settled_phase(emulator: Emulator, astra: AsyncAstraDevOps, migration: Any) -> str | None:
    """Return the phase once the status no longer lags."""
    emulator.clock.advance(emulator.quirks.migration_status_lag)
    return await phase(astra, migration)


async def test_a_migration_from_start_to_end(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    operation = await astra.migrations.initialize(database_id, concurrency=4, target_subset_size_gb=2.5)
    migration = await operation.wait()
    assert migration.migration_id == operation.resource_id
    assert migration.status == models.MigrationStatus.RECEIVING_FILES
    assert (migration.concurrency, migration.target_subset_size_gb) == (4, 2.5)
    assert migration.upload_bucket_dir.endswith("/sstables/")
    migration = await (await astra.migrations.launch(database_id, migration.migration_id)).wait()
    assert migration.status == models.MigrationStatus.MIGRATION_DONE
    migration = await (await astra.migrations.cleanup(database_id, migration.migration_id)).wait()
    assert migration.status == models.MigrationStatus.CLOSED
    assert migration.upload_credentials.keys is None
    (exchange,) = emulator.journal.of("initializeMigration")
    assert exchange.query == {"concurrency": "4", "targetSubsetSizeGB": "2.5"}


async def test_events_have_what_the_service_says_of_the_progress(astra: AsyncAstraDevOps, database_id: str) -> None:
    migration = await initialized_migration(astra, database_id)
    operation = await astra.migrations.launch(database_id, migration.migration_id)
    messages = [event.message or "" async for event in operation.events() if event.status == "ImportInProgress"]
    shares = [int(message.removesuffix("% imported since the last launch")) for message in messages]
    assert len(shares) > 2
    assert shares == sorted(shares)


async def test_a_migration_into_one_datacenter_takes_options(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    options = {"importMode": "fast", "option.targetSubsetSizeGb": 6.5}
    await astra.migrations.initialize(database_id, datacenter_id=f"{database_id}-1", options=options)
    (exchange,) = emulator.journal.of("initializeMigrationDC")
    assert exchange.query == {"option.importMode": "fast", "option.targetSubsetSizeGb": "6.5"}


async def test_the_vocabulary_of_the_specification() -> None:
    quirks = Quirks(specified_migration_states=True)
    async with (
        Emulator(clock=VirtualClock(), quirks=quirks) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders")
        operation = await astra.migrations.initialize(database_id)
        statuses = [event.status async for event in operation.events()]
        assert list(dict.fromkeys(statuses)) == ["Initializing", "ReceivingFiles"]
        migration = await (await astra.migrations.launch(database_id, operation.resource_id)).wait()
        assert migration.status == models.MigrationStatus.DONE


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("INITIALIZING", "Initializing"),
        ("ready", "ReceivingFiles"),
        ("STARTING", "ImportInProgress"),
        ("IN_PROGRESS", "ImportInProgress"),
        ("importinprogress", "ImportInProgress"),
        ("ERROR", "Failed"),
        ("MigrationFailed", "Failed"),
        ("ABORTED", "Aborted"),
        ("paused", "Paused"),
        ("Validating", "Validating"),
        (None, None),
        ("", None),
    ],
)
def test_statuses_are_mapped_to_phases(status: str | None, expected: str | None) -> None:
    assert phase_of(models.Migration(status=status)) == expected


async def test_files_are_not_accepted_before_there_are_credentials(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    operation = await astra.migrations.initialize(database_id)
    nothing = {"name": "", "keys": None, "credentialExpiration": None}
    emulator.faults.body("getMigrationStatus", {"status": "ReceivingFiles", "uploadCredentials": nothing})
    emulator.faults.body("getMigrationStatus", {"status": "ReceivingFiles", "uploadCredentials": None})
    emulator.faults.body("getMigrationStatus", {"status": "READY"})
    assert [(await operation.refresh()).done for _ in range(3)] == [False, False, True]


async def test_an_initialization_that_fails(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.fail_state("initializeMigration", status="BucketError")
    operation = await astra.migrations.initialize(database_id)
    with pytest.raises(errors.OperationFailedError, match="status BucketError"):
        await operation.wait()


async def test_a_failed_import_is_launched_again_and_its_old_status_is_ignored(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str
) -> None:
    migration = await initialized_migration(astra, database_id)
    emulator.faults.fail_state("launchMigration")
    with pytest.raises(errors.OperationFailedError, match="schemas of the origin") as caught:
        await (await astra.migrations.launch(database_id, migration.migration_id)).wait()
    assert caught.value.last_status == "Failed"
    operation = await astra.migrations.launch(database_id, migration.migration_id)
    events = [event async for event in operation.events()]
    assert events[0].status is None
    assert [status for status in dict.fromkeys(event.status for event in events) if status] == ["ImportInProgress", "MigrationDone"]


async def test_an_import_that_fails_again_is_reported_once_the_lag_is_over(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str
) -> None:
    migration = await initialized_migration(astra, database_id)
    emulator.faults.fail_state("launchMigration", times=2)
    with pytest.raises(errors.OperationFailedError):
        await (await astra.migrations.launch(database_id, migration.migration_id)).wait()
    operation = await astra.migrations.launch(database_id, migration.migration_id)
    emulator.clock.advance(7200)
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as elsewhere:
        with pytest.raises(errors.OperationFailedError, match="Failed"):
            await (await elsewhere.resume(operation.resume_token)).wait()


async def test_pause_and_resume(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    migration = await initialized_migration(astra, database_id)
    operation = await astra.migrations.launch(database_id, migration.migration_id)
    emulator.clock.advance(600)
    await astra.migrations.pause(database_id, migration.migration_id)
    assert await settled_phase(emulator, astra, migration) == "Paused"
    emulator.clock.advance(86_400)
    assert not (await operation.refresh()).done
    await astra.migrations.resume(database_id, migration.migration_id)
    before = emulator.clock.monotonic()
    await operation.wait()
    assert emulator.clock.monotonic() - before == pytest.approx(1800 - 600 + emulator.quirks.migration_status_lag, abs=20)


async def test_abort(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    migration = await initialized_migration(astra, database_id)
    operation = await astra.migrations.launch(database_id, migration.migration_id)
    aborting = await astra.migrations.abort(database_id, migration.migration_id)
    assert (await aborting.wait()).status == "Aborted"
    with pytest.raises(errors.OperationFailedError, match="Aborted"):
        await operation.wait()
    other = await initialized_migration(astra, database_id)
    await astra.migrations.launch(database_id, other.migration_id)
    emulator.clock.advance(1000)
    with pytest.raises(errors.ConflictError):
        await astra.migrations.abort(database_id, other.migration_id)


async def test_cleanup_is_refused_during_an_import_unless_it_is_for_later(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str
) -> None:
    migration = await initialized_migration(astra, database_id)
    await astra.migrations.launch(database_id, migration.migration_id)
    with pytest.raises(errors.ConflictError):
        await astra.migrations.cleanup(database_id, migration.migration_id)
    at = (emulator.clock.now() + timedelta(days=2)).replace(microsecond=0)
    operation = await astra.migrations.cleanup(database_id, migration.migration_id, at=at)
    assert (await astra.migrations.get(database_id, migration.migration_id)).expected_cleanup_time == at
    with pytest.raises(errors.OperationTimeoutError):
        await operation.wait()
    assert (await operation.wait(timeout=3 * 86_400, interval=3600)).status == "Closed"


async def test_an_idle_migration_is_cleaned_up(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    migration = await initialized_migration(astra, database_id)
    emulator.clock.advance(8 * 86_400)
    assert await phase(astra, migration) == "Closed"
    with pytest.raises(errors.ConflictError):
        await astra.migrations.launch(database_id, migration.migration_id)


async def test_credentials_are_fresh_and_secret(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    migration = await initialized_migration(astra, database_id)
    first = await astra.migrations.credentials(database_id, migration.migration_id)
    assert first == migration.upload_credentials
    keys = (first.keys.access_key_id, first.keys.secret_access_key, first.keys.session_token)
    assert all(isinstance(key, Secret) for key in keys)
    assert not any(key.reveal() in repr(migration) for key in keys)
    assert keys[1].reveal() in first.hint.reveal()
    emulator.clock.advance(3601)
    second = await astra.migrations.credentials(database_id, migration.migration_id)
    assert second.keys != first.keys
    assert second.credential_expiration > emulator.clock.now()


async def test_expired_credentials_are_fetched_again(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    migration = await initialized_migration(astra, database_id)
    old = {"name": "sessionToken", "keys": {"accessKeyID": "old"}, "credentialExpiration": "2001-01-01T00:00:00Z"}
    emulator.faults.body("getMigrationStatus", {"status": "ReceivingFiles", "uploadCredentials": old}, times=2)
    credentials = await astra.migrations.credentials(database_id, migration.migration_id)
    assert credentials.keys.access_key_id.reveal() != "old"
    emulator.faults.body("getMigrationStatus", {"status": "ReceivingFiles", "uploadCredentials": old}, times=None)
    assert await astra.migrations.credentials(database_id, migration.migration_id) is None


async def test_there_are_no_credentials_while_no_files_are_accepted(astra: AsyncAstraDevOps, database_id: str) -> None:
    operation = await astra.migrations.initialize(database_id)
    assert await astra.migrations.credentials(database_id, operation.resource_id) is None


@pytest.mark.parametrize(("provider", "region"), [("GCP", "us-east1"), ("AZURE", "eastus")])
async def test_credentials_of_other_providers(emulator: Emulator, astra: AsyncAstraDevOps, provider: str, region: str) -> None:
    migration = await initialized_migration(astra, emulator.add_database("orders", cloud_provider=provider, region=region))
    keys = migration.upload_credentials.keys
    assert (keys.file is not None, keys.url_signature is not None) == (provider == "GCP", provider == "AZURE")


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_a_migration_whose_answer_is_lost_is_not_started_twice(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, fault: str
) -> None:
    getattr(emulator.faults, fault)("initializeMigration")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.migrations.initialize(database_id)
    assert emulator.journal.count("initializeMigration") == 1


async def test_an_answer_without_an_id_is_reported(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.body("initializeMigration", {"status": "Initializing"})
    with pytest.raises(errors.OutcomeUnknownError, match="migrationID"):
        await astra.migrations.initialize(database_id)


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_a_launch_whose_answer_is_lost_is_launched_once(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, fault: str
) -> None:
    migration = await initialized_migration(astra, database_id)
    getattr(emulator.faults, fault)("launchMigration")
    # Long enough for the status to show the import.
    operation = await astra.with_options(timeout=180).migrations.launch(database_id, migration.migration_id)
    # The status lags, so the client must send the request again to find out. A second launch of a
    # launched migration is refused.
    assert [exchange.status for exchange in emulator.journal.of("launchMigration")] == [
        None,
        409 if fault == "reset_after_effect" else 200,
    ]
    assert (await operation.wait()).status == "MigrationDone"


async def test_a_refusal_after_a_lost_launch_is_no_outcome_until_the_status_shows_one(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str
) -> None:
    operation = await astra.migrations.initialize(database_id)
    with pytest.raises(errors.ConflictError):
        await astra.migrations.launch(database_id, operation.resource_id)
    emulator.faults.reset_before_effect("launchMigration")
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.migrations.launch(database_id, operation.resource_id)
    assert isinstance(caught.value.__cause__, errors.ConflictError)
    assert "it shows Initializing" in str(caught.value)


@pytest.mark.parametrize(("change", "phase"), [("pause", "ImportInProgress"), ("abort", "ReceivingFiles"), ("cleanup", "MigrationDone")])
@pytest.mark.parametrize("timeout", [60, 180])
async def test_the_own_effect_of_a_change_is_not_a_refusal(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, change: str, phase: str, timeout: int
) -> None:
    migration_id = emulator.add_migration(database_id, phase=phase)
    emulator.faults.reset_after_effect(f"{change}Migration")
    call = getattr(astra.with_options(timeout=timeout).migrations, change)(database_id, migration_id)
    if timeout == 60:
        with pytest.raises(errors.OutcomeUnknownError):
            await call
    else:
        await call
    assert [exchange.status for exchange in emulator.journal.of(f"{change}Migration")] == [None, 409]


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_lost_answers_are_reconciled(fault: str) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(migration_status_lag=0.0)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders")
        migration = await initialized_migration(astra, database_id)
        await astra.migrations.launch(database_id, migration.migration_id)
        for change in ("pause", "resume"):
            getattr(emulator.faults, fault)(f"{change}Migration")
            assert isinstance(await getattr(astra.migrations, change)(database_id, migration.migration_id), models.Migration)
        getattr(emulator.faults, fault)("abortMigration")
        assert (await (await astra.migrations.abort(database_id, migration.migration_id)).wait()).status == "Aborted"
        at = emulator.clock.now() + timedelta(hours=1)
        getattr(emulator.faults, fault)("cleanupMigration", times=1)
        await astra.migrations.cleanup(database_id, migration.migration_id, at=at)
        getattr(emulator.faults, fault)("cleanupMigration", times=1)
        assert (await (await astra.migrations.cleanup(database_id, migration.migration_id)).wait()).status == "Closed"
        expected = 1 if fault == "reset_after_effect" else 2
        assert emulator.journal.count("pauseMigration") == emulator.journal.count("abortMigration") == expected
        assert emulator.journal.count("resumeMigration") == 2
        assert emulator.journal.count("cleanupMigration") == 2 * expected


@pytest.mark.parametrize(
    ("arguments", "error", "argument"),
    [
        ({"concurrency": 0}, ValueError, "concurrency"),
        ({"concurrency": "4"}, TypeError, "concurrency"),
        ({"target_subset_size_gb": 0}, ValueError, "target_subset_size_gb"),
        ({"target_subset_size_gb": "big"}, TypeError, "target_subset_size_gb"),
        ({"options": {"a": 1}}, ValueError, "options"),
        ({"options": ["a"], "datacenter_id": "d-1"}, TypeError, "options"),
        ({"options": {"": 1}, "datacenter_id": "d-1"}, ValueError, "options"),
    ],
)
async def test_bad_arguments_are_named_and_nothing_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, arguments: dict[str, Any], error: type[Exception], argument: str
) -> None:
    with pytest.raises(error, match=argument):
        await astra.migrations.initialize("d", **arguments)
    assert len(emulator.journal) == 0


@pytest.mark.parametrize(("at", "error"), [(datetime(2026, 1, 1), ValueError), ("now", TypeError)])
async def test_the_time_of_a_cleanup_needs_a_time_zone(
    emulator: Emulator, astra: AsyncAstraDevOps, at: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match="at "):
        await astra.migrations.cleanup("d", "m", at=at)
    assert len(emulator.journal) == 0


async def test_a_cleanup_in_the_past_begins_at_once(astra: AsyncAstraDevOps, database_id: str) -> None:
    migration = await initialized_migration(astra, database_id)
    operation = await astra.migrations.cleanup(database_id, migration.migration_id, at=datetime(2001, 1, 1, tzinfo=UTC))
    assert (await operation.wait()).status == "Closed"


async def test_an_operation_keeps_no_secret(astra: AsyncAstraDevOps, database_id: str) -> None:
    operation = await astra.migrations.initialize(database_id)
    await operation.wait()
    assert set(operation.ids) == {"database_id", "migration_id"}


async def test_missing_migrations_are_not_found(astra: AsyncAstraDevOps, database_id: str) -> None:
    for call in (astra.migrations.get, astra.migrations.launch, astra.migrations.pause, astra.migrations.credentials):
        with pytest.raises(errors.NotFoundError):
            await call(database_id, "nothing")
