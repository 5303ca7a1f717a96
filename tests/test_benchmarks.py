"""The benchmarks run: one call of each client, and every table.

People read the figures: none is asserted.
"""

import subprocess
import sys
from pathlib import Path

import pytest


def run(root: Path, *arguments: str) -> str:
    command = [sys.executable, str(root / "tests/benchmarks/run.py"), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.mark.timeout(300)
def test_every_table_is_printed_and_written(root: Path, tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    printed = run(root, "--quick", "--page", str(page))
    written = page.read_text(encoding="utf-8")
    titles = [line.removeprefix("### ") for line in written.splitlines() if line.startswith("### ")]
    assert len(titles) == len(run(root, "--list").split())
    assert [title for title in titles if title not in printed] == []
    assert "failed" not in printed


def test_one_table_can_be_measured(root: Path) -> None:
    assert run(root, "calls-1", "--quick").startswith("One call at a time\n")


def test_a_name_that_is_no_table_is_refused(root: Path) -> None:
    command = [sys.executable, str(root / "tests/benchmarks/run.py"), "calls-3"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "there is no table calls-3; the tables are calls-1, calls-32," in done.stderr
