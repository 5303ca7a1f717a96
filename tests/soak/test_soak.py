"""Hours of use in seconds: under a scaled clock and faults, memory and descriptors stay flat.

``ASTRA_DEVOPS_SOAK_SECONDS`` sets the real seconds, 10 by default. The calls and faults come from
``ASTRA_DEVOPS_SOAK_SEED``, 0 by default.
"""

import asyncio
import contextlib
import gc
import json
import os
import random
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest

from astra_devops import AsyncAstraDevOps, RetryPolicy, errors
from astra_devops.emulator import ScaledClock

pytestmark = pytest.mark.anyio

SECONDS = float(os.environ.get("ASTRA_DEVOPS_SOAK_SECONDS", "10"))
SEED = int(os.environ.get("ASTRA_DEVOPS_SOAK_SEED", "0"))
SPEED = 3_600.0
WORKERS = 6
WARM_UP = 0.4
"""The part of the time after which the counting begins: until then caches fill."""
MOST_GROWTH = 1_500_000
"""Bytes by which the memory of Python objects may grow after that, however long it lasts."""
CHANCES = {"reset_before_effect": 0.05, "reset_after_effect": 0.05, "truncated_gzip": 0.02, "null_body": 0.01}
FAULTS = [
    *({kind: {"operation": "*", "times": None, "probability": chance}} for kind, chance in CHANCES.items()),
    {"status": {"operation": "*", "status": 503, "times": None, "probability": 0.05}},
]


@attrs.define
class Usage:
    """What the process holds at one moment."""

    memory: int
    descriptors: int
    tasks: int


def usage() -> Usage:
    gc.collect()
    return Usage(tracemalloc.get_traced_memory()[0], len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks()))


async def use_database(astra: AsyncAstraDevOps, name: str, folder: Path) -> None:
    """Create a database and what belongs to it, use it, and terminate it."""
    operation = await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")
    database = await operation.wait()
    try:
        await (await astra.keyspaces.create(database.id, "sales")).wait()
        path = await astra.secure_bundles.download(database.id, folder / f"{name}.zip")
        path.unlink()
        await (await astra.access_lists.replace(database.id, ["10.0.0.0/8"], enabled=True, calling_from=None)).wait()
    finally:
        await (await astra.databases.terminate(database.id)).wait()


async def use_identity(astra: AsyncAstraDevOps, name: str, folder: Path) -> None:
    token = await astra.tokens.create(["RO User"], description=name)
    new = await astra.tokens.rotate(token.client_id, on_new=lambda new: None)
    await astra.tokens.delete(new.client_id)
    await astra.roles.list()
    await astra.can("org-db-view")


async def give_up(astra: AsyncAstraDevOps, name: str, folder: Path) -> None:
    """Cancel a list somewhere."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(random.Random(name).uniform(0, 0.01)):
            await astra.databases.list(page_size=2).collect()


USES = (use_database, use_identity, give_up)


async def work(astra: AsyncAstraDevOps, worker: int, folder: Path, stop: asyncio.Event, outcomes: Counter[str]) -> None:
    rng = random.Random(SEED * 1_000 + worker)
    count = 0
    while not stop.is_set():
        count += 1
        use = rng.choice(USES)
        try:
            async with asyncio.timeout(60):
                await use(astra, f"w{worker}-{count}", folder)
            outcomes[use.__name__] += 1
        except (errors.AstraDevOpsError, ValueError) as error:  # A list answered by null has no role "RO User".
            outcomes[type(error).__name__] += 1


@contextlib.asynccontextmanager
async def emulator_process(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Run the emulator in a process of its own, whose memory does not count here."""
    faults = folder / "faults.json"
    faults.write_text(json.dumps(FAULTS))
    options = ["--speed", str(SPEED), "--seed", str(SEED), "--faults", str(faults)]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "astra_devops.emulator", *options, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.timeout(SECONDS + 120)
async def test_memory_and_descriptors_stay_flat(tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    stop = asyncio.Event()
    bundles = tmp_path / "bundles"
    bundles.mkdir()
    async with emulator_process(tmp_path) as emulator:
        retry = RetryPolicy(base_delay=0.2)
        settings = {"token": emulator["token"], "base_url": emulator["url"]}
        tracemalloc.start()
        try:
            async with AsyncAstraDevOps(
                **settings, clock=ScaledClock(SPEED), retry=retry, attempt_timeout=5, observer=lambda event: None
            ) as astra:
                workers = [asyncio.create_task(work(astra, worker, bundles, stop, outcomes)) for worker in range(WORKERS)]
                await asyncio.sleep(SECONDS * WARM_UP)
                warm = usage()
                await asyncio.sleep(SECONDS * (1 - WARM_UP))
                end = usage()
                stop.set()
                await asyncio.gather(*workers)
        finally:
            tracemalloc.stop()
    print(f"\n{sum(outcomes.values())} uses: {dict(outcomes)}\n{warm}\n{end}")
    assert not list(bundles.iterdir())
    assert outcomes["use_database"]
    assert outcomes["use_identity"]
    assert end.memory - warm.memory < MOST_GROWTH
    assert end.descriptors <= warm.descriptors + 2 * WORKERS
    assert end.tasks <= warm.tasks + 4 * WORKERS
