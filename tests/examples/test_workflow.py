"""The workflows in examples/workflows: their commands, run as a runner does, on an emulator."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from astra_devops.emulator import Emulator, ScaledClock

WORKFLOWS: Final = Path(__file__).parents[2] / "examples/workflows"
PATH: Final = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def jobs_of(workflow: str) -> Any:
    return yaml.safe_load((WORKFLOWS / workflow).read_text(encoding="utf-8"))["jobs"]


def run_step(step: dict[str, str], emulator: Emulator, directory: Path, **environment: str) -> None:
    """Run the commands of a step as a runner does, but on an emulator."""
    script = re.sub(r"(-m astra_devops \w+)", rf"\1 --base-url {emulator.url}", step["run"])
    variables = os.environ | {"ASTRA_DB_APPLICATION_TOKEN": emulator.token, "PATH": PATH} | environment
    command = ["bash", "-eo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=directory, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_reviewed_plan_is_applied_after_the_merge(tmp_path: Path) -> None:
    jobs = jobs_of("declared.yml")
    (plan,) = (step for step in jobs["plan"]["steps"] if step.get("id") == "plan")
    apply = jobs["apply"]["steps"][-1]
    toml = '[[databases]]\nname = "orders"\ncloud_provider = "aws"\nregion = "us-east-2"\n'
    (tmp_path / "databases.toml").write_text(toml, encoding="utf-8")
    files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    with Emulator.running(clock=ScaledClock(600)) as emulator:
        run_step(plan, emulator, tmp_path, **files)
        run_step(apply, emulator, tmp_path)
        run_step(plan, emulator, tmp_path, **files)
        assert emulator.journal.count("createDatabase") == 1
    assert (tmp_path / "output").read_text(encoding="utf-8") == "has_changes=true\nhas_changes=false\n"
    assert "+ database 'orders'" in (tmp_path / "summary").read_text(encoding="utf-8")


def test_the_commands_of_the_workflow_leave_no_database(tmp_path: Path) -> None:
    *_, run, clean_up = jobs_of("integration.yml")["integration"]["steps"]
    assert clean_up["if"] == "always()"
    (tmp_path / "tests/integration").mkdir(parents=True)
    test = "import os\n\ndef test_it_has_a_database():\n    assert os.environ['ASTRA_DB_ID']\n"
    (tmp_path / "tests/integration/test_it.py").write_text(test, encoding="utf-8")
    with Emulator.running(clock=ScaledClock(600)) as emulator:
        for step in (run, clean_up):
            run_step(step, emulator, tmp_path, OWNER="gh-12345678901")
        assert emulator.journal.count("createDatabase") == 1
        with emulator.client() as astra:
            assert {database.status for database in astra.databases.list(include="all")} <= {"TERMINATING", "TERMINATED"}
