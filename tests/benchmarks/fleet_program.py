"""Do something for many databases once, and print how long it took or how much memory, as JSON.

A process of its own for each figure: memory that was used before would hide what is used now.
"""

import asyncio
import json
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

# At the end of the path, so that an installed wheel is measured rather than the checkout.
sys.path.append(str(Path(__file__).parents[2]))

from astra_devops import AsyncAstraDevOps
from astra_devops.models import Database
from tests.benchmarks.async_clients import TOKEN
from tests.benchmarks.canned_server import KEYSPACE

WORKERS = 20


async def read(astra: AsyncAstraDevOps, database: Database) -> str:
    """Read one database."""
    return (await astra.databases.get(database.id)).status


async def change(astra: AsyncAstraDevOps, database: Database) -> str:
    """Change one database, and do not wait for the effect."""
    return (await astra.keyspaces.create(database.id, KEYSPACE)).resume_token


async def gathered(astra: AsyncAstraDevOps, changes: bool) -> None:
    """Collect the list, and start a task for each database, as a program without runs does."""
    limit = asyncio.Semaphore(WORKERS)

    async def one(database: Database) -> str:
        async with limit:
            return await (change if changes else read)(astra, database)

    await asyncio.gather(*(one(database) for database in await astra.databases.list().collect()))


async def run(astra: AsyncAstraDevOps, changes: bool, journal: Path | None) -> None:
    """Do the same in a run, from the list to the report."""
    work = change if changes else read
    async with astra.fleet.run(work, astra.databases.list(), workers=WORKERS, journal=journal, quiet=True) as fleet_run:
        async for outcome in fleet_run:
            assert outcome.state == "ok", outcome.error
    str(fleet_run.report)


async def main(kind: str, measure: str, url: str) -> dict[str, float]:
    """Measure one kind."""
    changes = kind.startswith("change")
    async with AsyncAstraDevOps(TOKEN, base_url=url, timeout=600) as astra:
        with tempfile.TemporaryDirectory() as folder:
            await astra.databases.list().page_iterator().next_page()
            if measure == "memory":
                tracemalloc.start()
            began, cpu = time.perf_counter(), time.process_time()
            if kind.endswith("gathered"):
                await gathered(astra, changes)
            else:
                await run(astra, changes, Path(folder) / "run.db" if kind.endswith("journal") else None)
            seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
            return {"seconds": seconds, "cpu": cpu, "memory": tracemalloc.get_traced_memory()[1] if measure == "memory" else 0}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
