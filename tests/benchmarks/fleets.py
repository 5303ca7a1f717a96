"""Runs for many databases: time and memory from the list to the report; the cost of a journal."""

import json
import statistics
from typing import Final

from tests.benchmarks.processes import canned_answers, run_program
from tests.benchmarks.table import Table

_DELAY: Final = 0.05
_ROUNDS: Final = 5


def _measured(kind: str, measure: str, url: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(run_program("fleet_program.py", kind, measure, url))
    return found


def reads(*, quick: bool) -> Table:
    """Read each database of lists of different lengths, from the list to the report."""
    rows = []
    for count in (20,) if quick else (1_000, 10_000, 30_000):
        with canned_answers("--count", str(count)) as url:
            row = [f"{count:,}"]
            for kind in ("read-gathered", "read-run"):
                seconds, memory = _measured(kind, "time", url)["seconds"], _measured(kind, "memory", url)["memory"]
                row += [f"{seconds:.1f}", f"{memory / 1e6:.1f}"]
            rows.append(row)
    return Table(
        "From the list to the report",
        ["databases", "tasks gathered, s", "tasks gathered, MB", "run, s", "run, MB"],
        rows,
        "memory of a run at 30,000 databases at most 0.15 kB a database more than at 1,000: the pager remembers the ids",
        "Each database of the list is read once, 20 at once, against a server that answers at once. Gathered: a task for each database of "
        "the collected list. Memory is the peak of what Python has allocated.",
    )


def journals(*, quick: bool) -> Table:
    """Make many changes, with and without a journal."""
    count, rounds = (20, 1) if quick else (2_000, _ROUNDS)
    rows = []
    for delay in (0.0, _DELAY):
        with canned_answers("--count", str(count), "--delay", str(delay)) as url:
            without, with_journal = [], []
            for _ in range(rounds):
                without.append(_measured("change-run", "time", url))
                with_journal.append(_measured("change-journal", "time", url))
        medians = [statistics.median(one["seconds"] for one in measured) for measured in (without, with_journal)]
        cpu = [statistics.median(one["cpu"] for one in measured) for measured in (without, with_journal)]
        row = [f"{delay * 1e3:.0f}", f"{medians[0]:.2f}", f"{medians[1]:.2f}", f"{medians[1] / medians[0]:.2f}"]
        rows.append([*row, f"{(cpu[1] - cpu[0]) / count * 1e6:.0f}"])
    return Table(
        "A journal",
        ["answers after, ms", "without, s", "with a journal, s", "ratio", "CPU more for an item, us"],
        rows,
        "ratio at most 1.10 where answers take 50 ms",
        f"{count:,} changes, 20 at once. Each is committed before it is sent.",
    )


def workers(*, quick: bool) -> Table:
    """Read many databases in this process, and on Dask workers."""
    count = 20 if quick else 5_000
    rows = []
    with canned_answers("--count", str(count)) as url:
        for number in (0, 1) if quick else (0, 1, 2, 4):
            seconds: float = json.loads(run_program("cluster_program.py", url, str(count), str(number)))
            rows.append([str(number) if number else "none: in the program", f"{seconds:.2f}", f"{count / seconds:,.0f}"])
    return Table(
        "Dask workers",
        ["workers", "seconds", "reads in a second"],
        rows,
        "none: the table shows what a cluster costs",
        f"{count:,} reads, 64 at once, against a server that answers at once, in a single process of the same machine. The workers are "
        "processes of this machine, too. An item costs messages through the scheduler, so a cluster serves isolation and work that is "
        "heavy for the processor; more workers than idle cores show nothing.",
    )
