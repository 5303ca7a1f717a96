"""Measure this client beside others: ``python -m tests.benchmarks.run [--quick]``, from the root of the checkout.

A figure is the median of the rounds' ratios to the first line of its table, with the smallest and
the largest. Read the ratios: times move by a factor of two with whatever else the machine does.
"""

import argparse
import sys
from pathlib import Path

# Behind everything else, so that an installed wheel is what is measured.
sys.path.append(str(Path(__file__).parents[2]))

from tests.benchmarks import measures


def main() -> None:
    """Print every table as soon as it is measured."""
    parser = argparse.ArgumentParser(description="Ratios of this client to others, measured in one run.")
    parser.add_argument("--quick", action="store_true", help="few calls and one round: to see that it runs, not for figures")
    for result in measures.everything(quick=parser.parse_args().quick):
        print(*result.lines(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
