"""The emulator: requests per second, long lists, and the time until it answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from tests.benchmarks.measure import Cost, compare, compare_blocking, cpu_of_children, timed
from tests.benchmarks.processes import serving
from tests.benchmarks.starting import run_code
from tests.benchmarks.table import Table, comparison

_CONNECTIONS: Final = 32
_UNTIL_ANSWERED: Final = """
import asyncio, aiohttp
from astra_devops.emulator import Emulator
async def main():
    async with Emulator() as emulator, aiohttp.ClientSession(headers={'Authorization': 'Bearer ' + emulator.token}) as session:
        async with session.get(emulator.url + '/v2/databases') as response:
            assert response.status == 200
asyncio.run(main())
"""


@contextmanager
def _served(*arguments: str) -> Iterator[dict[str, str]]:
    """Run a server, and yield its address, token and path."""
    with serving("emulator_server.py", *arguments) as line:
        yield json.loads(line)


class Connection:
    """A kept connection to a server that does as little work as possible on this side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader = reader
        self._writer = writer
        self._head = f"Host: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"

    async def get(self, path: str) -> bytes:
        """Request a path, and return the body of the answer, which must have status 200."""
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._head}".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        length = head.partition(b"content-length:")[2].partition(b"\r")[0]
        return await self._reader.readexactly(int(length))


@asynccontextmanager
async def _connect(server: dict[str, str]) -> AsyncIterator[Connection]:
    address = urlsplit(server["url"])
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    yield Connection(reader, writer, server["token"])
    writer.close()
    await writer.wait_closed()


async def _read_at_once(server: dict[str, str], calls: int) -> None:
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(_connect(server)) for _ in range(min(_CONNECTIONS, calls))]
        numbers = iter(range(calls))

        async def read(connection: Connection) -> None:
            for _ in numbers:
                await connection.get(server["path"])

        await asyncio.gather(*map(read, connections))


async def _reads(rounds: int, calls: int) -> Table:
    with _served("aiohttp") as canned, _served("emulator", "1") as emulator:
        works = {
            "aiohttp's server, a canned answer": partial(_read_at_once, canned, calls),
            "the emulator": partial(_read_at_once, emulator, calls),
        }
        measured = await compare(works, rounds)
    note = "Look at the wall time, which is that of the server: CPU is that of the client, which is the same for both."
    return comparison("The emulator: a database, 32 at once", measured, calls, target="wall at most 1,000 us", note=note)


def reads(*, quick: bool) -> Table:
    """Read one database from the emulator, and a canned answer from the server below it."""
    return asyncio.run(_reads(*((1, 1) if quick else (7, 2048))))


async def _pages(rounds: int, count: int) -> Table:
    tenth = max(1, count // 1000)
    first, last = list[Cost](), list[Cost]()
    with _served("emulator", str(count)) as server:
        for _ in range(rounds):
            async with _connect(server) as connection:
                pages: list[Cost] = []
                after = ""
                for _ in range(count // 100):
                    with timed(pages):
                        body = await connection.get(f"/v2/databases?limit=100{after}")
                    after = f"&starting_after={json.loads(body)[-1]['id']}"
            for part, kept in ((pages[:tenth], first), (pages[-tenth:], last)):
                kept.append(Cost(sum(cost.cpu for cost in part), sum(cost.wall for cost in part)))
    title = f"The emulator: {count:,} databases in pages of 100"
    rounds_of = {"a page of the first tenth": first, "a page of the last tenth": last}
    return comparison(title, {**rounds_of}, tenth, target="wall at most 1.2")


def pages(*, quick: bool) -> Table:
    """Read a long list, and compare its last pages with its first."""
    return asyncio.run(_pages(*((1, 100) if quick else (5, 10_000))))


def start(*, quick: bool) -> Table:
    """Start a process until its emulator has answered, beside one that only imports aiohttp."""
    programs = {"import aiohttp.web": "import aiohttp.web", "an emulator that has answered": _UNTIL_ANSWERED}
    runs = {name: partial(run_code, program) for name, program in programs.items()}
    measured = compare_blocking(runs, 1 if quick else 7, cpu_of_children)
    return comparison("The emulator: starting", measured, 1, target="at most 500 ms more", unit="ms")
