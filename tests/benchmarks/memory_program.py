"""Read a long list once, and print how much memory that took at its peak, in bytes.

A process of its own for each figure: memory that was used before would hide what is used now.
"""

import asyncio
import sys
import tracemalloc
from pathlib import Path

# At the end of the path, so that an installed wheel is measured rather than the checkout.
sys.path.append(str(Path(__file__).parents[2]))

import aiohttp
import orjson

from astra_devops import AsyncAstraDevOps
from tests.benchmarks.async_clients import HEADERS, TOKEN
from tests.benchmarks.canned_server import PAGE


async def dictionaries(url: str) -> None:
    """Keep the list as dictionaries."""
    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def page(after: str) -> list[dict[str, object]]:
            async with session.get(f"{url}/v2/databases?limit={PAGE}{after}") as response:
                return list(orjson.loads(await response.read()))

        await page("")
        tracemalloc.start()
        kept = await page("")
        while more := await page(f"&starting_after={kept[-1]['id']}"):
            kept += more


async def kept(url: str) -> None:
    """Keep the list as databases."""
    async with AsyncAstraDevOps(TOKEN, base_url=url) as astra:
        await astra.databases.list().page_iterator().next_page()
        tracemalloc.start()
        await astra.databases.list().collect()


async def walked(url: str) -> None:
    """Look at each database of the list, and keep none."""
    async with AsyncAstraDevOps(TOKEN, base_url=url) as astra:
        await astra.databases.list().page_iterator().next_page()
        tracemalloc.start()
        async for _ in astra.databases.list():
            pass


if __name__ == "__main__":
    asyncio.run({"dictionaries": dictionaries, "kept": kept, "walked": walked}[sys.argv[1]](sys.argv[2]))
    print(tracemalloc.get_traced_memory()[1])
