"""Declare who may do what, and where databases run and from where they are reached.

Without ``--apply`` the plan is only printed.

Runs on the embedded emulator, with ``--apply``. With ASTRA_DB_APPLICATION_TOKEN set it runs on the
Astra DevOps API, where a PCU group costs money.
"""

import argparse
import asyncio
import os
import sys

from astra_devops import AsyncAstraDevOps
from astra_devops.desired import AccessList, Address, Database, Declaration, PcuGroup, Placement, Role, User

DECLARED = Declaration(
    [Database("orders", cloud_provider="aws", region="us-east-2", keyspaces=["sales"])],
    roles=[Role("viewer", actions=["org-db-view"], resources=["drn:astra:org:__ORG_ID__:db:*"], description="See databases")],
    users=[User("ann@example.com", roles=["viewer"])],
    pcu_groups=[PcuGroup("analytics", cloud_provider="aws", region="us-east-2", min=1, max=3)],
    placements=[Placement("orders", group="analytics")],
    access_lists=[AccessList("orders", [Address("203.0.113.0/24", "office")], calling_from="203.0.113.7")],
)


async def run(astra: AsyncAstraDevOps, *, apply: bool) -> int:
    """Print the plan, carry it out if asked to, and return the exit status."""
    plan = await astra.plan(DECLARED)
    print(plan)
    if not apply:
        return 0
    applied = await astra.apply(plan, quiet=True)
    print(applied)
    print((await astra.plan(DECLARED)).summary)
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
        return await run(astra, apply=True)


sys.exit(asyncio.run(main()))
