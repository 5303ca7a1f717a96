"""Reads of a service that lets a rate through, against the ideal: nothing refused, no time lost."""

import asyncio
from collections import Counter
from typing import Final

from astra_devops.emulator import Emulator, RealClock
from tests.benchmarks.measure import Cost, timed
from tests.benchmarks.table import Table

_RATE: Final = 100
_BURST: Final = 20
_WIDTHS: Final = (1, 10, 100, 1000)
_LATENCY: Final = 0.02


async def _reads(count: int, width: int) -> tuple[Cost, Counter[int | None], int]:
    """Read a database so often, so many times at once; return the cost, statuses and failures."""
    costs: list[Cost] = []
    async with Emulator(clock=RealClock(), latency=_LATENCY) as emulator, emulator.async_client() as astra:
        database_id = emulator.add_database("orders")
        emulator.faults.throttle(rate=_RATE, burst=_BURST)
        numbers, failed = iter(range(count)), 0

        async def work() -> None:
            nonlocal failed
            for _ in numbers:
                try:
                    await astra.databases.get(database_id)
                except Exception:
                    failed += 1

        with timed(costs):
            await asyncio.gather(*(work() for _ in range(width)))
        return costs[0], Counter(exchange.status for exchange in emulator.journal.of("getDatabase")), failed


def throttled(*, quick: bool) -> Table:
    """Read a thousand times, from one to all of them at once."""
    count = 10 if quick else 1000
    rows: list[list[str]] = []
    for width in _WIDTHS[:1] if quick else _WIDTHS:
        cost, statuses, failed = asyncio.run(_reads(count, width))
        # One by one, the time of an answer is the limit.
        ideal = max((count - _BURST) / _RATE, count * _LATENCY / width, _LATENCY)
        refused = statuses[429] / statuses.total()
        rows.append([f"{width:,}", str(failed), f"{cost.wall:.1f}", f"{ideal:.1f}", f"{cost.wall / ideal:.2f}", f"{refused:.1%}"])
    return Table(
        f"{count:,} reads of a service that lets {_RATE} a second through, {_BURST} at once",
        ["at once", "errors", "seconds", "ideal", "ratio", "refused"],
        rows,
        "no errors, at most 1.3 of the ideal time, less than 3 % refused",
        "The emulator throttles, in the same process and in real time, and takes 20 ms for each answer. The client does not know its rate.",
    )
