"""The clients that are compared, each with one way to read a database and one to read a page of a hundred."""

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
    """Point the vendor's client at the server."""
    options = APIOptions(dev_ops_api_url_options=DevOpsAPIURLOptions(dev_ops_url=url, dev_ops_api_version="v2"))
    return DataAPIClient(token=TOKEN, api_options=options).get_admin()


async def async_peers(url: str, stack: AsyncExitStack) -> tuple[Reads, Reads]:
    """Open every asynchronous client; give their reads of one database, and of a page of a hundred."""
    session = await stack.enter_async_context(aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=300)))
    limits = httpx.Limits(max_connections=300, max_keepalive_connections=300)
    client = await stack.enter_async_context(httpx.AsyncClient(headers=HEADERS, limits=limits, timeout=60))
    astra = await stack.enter_async_context(AsyncAstraDevOps(TOKEN, base_url=url, max_connections=300))
    admin = astrapy_admin(url)

    def raw(path: str) -> Read:
        async def read() -> Any:
            async with session.get(url + path) as response:
                return orjson.loads(await response.read())

        return read

    def via_httpx(path: str) -> Read:
        async def read() -> Any:
            return orjson.loads((await client.get(url + path)).content)

        return read

    async def page_of_ours() -> Any:
        return await astra.databases.list().page_iterator().next_page()

    one = {
        "aiohttp + orjson": raw(DATABASE),
        "astra-devops": lambda: astra.databases.get(ID),
        "httpx": via_httpx(DATABASE),
        "astrapy": lambda: admin.async_database_info(ID),
    }
    page = {"aiohttp + orjson": raw(LIST), "astra-devops": page_of_ours, "httpx": via_httpx(LIST), "astrapy": lambda: _first_page(admin)}
    return one, page


async def _first_page(admin: Any) -> Any:
    """Read what astrapy reads for a list: its page, and the empty one after it, since the page is full."""
    return await admin.async_list_databases(page_size=100)


def blocking_peers(url: str, stack: ExitStack) -> dict[str, Callable[[], Any]]:
    """Open every blocking client; give their reads of one database."""
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


async def workers(read: Read, calls: int, at_once: int) -> None:
    """Make a number of calls with a fixed number of workers."""

    async def work() -> None:
        for _ in range(calls // at_once):
            await read()

    await asyncio.gather(*(work() for _ in range(at_once)))
