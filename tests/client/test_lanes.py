"""Changes of one database go one after the other, changes of several side by side."""

import asyncio
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

import astra_devops
from astra_devops import AstraDevOps, AsyncAstraDevOps, RequestEvent, errors
from astra_devops._rest import index
from astra_devops.emulator import Emulator, ScaledClock, VirtualClock

pytestmark = pytest.mark.anyio


def statuses(emulator: Emulator, operation: str) -> Counter[int | None]:
    return Counter(exchange.status for exchange in emulator.journal.of(operation))


async def create_keyspaces(astra: AsyncAstraDevOps, ids: list[str], count: int) -> list[Any]:
    return await asyncio.gather(*(astra.keyspaces.create(id_, f"k{number}") for number in range(count) for id_ in ids))


@pytest.mark.parametrize("latency", [0.0, 0.3])
async def test_twenty_keyspaces_at_once_on_one_database(latency: float) -> None:
    async with Emulator(clock=VirtualClock(), latency=latency) as emulator, emulator.async_client() as astra:
        database_id = emulator.add_database("orders")
        operations = await create_keyspaces(astra, [database_id], 20)
        database = await operations[-1].wait()
        assert len(database.keyspaces) == 21
        assert statuses(emulator, "addKeyspace") == {201: 20}


async def test_real_time_and_threads() -> None:
    async with Emulator(clock=ScaledClock(300)) as emulator:
        database_id = emulator.add_database("orders")
        astra = AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock)
        try:
            waits = (
                asyncio.to_thread(lambda number=number: astra.keyspaces.create(database_id, f"k{number}").wait()) for number in range(5)
            )
            await asyncio.gather(*waits)
        finally:
            await asyncio.to_thread(astra.close)
        assert statuses(emulator, "addKeyspace") == {201: 5}


async def test_ten_databases_go_side_by_side(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    ids = [emulator.add_database(f"orders-{number}") for number in range(10)]
    one = emulator.add_database("alone")
    began = emulator.clock.monotonic()
    await create_keyspaces(astra, [one], 5)
    alone, began = emulator.clock.monotonic() - began, emulator.clock.monotonic()
    await create_keyspaces(astra, ids, 5)
    assert emulator.clock.monotonic() - began < 2 * alone
    assert statuses(emulator, "addKeyspace") == {201: 55}


async def test_the_first_to_come_is_the_first_to_be_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    await create_keyspaces(astra, [database_id], 6)
    sent = [exchange.path.rpartition("/")[2] for exchange in emulator.journal.of("addKeyspace")]
    assert sent == [f"k{number}" for number in range(6)]


async def test_the_time_in_the_lane_is_not_that_of_the_call(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    brief = astra.with_options(timeout=5, attempt_timeout=5)
    await create_keyspaces(brief, [database_id], 5)
    assert statuses(emulator, "addKeyspace") == {201: 5}


async def test_a_lane_that_does_not_move_on_is_left(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.stuck("addKeyspace", "MAINTENANCE")
    impatient = astra.with_options(lane_timeout=60)
    await impatient.keyspaces.create(database_id, "a")
    began = emulator.clock.monotonic()
    with pytest.raises(errors.RequestNotSentError) as caught:
        await impatient.keyspaces.create(database_id, "b")
    assert emulator.clock.monotonic() - began == pytest.approx(60, abs=20)
    assert database_id in str(caught.value)
    assert str(caught.value).endswith("did not come in time: the database is in MAINTENANCE since addKeyspace")
    assert emulator.journal.count("addKeyspace") == 1


async def test_all_calls_that_leave_the_lane_name_what_is_before_them(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.stuck("addKeyspace", "MAINTENANCE")
    impatient = astra.with_options(lane_timeout=60)
    await impatient.keyspaces.create(database_id, "a")
    results = await asyncio.gather(*(impatient.keyspaces.create(database_id, f"k{n}") for n in range(3)), return_exceptions=True)
    assert [str(result).rpartition(": ")[2] for result in results] == ["the database is in MAINTENANCE since addKeyspace"] * 3


async def test_a_call_that_is_still_being_sent_is_named(emulator: Emulator) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.no_answer("addKeyspace")
    is_sent = asyncio.Event()
    async with emulator.async_client(observer=lambda event: is_sent.set() if isinstance(event, RequestEvent) else None) as astra:
        first = asyncio.create_task(astra.keyspaces.create(database_id, "a"))
        await is_sent.wait()
        with pytest.raises(errors.RequestNotSentError, match="addKeyspace is still being sent"):
            await astra.with_options(lane_timeout=0.05).databases.terminate(database_id)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_a_database_that_is_being_terminated_is_not_asked_again(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    await astra.databases.terminate(database_id)
    with pytest.raises(errors.BusyError, match="TERMINATING"):
        await astra.keyspaces.create(database_id, "a")
    assert statuses(emulator, "addKeyspace") == {409: 1}


async def test_the_deadline_of_the_user_counts_in_the_lane(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.stuck("addKeyspace", "MAINTENANCE")
    await astra.keyspaces.create(database_id, "a")
    began = emulator.clock.monotonic()
    with astra_devops.deadline(30), pytest.raises(errors.RequestNotSentError, match="is in MAINTENANCE since addKeyspace"):
        await astra.keyspaces.create(database_id, "b")
    assert emulator.clock.monotonic() - began == pytest.approx(30, abs=15)


async def test_a_call_that_gives_up_does_not_stop_the_lane(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    calls = [asyncio.create_task(astra.keyspaces.create(database_id, f"k{number}")) for number in range(5)]
    await calls[0]
    calls[1].cancel()
    calls[3].cancel()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result).__name__ for result in results[::2]] == ["AsyncOperation"] * 3
    assert statuses(emulator, "addKeyspace") == {201: 3}


async def test_a_refused_change_does_not_hold_the_lane(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    for _ in range(3):
        with pytest.raises(errors.AlreadyExistsError):
            await astra.keyspaces.create(database_id, "default_keyspace")
    assert emulator.journal.total == 6, "three requests, and a look at the database after each"


async def test_a_lost_change_is_waited_for(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders", tier="C10")
    emulator.faults.reset_after_effect("updateEngineType")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.request("updateEngineType", path={"databaseID": database_id}, body={"type": "dse"})
    await astra.keyspaces.create(database_id, "a")
    assert statuses(emulator, "addKeyspace") == {201: 1}


async def test_changes_of_others_are_waited_out_as_a_conflict(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    async with emulator.async_client() as other:
        await other.keyspaces.create(database_id, "theirs")
    await create_keyspaces(astra, [database_id], 3)
    assert statuses(emulator, "addKeyspace")[201] == 4


async def test_a_terminated_database_answers_for_itself(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    await (await astra.databases.terminate(database_id)).wait()
    began = emulator.clock.monotonic()
    results = await asyncio.gather(*(astra.keyspaces.create(database_id, f"k{n}") for n in range(3)), return_exceptions=True)
    assert all(isinstance(result, errors.APIStatusError) for result in results), results
    assert emulator.clock.monotonic() - began < 200


async def test_views_share_the_lanes_and_idle_ones_are_forgotten(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    ids = [emulator.add_database(f"orders-{number}") for number in range(30)]
    await asyncio.gather(*(client.keyspaces.create(ids[0], name) for client, name in ((astra, "a"), (astra.with_options(timeout=9), "b"))))
    assert statuses(emulator, "addKeyspace") == {201: 2}
    for database_id in ids:
        await (await astra.keyspaces.create(database_id, "done")).wait()
    lanes: Any = astra._caller.shared.operations
    assert len(lanes._lanes._lanes) <= 1


_IMPORTS_AFTER_SENDING = """
import asyncio, sys
from astra_devops.emulator import Emulator

sent = set()

def observe(event):
    if getattr(event, "operation", None) == "createDatabase":
        sent.update(sys.modules)

async def main():
    async with Emulator() as emulator, emulator.async_client(observer=observe) as astra:
        await astra.databases.create("orders", cloud_provider="aws", region="us-east-2")
        print(sorted(name for name in set(sys.modules) - sent if "astra_devops" in name))

asyncio.run(main())
"""


def test_nothing_has_to_be_imported_for_an_operation_once_it_is_accepted() -> None:
    """An import that fails, such as for want of a file descriptor, would lose its id."""
    run = subprocess.run([sys.executable, "-c", _IMPORTS_AFTER_SENDING], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_every_operation_that_makes_a_database_busy_has_a_lane() -> None:
    with_lane = {operation.id for operation in index.OPERATIONS.values() if operation.lane == "databaseID"}
    assert {"addKeyspace", "addDatacenters", "terminateDatabase", "restoreDB", "enableCDC", "launchMigrationProxy"} <= with_lane
    assert not {operation.id for operation in index.OPERATIONS.values() if operation.lane and operation.method == "GET"}


async def test_the_wait_for_a_change_does_not_depend_on_the_changes_after_it(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    database_id = emulator.add_database("orders")
    first = await astra.keyspaces.create(database_id, "audit")
    second = await astra.keyspaces.create(database_id, "events")
    assert (await astra.databases.get(database_id)).status == "MAINTENANCE"
    await first.wait(timeout=0.1)
    await first.wait(timeout=0.1)
    with pytest.raises(errors.OperationTimeoutError):
        await second.wait(timeout=0.1)
