"""Waiting for many operations at once: the cost of a poll, and how long the event loop stands."""

import asyncio
import gc
import time
from typing import TYPE_CHECKING, Final

import attrs

from astra_devops import AsyncAstraDevOps, AsyncOperation, Event, PollEvent, RequestEvent
from tests.benchmarks.async_clients import TOKEN
from tests.benchmarks.canned_server import KEYSPACE, database_id
from tests.benchmarks.measure import Cost, timed
from tests.benchmarks.processes import canned_answers
from tests.benchmarks.table import Table

if TYPE_CHECKING:
    from astra_devops.models import Database

_BUSY_SECONDS: Final = 8
_AT_ONCE: Final = 100


@attrs.define
class _Counts:
    """What the client has done since the waits began."""

    polls: int = 0
    requests: int = 0
    longest_stall: float = 0.0
    longest_work: float = 0.0

    def observe(self, event: Event) -> None:
        self.polls += isinstance(event, PollEvent)
        self.requests += isinstance(event, RequestEvent)

    async def watch_loop(self) -> None:
        """Record the longest time for which the event loop ran no other task, and its work then.

        The work is the processor time without that of garbage collections, which take the longer
        the more objects the program has.
        """
        pause, last, used, began, collected = 0.01, time.perf_counter(), time.process_time(), 0.0, 0.0

        def on_collection(phase: str, info: dict[str, int]) -> None:
            nonlocal began, collected
            if phase == "start":
                began = time.process_time()
            else:
                collected += time.process_time() - began

        gc.callbacks.append(on_collection)
        try:
            while True:
                collected = 0.0
                await asyncio.sleep(pause)
                now, used_now = time.perf_counter(), time.process_time()
                stall = now - last - pause
                self.longest_stall = max(self.longest_stall, stall)
                self.longest_work = max(self.longest_work, min(stall, used_now - used - collected))
                last, used = now, used_now
        finally:
            gc.callbacks.remove(on_collection)


async def _wait_for(count: int, busy: float) -> tuple[_Counts, Cost]:
    """Create a keyspace in each of many databases, then wait for all of them at once."""
    counts, costs = _Counts(), list[Cost]()
    with canned_answers("--count", str(count), "--busy", str(busy)) as url:
        async with AsyncAstraDevOps(TOKEN, base_url=url, observer=lambda event: counts.observe(event)) as astra:
            operations: list[AsyncOperation[Database]] = []
            numbers = iter(range(count))

            async def create() -> None:
                for number in numbers:
                    operations.append(await astra.keyspaces.create(database_id(number), KEYSPACE))

            await asyncio.gather(*(create() for _ in range(_AT_ONCE)))
            counts = _Counts()
            watch = asyncio.create_task(counts.watch_loop())
            with timed(costs):
                await asyncio.gather(*(operation.wait() for operation in operations))
            watch.cancel()
    return counts, costs[0]


def many_waits(*, quick: bool) -> Table:
    """Wait for 300 to 10,000 operations."""
    rows: list[list[str]] = []
    first: float | None = None
    for count in (10,) if quick else (300, 1_000, 3_000, 6_000, 10_000):
        counts, cost = asyncio.run(_wait_for(count, 0.1 if quick else _BUSY_SECONDS))
        poll = cost.cpu / counts.polls
        first = poll if first is None else first
        stalls = [f"{seconds * 1e3:.0f}" for seconds in (counts.longest_stall, counts.longest_work)]
        rows.append([f"{count:,}", f"{counts.polls:,}", f"{counts.requests:,}", f"{poll * 1e6:.0f}", f"{poll / first:.2f}", *stalls])
    return Table(
        "Waits at once",
        ["waits", "polls", "requests", "CPU of a poll, us", "ratio to the first line", "longest stall, ms", "of work, ms"],
        rows,
        "CPU of a poll at 6,000 waits at most 1.15 of that at 300; no stall of more than 200 ms of work",
        "Each wait is for a keyspace that appears after eight seconds, with the default pauses between polls. Waits share their "
        "requests. A stall is a time for which the event loop ran no other task. Its work is the processor time of the client in a stall. "
        "It leaves out full garbage collections, which look at all objects of the program, and other programs on the machine.",
    )
