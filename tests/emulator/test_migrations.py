"""Migrations: their phases by the clock, what each phase allows, and the states that show."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio

LATER = "2026-02-01T00:00:00Z"
ALLOWED = {
    "Initializing": {"resume", "abort", "cleanup"},
    "ReceivingFiles": {"launch", "resume", "abort", "cleanup"},
    "ImportInProgress": {"pause", "resume", "abort"},
    "Paused": {"resume", "abort", "cleanup"},
    "MigrationDone": {"resume", "cleanup"},
    "Failed": {"launch", "resume", "abort", "cleanup"},
    "Aborted": {"resume", "cleanup"},
    "CleaningUpFiles": {"resume"},
    "Closed": {"resume"},
}


async def state(api: Any, path: str) -> str:
    return str((await api("GET", path)).json["status"])


@pytest.mark.parametrize("phase", ALLOWED)
async def test_what_a_phase_allows(api: Any, phase: str) -> None:
    database_id = api.emulator.add_database("orders")
    allowed = set()
    for change in ("launch", "pause", "resume", "abort", "cleanup"):
        path = f"/v2/databases/{database_id}/migrations/{api.emulator.add_migration(database_id, phase=phase)}"
        answer = await api("POST", f"{path}/{change}")
        assert answer.status in (200, 409)
        allowed |= {change} if answer.status == 200 else set()
    assert allowed == ALLOWED[phase]


async def test_phases_follow_the_clock_and_states_follow_with_a_lag(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    path = f"/v2/databases/{database_id}/migrations"
    migration = (await api("POST", f"{path}/initialize?concurrency=3&targetSubsetSizeGB=2.5")).json
    assert (migration["status"], migration["concurrency"], migration["targetSubsetSizeGB"]) == ("Initializing", 3, 2.5)
    path += f"/{migration['migrationID']}"
    lag = api.emulator.quirks.migration_status_lag
    api.emulator.clock.advance(180 + lag / 2)
    assert await state(api, path) == "Initializing"
    api.emulator.clock.advance(lag)
    assert await state(api, path) == "ReceivingFiles"
    assert (await api("POST", f"{path}/launch")).json["status"] == "ReceivingFiles"
    api.emulator.clock.advance(lag)
    assert await state(api, path) == "ImportInProgress"
    assert (await api("GET", path)).json["uploadCredentials"]["keys"] is None
    api.emulator.clock.advance(1800)
    assert await state(api, path) == "MigrationDone"
    api.emulator.clock.advance(7 * 86_400 + 300)
    assert await state(api, path) == "Closed"


async def test_a_scheduled_clean_up_waits_for_the_import(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    path = f"/v2/databases/{database_id}/migrations/{api.emulator.add_migration(database_id, phase='ImportInProgress')}"
    assert (await api("POST", f"{path}/cleanup?option.cleanupTime={LATER}")).json["expectedCleanupTime"] == LATER
    assert (await api("POST", f"{path}/cleanup?option.cleanupTime=2001-01-01T00:00:00Z")).status == 409
    assert (await api("POST", f"{path}/cleanup?option.cleanupTime=soon")).status == 400


async def test_a_migration_can_be_stuck_in_any_phase(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    api.emulator.faults.stuck("initializeMigration", "WaitingForBucket")
    migration = (await api("POST", f"/v2/databases/{database_id}/migrations/initialize")).json
    api.emulator.clock.advance(86_400)
    assert await state(api, f"/v2/databases/{database_id}/migrations/{migration['migrationID']}") == "WaitingForBucket"
    other = f"/v2/databases/{database_id}/migrations/{api.emulator.add_migration(database_id)}"
    api.emulator.faults.stuck("launchMigration", "Queued")
    await api("POST", f"{other}/launch")
    api.emulator.clock.advance(86_400)
    assert await state(api, other) == "Queued"


async def test_states_can_have_the_names_of_the_specification(api_of: Callable[[Emulator], Any]) -> None:
    async with Emulator(quirks=Quirks(specified_migration_states=True)) as emulator:
        database_id, api = emulator.add_database("orders"), api_of(emulator)
        states = [
            await state(api, f"/v2/databases/{database_id}/migrations/{emulator.add_migration(database_id, phase=phase)}")
            for phase in ("Initializing", "ReceivingFiles", "ImportInProgress", "MigrationDone", "Closed")
        ]
    assert states == ["INITIALIZING", "READY", "IN_PROGRESS", "DONE", "Closed"]


async def test_what_cannot_be_migrated(api: Any) -> None:
    classic, database_id = api.emulator.add_database("classic", tier="C10", region="us-east-1"), api.emulator.add_database("orders")
    assert (await api("POST", f"/v2/databases/{classic}/migrations/initialize")).status == 403
    assert (await api("POST", f"/v2/databases/{database_id}/datacenters/nothing/migrations/initialize")).status == 404
    assert (await api("POST", f"/v2/databases/{database_id}/migrations/initialize?concurrency=many")).status == 400
    assert (await api("GET", f"/v2/databases/{database_id}/migrations/nothing")).status == 404


async def test_a_migration_is_gone_with_its_database(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    path = f"/v2/databases/{database_id}/migrations/{api.emulator.add_migration(database_id)}"
    await api("POST", f"/v2/databases/{database_id}/terminate")
    await api.until(database_id, "TERMINATED")
    assert (await api("GET", path)).status == 404
