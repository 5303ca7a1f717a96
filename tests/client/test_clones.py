"""Clones: copies of a snapshot in another database, from start to end."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


@pytest.fixture
def databases(emulator: Emulator) -> tuple[str, str]:
    return emulator.add_database("orders", keyspaces=("sales", "stock")), emulator.add_database("copy")


async def start_clone(astra: AsyncAstraDevOps, databases: Any) -> Any:
    source, target = databases
    (snapshot,) = await astra.snapshots.list(source)
    return await astra.clones.create(target, source_database_id=source, snapshot_id=snapshot.id)


async def test_a_snapshot_is_cloned(astra: AsyncAstraDevOps, databases: Any) -> None:
    operation = await start_clone(astra, databases)
    assert (await astra.clones.get(databases[1], operation.resource_id)).status == models.CloneState.RUNNING
    status = await operation.wait()
    assert (status.operation_id, status.status) == (operation.resource_id, models.CloneState.DONE)
    assert await astra.keyspaces.list(databases[1]) == ["default_keyspace", "sales", "stock"]


async def test_a_snapshot_has_the_keyspaces_of_its_time(emulator: Emulator, astra: AsyncAstraDevOps, databases: Any) -> None:
    operation = await start_clone(astra, databases)
    await operation.wait()
    await (await astra.keyspaces.delete(databases[0], "sales")).wait()
    emulator.clock.advance(3600)
    latest = (await astra.snapshots.list(databases[0]))[-1]
    other = emulator.add_database("other", keyspaces=())
    await (await astra.clones.create(other, source_database_id=databases[0], snapshot_id=latest.id, source_region="us-east-2")).wait()
    assert await astra.keyspaces.list(other) == ["stock"]


async def test_a_clone_that_fails(emulator: Emulator, astra: AsyncAstraDevOps, databases: Any) -> None:
    emulator.faults.fail_state("cloneFromDB")
    operation = await start_clone(astra, databases)
    with pytest.raises(errors.OperationFailedError, match="ERROR"):
        await operation.wait()
    assert await astra.keyspaces.list(databases[1]) == ["default_keyspace"]


@pytest.mark.parametrize(("status", "done"), [("done", True), ("Running", False), ("COPYING", False)])
async def test_statuses_are_read_in_any_case_and_unknown_ones_mean_not_yet(
    emulator: Emulator, astra: AsyncAstraDevOps, databases: Any, status: str, done: bool
) -> None:
    operation = await start_clone(astra, databases)
    emulator.faults.body("cloneStatus", {"operationID": operation.resource_id, "status": status})
    event = await operation.refresh()
    assert (event.status, event.done) == (status.upper(), done)


async def test_a_wait_for_a_clone_is_resumed(emulator: Emulator, astra: AsyncAstraDevOps, databases: Any) -> None:
    token = (await start_clone(astra, databases)).resume_token
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as elsewhere:
        operation = await elsewhere.resume(token)
        assert (await operation.wait()).status == "DONE"


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_a_clone_whose_answer_is_lost_is_not_started_twice(
    emulator: Emulator, astra: AsyncAstraDevOps, databases: Any, fault: str
) -> None:
    getattr(emulator.faults, fault)("cloneFromDB")
    with pytest.raises(errors.OutcomeUnknownError):
        await start_clone(astra, databases)
    assert emulator.journal.count("cloneFromDB") == 1


async def test_an_answer_without_an_id_is_reported(emulator: Emulator, astra: AsyncAstraDevOps, databases: Any) -> None:
    emulator.faults.body("cloneFromDB", {"status": "RUNNING"})
    with pytest.raises(errors.OutcomeUnknownError, match="operationID") as caught:
        await start_clone(astra, databases)
    assert databases[1] in caught.value.how_to_find_out


@pytest.mark.parametrize("argument", ["source_database_id", "snapshot_id", "source_region"])
async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps, argument: str) -> None:
    arguments = {"source_database_id": "s", "snapshot_id": "n", argument: " "}
    with pytest.raises(ValueError, match=argument):
        await astra.clones.create("d", **arguments)
    assert len(emulator.journal) == 0


async def test_missing_snapshots_and_clones_are_not_found(astra: AsyncAstraDevOps, databases: Any) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.clones.create(databases[1], source_database_id=databases[0], snapshot_id="nothing")
    with pytest.raises(errors.NotFoundError):
        await astra.clones.get(databases[1], "nothing")
