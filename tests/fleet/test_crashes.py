"""A run with a journal that is killed at any moment does everything once when it goes on.

``ASTRA_DEVOPS_CRASH_ITEMS=500`` makes 1,000 changes instead of 80.
"""

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from astra_devops.emulator import Emulator, ScaledClock

ITEMS: Final = int(os.environ.get("ASTRA_DEVOPS_CRASH_ITEMS", "40"))
PROGRAM: Final = Path(__file__).with_name("crash_program.py")
SPEED: Final = 100.0


def arguments(emulator: Emulator, journal: Path, count: int) -> list[str]:
    return [sys.executable, str(PROGRAM), emulator.url, emulator.token, str(journal), str(count), str(SPEED)]


def run_until(program: list[str], lines: int | None) -> list[str]:
    """Run a program and kill it after so many lines; or let it end by itself."""
    printed: list[str] = []
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            printed.append(line.rstrip("\n"))
            if len(printed) == lines:
                process.kill()
                break
        else:
            assert (process.wait(), process.stderr.read()) == (0, "")
    return printed


def add_faults(emulator: Emulator) -> None:
    """Make a tenth of the changes fail, in all the ways in which they may."""
    for operation in ("createDatabase", "addKeyspace"):
        emulator.faults.reset_after_effect(operation, probability=0.03, times=None)
        emulator.faults.reset_before_effect(operation, probability=0.03, times=None)
        emulator.faults.status(operation, 503, after_effect=True, probability=0.02, times=None)
        emulator.faults.status(operation, 503, probability=0.02, times=None)


@pytest.mark.timeout(120 + 2 * ITEMS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_that_is_killed_three_times_does_everything_once(tmp_path: Path, seed: int) -> None:
    count, journal, rng = ITEMS, tmp_path / "run.db", random.Random(seed)
    with Emulator.running(clock=ScaledClock(SPEED), seed=seed) as emulator:
        add_faults(emulator)
        program = arguments(emulator, journal, count)
        for _ in range(3):
            run_until(program, rng.randint(1, count // 6))
        emulator.faults.clear()
        printed = run_until(program, None)
        names = Counter(database.name for database in emulator.databases.values())
        created = Counter(exchange.body["name"] for exchange in emulator.journal.of("createDatabase") if exchange.own_status == 201)
        keyspaces = Counter(exchange.path for exchange in emulator.journal.of("addKeyspace") if exchange.own_status == 201)
        ids = set(emulator.databases)
    states = Counter(line.split()[0] for line in printed)
    unsettled = [line for line in printed if line.startswith(("failed", "unknown"))]
    assert unsettled == []
    assert states.total() == count
    assert names == created == {f"orders-{number}": 1 for number in range(count)}
    assert sorted(keyspaces.values()) == [1] * count
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        assert {row[0] for row in connection.execute("SELECT resource_id FROM item")} == ids
        assert connection.execute("SELECT count(*) FROM session").fetchone() == (4,)
