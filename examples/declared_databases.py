"""Bring databases to a declared state, and remove those of test runs that are not declared.

Without ``--apply`` the plan is only printed.

Runs on the embedded emulator, with ``--apply``. With ASTRA_DB_APPLICATION_TOKEN set it runs on the
Astra DevOps API.
"""

import argparse
import asyncio
import os
import sys

from astra_devops import AsyncAstraDevOps
from astra_devops.desired import Database, Declaration, Undeclared

DECLARED = Declaration(
    [
        Database("orders", cloud_provider="aws", region="us-east-2", keyspaces=["sales", "audit"]),
        Database("events", cloud_provider="aws", region="us-east-2", keyspaces=["clicks"]),
    ]
)


def is_test(undeclared: Undeclared) -> bool:
    """Decide what is removed of that which is not declared."""
    return undeclared.kind == "database" and undeclared.name.startswith("test-")


async def run(astra: AsyncAstraDevOps, *, apply: bool) -> int:
    """Print the plan, carry it out if asked to, and return the exit status."""
    plan = await astra.plan(DECLARED, prune=is_test)
    print(plan)
    if not apply:
        return 0
    applied = await astra.apply(plan, quiet=True)
    print(applied)
    return 0 if applied.is_done else 1


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--apply", action="store_true", help="carry out the plan")
    apply = parser.parse_args().apply
    if os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
        print("Running on the Astra DevOps API: ASTRA_DB_APPLICATION_TOKEN is set.", flush=True)
        async with AsyncAstraDevOps() as astra:
            return await run(astra, apply=apply)
    from astra_devops.emulator import Emulator

    print("Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.", flush=True)
    async with Emulator() as emulator, emulator.async_client() as astra:
        emulator.add_database("orders", keyspaces=["sales"])
        for name in ("test-login", "shop", "archive"):
            emulator.add_database(name, keyspaces=["app"])
        return await run(astra, apply=True)


sys.exit(asyncio.run(main()))
