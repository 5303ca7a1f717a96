"""Waits of one client share their requests where that costs less, and never where it costs more."""

import asyncio
import gc
from collections import Counter

import pytest

from astra_devops import AsyncAstraDevOps, Event, PollEvent, RequestEvent
from astra_devops.emulator import Emulator, VirtualClock
from astra_devops.models import Database

pytestmark = pytest.mark.anyio

PAGE = 100


class Counts(Counter[str]):
    """The requests by operation, and the polls."""

    def __call__(self, event: Event) -> None:
        if isinstance(event, RequestEvent):
            self[event.operation] += 1
        elif isinstance(event, PollEvent):
            self["polls"] += 1

    @property
    def requests_of_polls(self) -> int:
        return self["getDatabase"] + self["listDatabases"]


async def add_keyspaces(astra: AsyncAstraDevOps, ids: list[str], at_once: int) -> None:
    remaining = iter(ids)

    async def work() -> None:
        for database_id in remaining:
            await (await astra.keyspaces.create(database_id, "audit")).wait()

    await asyncio.gather(*(work() for _ in range(at_once)))


@pytest.mark.parametrize("latency", [0.0, 0.1, 0.4])
async def test_a_few_of_many_databases_are_not_read_by_the_list(latency: float) -> None:
    counts = Counts()
    async with Emulator(clock=VirtualClock(), latency=latency) as emulator:
        ids = [emulator.add_database(f"orders-{number}") for number in range(500)]
        async with emulator.async_client(observer=counts) as astra:
            await add_keyspaces(astra, ids[:200], at_once=20)
    # A page has as many bytes as a hundred single answers.
    assert counts["getDatabase"] + PAGE * counts["listDatabases"] <= 2 * counts["polls"], counts


@pytest.mark.parametrize("latency", [0.0, 0.1])
async def test_waits_for_all_databases_share_the_list_until_the_last_ones_end(latency: float) -> None:
    counts = Counts()
    async with Emulator(clock=VirtualClock(), latency=latency) as emulator:
        ids = [emulator.add_database(f"orders-{number}") for number in range(500)]
        async with emulator.async_client(observer=counts) as astra:
            operations = await asyncio.gather(*(astra.keyspaces.create(database_id, "audit") for database_id in ids))
            counts.clear()
            await asyncio.gather(*(operation.wait() for operation in operations))
    assert counts.requests_of_polls <= 0.05 * counts["polls"], counts


async def test_after_the_last_wait_nothing_is_kept(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    ids = [emulator.add_database(f"orders-{number}") for number in range(20)]
    await add_keyspaces(astra, ids, at_once=20)

    poller = astra.databases._operations.poller
    assert emulator.journal.count("listDatabases")
    assert (poller._last_reading, poller._running_reading, poller._next_reading) == (None, None, None)
    assert not poller._last_polls
    assert not poller._running_gets


async def test_waits_that_share_the_list_keep_no_databases_as_objects() -> None:
    counts, kept = Counts(), list[int]()

    def databases() -> int:
        return sum(type(one) is Database for one in gc.get_objects())

    def observe(event: Event) -> None:
        counts(event)
        if isinstance(event, PollEvent) and counts["polls"] % 100 == 0:
            kept.append(databases())

    gc.collect()
    before = databases()  # Of other tests.
    async with Emulator(clock=VirtualClock()) as emulator:
        ids = [emulator.add_database(f"orders-{number}") for number in range(200)]
        async with emulator.async_client(observer=observe) as astra:
            operations = await asyncio.gather(*(astra.keyspaces.create(database_id, "audit") for database_id in ids))
            await asyncio.gather(*(operation.wait() for operation in operations))
        assert emulator.journal.count("listDatabases")
    # The others are the results of waits that are over.
    assert max(kept[:2]) <= before, (before, kept)


async def test_a_wait_that_is_given_up_is_not_counted(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    emulator.faults.stuck("createDatabase", "PENDING")
    wait = asyncio.create_task(operation.wait())
    await asyncio.sleep(0)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    assert not astra.databases._operations.poller._last_polls
