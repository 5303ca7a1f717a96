"""What many changes and waits at once cost: requests, bytes, refusals, and time by the clock."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from astra_devops import AsyncAstraDevOps, Event, PollEvent, RequestEvent
from astra_devops.emulator import Emulator, VirtualClock
from tests.benchmarks.table import Table

_LATENCY: Final = 0.1
_PAGE: Final = 100

Scenario = Callable[[AsyncAstraDevOps, list[str]], Awaitable[None]]


async def _counts(databases: int, scenario: Scenario) -> tuple[Counter[str], Emulator, float]:
    """Run a scenario, and count requests and polls; return the seconds of the clock, too."""
    counts: Counter[str] = Counter()

    def observe(event: Event) -> None:
        if isinstance(event, RequestEvent):
            counts[event.operation] += 1
        elif isinstance(event, PollEvent):
            counts["polls"] += 1

    async with Emulator(clock=VirtualClock(), latency=_LATENCY) as emulator, emulator.async_client(observer=observe) as astra:
        ids = [emulator.add_database(f"orders-{number}") for number in range(databases)]
        await scenario(astra, ids)
        return counts, emulator, emulator.clock.monotonic()


def lanes(*, quick: bool) -> Table:
    """Create keyspaces at once, on one database and on ten."""

    def creating(count: int) -> Scenario:
        async def create(astra: AsyncAstraDevOps, ids: list[str]) -> None:
            started = await asyncio.gather(*(astra.keyspaces.create(id_, f"k{number}") for number in range(count) for id_ in ids))
            await asyncio.gather(*(operation.wait() for operation in started))

        return create

    rows: list[list[str]] = []
    for databases, each in ((1, 2),) if quick else ((1, 20), (10, 5)):
        _, emulator, seconds = asyncio.run(_counts(databases, creating(each)))
        statuses = Counter(exchange.status for exchange in emulator.journal.of("addKeyspace"))
        ideal = each * 10
        rows.append(
            [f"{databases} x {each}", str(statuses[201]), str(statuses[409]), f"{seconds:.0f}", str(ideal), f"{seconds / ideal:.2f}"]
        )
    return Table(
        "Keyspaces created at once",
        ["databases x keyspaces", "created", "refused with 409", "seconds of the clock", "ideal", "ratio"],
        rows,
        "all created, at most two refused",
        "A database takes ten seconds for each, and refuses others meanwhile. The time is that of a virtual clock.",
    )


def polls(*, quick: bool) -> Table:
    """Wait for keyspaces of a few and of all of many databases."""

    def adding(changed: int, at_once: int) -> Scenario:
        async def add(astra: AsyncAstraDevOps, ids: list[str]) -> None:
            remaining = iter(ids[:changed])

            async def work() -> None:
                for database_id in remaining:
                    await (await astra.keyspaces.create(database_id, "audit")).wait()

            await asyncio.gather(*(work() for _ in range(at_once)))

        return add

    rows: list[list[str]] = []
    for databases, changed, at_once in ((10, 10, 10),) if quick else ((500, 200, 20), (500, 500, 500), (1_000, 1_000, 100)):
        counts, _, _ = asyncio.run(_counts(databases, adding(changed, at_once)))
        requests, looks = counts["getDatabase"] + counts["listDatabases"], counts["polls"]
        size = (counts["getDatabase"] + _PAGE * counts["listDatabases"]) / looks
        cells = (databases, changed, at_once, looks, requests)
        rows.append([*(f"{cell:,}" for cell in cells), f"{requests / looks:.3f}", f"{size:.2f}"])
    return Table(
        "Requests and bytes of waits",
        ["databases", "changed", "at once", "polls", "requests", "requests of a poll", "bytes, single answers of a poll"],
        rows,
        "at most twice the bytes of single answers if few are waited for, and at most 0.05 requests of a poll if all are",
        "A page of the list counts as a hundred single answers, full or not.",
    )
