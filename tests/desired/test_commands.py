"""The programs plan, apply, export and drift, as processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from astra_devops import AstraDevOps
from astra_devops.desired import load
from astra_devops.emulator import Emulator, ScaledClock


def run(emulator: Emulator, directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ASTRA_DB_APPLICATION_TOKEN": emulator.token}
    command = [sys.executable, "-m", "astra_devops", *words, "--base-url", emulator.url]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)


def test_what_is_exported_has_no_differences(blocking_emulator: Emulator, blocking_astra: AstraDevOps, tmp_path: Path) -> None:
    blocking_emulator.add_database("orders", keyspaces=["sales", "audit"])
    events = blocking_emulator.add_database("events", keyspaces=[])
    blocking_astra.datacenters.create(events, cloud_provider="aws", region="us-east-1").wait()
    assert blocking_astra.plan(blocking_astra.export()).is_empty
    assert run(blocking_emulator, tmp_path, "export", "databases.toml").returncode == 0
    done = run(blocking_emulator, tmp_path, "drift", "databases.toml")
    assert (done.returncode, done.stdout) == (0, "0 to create, 0 to change, 0 to replace, 3 as declared\n"), done.stderr


@pytest.fixture
def timed_emulator() -> Iterator[Emulator]:
    """Start an emulator whose time passes by itself, for a process that waits."""
    with Emulator.running(clock=ScaledClock(100.0)) as emulator:
        yield emulator


def test_a_plan_is_saved_and_applied(timed_emulator: Emulator, tmp_path: Path) -> None:
    timed_emulator.add_database("orders", keyspaces=["sales"])
    assert run(timed_emulator, tmp_path, "export", "databases.toml", "--only", "databases").returncode == 0
    path = tmp_path / "databases.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('["sales"]', '["sales", "audit"]'), encoding="utf-8")
    planned = run(timed_emulator, tmp_path, "plan", "databases.toml", "--save", "plan.json", "--json", "--html", "plan.html")
    assert planned.returncode == 2, planned.stderr
    assert json.loads(planned.stdout)["resource_changes"][0]["change"]["actions"] == ["update"]
    assert "keyspaces: audit" in (tmp_path / "plan.html").read_text(encoding="utf-8")
    applied = run(timed_emulator, tmp_path, "apply", "plan.json")
    assert (applied.returncode, applied.stdout) == (0, "1 of 1 changes made\n"), applied.stderr
    outdated = run(timed_emulator, tmp_path, "apply", "plan.json", "--json")
    assert outdated.returncode == 3
    assert json.loads(outdated.stdout)["outcomes"][0]["state"] == "failed"


@pytest.mark.parametrize("words", [["plan"], ["plan", "missing.toml"], ["apply", "missing.json"]])
def test_a_wrong_command_has_a_status_of_its_own(blocking_emulator: Emulator, tmp_path: Path, words: list[str]) -> None:
    done = run(blocking_emulator, tmp_path, *words)
    assert done.returncode == 1
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_leaves_out_what_cannot_be_declared_and_says_so(
    blocking_emulator: Emulator, blocking_astra: AstraDevOps, tmp_path: Path
) -> None:
    short, *twins = [blocking_emulator.add_database(name, keyspaces=["app"]) for name in ("a", "twin", "twin")]
    orders = blocking_emulator.add_database("orders", keyspaces=["app"])
    for database_id in (orders, *twins):
        blocking_astra.access_lists.replace(database_id, ["10.0.0.0/8"], enabled=True, calling_from=None).wait()
    done = run(blocking_emulator, tmp_path, "export", "databases.toml")
    assert done.returncode == 3
    ambiguous, unnamed = done.stderr.splitlines()
    assert ambiguous.startswith("astra_devops export: left out: ")
    assert all(text in ambiguous for text in ("'twin'", *twins))
    assert unnamed.startswith(f"astra_devops export: left out: database 'a' ({short}): name must be 2 to 50 letters")
    path = tmp_path / "databases.toml"
    assert path.read_text(encoding="utf-8").startswith("# Left out: ")
    exported = blocking_astra.export()
    assert (len(exported.omitted), load(path)) == (2, exported)
    assert [entry.name for entry in exported.databases] == [entry.database for entry in exported.access_lists] == ["orders"]
    assert run(blocking_emulator, tmp_path, "drift", "databases.toml").returncode == 0
