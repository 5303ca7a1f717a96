"""The live tests, which need a token of the real service, run against the emulator."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from astra_devops._rest.index import OPERATIONS
from astra_devops.emulator import Emulator, ScaledClock
from astra_devops.emulator.recording.compare import compare
from astra_devops.emulator.recording.file import read


@pytest.mark.timeout(300)
def test_the_live_tests_read_everything_and_print_the_comparison(root: Path, tmp_path: Path) -> None:
    recording = tmp_path / "live.jsonl"
    with Emulator.running(clock=ScaledClock(1000)) as emulator:
        emulator.add_database("orders", keyspaces=["shop"])
        emulator.add_pcu_group("analytics")
        environment = {
            **os.environ,
            "ASTRA_DB_APPLICATION_TOKEN": emulator.token,
            "ASTRA_LIVE_URL": emulator.url,
            "ASTRA_LIVE_RECORDING": str(recording),
            "ASTRA_LIVE_DATABASE": "1",
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "live", "tests/live"]
        result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        operations = {exchange.operation for exchange in emulator.journal}
    assert result.returncode == 0, result.stdout + result.stderr
    assert operations >= {operation.id for operation in OPERATIONS.values() if operation.retry == "read"}
    assert operations >= {"createDatabase", "addKeyspace", "removeKeyspace", "terminateDatabase"}
    assert re.search(r"^0 differences from the contract in \d+ exchanges", result.stdout, re.MULTILINE), result.stdout
    assert compare(recording).operations >= {"createDatabase", "listDatabases", "pcuGet", "listSCIMUsers"}
    assert emulator.token not in recording.read_text()
    assert len(read(recording)) > len(operations)
