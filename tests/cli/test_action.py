"""The GitHub action: its steps, run by bash as a runner does, against an emulator."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from astra_devops.emulator import Emulator, ScaledClock
from astra_devops.resources._short_lived import names

ACTION: Final = yaml.safe_load((Path(__file__).parents[2] / "actions" / "temporary-database" / "action.yml").read_text())
OWNER, RUN, CLEAN_UP = ACTION["runs"]["steps"]
SHOW: Final = 'echo "$ASTRA_DB_ID $ASTRA_DB_REGION"'


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator.running(clock=ScaledClock(600)) as emulator:
        yield emulator


class Job:
    """Runs steps of the action with the inputs of a user."""

    def __init__(self, emulator: Emulator, directory: Path, command: str) -> None:
        given = {"run": command, "token": emulator.token, "cloud-provider": "aws", "region": "us-east-2", "base-url": emulator.url}
        defaults = {name: entry["default"] for name, entry in ACTION["inputs"].items() if "default" in entry}
        self._values = {f"inputs.{name}": value for name, value in {**defaults, "python": sys.executable, **given}.items()}
        self._output = directory / "output"
        done = subprocess.run(self._words(OWNER), env={**os.environ, "GITHUB_OUTPUT": str(self._output)})
        assert done.returncode == 0
        for line in self._output.read_text().splitlines():
            name, _, value = line.partition("=")
            self._values[f"steps.owner.outputs.{name}"] = value

    def start(self, step: dict[str, Any]) -> "subprocess.Popen[str]":
        environment = {**os.environ, **self._env(step)}
        return subprocess.Popen(self._words(step), env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, step: dict[str, Any]) -> tuple[int, str]:
        with self.start(step) as process:
            output, _ = process.communicate()
        return process.returncode, output

    def _words(self, step: dict[str, Any]) -> list[str]:
        assert step["shell"] == "bash"
        # An expression inside a script would let an input run commands of its own.
        assert "${{" not in step["run"]
        return ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]

    def _env(self, step: dict[str, Any]) -> dict[str, str]:
        return {name: re.sub(r"\$\{\{ (.*?) \}\}", lambda match: self._values[match[1]], value) for name, value in step["env"].items()}


def living(emulator: Emulator) -> set[str]:
    with emulator.client() as astra:
        return {database.id for database in astra.databases.list() if database.status != "TERMINATING"}


def test_the_clean_up_always_runs_and_every_input_is_described() -> None:
    assert CLEAN_UP["if"] == "always()"
    assert all(entry["description"] for entry in ACTION["inputs"].values())


@pytest.mark.parametrize("status", [0, 3])
def test_a_command_has_a_database_which_is_gone_when_the_job_ends(emulator: Emulator, tmp_path: Path, status: int) -> None:
    job = Job(emulator, tmp_path, f"{SHOW}\nexit {status}")
    code, output = job.run(RUN)
    assert (code, output.split()[1]) == (status, "us-east-2")
    assert job.run(CLEAN_UP)[0] == 0
    assert living(emulator) == set()


def test_the_clean_up_ends_the_database_of_a_step_that_was_killed_and_expired_ones_only(emulator: Emulator, tmp_path: Path) -> None:
    def add(prefix: str, minutes: int) -> str:
        return emulator.add_database(names.new_name(prefix, "gh-00000000", emulator.clock.now() + timedelta(minutes=minutes)))

    add("ci", -5)
    kept = {add("ci", 500_000), add("ci2", -5), emulator.add_database("orders")}
    job = Job(emulator, tmp_path, f"{SHOW}; exec cat")
    with job.start(RUN) as process:
        assert process.stdout is not None
        database_id = process.stdout.readline().split()[0]
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert database_id in living(emulator)
        code, output = job.run(CLEAN_UP)
    assert (code, database_id in output) == (0, True)
    assert living(emulator) == kept


def test_the_clean_up_fails_if_a_database_is_left(emulator: Emulator, tmp_path: Path) -> None:
    job = Job(emulator, tmp_path, SHOW)
    emulator.faults.status("terminateDatabase", 403, times=3)
    assert job.run(RUN)[0] == 125
    assert job.run(CLEAN_UP)[0] == 1
