"""Benchmarks of the emulator: requests per second, long lists, and the time until it answers."""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.benchmarks.processes import serving, time_starts
from tests.benchmarks.tables import WARM_UP, Rounds, Table, counted

_SERVER: Final = Path(__file__).with_name("emulator_server.py")
_CONNECTIONS: Final = 32


@contextmanager
def _served(*arguments: str) -> Iterator[dict[str, str]]:
    """Run a server, and yield its address, token and path."""
    with serving(_SERVER, *arguments) as line:
        yield json.loads(line)


class Connection:
    """A kept connection to a server that does as little work as possible on this side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader = reader
        self._writer = writer
        self._head = f"Host: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"

    @classmethod
    async def open(cls, server: dict[str, str]) -> "Connection":
        """Connect to a server."""
        address = urlsplit(server["url"])
        return cls(*await asyncio.open_connection(address.hostname, address.port), server["token"])

    async def get(self, path: str) -> bytes:
        """Request a path, and return the body of the answer, which must have status 200."""
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._head}".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        length = head.partition(b"content-length:")[2].partition(b"\r")[0]
        return await self._reader.readexactly(int(length))

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        await self._writer.wait_closed()


async def _time_reads(server: dict[str, str], calls: int) -> float:
    """Return the seconds that reading the same resource over several connections at once takes."""
    connections = [await Connection.open(server) for _ in range(_CONNECTIONS)]

    async def read(connection: Connection) -> None:
        for _ in range(max(1, calls // _CONNECTIONS)):
            await connection.get(server["path"])

    start = time.perf_counter()
    await asyncio.gather(*map(read, connections))
    seconds = time.perf_counter() - start
    for connection in connections:
        await connection.close()
    return seconds


async def reads(rounds: int, calls: int) -> Table:
    """Read one database from the emulator, and a canned answer from the server below it."""
    seconds: Rounds = {"aiohttp's server, a canned answer": [], "the emulator": []}
    with _served("aiohttp") as canned, _served("emulator", "1") as emulator:
        for _ in range(rounds + WARM_UP):
            for name, server in zip(seconds, (canned, emulator), strict=True):
                seconds[name].append(await _time_reads(server, calls))
    rate = calls / statistics.median(counted(seconds["the emulator"]))
    return Table(f"the emulator, GET of a database, {_CONNECTIONS} at once ({rate:.0f} per second)", ">= 1000 per second", seconds)


async def pages(rounds: int, count: int) -> Table:
    """Read a long list, and compare its last pages with its first."""
    seconds: Rounds = {"the first tenth of the pages": [], "the last tenth": []}
    with _served("emulator", str(count)) as server:
        for _ in range(rounds + WARM_UP):
            connection, by_page, last = await Connection.open(server), [], None
            while True:
                start = time.perf_counter()
                body = await connection.get(f"/v2/databases?limit=100{'' if last is None else f'&starting_after={last}'}")
                by_page.append(time.perf_counter() - start)
                page = json.loads(body)
                if not page:
                    break
                last = page[-1]["id"]
            await connection.close()
            assert len(by_page) == count // 100 + 1
            tenth = max(1, (len(by_page) - 1) // 10)
            for name, part in zip(seconds, (by_page[:tenth], by_page[-1 - tenth : -1]), strict=True):
                seconds[name].append(sum(part))
    return Table(f"the emulator, {count} databases in pages of 100", "<= 1.2", seconds)


def start(rounds: int) -> Table:
    """Start a process until its emulator has answered, beside one that only imports aiohttp."""
    until_answered = (
        "import asyncio, aiohttp\nfrom astra_devops.emulator import Emulator\nasync def main():\n"
        " async with Emulator() as e, aiohttp.ClientSession(headers={'Authorization': 'Bearer ' + e.token}) as s:\n"
        "  async with s.get(e.url + '/v2/databases') as r:\n   assert r.status == 200\nasyncio.run(main())"
    )
    programs = {"import aiohttp.web": "import aiohttp.web", "an emulator that has answered": until_answered}
    table = time_starts("starting, the emulator", "<= 0.5 s more", programs, rounds)
    extra = [late - early for early, late in zip(*table.rounds.values(), strict=True)]
    return Table(f"starting, the emulator ({statistics.median(counted(extra)):.2f} s more)", table.target, table.rounds)


def run(*, quick: bool) -> Iterator[Table]:
    """Run every benchmark of the emulator; ``quick`` only checks that they run."""
    rounds = 0 if quick else 5
    yield asyncio.run(reads(rounds, 32 if quick else 4096))
    yield asyncio.run(pages(rounds, 200 if quick else 10_000))
    yield start(rounds)
