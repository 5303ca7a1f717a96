"""A saved plan that is applied with a journal, in a process that tests kill.

It prints the operation of each change that was answered.
Arguments: the URL and the token of an emulator, the plan, the journal, and the speed of the clock.
"""

import asyncio
import random
import sys

from astra_devops import AsyncAstraDevOps, ResponseEvent, RetryPolicy
from astra_devops.desired import Plan
from astra_devops.emulator import ScaledClock


def print_changes(event: object) -> None:
    """Print what has changed something."""
    if isinstance(event, ResponseEvent) and event.method != "GET":
        print(event.operation, flush=True)


async def main(url: str, token: str, plan: str, journal: str, speed: str) -> None:
    """Apply it, or continue."""
    retry = RetryPolicy(jitter=random.Random(7).uniform)
    async with AsyncAstraDevOps(token, base_url=url, clock=ScaledClock(float(speed)), retry=retry, observer=print_changes) as astra:
        applied = await astra.apply(Plan.load(plan), journal=journal, workers=4, quiet=True)
    print(applied, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
