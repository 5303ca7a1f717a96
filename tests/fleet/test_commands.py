"""``python -m astra_devops fleet``: status, report, resume, and its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from astra_devops import AstraDevOps, Operation
from astra_devops.emulator import Emulator, ScaledClock
from astra_devops.fleet.commands import main
from astra_devops.models import Database

MODULE = """
def add_audit(astra, database):
    return astra.keyspaces.create(database.id, "audit")

async def add_audit_async(astra, database):
    return await astra.keyspaces.create(database.id, "audit")

def databases(astra):
    return astra.databases.list()
"""


def work(astra: AstraDevOps, database_id: str) -> Operation[Database]:
    return astra.keyspaces.create(database_id, "audit")


@pytest.fixture
def journal_of_a_run(blocking_astra: AstraDevOps, blocking_emulator: Emulator, journal: Path) -> Path:
    """One item that is finished and one that has failed."""
    ids = [blocking_emulator.add_database(f"orders{number}") for number in range(2)]
    blocking_emulator.faults.status("addKeyspace", 400)
    with blocking_astra.fleet.run(work, ids, workers=1, journal=journal, quiet=True) as run:
        run.wait()
    return journal


def test_status_counts_the_items(journal_of_a_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "status", str(journal_of_a_run)]) == 1
    out = capsys.readouterr().out
    assert "1 failed, 1 ok; calls without a recorded outcome: 0" in out
    assert main(["fleet", "status", "--json", str(journal_of_a_run)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["counts"], document["holder"], document["sessions"]) == ({"failed": 1, "ok": 1}, None, 1)


def test_report_is_text_json_or_a_page(journal_of_a_run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["fleet", "report", str(journal_of_a_run)]) == 1
    assert "1 ok, 1 failed" in capsys.readouterr().out
    assert main(["fleet", "report", "--json", str(journal_of_a_run)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["groups"][0]["error_types"] == {"BadRequestError": 1}
    assert main(["fleet", "report", "--html", str(tmp_path / "run.html"), str(journal_of_a_run)]) == 1
    assert "BadRequestError" in (tmp_path / "run.html").read_text()


def test_status_names_the_process_that_runs_it(blocking_astra: AstraDevOps, journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with blocking_astra.fleet.run(work, [], journal=journal, quiet=True):
        assert main(["fleet", "status", str(journal)]) == 0
    assert f"process {os.getpid()} on " in capsys.readouterr().out


@pytest.mark.parametrize("function", ["add_audit", "add_audit_async"])
def test_resume_continues_a_run_with_a_function_of_a_module(tmp_path: Path, function: str) -> None:
    (tmp_path / "audit.py").write_text(MODULE)
    with Emulator.running(clock=ScaledClock(1_000)) as emulator:
        for number in range(3):
            emulator.add_database(f"orders{number}")
        # The module of the function is in the current directory.
        environment = os.environ | {"ASTRA_DB_APPLICATION_TOKEN": emulator.token, "PYTHONSAFEPATH": ""}
        setup = (
            "import audit, asyncio, sys\nfrom astra_devops import AstraDevOps\n"
            "with AstraDevOps(base_url=sys.argv[1]) as astra:\n"
            "    with astra.fleet.run(audit.add_audit, [], workers=2, journal='run.db', quiet=True) as run: run.wait()\n"
        )
        subprocess.run([sys.executable, "-c", setup, emulator.url], cwd=tmp_path, env=environment, check=True)
        # The environment can name no other address than those of the service.
        patch = (
            "import sys, functools, astra_devops.client as c\nfrom astra_devops.fleet import commands\n"
            "c.AsyncAstraDevOps.__init__.__kwdefaults__['base_url'] = sys.argv[1]\n"
            "import astra_devops.blocking.client as b\nb.AstraDevOps.__init__.__kwdefaults__['base_url'] = sys.argv[1]\n"
            "sys.exit(commands.main(sys.argv[2:]))\n"
        )
        command = ["fleet", "resume", "run.db", "--items", "audit:databases", "--quiet", "--json"]
        if function != "add_audit":
            command += ["--work", f"audit:{function}"]
        done = subprocess.run(
            [sys.executable, "-c", patch, emulator.url, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if function == "add_audit":
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["counts"]["ok"] == 3
    else:
        assert done.returncode == 2
        assert "is that of the work function audit:add_audit, not of audit:add_audit_async" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["status", "nowhere.db"], "journal nowhere.db does not exist"),
        (["resume", "nowhere.db", "--items", "os:listdir"], "journal nowhere.db does not exist"),
    ],
)
def test_a_journal_that_is_missing_is_named(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", *words]) == 2
    assert capsys.readouterr().err == f"astra_devops fleet: {message}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--items", "databases"], "--items must be MODULE:FUNCTION, not 'databases'"),
        (["--items", "os:nothing"], "--items 'os:nothing' cannot be imported"),
        (["--items", "os:sep"], "--items must name a function, but 'os:sep' is a str"),
        (["--items", "os:listdir", "--work", "nowhere:work"], "--work 'nowhere:work' cannot be imported"),
    ],
)
def test_functions_that_cannot_be_imported_are_named(
    journal_of_a_run: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    works = [] if "--work" in options else ["--work", "os:listdir"]
    assert main(["fleet", "resume", str(journal_of_a_run), *works, *options]) == 2
    assert message in capsys.readouterr().err


def test_the_program_runs_as_a_module(root: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "astra_devops", "fleet", "--help"], cwd=root, capture_output=True, text=True, check=True)
    assert "status" in done.stdout
