"""Clones: copies of a snapshot into another database, followed to their end."""

import pytest

from astra_devops import AsyncAstraDevOps, errors, models

pytestmark = pytest.mark.anyio


@pytest.fixture
def databases(emulator) -> tuple[str, str]:
    return emulator.add_database("orders", keyspaces=("sales", "stock")), emulator.add_database("copy")


async def begin(astra, databases):
    source, target = databases
    (snapshot,) = await astra.snapshots.list(source)
    return await astra.clones.create(target, source_database_id=source, snapshot_id=snapshot.id)


async def test_a_snapshot_is_cloned(astra, databases):
    operation = await begin(astra, databases)
    assert (await astra.clones.get(databases[1], operation.resource_id)).status == models.CloneState.RUNNING
    status = await operation.wait()
    assert (status.operation_id, status.status) == (operation.resource_id, models.CloneState.DONE)
    assert await astra.keyspaces.list(databases[1]) == ["default_keyspace", "sales", "stock"]


async def test_a_snapshot_holds_what_there_was_when_it_was_taken(emulator, astra, databases):
    operation = await begin(astra, databases)
    await operation.wait()
    await (await astra.keyspaces.delete(databases[0], "sales")).wait()
    emulator.clock.advance(3600)
    latest = (await astra.snapshots.list(databases[0]))[-1]
    other = emulator.add_database("other", keyspaces=())
    await (await astra.clones.create(other, source_database_id=databases[0], snapshot_id=latest.id, source_region="us-east-2")).wait()
    assert await astra.keyspaces.list(other) == ["stock"]


async def test_a_clone_that_fails(emulator, astra, databases):
    emulator.faults.fail_state("cloneFromDB")
    operation = await begin(astra, databases)
    with pytest.raises(errors.OperationFailedError, match="ERROR"):
        await operation.wait()
    assert await astra.keyspaces.list(databases[1]) == ["default_keyspace"]


@pytest.mark.parametrize(("word", "done"), [("done", True), ("Running", False), ("COPYING", False)])
async def test_states_are_told_in_any_capitals_and_unknown_ones_mean_not_yet(emulator, astra, databases, word, done):
    operation = await begin(astra, databases)
    emulator.faults.body("cloneStatus", {"operationID": operation.resource_id, "status": word})
    event = await operation.refresh()
    assert (event.status, event.done) == (word.upper(), done)


async def test_a_wait_for_a_clone_is_resumed(emulator, astra, databases):
    token = (await begin(astra, databases)).resume_token
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as elsewhere:
        operation = await elsewhere.resume(token)
        assert (await operation.wait()).status == "DONE"


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_a_clone_whose_answer_is_lost_is_not_begun_twice(emulator, astra, databases, fault):
    getattr(emulator.faults, fault)("cloneFromDB")
    with pytest.raises(errors.OutcomeUnknownError):
        await begin(astra, databases)
    assert emulator.journal.count("cloneFromDB") == 1


async def test_an_answer_without_an_id_says_what_is_known(emulator, astra, databases):
    emulator.faults.body("cloneFromDB", {"status": "RUNNING"})
    with pytest.raises(errors.OutcomeUnknownError, match="operationID") as caught:
        await begin(astra, databases)
    assert databases[1] in caught.value.how_to_find_out


@pytest.mark.parametrize("argument", ["source_database_id", "snapshot_id", "source_region"])
async def test_bad_arguments_are_named_and_nothing_is_sent(emulator, astra, argument):
    arguments = {"source_database_id": "s", "snapshot_id": "n", argument: " "}
    with pytest.raises(ValueError, match=argument):
        await astra.clones.create("d", **arguments)
    assert len(emulator.journal) == 0


async def test_what_is_not_there(astra, databases):
    with pytest.raises(errors.NotFoundError):
        await astra.clones.create(databases[1], source_database_id=databases[0], snapshot_id="nothing")
    with pytest.raises(errors.NotFoundError):
        await astra.clones.get(databases[1], "nothing")
