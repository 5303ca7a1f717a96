"""Runs on a Dask cluster of two worker processes."""

import asyncio
import os
import pickle
import signal
import ssl
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps, RetryPolicy
from astra_devops.emulator import Emulator, ScaledClock
from astra_devops.fleet.outcome import Outcome

distributed = pytest.importorskip("distributed", reason="needs the extra dask")
pytestmark = [
    # What distributed does not close is not ours.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# The workers need not find this file.
pytest.importorskip("cloudpickle").register_pickle_by_value(sys.modules[__name__])

SPEED: Final = 100.0


async def make(astra: AsyncAstraDevOps, name: str) -> object:
    created = await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")
    database = await created.wait()
    return await astra.keyspaces.create(database.id, "audit")


async def count_keyspaces(astra: AsyncAstraDevOps, database_id: str) -> int:
    return len(await astra.keyspaces.list(database_id))


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator.running(clock=ScaledClock(SPEED)) as emulator:
        yield emulator


@pytest.fixture
async def astra(emulator: Emulator) -> AsyncIterator[AsyncAstraDevOps]:
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=ScaledClock(SPEED)) as astra:
        yield astra


@pytest.fixture
async def cluster() -> AsyncIterator[Any]:
    async with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", asynchronous=True) as cluster:
        yield cluster


def assert_made_once(emulator: Emulator, outcomes: list[Outcome], count: int) -> None:
    created = Counter(exchange.body["name"] for exchange in emulator.journal.of("createDatabase") if exchange.own_status == 201)
    keyspaces = Counter(exchange.path for exchange in emulator.journal.of("addKeyspace") if exchange.own_status == 201)
    assert [outcome.error for outcome in outcomes if outcome.state != "ok"] == []
    assert created == {f"orders-{number}": 1 for number in range(count)}
    assert sorted(keyspaces.values()) == [1] * count
    assert {outcome.resource_id for outcome in outcomes} == set(emulator.databases)


async def kill_one(cluster: Any, emulator: Emulator, creations: int) -> None:
    """Kill a worker after so many requests, while more of them are recorded and not sent."""
    while emulator.journal.count("createDatabase") < creations:
        await emulator.clock.sleep(0.1)
    os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)


@pytest.mark.parametrize("creations", [1, 9])
async def test_a_worker_killed_while_it_creates_leaves_each_effect_once(
    cluster: Any, emulator: Emulator, astra: AsyncAstraDevOps, creations: int
) -> None:
    names = [f"orders-{number}" for number in range(12)]
    async with astra.fleet.run(make, names, workers=8, cluster=cluster, quiet=True) as run:
        killing = asyncio.create_task(kill_one(cluster, emulator, creations))
        outcomes = [outcome async for outcome in run]
        await killing
    assert_made_once(emulator, outcomes, 12)


async def test_a_killed_worker_leaves_each_effect_once(cluster: Any, emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    emulator.faults.reset_after_effect("createDatabase", times=2)
    outcomes: list[Outcome] = []
    names = [f"orders-{number}" for number in range(16)]
    async with astra.fleet.run(make, names, workers=8, cluster=cluster, quiet=True, journal=tmp_path / "run.db") as run:
        async for outcome in run:
            outcomes.append(outcome)
            if len(outcomes) == 4:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
    assert_made_once(emulator, outcomes, 16)


async def test_a_run_by_address_returns_values_and_keeps_the_token_out_of_sight(
    cluster: Any, emulator: Emulator, astra: AsyncAstraDevOps
) -> None:
    ids = [emulator.add_database(f"orders-{number}") for number in range(4)]
    async with astra.fleet.run(count_keyspaces, ids, cluster=cluster.scheduler_address, quiet=True) as run:
        values = {outcome.key: outcome.value async for outcome in run}
        shown = repr(cluster.scheduler.tasks) + repr([task.run_spec for task in cluster.scheduler.tasks.values()])
    assert values == dict.fromkeys(ids, 1)
    assert emulator.token not in shown
    async with astra.fleet.run(make, [threading.Lock()], key=lambda item: "lock", cluster=cluster, quiet=True) as run:
        (outcome,) = [outcome async for outcome in run]
    assert "items must be picklable" in str(outcome.error)


async def test_leaving_the_block_loses_nothing_that_was_accepted(cluster: Any, emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    async with astra.fleet.run(make, ["orders", "events"], cluster=cluster, quiet=True, grace=0) as run:
        # Both are waited for.
        while len({exchange.path for exchange in emulator.journal.of("getDatabase")}) < 2:
            await emulator.clock.sleep(1)
    tokens = [token for item in run.report.running for token in item.resume_tokens]
    resumed = {(await astra.resume(token)).resource_id for token in tokens}
    assert set(emulator.databases) == resumed


def count_keyspaces_blocking(astra: AstraDevOps, database_id: str) -> int:
    astra.keyspaces.create(database_id, "audit").wait()
    return len(astra.keyspaces.list(database_id))


def test_the_blocking_twin(emulator: Emulator) -> None:
    ids = [emulator.add_database(f"orders-{number}") for number in range(4)]
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        AstraDevOps(emulator.token, base_url=emulator.url, clock=ScaledClock(SPEED)) as astra,
        astra.fleet.run(count_keyspaces_blocking, ids, cluster=cluster, quiet=True) as run,
    ):
        values = {outcome.key: outcome.value for outcome in run}
    assert values == dict.fromkeys(ids, 2)


async def test_bad_arguments_are_named(astra: AsyncAstraDevOps) -> None:
    lock = threading.Lock()

    async def holds_a_lock(client: AsyncAstraDevOps, item: str) -> None:
        lock.acquire()

    with pytest.raises(TypeError, match="cluster must be a"):
        astra.fleet.run(make, [], cluster=3)
    with pytest.raises(TypeError, match="work must be importable"):
        astra.fleet.run(holds_a_lock, [], cluster="tcp://127.0.0.1:1")


async def test_settings_that_belong_to_this_process_are_refused(emulator: Emulator) -> None:
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, ssl_context=ssl.create_default_context()) as astra:
        with pytest.raises(ValueError, match="ssl_context"):
            astra.fleet.run(make, [], cluster="tcp://127.0.0.1:1")


def test_the_default_retry_policy_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(RetryPolicy())) == RetryPolicy()
