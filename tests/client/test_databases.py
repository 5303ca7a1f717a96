"""Databases: every operation, and the pitfalls of creating one."""

import asyncio
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, ResponseEvent, errors, models
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_create_returns_the_id_at_once_and_waits_for_active(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="aws", region="us-east-2", keyspace="sales")
    assert operation.resource_id in emulator.databases
    assert not operation.done
    database = await operation.wait()
    assert operation.done
    assert (database.id, database.status) == (operation.resource_id, models.DatabaseStatus.ACTIVE)
    assert database.info.keyspaces == ["sales"]
    (exchange,) = emulator.journal.of("createDatabase")
    assert exchange.body == {
        "name": "orders",
        "cloudProvider": "AWS",
        "region": "us-east-2",
        "tier": "serverless",
        "capacityUnits": 1,
        "keyspace": "sales",
    }


async def test_a_lost_answer_to_create_leaves_one_database(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_after_effect("createDatabase")
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert [database.id for database in await astra.databases.list().collect()] == [operation.resource_id]
    assert emulator.journal.count("createDatabase") == 1


async def test_a_lost_answer_is_found_although_the_list_lags(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.list_lag(6)
    emulator.faults.reset_after_effect("createDatabase")
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert operation.resource_id in emulator.databases
    assert emulator.journal.count("createDatabase") == 1


async def test_a_request_lost_before_its_effect_is_reported_and_not_repeated(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_before_effect("createDatabase")
    with pytest.raises(errors.OutcomeUnknownError, match="no new database") as caught:
        await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert caught.value.candidates == ()
    assert "orders" in caught.value.how_to_find_out
    assert emulator.journal.count("createDatabase") == 1


async def test_a_server_error_to_create_is_the_cause_of_the_unknown_outcome(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.status("createDatabase", 502, body="<html><title>Bad gateway</title></html>", content_type="text/html")
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert isinstance(caught.value.__cause__, errors.ServerError)
    assert emulator.journal.count("createDatabase") == 1


async def test_an_older_database_of_the_same_name_is_never_adopted(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    old = await (await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")).wait()
    emulator.faults.reset_after_effect("createDatabase")
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert operation.resource_id != old.id
    assert set(emulator.databases) == {old.id, operation.resource_id}


async def test_a_database_that_this_client_has_just_created_is_not_adopted(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    first = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    emulator.faults.reset_before_effect("createDatabase")
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert first.resource_id not in caught.value.candidates


async def test_of_several_new_databases_none_is_adopted(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as other_client:
        emulator.faults.reset_after_effect("createDatabase", times=2)
        creations = [client.databases.create("orders", cloud_provider="AWS", region="us-east-2") for client in (astra, other_client)]
        outcomes = await asyncio.gather(*creations, return_exceptions=True)
    for outcome in outcomes:
        assert isinstance(outcome, errors.OutcomeUnknownError)
        assert set(outcome.candidates) == set(emulator.databases)


async def test_a_database_that_another_client_creates_at_the_same_time_is_not_adopted(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as other_client:
        emulator.faults.reset_before_effect("createDatabase")
        creations = [client.databases.create("orders", cloud_provider="AWS", region="us-east-2") for client in (astra, other_client)]
        mine, theirs = await asyncio.gather(*creations, return_exceptions=True)
    assert isinstance(mine, errors.OutcomeUnknownError)
    assert list(emulator.databases) == [theirs.resource_id]
    assert mine.candidates == ()


@pytest.mark.parametrize("age", [0, 3, 60])
async def test_a_namesake_from_before_the_request_is_not_adopted(emulator: Emulator, astra: AsyncAstraDevOps, age: int) -> None:
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as other_client:
        old = await other_client.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    emulator.clock.advance(age)
    emulator.faults.reset_before_effect("createDatabase")
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert caught.value.candidates == ()
    emulator.faults.list_lag(30)
    emulator.faults.reset_after_effect("createDatabase")
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert set(emulator.databases) == {old.resource_id, operation.resource_id}


async def test_a_database_of_another_token_is_neither_adopted_nor_a_candidate(emulator: Emulator) -> Any:
    tasks = []

    async def create_elsewhere() -> str:
        async with AsyncAstraDevOps(emulator.add_token(), base_url=emulator.url, clock=emulator.clock) as other_client:
            body = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
            return (await other_client.request("createDatabase", body=body)).headers["Location"]

    def observe(event: object) -> None:
        if isinstance(event, ResponseEvent) and event.operation == "createDatabase" and not tasks:
            tasks.append(asyncio.ensure_future(create_elsewhere()))

    emulator.faults.reset_before_effect("createDatabase")
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, observer=observe) as astra:
        with pytest.raises(errors.OutcomeUnknownError) as caught:
            await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert caught.value.candidates == ()
    assert list(emulator.databases) == [await tasks[0]]


async def test_failed_looks_do_not_end_the_search(emulator: Emulator) -> None:
    def observe(event: object) -> None:
        if isinstance(event, ResponseEvent) and event.operation == "createDatabase":
            emulator.faults.status("listDatabases", 503, times=3)

    emulator.faults.reset_after_effect("createDatabase")
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, observer=observe) as astra:
        operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert list(emulator.databases) == [operation.resource_id]


async def test_without_a_list_from_before_nothing_is_adopted(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.status("listDatabases", 403)
    emulator.faults.reset_after_effect("createDatabase")
    with pytest.raises(errors.OutcomeUnknownError, match="databases") as caught:
        await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert list(caught.value.candidates) == list(emulator.databases)


async def test_a_429_to_create_is_repeated_since_nothing_was_done(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.rate_limit("createDatabase", retry_after="3", times=2)
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert list(emulator.databases) == [operation.resource_id]
    assert emulator.journal.count("createDatabase") == 3


async def test_a_region_that_the_service_does_not_offer(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.UnprocessableError) as caught:
        await astra.databases.create("orders", cloud_provider="AWS", region="moon-1")
    assert [detail.id for detail in caught.value.errors] == [2000013]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("name", ""),
        ("name", "-orders"),
        ("cloud_provider", "ibm"),
        ("region", " "),
        ("capacity_units", 0),
        ("keyspace", "system"),
        ("tier", ""),
        ("db_type", ""),
        ("pcu_group_id", ""),
    ],
)
async def test_bad_arguments_are_named_and_nothing_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, argument: str, value: int | str
) -> None:
    arguments = {"name": "orders", "cloud_provider": "AWS", "region": "us-east-2", argument: value}
    with pytest.raises(ValueError, match=argument):
        await astra.databases.create(**arguments)
    assert len(emulator.journal) == 0


@pytest.mark.parametrize("database_id", ["", ".", ".."])
async def test_an_id_cannot_leave_its_path_segment(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    with pytest.raises(ValueError, match="database_id"):
        await astra.databases.get(database_id)
    assert len(emulator.journal) == 0


async def test_an_id_is_quoted(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.databases.get("a/../b?c#d")
    assert emulator.journal[0].operation == "getDatabase"


async def test_lists_are_complete_whatever_the_page_size(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operations = [await astra.databases.create(f"db{number}", cloud_provider="AWS", region="us-east-2") for number in range(61)]
    for page_size in (None, 1, 25, 61, 100):
        ids = [database.id async for database in astra.databases.list(page_size=page_size)]
        assert set(ids) == {operation.resource_id for operation in operations}
        assert len(ids) == 61
    pages = [len(page) async for page in astra.databases.list(page_size=25).pages()]
    assert pages == [25, 25, 11]


async def test_list_filters(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    await operation.wait()
    await (await astra.databases.terminate(operation.resource_id)).wait()
    assert await astra.databases.list().collect() == []
    assert len(await astra.databases.list(include=models.ListDatabasesInclude.ALL).collect()) == 1
    assert await astra.databases.list(include="all", provider="gcp").collect() == []


@pytest.mark.parametrize("page_size", [0, 101])
async def test_page_size_is_checked(astra: AsyncAstraDevOps, page_size: int) -> None:
    with pytest.raises(ValueError, match="page_size"):
        astra.databases.list(page_size=page_size)


async def test_find_distinguishes_one_match_none_and_several(astra: AsyncAstraDevOps) -> None:
    assert await astra.databases.find("orders") is None
    first = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    database = await astra.databases.find("orders")
    assert database is not None
    assert database.id == first.resource_id
    second = await astra.databases.create("orders", cloud_provider="AWS", region="eu-west-1")
    with pytest.raises(errors.AmbiguousNameError) as caught:
        await astra.databases.find("orders")
    assert set(caught.value.ids) == {first.resource_id, second.resource_id}
    database = await astra.databases.find("orders", region="eu-west-1")
    assert database is not None
    assert database.id == second.resource_id


async def test_terminate_is_done_when_the_database_is_gone(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    await operation.wait()
    terminating = await astra.databases.terminate(operation.resource_id)
    assert await terminating.wait() is None
    assert (await astra.databases.get(operation.resource_id)).status == "TERMINATED"


async def test_a_lost_answer_to_terminate_is_reconciled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    await operation.wait()
    emulator.faults.reset_after_effect("terminateDatabase")
    await (await astra.databases.terminate(operation.resource_id)).wait()
    assert emulator.journal.count("terminateDatabase") == 1
    other = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    await other.wait()
    emulator.faults.reset_before_effect("terminateDatabase")
    await (await astra.databases.terminate(other.resource_id)).wait()
    assert emulator.journal.count("terminateDatabase") == 3


async def test_terminate_waits_for_a_busy_database(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    database = await operation.wait()
    async with emulator.async_client() as other:
        await other.keyspaces.create(database.id, "sales")
    await (await astra.databases.terminate(database.id)).wait()
    assert emulator.journal.of("terminateDatabase")[0].status == 409


async def test_classic_databases_are_resized_parked_and_unparked(astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("classic", cloud_provider="AWS", region="us-east-1", tier="C10")
    database = await operation.wait()
    database = await (await astra.databases.resize(database.id, 3)).wait()
    assert database.info.capacity_units == 3
    assert (await (await astra.databases.park(database.id)).wait()).status == "PARKED"
    assert (await (await astra.databases.unpark(database.id)).wait()).status == "ACTIVE"
    await astra.databases.reset_password(database.id, username="ann", password="correct horse")
    assert (await (await astra.databases.suspend(database.id)).wait()).status == "SUSPENDED"


async def test_parking_a_serverless_database_is_refused(astra: AsyncAstraDevOps) -> None:
    database = await (await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")).wait()
    with pytest.raises(errors.APIStatusError):
        await astra.databases.park(database.id)


async def test_set_engine_type(astra: AsyncAstraDevOps) -> None:
    database = await (await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")).wait()
    assert (await (await astra.databases.set_engine_type(database.id, "serverless-v2")).wait()).info.engine_type == "serverless-v2"


async def test_a_short_password_is_refused_without_showing_it(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="password") as caught:
        await astra.databases.reset_password("d", username="ann", password="abc")
    assert "abc" not in str(caught.value)
    assert len(emulator.journal) == 0


async def test_resume_wakes_a_hibernated_database(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders", status="HIBERNATED")
    assert (await (await astra.databases.resume(database_id)).wait()).status == "ACTIVE"
    assert emulator.journal.count("dataApi") == 1
    await (await astra.databases.resume(database_id)).wait()
    assert emulator.journal.count("dataApi") == 1


async def test_a_database_that_hibernates_again_ends_the_wait(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.fail_state("dataApi")
    operation = await astra.databases.resume(emulator.add_database("orders", status="HIBERNATED"))
    with pytest.raises(errors.OperationFailedError, match="ended in HIBERNATED") as caught:
        await operation.wait()
    assert caught.value.snapshot.elapsed < 120


async def test_resume_of_a_terminated_database_says_so(astra: AsyncAstraDevOps) -> None:
    database = await (await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")).wait()
    await (await astra.databases.terminate(database.id)).wait()
    with pytest.raises(errors.OperationFailedError, match="TERMINATED"):
        await astra.databases.resume(database.id)


async def test_a_lost_answer_to_a_change_of_the_engine_is_found_out(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.reset_after_effect("updateEngineType")
    operation = await astra.with_options(timeout=300).databases.set_engine_type(database_id, "Serverless-v2")
    assert (await operation.wait()).info.engine_type == "Serverless-v2"
    assert len(emulator.journal.of("updateEngineType")) == 1
