"""Processes to measure from outside: servers, and interpreters that only start and end."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.tables import WARM_UP, Rounds, Table


@contextmanager
def serving(program: Path, *arguments: str) -> Iterator[str]:
    """Run a server until the block ends, and yield the first line that it prints."""
    with subprocess.Popen([sys.executable, str(program), *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline()
        finally:
            process.kill()


def time_starts(title: str, target: str, programs: dict[str, str], rounds: int) -> Table:
    """Measure how long each program takes in a new interpreter."""
    seconds: Rounds = {name: [] for name in programs}
    for _ in range(rounds + WARM_UP):
        for name, program in programs.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            seconds[name].append(time.perf_counter() - start)
    return Table(title, target, seconds)
