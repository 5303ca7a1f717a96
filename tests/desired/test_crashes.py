"""A plan whose application is killed and continued reaches the same end, and does nothing twice."""

import contextlib
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from astra_devops.desired import Database, Declaration
from astra_devops.emulator import Emulator, ScaledClock

PROGRAM: Final = Path(__file__).with_name("crash_program.py")
SPEED: Final = 100.0
COUNT: Final = 12
RUNS: Final = 10


def kill_after(program: list[str], emulator: Emulator, changes: int) -> None:
    """Run a program, and kill it when the emulator has received so many changes from it."""
    with subprocess.Popen(program, stdout=subprocess.DEVNULL) as process:
        while received(emulator) < changes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"it ended by itself, with status {process.wait(timeout=0.01)}")
        process.kill()


def received(emulator: Emulator) -> int:
    return emulator.journal.count("createDatabase") + emulator.journal.count("addKeyspace")


@pytest.mark.timeout(180)
def test_a_plan_that_is_killed_three_times_does_everything_once(tmp_path: Path) -> None:
    plan_file, journal = tmp_path / "plan.json", tmp_path / "apply.db"
    new = [Database(f"new{number}", cloud_provider="aws", region="us-east-2", keyspaces=["a", "b"]) for number in range(COUNT)]
    old = [Database(f"old{number}", cloud_provider="aws", region="us-east-2", keyspaces=["a", "b"]) for number in range(COUNT)]
    declared = Declaration([*new, *old])
    with Emulator.running(clock=ScaledClock(SPEED)) as emulator, emulator.client() as astra:
        for database in old:
            emulator.add_database(database.name, keyspaces=["app"])
        astra.plan(declared).save(plan_file)
        program = [sys.executable, str(PROGRAM), emulator.url, emulator.token, str(plan_file), str(journal), str(SPEED)]
        for changes in (3, 13, 29):
            kill_after(program, emulator, changes)
        for _ in range(RUNS):
            done = subprocess.run(program, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert "changes made" in done.stdout
            # A creation of which nothing is listed is certain to be without effect only later.
            if "unknown" not in done.stdout:
                break
        assert astra.plan(declared).is_empty, done.stdout
        names = Counter(database.info.name for database in astra.databases.list())
        assert set(names.values()) == {1}
        accepted = [
            exchange.path for exchange in emulator.journal.of("addKeyspace") if exchange.status is not None and exchange.status < 300
        ]
        assert max(Counter(accepted).values()) == 1
        assert len(accepted) == 3 * COUNT
