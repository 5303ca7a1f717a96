"""Asynchronous calls: one by one, many at once, pages, and as the number at once grows."""

import asyncio
from typing import Final

from tests.benchmarks.async_clients import OURS, RAW, at_once, open_clients
from tests.benchmarks.measure import compare
from tests.benchmarks.processes import canned_answers
from tests.benchmarks.table import Table, comparison, growth

_WIDTHS: Final = (1, 8, 32, 128, 256, 512, 1024)
_ONLY_TWO: Final = (RAW, OURS)


async def _reads(title: str, width: int, calls: int, rounds: int, target: str, *delay: str, names: tuple[str, ...] = ()) -> Table:
    with canned_answers(*delay) as url:
        async with open_clients(url) as clients:
            works = {name: at_once(client.one, calls, width) for name, client in clients.items() if not names or name in names}
            return comparison(title, await compare(works, rounds), calls, target=target)


def one_at_a_time(*, quick: bool) -> Table:
    """Read one database after the other."""
    calls, rounds = (1, 1) if quick else (100, 40)
    return asyncio.run(_reads("One call at a time", 1, calls, rounds, "CPU at most 1.15 of aiohttp + orjson"))


def thirty_two_at_once(*, quick: bool) -> Table:
    """Read databases, 32 at once."""
    calls, rounds = (1, 1) if quick else (320, 20)
    return asyncio.run(_reads("32 calls at once", 32, calls, rounds, "CPU at most 1.12 of aiohttp + orjson"))


def two_hundred_at_once(*, quick: bool) -> Table:
    """Read databases, 256 at once."""
    calls, rounds = (1, 1) if quick else (512, 10)
    return asyncio.run(_reads("256 calls at once", 256, calls, rounds, "CPU at most 1.15 of aiohttp + orjson"))


def distant(*, quick: bool) -> Table:
    """Read databases from a server that takes 20 ms for each answer, 500 at once."""
    calls, rounds = (1, 1) if quick else (5000, 6)
    names = (RAW, "the same, tuned", OURS)
    title = "5,000 reads over 20 ms, 500 at once"
    return asyncio.run(_reads(title, 500, calls, rounds, "CPU at most 1.15 of aiohttp + orjson", "--delay", "0.02", names=names))


async def _pages(rounds: int, calls: int) -> Table:
    with canned_answers() as url:
        async with open_clients(url) as clients:
            works = {name: at_once(client.page, calls, 1) for name, client in clients.items()}
            note = "astrapy makes two requests: it asks for a page after a full one."
            return comparison(
                "A page of 100 databases", await compare(works, rounds), calls, target="CPU at most 2.0 of aiohttp + orjson", note=note
            )


def page(*, quick: bool) -> Table:
    """Read a page of a hundred databases."""
    return asyncio.run(_pages(*((1, 1) if quick else (20, 12))))


async def _unknown_fields(rounds: int, calls: int) -> Table:
    with canned_answers() as url, canned_answers("--unknown-fields") as other:
        async with open_clients(url) as known, open_clients(other) as unknown:
            pairs = {
                OURS: known[OURS],
                f"{OURS}, unknown fields": unknown[OURS],
                RAW: known[RAW],
                f"{RAW}, unknown fields": unknown[RAW],
            }
            rounds_of = await compare({name: at_once(client.page, calls, 1) for name, client in pairs.items()}, rounds)
    title = "A page of 100 databases, each with two fields that the client does not know"
    return comparison(title, rounds_of, calls, target="CPU at most 1.05 of the page without them")


def unknown_fields(*, quick: bool) -> Table:
    """Read a page whose databases have fields that no client knows."""
    return asyncio.run(_unknown_fields(*((1, 1) if quick else (20, 12))))


async def _pages_at_once(rounds: int, calls: int) -> Table:
    with canned_answers() as url:
        async with open_clients(url) as clients:
            works = {name: at_once(clients[name].page, calls, 32) for name in (RAW, "aiohttp + orjson + cattrs", OURS)}
            measured = await compare(works, rounds)
    return comparison("32 pages of 100 databases at once", measured, calls, target="CPU at most 2.8 of aiohttp + orjson")


def pages_at_once(*, quick: bool) -> Table:
    """Read 32 pages at once."""
    return asyncio.run(_pages_at_once(*((1, 1) if quick else (20, 32))))


async def _widths(rounds: int, calls: dict[int, int]) -> Table:
    with canned_answers() as url:
        async with open_clients(url) as clients:
            works = {(width, name): at_once(clients[name].one, count, width) for width, count in calls.items() for name in _ONLY_TWO}
            measured = await compare(works, rounds)
    return growth("Calls, as more are made at once", "at once", measured, calls)


def widths(*, quick: bool) -> Table:
    """Read databases, 1 to 1,024 at once."""
    return asyncio.run(_widths(1, {1: 1, 8: 8}) if quick else _widths(15, {width: max(128, width) for width in _WIDTHS}))
