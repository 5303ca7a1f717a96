"""Benchmarks of the client beside other clients."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override

from astra_devops._json.convert import structure
from astra_devops._rest.models.databases import Database
from astra_devops._secret import Secret
from tests.benchmarks import clients
from tests.benchmarks.canned_server import DATABASE
from tests.benchmarks.processes import serving, time_starts
from tests.benchmarks.tables import WARM_UP, Rounds, Table, counted

_SERVER: Final = Path(__file__).with_name("canned_server.py")


@contextmanager
def _served(delay: float = 0.0) -> Iterator[str]:
    """Run the canned server in its own process, and yield its URL."""
    with serving(_SERVER, str(delay)) as port:
        yield f"http://127.0.0.1:{int(port)}"


async def reads(rounds: int, calls: int) -> list[Table]:
    """Read one database, 1, 32 and 256 at once, and a page of a hundred."""
    tables = []
    with _served() as url:
        async with AsyncExitStack() as stack:
            one, page = await clients.open_async_clients(url, stack)
            plans = [
                ("one call, 1 at a time", "<= 1.25", one, 1, calls),
                ("one call, 32 at once", "<= 1.20", one, 32, calls),
                ("one call, 256 at once", "<= 1.30", one, 256, calls),
                ("a page of 100, 1 at a time (astrapy also reads the end of the list)", "<= 2.0", page, 1, max(calls // 20, 1)),
            ]
            for title, target, readers, at_once, count in plans:
                seconds: Rounds = {name: [] for name in readers}
                for _ in range(rounds + WARM_UP):
                    for name, read in readers.items():
                        start = time.perf_counter()
                        await clients.read_at_once(read, count, at_once)
                        seconds[name].append(time.perf_counter() - start)
                tables.append(Table(title, target, seconds))
    return tables


async def fleet(rounds: int, calls: int) -> Table:
    """Read many databases with a latency of 20 ms, 100 at once."""
    with _served(0.02) as url:
        async with AsyncExitStack() as stack:
            one, _ = await clients.open_async_clients(url, stack)
            seconds: Rounds = {name: [] for name in ("aiohttp + orjson", "astra-devops")}
            for _ in range(rounds + WARM_UP):
                for name in seconds:
                    start = time.perf_counter()
                    await clients.read_at_once(one[name], calls, 100)
                    seconds[name].append(time.perf_counter() - start)
    return Table(f"{calls} reads over 20 ms, 100 at once", "<= 1.15", seconds)


def blocking(rounds: int, calls: int, threads: int, target: str) -> Table:
    """Read one database from blocking code."""
    with _served() as url, ExitStack() as stack, ThreadPoolExecutor(threads) as pool:
        readers = clients.open_blocking_clients(url, stack)
        seconds: Rounds = {name: [] for name in readers}
        for _ in range(rounds + WARM_UP):
            for name, read in readers.items():
                start = time.perf_counter()
                list(pool.map(lambda count, read=read: [read() for _ in range(count)], [calls // threads] * threads))
                seconds[name].append(time.perf_counter() - start)
    return Table(f"blocking, {threads} thread{'s' * (threads > 1)}", target, seconds)


def decoding(rounds: int, calls: int) -> Table:
    """Decode one database."""
    stock = _stock_cattrs()
    decoders: dict[str, Callable[[], Any]] = {
        "stock cattrs": lambda: stock.structure(DATABASE, Database),
        "astra-devops": lambda: structure(DATABASE, Database),
    }
    seconds: Rounds = {name: [] for name in decoders}
    for _ in range(rounds + WARM_UP):
        for name, decode in decoders.items():
            start = time.perf_counter()
            for _ in range(calls):
                decode()
            seconds[name].append((time.perf_counter() - start) / calls)
    ours, theirs = (statistics.median(counted(seconds[name])) * 1e6 for name in ("astra-devops", "stock cattrs"))
    return Table(f"decoding one database ({ours:.1f} us, stock cattrs {theirs:.1f} us)", "<= 0.40 and <= 12 us", seconds)


def _stock_cattrs() -> Converter:
    """Configure cattrs as its documentation does.

    Names go by override, and hooks are only for types that it does not support.
    """
    converter = Converter(detailed_validation=False)

    def by_wire_names(cls: type) -> Any:
        fields = attrs.fields(attrs.resolve_types(cls))
        wires = {field.name: override(rename=field.metadata["wire"]) for field in fields if "wire" in field.metadata}
        return make_dict_structure_fn(cls, converter, extra=override(omit=True), **wires)

    converter.register_structure_hook_factory(attrs.has, by_wire_names)
    converter.register_structure_hook_factory(_is_open, _open_enum)
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    converter.register_structure_hook(Secret, lambda value, _: Secret(value))
    return converter


def _is_open(annotation: Any) -> bool:
    return get_origin(annotation) is UnionType and str in get_args(annotation)


def _open_enum(annotation: Any) -> Callable[[Any, Any], Any]:
    (enum,) = [member for member in get_args(annotation) if member not in (str, type(None))] or [str]

    def read(value: Any, _: Any) -> Any:
        try:
            return enum(value)
        except ValueError:
            return value

    return read


def processes(rounds: int) -> list[Table]:
    """Start processes: an import, reading the version, and a first call."""
    with _served() as url:
        bare_call = (
            "import asyncio, aiohttp, orjson\nasync def main():\n"
            f" async with aiohttp.ClientSession() as s, s.get('{url}{clients.DATABASE}') as r:\n  orjson.loads(await r.read())\n"
            "asyncio.run(main())"
        )
        our_call = (
            "import asyncio\nfrom astra_devops import AsyncAstraDevOps\nasync def main():\n"
            f" async with AsyncAstraDevOps('{clients.TOKEN}', base_url='{url}') as a:\n  await a.databases.get('{clients.ID}')\n"
            "asyncio.run(main())"
        )
        imports = {
            "import aiohttp": "import aiohttp",
            "import astra_devops": "import astra_devops",
            "its version": "import astra_devops as a; a.__version__",
            "astra_devops.client": "import astra_devops.client",
        }
        first_calls = {"aiohttp + orjson": bare_call, "astra-devops": our_call}
        return [
            time_starts("starting, import", "<= 1.3", imports, rounds),
            time_starts("starting, first call", "<= 1.4", first_calls, rounds),
        ]


def run(*, quick: bool) -> Iterator[Table]:
    """Run every benchmark of the client; ``quick`` only checks that they run."""
    rounds, calls = (0, 8) if quick else (9, 1024)
    yield from asyncio.run(reads(rounds, calls))
    yield asyncio.run(fleet(0 if quick else 3, 8 if quick else 5000))
    yield blocking(rounds, calls, 1, "<= 0.60")
    yield blocking(rounds, calls, 8, "<= 0.55")
    yield decoding(rounds, calls)
    yield from processes(rounds)
