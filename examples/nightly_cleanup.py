"""Terminate temporary databases that nothing has used for days.

The first lines below are the rule. By default nothing is changed: the databases are only printed.
With ``--apply`` they are terminated. The exit code is 1 if that failed for any.

Runs on the embedded emulator, first without and then with ``--apply``. With
ASTRA_DB_APPLICATION_TOKEN set it runs on the Astra DevOps API.
"""

import argparse
import asyncio
import os
import sys
from datetime import datetime, timedelta

from astra_devops import AsyncAstraDevOps, AsyncOperation, SystemClock
from astra_devops.models import Database

PREFIX = "tmp-"
UNUSED = timedelta(days=3)
STATES = ("ACTIVE", "HIBERNATED", "PARKED", "ERROR")


def is_old(database: Database, now: datetime) -> bool:
    """Return whether a database is to be terminated."""
    # No document lists the time of the last use; recorded answers have it.
    used = database.last_usage_time or database.creation_time
    is_temporary = (database.name or "").startswith(PREFIX) and database.status in STATES
    return is_temporary and used is not None and now - used > UNUSED


def key_of(database: Database) -> str:
    """Name a database in the report: names need not be unique."""
    return f"{database.name} {database.id}"


async def terminate(astra: AsyncAstraDevOps, database: Database) -> AsyncOperation[None]:
    """Terminate one database. The fleet run waits for the operation."""
    return await astra.databases.terminate(database.id, with_datacenters=True)


async def run(astra: AsyncAstraDevOps, now: datetime, *, apply: bool) -> int:
    """Terminate the old databases, and return the number of those where it failed."""
    old = [database async for database in astra.databases.list() if is_old(database, now)]
    if not apply:
        for database in old:
            print(f"{database.name:<12} would be terminated")
        print(f"{len(old)} databases to terminate; --apply does it")
        return 0
    lines: list[str] = []
    async with astra.fleet.run(terminate, old, workers=10, key=key_of, quiet=True) as fleet:
        async for outcome in fleet:
            lines.append(f"{outcome.key.split()[0]:<12} {outcome.error or 'terminated'}")
    print(*sorted(lines), sep="\n")
    failed = len(lines) - fleet.report.counts["ok"]
    print(f"{len(lines)} databases to terminate, {failed} failed")
    return failed


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--apply", action="store_true", help="terminate the databases")
    apply = parser.parse_args().apply
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("Running on the Astra DevOps API: ASTRA_DB_APPLICATION_TOKEN is set.", flush=True)
        async with AsyncAstraDevOps() as astra:
            return await run(astra, SystemClock().now(), apply=apply)
    from astra_devops.emulator import Emulator

    print("Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.", flush=True)
    async with Emulator() as emulator, emulator.async_client() as astra:
        for name in ("tmp-login", "tmp-search", "shop"):
            emulator.add_database(name)
        now = emulator.clock.now()
        for later in (timedelta(days=1), timedelta(days=20)):
            print(f"After {later.days} days:")
            await run(astra, now + later, apply=False)
        return await run(astra, now + timedelta(days=20), apply=True)


sys.exit(min(asyncio.run(main()), 1))
