"""Calls from several processes at once: whether they hinder each other."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

# At the end of the path, so that an installed wheel is measured rather than the checkout.
sys.path.append(str(Path(__file__).parents[2]))

from tests.benchmarks.async_clients import OURS, RAW, at_once, open_clients
from tests.benchmarks.processes import canned_answers
from tests.benchmarks.table import Table

_PROGRAM: Final = str(Path(__file__))
_WIDTH: Final = 32


async def _read(name: str, url: str, calls: int) -> None:
    """Warm up, wait for a line, make the calls, and print the processor time that they took."""
    async with open_clients(url) as clients:
        read = clients[name].one
        await at_once(read, _WIDTH, _WIDTH)()
        print("ready", flush=True)
        sys.stdin.readline()
        start = time.process_time()
        await at_once(read, calls, _WIDTH)()
        print(json.dumps(time.process_time() - start), flush=True)


def _run(name: str, count: int, calls: int) -> tuple[float, float]:
    """Return the calls of several processes by second of processor time of one, and by second."""
    with ExitStack() as stack:
        readers = []
        for _ in range(count):
            url = stack.enter_context(canned_answers())
            command = [sys.executable, _PROGRAM, name, url, str(calls)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            readers.append(stack.enter_context(process))
        for reader in readers:
            assert reader.stdout is not None
            reader.stdout.readline()
        start = time.perf_counter()
        for reader in readers:
            assert reader.stdin is not None
            reader.stdin.write("go\n")
            reader.stdin.flush()
        cpu = [json.loads(reader.stdout.readline()) for reader in readers if reader.stdout is not None]
        wall = time.perf_counter() - start
    return sum(calls / seconds for seconds in cpu), count * calls / wall


def processes(*, quick: bool) -> Table:
    """Read databases from 1, 2 and 4 processes, each with a server of its own."""
    counts, calls, rounds = ((1,), _WIDTH, 1) if quick else ((1, 2, 4), 6_400, 5)
    rows = []
    for count in counts:
        figures = {name: [_run(name, count, calls) for _ in range(rounds)] for name in (RAW, OURS)}
        cpu, wall = ({name: statistics.median(pair[side] for pair in pairs) for name, pairs in figures.items()} for side in (0, 1))
        rows.append([str(count), *(f"{rate[name]:,.0f}" for rate in (cpu, wall) for name in (RAW, OURS)), f"{cpu[RAW] / cpu[OURS]:.2f}"])
    head = ["processes", f"{RAW}, calls a CPU second", f"{OURS}, calls a CPU second", f"{RAW}, calls a second", f"{OURS}, calls a second"]
    note = "Calls a CPU second is the sum over the processes, as if each had a core. 32 calls at once in each process."
    return Table("Calls from several processes", [*head, "CPU of a call, ratio"], rows, "grows straight with the processes", note)


if __name__ == "__main__":
    asyncio.run(_read(sys.argv[1], sys.argv[2], int(sys.argv[3])))
