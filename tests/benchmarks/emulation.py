"""What the emulator itself is measured for: requests a second, long lists, and how soon it is there."""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.processes import serving, started
from tests.benchmarks.results import WARM, Result, Rounds

SERVED = Path(__file__).with_name("served.py")
AT_ONCE = 32


@contextmanager
def served(*arguments: str) -> Iterator[dict[str, str]]:
    """Run a server; give what it says of itself."""
    with serving(SERVED, *arguments) as told:
        yield json.loads(told)


class Line:
    """One kept connection to a server, with as little work on this side as can be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader = reader
        self._writer = writer
        self._head = f"Host: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"

    @classmethod
    async def to(cls, server: dict[str, str]) -> "Line":
        """Connect."""
        place = urlsplit(server["url"])
        return cls(*await asyncio.open_connection(place.hostname, place.port), server["token"])

    async def get(self, path: str) -> bytes:
        """Ask for a path, and give the body of the answer, which must be good."""
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._head}".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        length = head.partition(b"content-length:")[2].partition(b"\r")[0]
        return await self._reader.readexactly(int(length))

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()


async def _load(server: dict[str, str], calls: int) -> float:
    """Read one thing again and again over several lines at once; give the seconds."""
    lines = [await Line.to(server) for _ in range(AT_ONCE)]

    async def read(line: Line) -> None:
        for _ in range(max(1, calls // AT_ONCE)):
            await line.get(server["path"])

    began = time.perf_counter()
    await asyncio.gather(*map(read, lines))
    taken = time.perf_counter() - began
    for line in lines:
        await line.close()
    return taken


async def reads(rounds: int, calls: int) -> Result:
    """Read one database from the emulator, and a canned answer from the server that it is built on."""
    taken: Rounds = {"aiohttp's server, a canned answer": [], "the emulator": []}
    with served("aiohttp") as canned, served("emulator", "1") as emulator:
        for _ in range(rounds + WARM):
            for name, server in zip(taken, (canned, emulator), strict=True):
                taken[name].append(await _load(server, calls))
    rate = calls / statistics.median(taken["the emulator"][WARM:])
    return Result(f"the emulator, GET of a database, {AT_ONCE} at once ({rate:.0f} a second)", ">= 1000 a second", taken)


async def pages(rounds: int, count: int) -> Result:
    """Walk through a long list, and compare the pages at its end with those at its beginning."""
    taken: Rounds = {"the first tenth of the pages": [], "the last tenth": []}
    with served("emulator", str(count)) as server:
        for _ in range(rounds + WARM):
            line, seconds, last = await Line.to(server), [], None
            while True:
                began = time.perf_counter()
                body = await line.get(f"/v2/databases?limit=100{'' if last is None else f'&starting_after={last}'}")
                seconds.append(time.perf_counter() - began)
                page = json.loads(body)
                if not page:
                    break
                last = page[-1]["id"]
            await line.close()
            assert len(seconds) == count // 100 + 1
            part = max(1, (len(seconds) - 1) // 10)
            for name, chosen in zip(taken, (seconds[:part], seconds[-1 - part : -1]), strict=True):
                taken[name].append(sum(chosen))
    return Result(f"the emulator, {count} databases in pages of 100", "<= 1.2", taken)


def start(rounds: int) -> Result:
    """Start a process until its emulator has answered once, beside one that only imports what it is built on."""
    answered = (
        "import asyncio, aiohttp\nfrom astra_devops.emulator import Emulator\nasync def main():\n"
        " async with Emulator() as e, aiohttp.ClientSession(headers={'Authorization': 'Bearer ' + e.token}) as s:\n"
        "  async with s.get(e.url + '/v2/databases') as r:\n   assert r.status == 200\nasyncio.run(main())"
    )
    programs = {"import aiohttp.web": "import aiohttp.web", "an emulator that has answered": answered}
    result = started("starting, the emulator", "<= 0.5 s more", programs, rounds)
    more = [late - early for early, late in zip(*result.rounds.values(), strict=True)][WARM:]
    return Result(f"starting, the emulator ({statistics.median(more):.2f} s more)", result.target, result.rounds)


def everything(*, quick: bool) -> Iterator[Result]:
    """Run every measure of the emulator; ``quick`` only shows that they run."""
    rounds = 1 if quick else 5
    yield asyncio.run(reads(rounds, 64 if quick else 4096))
    yield asyncio.run(pages(rounds, 500 if quick else 10_000))
    yield start(rounds)
