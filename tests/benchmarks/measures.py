"""What is measured of the client."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override

from astra_devops._json.convert import structure
from astra_devops._rest.models.databases import Database
from astra_devops._secret import Secret
from tests.benchmarks import emulation, peers
from tests.benchmarks.processes import serving, started
from tests.benchmarks.results import WARM, Result, Rounds
from tests.benchmarks.server import DATABASE

SERVER = Path(__file__).with_name("server.py")


@contextmanager
def served(delay: float = 0.0) -> Iterator[str]:
    """Run the canned server in a process of its own."""
    with serving(SERVER, str(delay)) as port:
        yield f"http://127.0.0.1:{int(port)}"


async def reads(rounds: int, calls: int) -> list[Result]:
    """Read one database, 1, 32 and 256 at once, and a page of a hundred."""
    results = []
    with served() as url:
        async with AsyncExitStack() as stack:
            one, page = await peers.async_peers(url, stack)
            plans = [
                ("one call, 1 at a time", "<= 1.25", one, 1, calls),
                ("one call, 32 at once", "<= 1.20", one, 32, calls),
                ("one call, 256 at once", "<= 1.30", one, 256, max(calls, 256)),
                ("a page of 100, 1 at a time (astrapy also reads the end of the list)", "<= 2.0", page, 1, max(calls // 20, 1)),
            ]
            for title, target, chosen, at_once, count in plans:
                taken: Rounds = {name: [] for name in chosen}
                for _ in range(rounds + WARM):
                    for name, read in chosen.items():
                        began = time.perf_counter()
                        await peers.workers(read, count, at_once)
                        taken[name].append(time.perf_counter() - began)
                results.append(Result(title, target, taken))
    return results


async def fleet(rounds: int, calls: int) -> Result:
    """Read many databases over a line of 20 ms, 100 at once."""
    with served(0.02) as url:
        async with AsyncExitStack() as stack:
            one, _ = await peers.async_peers(url, stack)
            taken: Rounds = {name: [] for name in ("aiohttp + orjson", "astra-devops")}
            for _ in range(rounds + WARM):
                for name in taken:
                    began = time.perf_counter()
                    await peers.workers(one[name], calls, 100)
                    taken[name].append(time.perf_counter() - began)
    return Result(f"{calls} reads over 20 ms, 100 at once", "<= 1.15", taken)


def blocking(rounds: int, calls: int, threads: int, target: str) -> Result:
    """Read one database from blocking code."""
    with served() as url, ExitStack() as stack, ThreadPoolExecutor(threads) as pool:
        chosen = peers.blocking_peers(url, stack)
        taken: Rounds = {name: [] for name in chosen}
        for _ in range(rounds + WARM):
            for name, read in chosen.items():
                began = time.perf_counter()
                list(pool.map(lambda count, read=read: [read() for _ in range(count)], [calls // threads] * threads))
                taken[name].append(time.perf_counter() - began)
    return Result(f"blocking, {threads} thread{'s' * (threads > 1)}", target, taken)


def decoding(rounds: int, calls: int) -> Result:
    """Decode one database from the wire."""
    stock = stock_cattrs()
    ways: dict[str, Callable[[], Any]] = {
        "stock cattrs": lambda: stock.structure(DATABASE, Database),
        "astra-devops": lambda: structure(DATABASE, Database),
    }
    taken: Rounds = {name: [] for name in ways}
    for _ in range(rounds + WARM):
        for name, way in ways.items():
            began = time.perf_counter()
            for _ in range(calls):
                way()
            taken[name].append((time.perf_counter() - began) / calls)
    ours, theirs = (statistics.median(taken[name][WARM:]) * 1e6 for name in ("astra-devops", "stock cattrs"))
    return Result(f"decoding one database ({ours:.1f} us, stock cattrs {theirs:.1f} us)", "<= 0.40 and <= 12 us", taken)


def stock_cattrs() -> Converter:
    """Set up cattrs as its documentation does: names by override, and hooks only for what it cannot know."""
    converter = Converter(detailed_validation=False)

    def named(cls: type) -> Any:
        fields = attrs.fields(attrs.resolve_types(cls))
        wires = {field.name: override(rename=field.metadata["wire"]) for field in fields if "wire" in field.metadata}
        return make_dict_structure_fn(cls, converter, extra=override(omit=True), **wires)

    converter.register_structure_hook_factory(attrs.has, named)
    converter.register_structure_hook_factory(_is_open, _open_enum)
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    converter.register_structure_hook(Secret, lambda value, _: Secret(value))
    return converter


def _is_open(shape: Any) -> bool:
    return get_origin(shape) is UnionType and str in get_args(shape)


def _open_enum(shape: Any) -> Callable[[Any, Any], Any]:
    (enum,) = [one for one in get_args(shape) if one not in (str, type(None))] or [str]

    def read(value: Any, _: Any) -> Any:
        try:
            return enum(value)
        except ValueError:
            return value

    return read


def processes(rounds: int) -> list[Result]:
    """Start processes: an import, reading the version, and a first call."""
    with served() as url:
        raw = (
            "import asyncio, aiohttp, orjson\nasync def main():\n"
            f" async with aiohttp.ClientSession() as s, s.get('{url}{peers.DATABASE}') as r:\n  orjson.loads(await r.read())\n"
            "asyncio.run(main())"
        )
        ours = (
            "import asyncio\nfrom astra_devops import AsyncAstraDevOps\nasync def main():\n"
            f" async with AsyncAstraDevOps('{peers.TOKEN}', base_url='{url}') as a:\n  await a.databases.get('{peers.ID}')\n"
            "asyncio.run(main())"
        )
        imports = {
            "import aiohttp": "import aiohttp",
            "import astra_devops": "import astra_devops",
            "its version": "import astra_devops as a; a.__version__",
        }
        imports["astra_devops.client"] = "import astra_devops.client"
        results = [started("starting, import", "<= 1.3", imports, rounds)]
        results.append(started("starting, first call", "<= 1.4", {"aiohttp + orjson": raw, "astra-devops": ours}, rounds))
    return results


def everything(*, quick: bool) -> Iterator[Result]:
    """Run every measure; ``quick`` only shows that they run."""
    rounds, calls = (1, 32) if quick else (9, 1024)
    yield from asyncio.run(reads(rounds, calls))
    yield asyncio.run(fleet(1 if quick else 3, 100 if quick else 5000))
    yield blocking(rounds, calls, 1, "<= 0.60")
    yield blocking(rounds, calls, 8, "<= 0.55")
    yield decoding(rounds, calls)
    yield from processes(rounds)
    yield from emulation.everything(quick=quick)
