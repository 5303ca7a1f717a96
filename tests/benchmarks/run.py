"""Measure this client beside others, and print each table as soon as it is there.

Run ``python tests/benchmarks/run.py [NAME ...] [--quick] [--page FILE]`` from the root of the
checkout.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

# At the end of the path, so that an installed wheel is measured rather than the checkout.
sys.path.append(str(Path(__file__).parents[2]))

from tests.benchmarks import blocking, calls, changes, emulator, fleets, many_processes, memory, report, starting, throttled, waits
from tests.benchmarks.table import Table

SECTIONS: Final[dict[str, dict[str, Callable[..., Table]]]] = {
    "Asynchronous calls": {
        "calls-1": calls.one_at_a_time,
        "calls-32": calls.thirty_two_at_once,
        "calls-256": calls.two_hundred_at_once,
        "calls-distant": calls.distant,
        "page": calls.page,
        "page-unknown-fields": calls.unknown_fields,
        "pages-32": calls.pages_at_once,
    },
    "Blocking calls": {
        "blocking-1": blocking.one_thread,
        "blocking-8": blocking.eight_threads,
        "blocking-64": blocking.sixty_four_threads,
    },
    "Starting": {
        "imports": starting.imports,
        "first-answer": starting.first_answer,
        "first-blocking-answer": starting.first_blocking_answer,
    },
    "Growth": {
        "widths": calls.widths,
        "processes": many_processes.processes,
        "memory": memory.lists,
        "waits": waits.many_waits,
        "polls": changes.polls,
        "lanes": changes.lanes,
        "throttled": throttled.throttled,
    },
    "Fleet runs": {
        "fleet-reads": fleets.reads,
        "fleet-journal": fleets.journals,
        "fleet-workers": fleets.workers,
    },
    "The emulator": {
        "emulator-reads": emulator.reads,
        "emulator-pages": emulator.pages,
        "emulator-start": emulator.start,
    },
}


def main() -> None:
    """Measure what the command line asks for."""
    names = [name for section in SECTIONS.values() for name in section]
    parser = argparse.ArgumentParser(description="Measure this client beside others.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="tables to measure; all if there is none")
    parser.add_argument("--list", action="store_true", help="print the names of the tables")
    parser.add_argument("--quick", action="store_true", help="one call of each client: to see that it runs, not for figures")
    parser.add_argument("--page", type=Path, help="also write the tables to this file, as Markdown")
    options = parser.parse_args()
    if options.list:
        print(*names, sep="\n")
        return
    if unknown := set(options.names) - set(names):
        parser.error(f"there is no table {', '.join(sorted(unknown))}; the tables are {', '.join(names)}")

    started, load = time.monotonic(), os.getloadavg()
    sections: list[tuple[str, list[Table]]] = []
    for title, section in SECTIONS.items():
        tables: list[Table] = []
        for name, measure in section.items():
            if options.names and name not in options.names:
                continue
            tables.append(measure(quick=options.quick))
            print(tables[-1].text(), flush=True)
        if tables:
            sections.append((title, tables))
    if options.page:
        options.page.write_text(report.page(sections, (time.monotonic() - started) / 60, load), encoding="utf-8")


if __name__ == "__main__":
    main()
