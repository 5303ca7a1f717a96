"""The workflow in examples/workflows: its commands, run as a runner does, on an emulator."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import yaml

from astra_devops.emulator import Emulator, ScaledClock

WORKFLOW: Final = Path(__file__).parents[2] / "examples/workflows/integration.yml"


def test_the_commands_of_the_workflow_leave_no_database(tmp_path: Path) -> None:
    *_, run, clean_up = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["integration"]["steps"]
    assert clean_up["if"] == "always()"
    (tmp_path / "tests/integration").mkdir(parents=True)
    test = "import os\n\ndef test_it_has_a_database():\n    assert os.environ['ASTRA_DB_ID']\n"
    (tmp_path / "tests/integration/test_it.py").write_text(test, encoding="utf-8")
    with Emulator.running(clock=ScaledClock(600)) as emulator:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | {"ASTRA_DB_APPLICATION_TOKEN": emulator.token, "OWNER": "gh-12345678901", "PATH": path}
        for step in (run, clean_up):
            script = step["run"]
            for command in ("temporary", "sweep"):
                script = script.replace(f"astra_devops {command}", f"astra_devops {command} --base-url {emulator.url}")
            done = subprocess.run(
                ["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
        assert emulator.journal.count("createDatabase") == 1
        with emulator.client() as astra:
            assert {database.status for database in astra.databases.list(include="all")} <= {"TERMINATING", "TERMINATED"}
