"""Add a keyspace to every database of an organization, and report where that failed.

It can be run again: a database that has the keyspace is left alone. Databases that do not run are
skipped.

Runs on the embedded emulator. With ASTRA_DB_APPLICATION_TOKEN set it runs on the Astra DevOps API,
where it changes all databases that the token may change.
"""

import asyncio
import os
import sys

from astra_devops import AsyncAstraDevOps, AsyncOperation, errors
from astra_devops.models import Database

KEYSPACE = "audit"


async def add_keyspace(astra: AsyncAstraDevOps, database: Database) -> AsyncOperation[Database]:
    """Add the keyspace to one database."""
    return await astra.keyspaces.ensure(database.id, KEYSPACE)


async def run(astra: AsyncAstraDevOps) -> int:
    """Add the keyspace to all databases, and return the number of those where it failed."""
    databases = sorted(await astra.databases.list().collect(), key=lambda database: database.name or "")
    asleep = [database for database in databases if database.status in ("HIBERNATED", "PARKED", "SUSPENDED")]
    running = [database for database in databases if database not in asleep]
    failures: dict[str, Exception] = {}
    try:
        await astra.wait_all(*(add_keyspace(astra, database) for database in running), timeout=600)
    except errors.OperationGroupError as group:
        outcomes = zip(running, group.outcomes, strict=True)
        failures = {database.id: outcome.error for database, outcome in outcomes if outcome.error}
    for database in databases:
        state = f"skipped: it is {database.status}" if database in asleep else failures.get(database.id, "has the keyspace")
        print(f"{database.name:<10} {state}")
    print(f"{len(running) - len(failures)} have the keyspace {KEYSPACE}, {len(failures)} failed, {len(asleep)} skipped")
    return len(failures)


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
