"""The fixture ``astra_temporary_database`` in a suite of a user. An emulator is the service."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

INI: Final = """
[pytest]
addopts = -p no:cacheprovider -p no:schemathesis -p no:hypothesispytest
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""
SUITE: Final = """
import pytest
from astra_devops.emulator import Emulator

@pytest.fixture(scope="session")
def astra_temporary_client():
    with Emulator.running() as emulator, emulator.client() as astra:
        yield astra
        assert [database.status for database in astra.databases.list()] == ["TERMINATING"]

def test_first(astra_temporary_database):
    assert astra_temporary_database.status == "ACTIVE"
    assert astra_temporary_database.info.name.startswith("pytest+")
    assert astra_temporary_database.info.region == "us-east-2"

def test_second(astra_temporary_database, astra_temporary_client):
    assert [listed.id for listed in astra_temporary_client.databases.list()] == [astra_temporary_database.id]
"""
HERE: Final = "astra_temporary_cloud_provider = aws\nastra_temporary_region = us-east-2\n"


def run(directory: Path, settings: str) -> "subprocess.CompletedProcess[str]":
    (directory / "pytest.ini").write_text(INI + settings)
    (directory / "test_it.py").write_text(SUITE)
    return subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=directory, capture_output=True, text=True)


def test_all_tests_share_a_database_which_is_terminated_at_the_end(tmp_path: Path) -> None:
    done = run(tmp_path, HERE)
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ("", "needs the setting astra_temporary_cloud_provider in the ini file"),
        ("astra_temporary_cloud_provider = aws\n", "needs the setting astra_temporary_region"),
        (HERE + "astra_temporary_minutes = long\n", "a setting in the ini file is wrong"),
        (HERE + "astra_temporary_minutes = nan\n", "a setting in the ini file is wrong"),
        (HERE + "astra_temporary_prefix = two words\n", "prefix must be 1 to 12 letters"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, settings: str, text: str) -> None:
    done = run(tmp_path, settings)
    assert (done.returncode, text in done.stdout) == (1, True), done.stdout
    assert "Traceback" not in done.stdout
