"""The life of a database, step by step, with the blocking client.

Runs on the embedded emulator, whose clock skips all waiting. With ASTRA_DB_APPLICATION_TOKEN set it
runs on the Astra DevOps API instead: it creates a real database there, which may cost money, and
terminates it at the end, even if a step fails.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from astra_devops import AstraDevOps, Operation

Say = Callable[[str], None]

READ_NEXT = """
What to read next:
  README.md                  waiting, errors, testing, and the way to everything else
  examples/fleet_status.py   many databases at once
  docs/emulator.md           the emulator in your own tests
"""


@contextmanager
def connect() -> Iterator[tuple[AstraDevOps, Say]]:
    """Open a client of the service or of an emulator, and make a function that reports steps."""
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("== The blocking client, on the Astra DevOps API ==")
        print("ASTRA_DB_APPLICATION_TOKEN is set. The database is real, and may cost money.\n", flush=True)
        with AstraDevOps() as astra:
            yield astra, step_reporter(time.monotonic)
        return
    from astra_devops.emulator import Emulator

    print("== The blocking client, on the embedded emulator ==")
    print("ASTRA_DB_APPLICATION_TOKEN is not set. The clock of the emulator is virtual: it skips all waiting,")
    print("so minutes pass in a moment. The times below are on that clock.\n", flush=True)
    with Emulator.running(latency=0.2) as emulator, emulator.client() as astra:
        yield astra, step_reporter(emulator.clock.monotonic)


def step_reporter(clock: Callable[[], float]) -> Say:
    """Make a function that prints a line with the seconds since now."""
    start = clock()

    def say(text: str) -> None:
        print(f"{clock() - start:7.1f} s  {text}", flush=True)

    return say


def follow(operation: Operation[Any], say: Say) -> None:
    """Wait until an operation is done, and report each change of the status."""
    for event in operation.events(timeout=1800, changes_only=True):
        say(f"    {event.status}")


def use(astra: AstraDevOps, database_id: str, say: Say) -> None:
    """Add a keyspace, list the databases, download the connection bundle, and drop the keyspace."""
    say("adding keyspace 'sales'")
    follow(astra.keyspaces.create(database_id, "sales"), say)
    say(f"keyspaces: {', '.join(astra.keyspaces.list(database_id))}")

    for database in astra.databases.list():
        say(f"listed: {database.id}  {database.name}  {database.status}")

    with tempfile.TemporaryDirectory() as directory:
        bundle = astra.secure_bundles.download(database_id, Path(directory) / "secure-connect-orders.zip")
        say(f"downloaded {bundle.name}, {bundle.stat().st_size} bytes")

    say("dropping keyspace 'sales'")
    follow(astra.keyspaces.delete(database_id, "sales"), say)
    say(f"keyspaces: {', '.join(astra.keyspaces.list(database_id))}")


def main() -> None:
    with connect() as (astra, say):
        say("creating database 'orders'")
        operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2", keyspace="inventory")
        database_id = operation.resource_id
        assert database_id is not None  # the service returns it when it accepts a database
        say(f"accepted as {database_id}")
        try:
            follow(operation, say)
            use(astra, database_id, say)
        finally:
            say("terminating the database")
            follow(astra.databases.terminate(database_id), say)
        say("done")
    print(READ_NEXT)


main()
