"""The asynchronous clients, each with a reader of one database and of a page of a hundred."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import aiohttp
import cattrs
import httpx
import orjson
from astrapy import DataAPIClient
from astrapy.api_options import APIOptions, DevOpsAPIURLOptions, TimeoutOptions
from yarl import URL

from astra_devops import AsyncAstraDevOps
from tests.benchmarks import handwritten_models as models
from tests.benchmarks.canned_server import database_id

TOKEN: Final = "AstraCS:" + "c" * 24 + ":" + "a" * 64
HEADERS: Final = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
RAW: Final = "aiohttp + orjson"
OURS: Final = "astra-devops"
CONNECTIONS: Final = 1024

# Different ids in turn, since a cache of addresses would serve a single one.
_IDS: Final = itertools.cycle([database_id(number) for number in range(997)])

Read = Callable[[], Awaitable[Any]]


def next_id() -> str:
    """Return the id of the database to read next."""
    return next(_IDS)


class Client:
    """How a client reads.

    Attributes:
        one: Reads one database.
        page: Reads the first hundred databases.
    """

    def __init__(self, one: Read, page: Read) -> None:
        self.one = one
        self.page = page


def astrapy_admin(url: str) -> Any:
    """Create the vendor's client, with limits of time that a busy machine does not exceed."""
    options = APIOptions(
        dev_ops_api_url_options=DevOpsAPIURLOptions(dev_ops_url=url, dev_ops_api_version="v2"),
        timeout_options=TimeoutOptions(request_timeout_ms=60_000, database_admin_timeout_ms=600_000),
    )
    return DataAPIClient(token=TOKEN, api_options=options).get_admin()


@asynccontextmanager
async def open_clients(url: str) -> AsyncIterator[dict[str, Client]]:
    """Open all clients. The first is the one to which the others are compared."""
    database, listing = f"{url}/v2/databases/", f"{url}/v2/databases?limit=100"
    async with AsyncExitStack() as stack:
        # As one would write it by hand.
        session = await stack.enter_async_context(aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=CONNECTIONS)))
        by_hand = await stack.enter_async_context(httpx.AsyncClient(headers=HEADERS, timeout=60))
        # As one would tune it.
        tuned = await stack.enter_async_context(
            aiohttp.ClientSession(
                headers=HEADERS,
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        )
        many = httpx.Limits(max_connections=300, max_keepalive_connections=300)
        pooled = await stack.enter_async_context(httpx.AsyncClient(headers=HEADERS, timeout=60, limits=many))
        astra = await stack.enter_async_context(AsyncAstraDevOps(TOKEN, base_url=url, max_connections=CONNECTIONS))
        admin = astrapy_admin(url)

        async def raw(url: str) -> Any:
            async with session.get(url) as response:
                return orjson.loads(await response.read())

        async def raw_tuned(url: str) -> Any:
            response = await tuned.get(URL(url, encoded=True), allow_redirects=False)
            return orjson.loads(await response.read())

        async def via_httpx(client: httpx.AsyncClient, url: str) -> Any:
            return orjson.loads((await client.get(url)).content)

        async def with_cattrs(url: str, kind: Any) -> Any:
            return cattrs.structure(await raw(url), kind)

        yield {
            RAW: Client(lambda: raw(database + next_id()), lambda: raw(listing)),
            "the same, tuned": Client(lambda: raw_tuned(database + next_id()), lambda: raw_tuned(listing)),
            "aiohttp + orjson + cattrs": Client(
                lambda: with_cattrs(database + next_id(), models.Database), lambda: with_cattrs(listing, list[models.Database])
            ),
            OURS: Client(lambda: astra.databases.get(next_id()), lambda: astra.databases.list().page_iterator().next_page()),
            "httpx": Client(lambda: via_httpx(by_hand, database + next_id()), lambda: via_httpx(by_hand, listing)),
            "httpx, pool of 300": Client(lambda: via_httpx(pooled, database + next_id()), lambda: via_httpx(pooled, listing)),
            "astrapy": Client(lambda: admin.async_database_info(next_id()), lambda: admin.async_list_databases(page_size=100)),
        }


def at_once(read: Read, calls: int, width: int) -> Read:
    """Return work that makes a number of calls with a fixed number of workers."""

    async def work() -> None:
        numbers = iter(range(calls))

        async def worker() -> None:
            for _ in numbers:
                await read()

        await asyncio.gather(*(worker() for _ in range(min(width, calls))))

    return work
