"""A run with a journal, in a process that tests kill: a database and a keyspace for each item.

Arguments: the URL and the token of an emulator, the path of the journal, the number of items, and
the speed of the clock. It prints a line for each outcome.
"""

import asyncio
import random
import sys

from astra_devops import AsyncAstraDevOps, AsyncOperation, RetryPolicy
from astra_devops.emulator import ScaledClock
from astra_devops.models import Database


async def make(astra: AsyncAstraDevOps, name: str) -> AsyncOperation[Database]:
    """Make a database with a keyspace."""
    created = await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")
    database = await created.wait()
    return await astra.keyspaces.create(database.id, "audit")


async def main(url: str, token: str, journal: str, count: str, speed: str) -> None:
    """Run it, or continue it."""
    retry = RetryPolicy(jitter=random.Random(7).uniform)
    async with AsyncAstraDevOps(token, base_url=url, clock=ScaledClock(float(speed)), retry=retry) as astra:
        names = [f"orders-{number}" for number in range(int(count))]
        async with astra.fleet.run(make, names, journal=journal, quiet=True) as run:
            async for outcome in run:
                print(outcome.state, outcome.key, outcome.error or "", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
