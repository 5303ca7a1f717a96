"""Reads databases on a Dask cluster, and prints how long that took.

Arguments: the URL of the canned server, the number of databases, and that of the Dask workers; with
none, the run is in this process.
"""

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2]))

from astra_devops import AsyncAstraDevOps
from tests.benchmarks.async_clients import TOKEN
from tests.benchmarks.canned_server import database_id


async def read(astra: AsyncAstraDevOps, key: str) -> str:
    """Read one database."""
    return (await astra.databases.get(key)).id


async def main(url: str, count: str, workers: str) -> None:
    """Read them all, and print the seconds from the first to the last outcome."""
    async with AsyncExitStack() as stack:
        cluster: Any = None
        if int(workers):
            import distributed

            cluster = await stack.enter_async_context(
                distributed.LocalCluster(n_workers=int(workers), threads_per_worker=1, dashboard_address="127.0.0.1:0", asynchronous=True)
            )
        astra = await stack.enter_async_context(AsyncAstraDevOps(TOKEN, base_url=url))
        ids = [database_id(number) for number in range(int(count))]
        async with astra.fleet.run(read, ids, workers=64, cluster=cluster, quiet=True) as run:
            await run.next_outcome()  # By then the workers have started.
            began = time.perf_counter()
            report = await run.wait()
            seconds = time.perf_counter() - began
    assert report.counts["ok"] == int(count), report
    print(json.dumps(seconds))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
