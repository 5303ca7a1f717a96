"""Programs that are measured from outside: servers that say where they are, and interpreters that only start and end."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.results import WARM, Result, Rounds


@contextmanager
def serving(program: Path, *arguments: str) -> Iterator[str]:
    """Run a server until it is no longer needed; give the line that it prints of itself."""
    with subprocess.Popen([sys.executable, str(program), *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline()
        finally:
            process.kill()


def started(title: str, target: str, programs: dict[str, str], rounds: int) -> Result:
    """Start a process for each program, again and again."""
    taken: Rounds = {name: [] for name in programs}
    for _ in range(rounds + WARM):
        for name, program in programs.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            taken[name].append(time.perf_counter() - began)
    return Result(title, target, taken)
