"""Measuring several clients side by side, in short rounds of random order."""

import gc
import random
import resource
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import attrs

K = TypeVar("K")

_WARM_UP: Final = 1
"""Rounds at the start that do not count, unless there is but one: they open connections."""


@attrs.frozen
class Cost:
    """What one round of one client took, in seconds."""

    cpu: float
    wall: float


Rounds = list[Cost] | str
"""The costs of a client by round, or why it could not be measured."""


def own_cpu() -> float:
    """Return the processor time of this process, all its threads and the kernel's part."""
    return time.process_time()


def cpu_of_children() -> float:
    """Return the processor time of the processes that this one has started, and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def timed(costs: list[Cost], cpu: Callable[[], float] = own_cpu) -> Iterator[None]:
    """Measure the block, and append its cost."""
    # Without this the garbage of one client is collected at the expense of the next.
    gc.collect()
    wall_start, cpu_start = time.perf_counter(), cpu()
    yield
    costs.append(Cost(cpu() - cpu_start, time.perf_counter() - wall_start))


def _turns(costs: Mapping[K, Rounds], rounds: int) -> Iterator[tuple[K, list[Cost]]]:
    """Yield who is to run next and where its cost goes: all in each round, in random order."""
    warm_up = _WARM_UP if rounds > 1 else 0
    for number in range(rounds + warm_up):
        for key in random.sample(list(costs), len(costs)):
            if isinstance(kept := costs[key], list):
                yield key, kept if number >= warm_up else []


async def compare(works: Mapping[K, Callable[[], Awaitable[Any]]], rounds: int) -> dict[K, Rounds]:
    """Run each piece of work once per round; one that fails does not run again."""
    costs: dict[K, Rounds] = {key: [] for key in works}
    for key, kept in _turns(costs, rounds):
        try:
            with timed(kept):
                await works[key]()
        except Exception as error:
            costs[key] = f"failed: {type(error).__name__}"
    return costs


def compare_blocking(works: Mapping[K, Callable[[], Any]], rounds: int, cpu: Callable[[], float] = own_cpu) -> dict[K, Rounds]:
    """Run each piece of blocking work once per round; one that fails does not run again."""
    costs: dict[K, Rounds] = {key: [] for key in works}
    for key, kept in _turns(costs, rounds):
        try:
            with timed(kept, cpu):
                works[key]()
        except Exception as error:
            costs[key] = f"failed: {type(error).__name__}"
    return costs
