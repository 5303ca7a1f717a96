"""Blocking calls, from one and from several threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.benchmarks.blocking_clients import open_clients
from tests.benchmarks.measure import compare_blocking
from tests.benchmarks.processes import canned_answers
from tests.benchmarks.table import Table, comparison


def _reads(title: str, threads: int, calls: int, rounds: int, target: str) -> Table:
    def work(read: Callable[[], Any]) -> Callable[[], None]:
        def read_many(_: int) -> None:
            for _ in range(calls // threads):
                read()

        return lambda: list(pool.map(read_many, range(threads))) and None

    with canned_answers() as url, open_clients(url) as clients, ThreadPoolExecutor(threads) as pool:
        measured = compare_blocking({name: work(read) for name, read in clients.items()}, rounds)
    return comparison(title, measured, calls, target=target)


def one_thread(*, quick: bool) -> Table:
    """Read databases from one thread."""
    calls, rounds = (1, 1) if quick else (100, 30)
    return _reads("Blocking calls, one thread", 1, calls, rounds, "wall at most 0.50 of requests")


def eight_threads(*, quick: bool) -> Table:
    """Read databases from 8 threads."""
    threads, calls, rounds = (1, 1, 1) if quick else (8, 320, 15)
    return _reads("Blocking calls, 8 threads", threads, calls, rounds, "wall at most 0.30 of requests")


def sixty_four_threads(*, quick: bool) -> Table:
    """Read databases from 64 threads."""
    threads, calls, rounds = (1, 1, 1) if quick else (64, 640, 12)
    return _reads("Blocking calls, 64 threads", threads, calls, rounds, "wall at most 0.27 of requests")
