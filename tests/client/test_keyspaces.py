"""Keyspaces: ACTIVE alone proves nothing, busy databases are waited for, lost answers checked."""

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock

pytestmark = pytest.mark.anyio


async def test_a_keyspace_is_added_and_dropped(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    database = await (await astra.keyspaces.create(database_id, "sales")).wait()
    assert database.status == "ACTIVE"
    assert await astra.keyspaces.list(database_id) == ["default_keyspace", "sales"]
    await (await astra.keyspaces.delete(database_id, "sales")).wait()
    assert await astra.keyspaces.list(database_id) == ["default_keyspace"]


async def test_a_wait_does_not_take_an_active_database_for_a_finished_change() -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(maintenance_lag=5.0)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders")
        operation = await astra.keyspaces.create(database_id, "sales")
        statuses = [event.status async for event in operation.events()]
        assert statuses[0] == "ACTIVE"
        assert "MAINTENANCE" in statuses
        assert "sales" in await astra.keyspaces.list(database_id)


async def test_two_changes_in_a_row_wait_for_each_other(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    await astra.keyspaces.create(database_id, "one")
    await (await astra.keyspaces.create(database_id, "two")).wait()
    assert await astra.keyspaces.list(database_id) == ["default_keyspace", "one", "two"]
    assert [exchange.status for exchange in emulator.journal.of("addKeyspace")] == [201, 201]


async def test_a_keyspace_that_exists_is_a_conflict_at_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    before = emulator.clock.monotonic()
    with pytest.raises(errors.ConflictError):
        await astra.keyspaces.create(database_id, "default_keyspace")
    assert emulator.journal.count("addKeyspace") == 1
    assert emulator.clock.monotonic() == before


async def test_a_database_that_stays_busy_is_a_conflict_when_the_time_is_up(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.stuck(database_id, "MAINTENANCE")
    with pytest.raises(errors.ConflictError) as caught:
        await astra.keyspaces.create(database_id, "sales")
    assert "the database is in MAINTENANCE" in str(caught.value)


async def test_lost_answers_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.reset_after_effect("addKeyspace")
    await (await astra.keyspaces.create(database_id, "sales")).wait()
    assert emulator.journal.count("addKeyspace") == 1
    emulator.faults.reset_before_effect("addKeyspace")
    await (await astra.keyspaces.create(database_id, "stock")).wait()
    assert emulator.journal.count("addKeyspace") == 3
    emulator.faults.status("removeKeyspace", 503)
    await (await astra.keyspaces.delete(database_id, "stock")).wait()
    assert await astra.keyspaces.list(database_id) == ["default_keyspace", "sales"]


async def test_dropping_a_missing_keyspace_is_done_at_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    operation = await astra.keyspaces.delete(database_id, "nothing")
    assert (await operation.refresh()).done
    assert [exchange.status for exchange in emulator.journal.of("removeKeyspace")] == [204]


async def test_a_database_without_keyspaces(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("bare", keyspaces=())
    assert await astra.keyspaces.list(database_id) == []


async def test_a_missing_permission_is_named(emulator: Emulator) -> None:
    token = emulator.add_token({"org-db-view"})
    database_id = emulator.add_database("orders")
    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        with pytest.raises(errors.PermissionDeniedError, match="db-keyspace-create"):
            await astra.keyspaces.create(database_id, "sales")


@pytest.mark.parametrize("name", ["", "a-b", "system", "x" * 49])
async def test_bad_names_are_refused_before_anything_is_sent(emulator: Emulator, astra: AsyncAstraDevOps, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        await astra.keyspaces.create("d", name)
    assert len(emulator.journal) == 0


async def test_operations_of_classic_databases(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("classic", tier="C10")
    await astra.keyspaces.enable_graph(database_id, "default_keyspace")
    with pytest.raises(ValueError, match="schema and solrconfig"):
        await astra.keyspaces.create_solr_core(database_id, "default_keyspace", "t", generate_resources=False)


async def test_a_check_whose_answers_are_lost_leaves_the_outcome_of_the_write_unknown(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    """Not that of the read: "it only reads, so calling again is safe" would be wrong."""
    database_id = emulator.add_database("orders")
    emulator.faults.reset_after_effect("addKeyspace")
    emulator.faults.reset_before_effect("getDatabase", times=None)
    with pytest.raises(errors.OutcomeUnknownError, match="addKeyspace was sent") as caught:
        await astra.keyspaces.create(database_id, "sales")
    assert caught.value.operation == "addKeyspace"
    assert "only reads" not in caught.value.how_to_find_out
