"""The compared clients, each with a reader of one database and of a page of a hundred."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import aiohttp
import httpx
import orjson
import requests
from astrapy import DataAPIClient
from astrapy.api_options import APIOptions, DevOpsAPIURLOptions
from requests.adapters import HTTPAdapter

from astra_devops import AstraDevOps, AsyncAstraDevOps

TOKEN = "AstraCS:" + "c" * 24 + ":" + "a" * 64
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
DATABASE = "/v2/databases/9c531886-ddde-401d-bc0f-a708394975c2"
LIST = "/v2/databases?limit=100"
ID = DATABASE.rpartition("/")[2]

Read = Callable[[], Awaitable[Any]]
Reads = dict[str, Read]


def astrapy_admin(url: str) -> Any:
    """Create the vendor's client for the server."""
    options = APIOptions(dev_ops_api_url_options=DevOpsAPIURLOptions(dev_ops_url=url, dev_ops_api_version="v2"))
    return DataAPIClient(token=TOKEN, api_options=options).get_admin()


async def open_async_clients(url: str, stack: AsyncExitStack) -> tuple[Reads, Reads]:
    """Open every asynchronous client, and return their readers of one database and of a page."""
    session = await stack.enter_async_context(aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=300)))
    limits = httpx.Limits(max_connections=300, max_keepalive_connections=300)
    client = await stack.enter_async_context(httpx.AsyncClient(headers=HEADERS, limits=limits, timeout=60))
    astra = await stack.enter_async_context(AsyncAstraDevOps(TOKEN, base_url=url, max_connections=300))
    admin = astrapy_admin(url)

    def via_aiohttp(path: str) -> Read:
        async def read() -> Any:
            async with session.get(url + path) as response:
                return orjson.loads(await response.read())

        return read

    def via_httpx(path: str) -> Read:
        async def read() -> Any:
            return orjson.loads((await client.get(url + path)).content)

        return read

    async def our_page() -> Any:
        return await astra.databases.list().page_iterator().next_page()

    one = {
        "aiohttp + orjson": via_aiohttp(DATABASE),
        "astra-devops": lambda: astra.databases.get(ID),
        "httpx": via_httpx(DATABASE),
        "astrapy": lambda: admin.async_database_info(ID),
    }
    page = {
        "aiohttp + orjson": via_aiohttp(LIST),
        "astra-devops": our_page,
        "httpx": via_httpx(LIST),
        "astrapy": lambda: _first_page(admin),
    }
    return one, page


async def _first_page(admin: Any) -> Any:
    """Read a page with astrapy, which also reads the empty one after it, as the first is full."""
    return await admin.async_list_databases(page_size=100)


def open_blocking_clients(url: str, stack: ExitStack) -> dict[str, Callable[[], Any]]:
    """Open every blocking client, and return their readers of one database."""
    session = stack.enter_context(requests.Session())
    session.headers.update(HEADERS)
    session.mount("http://", HTTPAdapter(pool_connections=16, pool_maxsize=16))
    client = stack.enter_context(httpx.Client(headers=HEADERS, timeout=60))
    astra = stack.enter_context(AstraDevOps(TOKEN, base_url=url))
    admin = astrapy_admin(url)
    return {
        "requests": lambda: orjson.loads(session.get(url + DATABASE).content),
        "astra-devops": lambda: astra.databases.get(ID),
        "httpx": lambda: orjson.loads(client.get(url + DATABASE).content),
        "astrapy": lambda: admin.database_info(ID),
    }


async def read_at_once(read: Read, calls: int, at_once: int) -> None:
    """Make a number of calls with a fixed number of workers, each of which makes at least one."""
    workers = min(at_once, calls)

    async def work() -> None:
        for _ in range(calls // workers):
            await read()

    await asyncio.gather(*(work() for _ in range(workers)))
