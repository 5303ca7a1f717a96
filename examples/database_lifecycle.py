"""The life of a database, step by step, with the asynchronous client.

Runs on the embedded emulator, whose clock skips all waiting. With ASTRA_DB_APPLICATION_TOKEN set it
runs on the Astra DevOps API instead: it creates a real database there, which may cost money, and
terminates it at the end, even if a step fails.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from astra_devops import AsyncAstraDevOps, AsyncOperation

Say = Callable[[str], None]

READ_NEXT = """
Next: examples/database_lifecycle_blocking.py does the same with the blocking client.
"""


@asynccontextmanager
async def connect() -> AsyncIterator[tuple[AsyncAstraDevOps, Say]]:
    """Open a client of the service or of an emulator, and make a function that reports steps."""
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("== The asynchronous client, on the Astra DevOps API ==")
        print("ASTRA_DB_APPLICATION_TOKEN is set. The database is real, and may cost money.\n", flush=True)
        async with AsyncAstraDevOps() as astra:
            yield astra, step_reporter(time.monotonic)
        return
    from astra_devops.emulator import Emulator

    print("== The asynchronous client, on the embedded emulator ==")
    print("ASTRA_DB_APPLICATION_TOKEN is not set. The clock of the emulator is virtual: it skips all waiting,")
    print("so minutes pass in a moment. The times below are on that clock.\n", flush=True)
    async with Emulator(latency=0.2) as emulator, emulator.async_client() as astra:
        yield astra, step_reporter(emulator.clock.monotonic)


def step_reporter(clock: Callable[[], float]) -> Say:
    """Make a function that prints a line with the seconds since now."""
    start = clock()

    def say(text: str) -> None:
        print(f"{clock() - start:7.1f} s  {text}", flush=True)

    return say


async def follow(operation: AsyncOperation[Any], say: Say) -> None:
    """Wait until an operation is done, and report each change of the status."""
    async for event in operation.events(timeout=1800, changes_only=True):
        say(f"    {event.status}")


async def use(astra: AsyncAstraDevOps, database_id: str, say: Say) -> None:
    """Add a keyspace, list the databases, download the connection bundle, and drop the keyspace."""
    say("adding keyspace 'sales'")
    await follow(await astra.keyspaces.create(database_id, "sales"), say)
    say(f"keyspaces: {', '.join(await astra.keyspaces.list(database_id))}")

    async for database in astra.databases.list():
        say(f"listed: {database.id}  {database.name}  {database.status}")

    with tempfile.TemporaryDirectory() as directory:
        bundle = await astra.secure_bundles.download(database_id, Path(directory) / "secure-connect-orders.zip")
        say(f"downloaded {bundle.name}, {bundle.stat().st_size} bytes")

    say("dropping keyspace 'sales'")
    await follow(await astra.keyspaces.delete(database_id, "sales"), say)
    say(f"keyspaces: {', '.join(await astra.keyspaces.list(database_id))}")


async def main() -> None:
    async with connect() as (astra, say):
        say("creating database 'orders'")
        operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2", keyspace="inventory")
        database_id = operation.resource_id
        assert database_id is not None  # the service returns it when it accepts a database
        say(f"accepted as {database_id}")
        try:
            await follow(operation, say)
            await use(astra, database_id, say)
        finally:
            say("terminating the database")
            await follow(await astra.databases.terminate(database_id), say)
        say("done")
    print(READ_NEXT)


asyncio.run(main())
