"""Measure this client beside others.

Run ``python -m tests.benchmarks.run [--quick]`` from the root of the checkout.

A figure is the median of the rounds' ratios to the first line of its table, followed by the
smallest and the largest. Compare ratios only: the load of the machine can double the times.
"""

import argparse
import sys
from pathlib import Path

# At the end of the path, so that an installed wheel is measured rather than the checkout.
sys.path.append(str(Path(__file__).parents[2]))

from tests.benchmarks import client_benchmarks, emulator_benchmarks


def main() -> None:
    """Print each table as soon as it is measured."""
    parser = argparse.ArgumentParser(description="Measure the ratios of this client to others, in one run.")
    parser.add_argument("--quick", action="store_true", help="a few calls and no warm-up: to check that it runs, not for figures")
    quick = parser.parse_args().quick
    for benchmarks in (client_benchmarks, emulator_benchmarks):
        for table in benchmarks.run(quick=quick):
            print(*table.lines(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
