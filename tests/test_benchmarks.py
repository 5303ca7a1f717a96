"""The benchmarks run, and print every table.

What they print is for people: no figure is asserted.
"""

import subprocess
import sys


def test_every_table_is_printed(root):
    command = [sys.executable, str(root / "tests/benchmarks/run.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    tables = [line for line in done.stdout.splitlines() if "(target" in line]
    assert len(tables) == 13
    assert done.stdout.count("  astra-devops") == 9
