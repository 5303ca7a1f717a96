"""The benchmarks run, and print every table.

People read the figures: none is asserted.
"""

import subprocess
import sys
from pathlib import Path


def test_every_table_is_printed(root: Path) -> None:
    command = [sys.executable, str(root / "tests/benchmarks/run.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    tables = [line for line in done.stdout.splitlines() if "(target" in line]
    assert len(tables) == 13
    assert done.stdout.count("  astra-devops") == 9
