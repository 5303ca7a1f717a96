"""Restores: a database returns to one of its snapshots."""

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_a_database_is_restored(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders", keyspaces=("sales",))
    (snapshot,) = await astra.snapshots.list(database_id)
    await (await astra.keyspaces.create(database_id, "stock")).wait()
    await (await astra.keyspaces.delete(database_id, "sales")).wait()
    operation = await astra.restores.create(database_id, snapshot_id=snapshot.id)
    assert (await astra.restores.get(database_id, operation.resource_id)).status == models.RestoreState.RUNNING
    assert (await operation.wait()).status == models.RestoreState.DONE
    assert await astra.keyspaces.list(database_id) == ["sales"]


async def test_a_restore_that_fails_changes_nothing(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders", keyspaces=("sales",))
    (snapshot,) = await astra.snapshots.list(database_id)
    await (await astra.keyspaces.create(database_id, "stock")).wait()
    emulator.faults.fail_state("restoreDB")
    operation = await astra.restores.create(database_id, snapshot_id=snapshot.id)
    with pytest.raises(errors.OperationFailedError, match="ERROR"):
        await operation.wait()
    assert await astra.keyspaces.list(database_id) == ["sales", "stock"]


async def test_a_restore_that_does_not_end(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    (snapshot,) = await astra.snapshots.list(database_id)
    emulator.faults.stuck("restoreDB", "WAITING")
    operation = await astra.restores.create(database_id, snapshot_id=snapshot.id)
    with pytest.raises(errors.OperationTimeoutError) as caught:
        await operation.wait()
    assert caught.value.last_status == "WAITING"


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_a_restore_whose_answer_is_lost_is_not_started_twice(emulator: Emulator, astra: AsyncAstraDevOps, fault: str) -> None:
    database_id = emulator.add_database("orders")
    (snapshot,) = await astra.snapshots.list(database_id)
    getattr(emulator.faults, fault)("restoreDB")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.restores.create(database_id, snapshot_id=snapshot.id)
    assert emulator.journal.count("restoreDB") == 1


async def test_an_answer_without_an_id_is_reported(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    (snapshot,) = await astra.snapshots.list(database_id)
    emulator.faults.body("restoreDB", {"status": "RUNNING", "operationID": ""})
    with pytest.raises(errors.OutcomeUnknownError, match="operationID"):
        await astra.restores.create(database_id, snapshot_id=snapshot.id)


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="snapshot_id"):
        await astra.restores.create("d", snapshot_id="")
    assert len(emulator.journal) == 0


async def test_missing_snapshots_and_restores_are_not_found(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    with pytest.raises(errors.NotFoundError):
        await astra.restores.create(database_id, snapshot_id="nothing")
    with pytest.raises(errors.NotFoundError):
        await astra.restores.get(database_id, "nothing")
