"""Add a keyspace to every database of an organization, and report where that failed.

It can be run again: a database that has the keyspace is left alone. Databases that do not run are
skipped.

Runs on the embedded emulator. With ASTRA_DB_APPLICATION_TOKEN set it runs on the Astra DevOps API,
where it changes all databases that the token may change.
"""

import asyncio
import os
import sys

from astra_devops import AsyncAstraDevOps, AsyncOperation
from astra_devops.models import Database

KEYSPACE = "audit"
ASLEEP = ("HIBERNATED", "PARKED", "SUSPENDED")


async def add_keyspace(astra: AsyncAstraDevOps, database: Database) -> AsyncOperation[Database] | None:
    """Add the keyspace to one database that runs. The fleet run waits for the operation."""
    if database.status in ASLEEP:
        return None
    return await astra.keyspaces.ensure(database.id, KEYSPACE)


def name_of(database: Database) -> str:
    """Name a database in the report."""
    return database.name or database.id


async def run(astra: AsyncAstraDevOps) -> int:
    """Add the keyspace to all databases, and return the number of those where it failed."""
    lines: list[str] = []
    # With journal="audit.db" the run would survive a crash, and the next one would continue it.
    async with astra.fleet.run(add_keyspace, astra.databases.list(), workers=10, key=name_of, quiet=True) as fleet:
        async for outcome in fleet:
            state = outcome.error or ("has the keyspace" if outcome.value else "skipped: it does not run")
            lines.append(f"{outcome.key:<10} {state}")
    print(*sorted(lines), sep="\n")
    failed = len(lines) - fleet.report.counts["ok"]
    print(f"{len(lines)} databases, {failed} failed")
    return failed


async def main() -> int:
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("Running on the Astra DevOps API: ASTRA_DB_APPLICATION_TOKEN is set.", flush=True)
        async with AsyncAstraDevOps() as astra:
            return await run(astra)
    from astra_devops.emulator import Emulator

    print("Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.", flush=True)
    async with Emulator() as emulator, emulator.async_client() as astra:
        for number in range(4):
            emulator.add_database(f"shop-{number}")
        emulator.add_database("sleeper", status="HIBERNATED")
        emulator.add_database("done", keyspaces=["default_keyspace", KEYSPACE])
        return await run(astra)


sys.exit(min(asyncio.run(main()), 1))
