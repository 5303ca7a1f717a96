"""One line for every database of an organisation, with eight reads under way at a time.

Runs on the embedded emulator, where it first makes a dozen databases. With
ASTRA_DB_APPLICATION_TOKEN set it runs on the service, and only reads.
"""

import asyncio
import os
from collections.abc import Iterator

from astra_devops import AsyncAstraDevOps
from astra_devops.models import Database

WORKERS = 8


async def make_fleet(astra: AsyncAstraDevOps, count: int) -> None:
    """Make databases all at once.

    Waits of one client share their polls, so twelve waits cost hardly more than one.
    """

    async def make(number: int) -> None:
        operation = await astra.databases.create(f"shop-{number:02}", cloud_provider="AWS", region="us-east-2")
        await operation.wait(timeout=1800)

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(make(number))


async def describe(astra: AsyncAstraDevOps, database: Database) -> str:
    datacenters, keyspaces = await asyncio.gather(astra.datacenters.list(database.id), astra.keyspaces.list(database.id))
    return f"{database.info.name:<12}  {database.status:<12}  datacenters: {len(datacenters)}  keyspaces: {len(keyspaces)}"


async def print_status(astra: AsyncAstraDevOps) -> None:
    databases = await astra.databases.list().collect()
    lines: list[str] = []

    async def work(queue: Iterator[Database]) -> None:
        for database in queue:  # all workers draw from the same iterator
            lines.append(await describe(astra, database))

    queue = iter(databases)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(WORKERS):
            tasks.create_task(work(queue))
    print(*sorted(lines), sep="\n")
    print(f"{len(databases)} databases")


async def main() -> None:
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("Running on the Astra DevOps API, with the token in ASTRA_DB_APPLICATION_TOKEN.", flush=True)
        async with AsyncAstraDevOps() as astra:
            await print_status(astra)
        return
    from astra_devops.emulator import Emulator, ScaledClock

    print("Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.", flush=True)
    async with (
        Emulator(clock=ScaledClock(100)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        await make_fleet(astra, 12)
        await print_status(astra)


asyncio.run(main())
