"""Change data capture: enabled and disabled per table, with MAINTENANCE after each change."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator, Quirks, VirtualClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def database_id(emulator: Emulator) -> str:
    return emulator.add_database("orders", keyspaces=("sales",))


def region_of(database_id: str, tenant: Any = "cdc") -> models.CdcRegion:
    return models.CdcRegion(
        datacenter_id=f"{database_id}-1",
        datacenter_region="us-east-2",
        streaming_cluster_name="pulsar-aws-useast2",
        streaming_tenant_name=tenant,
    )


async def enable(astra: AsyncAstraDevOps, database_id: str, *tables: Any) -> Any:
    return await astra.cdc.enable(database_id, tables=[("sales", table) for table in tables], regions=[region_of(database_id)])


def names(config: Any) -> list[str]:
    return [] if config is None else [f"{table.keyspace_name}.{table.table_name}" for table in config.tables]


async def test_tables_are_enabled_and_disabled(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    assert await astra.cdc.config(database_id) is None
    config = await (await enable(astra, database_id, "orders", "customers")).wait()
    assert names(config) == ["sales.orders", "sales.customers"]
    assert config.regions == [region_of(database_id)]
    (table,) = await astra.cdc.get(database_id, "sales", "orders")
    assert (table.status, table.database_name) == ("Active", "orders")
    await (await astra.cdc.disable(database_id, [("sales", "orders")])).wait()
    assert names(await astra.cdc.config(database_id)) == ["sales.customers"]
    await (await astra.cdc.disable(database_id, config.tables[1:])).wait()
    assert await astra.cdc.config(database_id) is None
    (exchange,) = emulator.journal.of("enableCDC")
    assert (exchange.body["databaseName"], exchange.body["databaseID"]) == ("orders", database_id)


async def test_update_replaces_the_whole_configuration(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await (await enable(astra, database_id, "orders")).wait()
    update = await astra.cdc.update(
        database_id, tables=[("sales", "stock")], regions=[region_of(database_id, "new")], database_name="orders"
    )
    config = await update.wait()
    assert names(config) == ["sales.stock"]
    assert config.regions[0].streaming_tenant_name == "new"
    assert emulator.journal.of("updateCDC")[0].status == 204


async def test_an_update_of_the_regions_alone_is_waited_for(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await (await enable(astra, database_id, "orders")).wait()
    operation = await astra.cdc.update(database_id, tables=[("sales", "orders")], regions=[region_of(database_id, "new")])
    assert not (await operation.refresh()).done
    assert (await operation.wait()).regions == [region_of(database_id, "new")]


async def test_a_wait_does_not_take_an_active_database_for_a_finished_change() -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(maintenance_lag=5.0)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders", keyspaces=("sales",))
        for operation in (await enable(astra, database_id, "orders"), None):
            operation = operation or await astra.cdc.disable(database_id, [("sales", "orders")])
            statuses = [event.status async for event in operation.events()]
            assert list(dict.fromkeys(statuses)) == ["ACTIVE", "MAINTENANCE"]


async def test_a_change_that_fails(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.fail_state("enableCDC")
    with pytest.raises(errors.OperationFailedError, match="ERROR"):
        await (await enable(astra, database_id, "orders")).wait()


async def test_two_changes_in_a_row_wait_for_each_other(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await enable(astra, database_id, "orders")
    await (await enable(astra, database_id, "stock")).wait()
    assert names(await astra.cdc.config(database_id)) == ["sales.orders", "sales.stock"]
    assert [exchange.status for exchange in emulator.journal.of("enableCDC")] == [201, 201]


async def test_a_table_that_is_captured_already_is_a_conflict_without_a_long_wait(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str
) -> None:
    await (await enable(astra, database_id, "orders")).wait()
    with pytest.raises(errors.ConflictError, match=r"sales\.orders"):
        await enable(astra, database_id, "orders")
    assert emulator.journal.count("enableCDC") == 3


@pytest.mark.parametrize(("fault", "times"), [("reset_after_effect", 1), ("reset_before_effect", 2)])
async def test_lost_answers_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, fault: str, times: int) -> None:
    getattr(emulator.faults, fault)("enableCDC")
    await (await enable(astra, database_id, "orders")).wait()
    getattr(emulator.faults, fault)("deleteCDC")
    await (await astra.cdc.disable(database_id, [("sales", "orders")])).wait()
    assert emulator.journal.count("enableCDC") == emulator.journal.count("deleteCDC") == times


async def test_a_wait_is_resumed(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    token = (await enable(astra, database_id, "orders")).resume_token
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as elsewhere:
        assert names(await (await elsewhere.resume(token)).wait()) == ["sales.orders"]


async def test_what_is_not_there(astra: AsyncAstraDevOps, database_id: str) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.cdc.get(database_id, "sales", "orders")
    with pytest.raises(errors.NotFoundError):
        await astra.cdc.config("no-such-database")
    with pytest.raises(errors.NotFoundError):
        await astra.cdc.disable(database_id, [("sales", "orders")])


async def test_without_access_to_the_database_a_404_means_no_configuration(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str
) -> None:
    emulator.faults.status("getDatabase", 401, body=b"null")
    assert await astra.cdc.config(database_id) is None


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("tables", [], ValueError),
        ("tables", "sales.orders", TypeError),
        ("tables", ["sales.orders"], TypeError),
        ("tables", [("sales", "")], ValueError),
        ("regions", [], ValueError),
        ("regions", [{"datacenterID": "d-1"}], TypeError),
        ("regions", [region_of("d", "")], ValueError),
        ("database_name", "", ValueError),
    ],
)
async def test_bad_arguments_are_named_and_nothing_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, argument: str, value: Any, error: type[Exception]
) -> None:
    arguments = {"tables": [("sales", "orders")], "regions": [region_of("d")], "database_name": "orders", argument: value}
    for method in (astra.cdc.enable, astra.cdc.update):
        with pytest.raises(error, match=argument):
            await method("d", **arguments)
    assert len(emulator.journal) == 0


@pytest.mark.parametrize(("tables", "error"), [([], ValueError), ("sales", TypeError)])
async def test_the_tables_to_disable_are_checked(emulator: Emulator, astra: AsyncAstraDevOps, tables: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="tables"):
        await astra.cdc.disable("d", tables)
    assert len(emulator.journal) == 0
