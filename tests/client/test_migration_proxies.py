"""Migration proxies: waits rely on the actions that the database offers."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator, Quirks, VirtualClock

pytestmark = pytest.mark.anyio

NODE = models.MigrationProxyMapping(origin_ip="172.18.19.20", origin_port=9042, rack=1, rack_node_ordinal=1)


@pytest.fixture
def database_id(emulator: Emulator) -> str:
    return emulator.add_database("orders", tier="C10", region="us-east-1")


async def launch(astra: AsyncAstraDevOps, database_id: str) -> Any:
    return await astra.migration_proxies.launch(database_id, origin_username="cassandra", origin_password="hunter2", mappings=[NODE])


async def test_a_proxy_is_launched_and_removed(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    database = await (await launch(astra, database_id)).wait()
    assert database.status == "ACTIVE"
    assert models.DatabaseAction.REMOVE_MIGRATION_PROXY in database.available_actions
    database = await (await astra.migration_proxies.remove(database_id)).wait()
    assert models.DatabaseAction.LAUNCH_MIGRATION_PROXY in database.available_actions
    (exchange,) = emulator.journal.of("launchMigrationProxy")
    assert exchange.body == {
        "originUsername": "cassandra",
        "originPassword": "hunter2",
        "mappings": [{"originIP": "172.18.19.20", "originPort": 9042, "rack": 1, "rackNodeOrdinal": 1}],
    }


async def test_a_wait_does_not_take_an_active_database_for_a_finished_change() -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(maintenance_lag=5.0)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders", tier="C10", region="us-east-1")
        for operation in (await launch(astra, database_id), None):
            operation = operation or await astra.migration_proxies.remove(database_id)
            statuses = [event.status async for event in operation.events()]
            assert list(dict.fromkeys(statuses)) == ["ACTIVE", "MAINTENANCE"]
            assert statuses[-1] == "ACTIVE"


async def test_without_actions_the_maintenance_must_come_and_go(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    document = (await astra.request("getDatabase", path={"databaseID": database_id})).value
    operation = await launch(astra, database_id)
    fields = {"id": document.id, "orgId": "o", "ownerId": "o", "info": {"name": "orders"}, "availableActions": ["terminate"]}
    emulator.faults.body("getDatabase", {**fields, "status": "ACTIVE"})
    emulator.faults.body("getDatabase", {**fields, "status": "MAINTENANCE", "availableActions": []})
    emulator.faults.body("getDatabase", {**fields, "status": "ACTIVE"})
    assert [event.status async for event in operation.events()] == ["ACTIVE", "MAINTENANCE", "ACTIVE"]


async def test_a_launch_that_fails(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.fail_state("launchMigrationProxy")
    with pytest.raises(errors.OperationFailedError, match="ERROR"):
        await (await launch(astra, database_id)).wait()


async def test_two_proxies_are_a_conflict_at_once(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await (await launch(astra, database_id)).wait()
    before = emulator.clock.monotonic()
    with pytest.raises(errors.ConflictError, match="already"):
        await launch(astra, database_id)
    assert emulator.clock.monotonic() == before


async def test_a_busy_database_is_waited_for(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    async with emulator.async_client() as other:
        await other.keyspaces.create(database_id, "sales")
    await (await launch(astra, database_id)).wait()
    assert emulator.journal.of("launchMigrationProxy")[0].status == 409


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_a_launch_whose_answer_is_lost_is_not_repeated(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, fault: str
) -> None:
    getattr(emulator.faults, fault)("launchMigrationProxy")
    with pytest.raises(errors.OutcomeUnknownError):
        await launch(astra, database_id)
    assert emulator.journal.count("launchMigrationProxy") == 1


@pytest.mark.parametrize(("fault", "times"), [("reset_after_effect", 1), ("reset_before_effect", 2)])
async def test_a_removal_whose_answer_is_lost_is_reconciled(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, fault: str, times: int
) -> None:
    await (await launch(astra, database_id)).wait()
    getattr(emulator.faults, fault)("removeMigrationProxy")
    slow = astra.with_options(timeout=600)
    await (await slow.migration_proxies.remove(database_id)).wait()
    assert emulator.journal.count("removeMigrationProxy") == times


async def test_the_password_does_not_show(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.status("launchMigrationProxy", 400, body={"errors": [{"message": "hunter2 is no password"}]})
    with pytest.raises(errors.BadRequestError) as caught:
        await launch(astra, database_id)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.errors)


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("origin_username", "", ValueError),
        ("origin_password", "", ValueError),
        ("origin_password", 5, TypeError),
        ("mappings", [], ValueError),
        ("mappings", [{"originIP": "1.2.3.4"}], TypeError),
        ("mappings", [models.MigrationProxyMapping(origin_ip="1.2.3.4", origin_port=0, rack=1, rack_node_ordinal=1)], ValueError),
    ],
)
async def test_bad_arguments_are_named_and_nothing_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, argument: str, value: Any, error: type[Exception]
) -> None:
    arguments = {"origin_username": "cassandra", "origin_password": "hunter2", "mappings": [NODE], argument: value}
    with pytest.raises(error, match=argument):
        await astra.migration_proxies.launch("d", **arguments)
    assert len(emulator.journal) == 0
