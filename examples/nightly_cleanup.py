"""Terminate test databases that are not used any more, and park unused classic ones.

Serverless databases that are idle hibernate by themselves. The first lines below are the rule. By
default nothing is changed: the actions are only printed. With ``--apply`` they are carried out.

Runs on the embedded emulator, first without and then with ``--apply``. With
ASTRA_DB_APPLICATION_TOKEN set it runs on the Astra DevOps API.
"""

import argparse
import asyncio
import os
import sys
from datetime import datetime, timedelta

from astra_devops import AsyncAstraDevOps, AsyncOperation, SystemClock, errors
from astra_devops.models import Database

TEST_PREFIX = "test-"
UNUSED_TEST = timedelta(days=3)
UNUSED_CLASSIC = timedelta(days=14)


def decide(database: Database, now: datetime) -> str | None:
    """Return what to do with a database: ``terminate``, ``park`` or nothing."""
    # No document lists the time of the last use; recorded answers have it.
    used = database.last_usage_time or database.creation_time
    if used is None:
        return None
    if (database.name or "").startswith(TEST_PREFIX) and now - used > UNUSED_TEST:
        return "terminate" if database.status in ("ACTIVE", "HIBERNATED", "PARKED", "ERROR") else None
    is_classic = database.info.tier != "serverless"
    return "park" if is_classic and database.status == "ACTIVE" and now - used > UNUSED_CLASSIC else None


async def clean_up(astra: AsyncAstraDevOps, database: Database, action: str) -> AsyncOperation[Database] | AsyncOperation[None]:
    """Start the action on one database."""
    if action == "park":
        return await astra.databases.park(database.id)
    return await astra.databases.terminate(database.id, with_datacenters=True)


async def run(astra: AsyncAstraDevOps, now: datetime, *, apply: bool) -> int:
    """Clean up all databases, and return the number of those where it failed."""
    plan = [(database, action) async for database in astra.databases.list() if (action := decide(database, now))]
    outcomes: tuple[errors.OperationOutcome, ...] = ()
    if apply:
        try:
            await astra.wait_all(*(clean_up(astra, database, action) for database, action in plan))
        except errors.OperationGroupError as group:
            outcomes = group.outcomes
    for index, (database, action) in enumerate(plan):
        error = outcomes[index].error if outcomes else None
        print(f"{action:<10} {database.name:<14} {error or ('done' if apply else 'would be done')}")
    failed = sum(outcome.error is not None for outcome in outcomes)
    print(f"{len(plan)} databases to clean up, {failed} failed" if apply else f"{len(plan)} databases to clean up; --apply does it")
    return failed


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--apply", action="store_true", help="carry out the actions")
    apply = parser.parse_args().apply
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("Running on the Astra DevOps API: ASTRA_DB_APPLICATION_TOKEN is set.", flush=True)
        async with AsyncAstraDevOps() as astra:
            return await run(astra, SystemClock().now(), apply=apply)
    from astra_devops.emulator import Emulator

    print("Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.", flush=True)
    async with Emulator() as emulator, emulator.async_client() as astra:
        for name, tier in {"test-login": "serverless", "test-search": "serverless", "shop": "serverless", "archive": "C10"}.items():
            emulator.add_database(name, tier=tier)
        now = emulator.clock.now()
        for later in (timedelta(days=1), timedelta(days=20)):
            print(f"After {later.days} days:")
            await run(astra, now + later, apply=False)
        return await run(astra, now + timedelta(days=20), apply=True)


sys.exit(min(asyncio.run(main()), 1))
