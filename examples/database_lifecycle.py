"""The life of a database, step by step, with the asynchronous client.

Runs on the embedded emulator, where minutes pass in a second or less. With
ASTRA_DB_APPLICATION_TOKEN set it runs on the service instead: it makes a real database there, which
may cost money, and terminates it at the end, also when a step fails.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from astra_devops import AsyncAstraDevOps, AsyncOperation

T = TypeVar("T")
Say = Callable[[str], None]


@asynccontextmanager
async def connect() -> AsyncIterator[tuple[AsyncAstraDevOps, Say]]:
    """Open a client on the service or on an emulator, and something that prints with the seconds since then."""
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("Running on the Astra DevOps API, with the token in ASTRA_DB_APPLICATION_TOKEN.", flush=True)
        async with AsyncAstraDevOps() as astra:
            yield astra, narrator(time.monotonic)
        return
    from astra_devops.emulator import Emulator, ScaledClock

    print("Running on the embedded emulator, 100 times as fast as the service: ASTRA_DB_APPLICATION_TOKEN is not set.", flush=True)
    async with (
        Emulator(clock=ScaledClock(100)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        yield astra, narrator(emulator.clock.monotonic)


def narrator(seconds: Callable[[], float]) -> Say:
    """Make a function that prints a line with the seconds since now."""
    start = seconds()

    def say(text: str) -> None:
        print(f"{seconds() - start:7.1f} s  {text}", flush=True)

    return say


async def follow(operation: AsyncOperation[T], say: Say) -> T:
    """Tell each status of an operation until it is done, and return its result."""
    async for event in operation.events(timeout=1800):
        say(f"    {event.status}")
    return await operation.wait()


async def use(astra: AsyncAstraDevOps, database_id: str, say: Say) -> None:
    """Do with a database what one does: keyspaces, a look at the list, the bundle to connect with."""
    say("adding keyspace 'sales'")
    await follow(await astra.keyspaces.create(database_id, "sales"), say)
    say(f"keyspaces: {', '.join(await astra.keyspaces.list(database_id))}")

    async for database in astra.databases.list():
        say(f"listed: {database.id}  {database.info.name}  {database.status}")

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
        assert database_id is not None  # the service names it when it accepts a database
        say(f"accepted as {database_id}")
        try:
            await follow(operation, say)
            await use(astra, database_id, say)
        finally:
            say("terminating it")
            await follow(await astra.databases.terminate(database_id), say)
        say("done")


asyncio.run(main())
