"""Print the status of every database of an organization, reading eight databases at a time.

Runs on the embedded emulator, where it first creates a dozen databases. With
ASTRA_DB_APPLICATION_TOKEN set it runs on the Astra DevOps API, and only reads.
"""

import asyncio
import os
from collections.abc import Iterator

from astra_devops import AsyncAstraDevOps
from astra_devops.models import Database

WORKERS = 8


async def create_fleet(astra: AsyncAstraDevOps, count: int) -> None:
    """Create databases, all at the same time.

    The waits of a client share their polls, so twelve waits cost hardly more than one.
    """
    names = [f"shop-{number:02}" for number in range(count)]
    await astra.wait_all(*(astra.databases.create(name, cloud_provider="AWS", region="us-east-2") for name in names), timeout=1800)


async def describe(astra: AsyncAstraDevOps, database: Database) -> str:
    """Return one line on a database, its datacenters and its keyspaces."""
    datacenters, keyspaces = await asyncio.gather(astra.datacenters.list(database.id), astra.keyspaces.list(database.id))
    return f"{database.name:<12}  {database.status:<12}  datacenters: {len(datacenters)}  keyspaces: {len(keyspaces)}"


async def print_status(astra: AsyncAstraDevOps) -> None:
    """Print one line for each database, sorted by name."""
    databases = await astra.databases.list().collect()
    lines: list[str] = []

    async def work(queue: Iterator[Database]) -> None:
        for database in queue:  # all workers take from the same iterator
            lines.append(await describe(astra, database))

    queue = iter(databases)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(WORKERS):
            tasks.create_task(work(queue))
    print(*sorted(lines), sep="\n")
    print(f"{len(databases)} databases")


async def main() -> None:
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("Running on the Astra DevOps API: ASTRA_DB_APPLICATION_TOKEN is set.", flush=True)
        async with AsyncAstraDevOps() as astra:
            await print_status(astra)
        return
    from astra_devops.emulator import Emulator

    print("Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.", flush=True)
    async with Emulator() as emulator, emulator.async_client() as astra:
        await create_fleet(astra, 12)
        await print_status(astra)


asyncio.run(main())
