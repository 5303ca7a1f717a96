"""A plan whose application is killed and continued reaches the same end, and does nothing twice."""

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from astra_devops.desired import Database, Declaration
from astra_devops.emulator import Emulator, ScaledClock
from tests.desired.killing import apply_finally, kill_repeatedly

SPEED: Final = 100.0
COUNT: Final = 12


@pytest.mark.timeout(180)
def test_a_plan_that_is_killed_three_times_does_everything_once(tmp_path: Path) -> None:
    new = [Database(f"new{number}", cloud_provider="aws", region="us-east-2", keyspaces=["a", "b"]) for number in range(COUNT)]
    old = [Database(f"old{number}", cloud_provider="aws", region="us-east-2", keyspaces=["a", "b"]) for number in range(COUNT)]
    declared = Declaration([*new, *old])
    with Emulator.running(clock=ScaledClock(SPEED)) as emulator, emulator.client() as astra:
        for database in old:
            emulator.add_database(database.name, keyspaces=["app"])
        astra.plan(declared).save(tmp_path / "plan.json")
        kill_repeatedly(emulator, tmp_path, SPEED, kills=(3, 10, 16))
        printed = apply_finally(emulator, tmp_path, SPEED)
        assert astra.plan(declared).is_empty, printed
        names = Counter(database.info.name for database in astra.databases.list())
        assert set(names.values()) == {1}
        accepted = [
            exchange.path for exchange in emulator.journal.of("addKeyspace") if exchange.status is not None and exchange.status < 300
        ]
        assert max(Counter(accepted).values()) == 1
        assert len(accepted) == 3 * COUNT
