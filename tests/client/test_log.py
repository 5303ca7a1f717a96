"""The log: records with fields, and the variable that turns it on."""

import logging
import subprocess
import sys

import pytest

from astra_devops import AsyncAstraDevOps, RetryPolicy
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio

PROGRAM = """
import sys
from astra_devops.emulator import Emulator
with Emulator.running() as emulator, emulator.client() as first, emulator.client() as second:
    exec(sys.argv[1])
    first.organizations.current()
"""


async def test_each_record_of_an_event_has_the_same_fields(
    emulator: Emulator, astra: AsyncAstraDevOps, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "astra_devops")
    emulator.faults.status("getDatabase", 503)
    database_id = emulator.add_database("orders")
    async with emulator.async_client(retry=RetryPolicy(base_delay=0.01)) as astra:
        await astra.databases.get(database_id)
        await (await astra.keyspaces.create(database_id, "sales")).wait()
    records = [record for record in caplog.records if record.name == "astra_devops"]
    fields = {"operation", "call_id", "wait_id", "parent_id", "database_id", "attempt", "status", "duration", "request_id", "error"}
    assert [record.getMessage() for record in records if not fields <= vars(record).keys()] == []
    sent, refused, retried, repeated, answered, ended, *rest = [vars(record) for record in records]
    assert {record["call_id"] for record in (sent, refused, retried, repeated, answered, ended)} == {sent["call_id"]}
    assert {record["database_id"] for record in (sent, answered, ended)} == {database_id}
    assert (refused["status"], refused["attempt"], answered["status"], answered["attempt"]) == (503, 1, 200, 2)
    assert (retried["levelname"], retried["error"]) == ("WARNING", "status 503")
    assert answered["duration"] > 0
    assert answered["request_id"]
    assert "getDatabase: success after 2 attempts" in ended["message"]
    polls = [record for record in rest if record["wait_id"]]
    assert {(record["operation"], record["database_id"]) for record in polls} == {("keyspaces.create", database_id)}


def run(program: str, value: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, program], capture_output=True, text=True, env={"ASTRA_DEVOPS_LOG": value, "PATH": ""}
    )
    assert (done.returncode, done.stdout) == (0, "")
    return done.stderr


def test_the_variable_turns_the_log_on_once() -> None:
    lines = run("", "Debug").splitlines()
    assert [line.split()[2] for line in lines] == ["DEBUG"] * len(lines)
    assert sum("GET /v2/currentOrg" in line for line in lines) == 1
    assert run("", "warning") == run("", "") == ""


def test_a_program_with_a_log_of_its_own_keeps_it() -> None:
    lines = run("import logging; logging.basicConfig(format='own %(message)s')", "debug").splitlines()
    assert lines
    assert [line.split()[0] for line in lines] == ["own"] * len(lines)


def test_a_wrong_value_is_a_warning_that_names_the_variable() -> None:
    text = run("", "verbose")
    assert "UserWarning: ASTRA_DEVOPS_LOG must be one of debug, info, warning, error, critical, not 'verbose'; it is ignored" in text
