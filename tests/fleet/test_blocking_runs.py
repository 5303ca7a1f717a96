"""Runs of the blocking client: plain work functions in worker threads."""

import inspect
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from astra_devops import AstraDevOps, Operation, errors
from astra_devops._bridge.fleet import Fleet, FleetRun
from astra_devops.emulator import Emulator, ScaledClock
from astra_devops.fleet import AsyncFleet, AsyncFleetRun
from astra_devops.models import Database


def add_audit(astra: AstraDevOps, database: Database) -> Operation[Database]:
    return astra.keyspaces.create(database.id, "audit")


def test_a_run_calls_work_in_threads_and_waits_for_operations(blocking_astra: AstraDevOps, blocking_emulator: Emulator) -> None:
    ids = {blocking_emulator.add_database(f"orders{number}") for number in range(10)}
    threads = set()

    def work(astra: AstraDevOps, database: Database) -> Operation[Database]:
        threads.add(threading.get_ident())
        return add_audit(astra, database)

    with blocking_astra.fleet.run(work, blocking_astra.databases.list(), workers=4, quiet=True) as run:
        outcomes = list(run)
    assert {outcome.key for outcome in outcomes} == ids
    assert {outcome.state for outcome in outcomes} == {"ok"}
    assert all("audit" in outcome.value.info.keyspaces for outcome in outcomes)
    assert threading.get_ident() not in threads
    assert run.report.counts["ok"] == 10


def test_work_may_wait_by_itself_and_return_a_list(blocking_astra: AstraDevOps, blocking_emulator: Emulator) -> None:
    first, second = blocking_emulator.add_database("orders"), blocking_emulator.add_database("events")

    def work(astra: AstraDevOps, name: str) -> list[Operation[Database]]:
        astra.keyspaces.create(first, f"{name}_before").wait()
        return [astra.keyspaces.create(database_id, name) for database_id in (first, second)]

    with blocking_astra.fleet.run(work, ["audit"], quiet=True) as run:
        report = run.wait()
    assert report.counts["ok"] == 1
    assert len(blocking_astra.keyspaces.list(first)) == 3


def test_a_generator_may_itself_use_the_client(blocking_astra: AstraDevOps, blocking_emulator: Emulator) -> None:
    for number in range(5):
        blocking_emulator.add_database(f"orders{number}")

    def databases() -> Iterator[Database]:
        for database in blocking_astra.databases.list():
            yield blocking_astra.databases.get(database.id)

    with blocking_astra.fleet.run(add_audit, databases(), quiet=True) as run:
        assert [outcome.state for outcome in run] == ["ok"] * 5


def test_failures_are_outcomes_and_journals_are_resumed(blocking_astra: AstraDevOps, blocking_emulator: Emulator, journal: Path) -> None:
    ids = [blocking_emulator.add_database(f"orders{number}") for number in range(3)]
    blocking_emulator.faults.status("addKeyspace", 400)

    def work(astra: AstraDevOps, database_id: str) -> Operation[Database]:
        return astra.keyspaces.create(database_id, "audit")

    with blocking_astra.fleet.run(work, ids, workers=1, journal=journal, quiet=True) as run:
        states = {outcome.key: outcome.state for outcome in run}
    assert states == dict(zip(ids, ["failed", "ok", "ok"], strict=True))
    with blocking_astra.fleet.run(work, ids, journal=journal, quiet=True) as run:
        states = {outcome.key: outcome.state for outcome in run}
    assert states == dict(zip(ids, ["ok", "skipped", "skipped"], strict=True))


def test_a_run_can_be_stopped(blocking_astra: AstraDevOps) -> None:
    with blocking_astra.fleet.run(lambda astra, number: number, range(100_000), workers=2, quiet=True) as run:
        next(iter(run))
        run.stop()
        assert len(list(run)) < 100
    assert not run.report.is_finished


def test_an_error_of_the_items_is_raised(blocking_astra: AstraDevOps) -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise OSError("the file ends here")

    with (
        pytest.raises(OSError, match="the file ends here"),
        blocking_astra.fleet.run(lambda astra, number: number, numbers(), quiet=True) as run,
    ):
        run.wait()


def test_bad_arguments_are_named(blocking_astra: AstraDevOps) -> None:
    with pytest.raises(ValueError, match="workers must be from 1 to 10000, not 0"):
        blocking_astra.fleet.run(add_audit, [], workers=0)
    with pytest.raises(TypeError, match="work must be callable, not NoneType"):
        blocking_astra.fleet.run(None, [])  # type: ignore[arg-type]


def test_a_second_run_of_a_journal_is_refused(blocking_astra: AstraDevOps, journal: Path) -> None:
    with (
        blocking_astra.fleet.run(add_audit, [], journal=journal, quiet=True),
        pytest.raises(errors.JournalInUseError, match=f"process {os.getpid()}"),
        blocking_astra.fleet.run(add_audit, [], journal=journal, quiet=True),
    ):
        pass


def test_ctrl_c_ends_a_run_and_says_what_still_runs(tmp_path: Path) -> None:
    script = """
import signal, sys
from astra_devops import AstraDevOps
signal.signal(signal.SIGINT, signal.default_int_handler)
URL, TOKEN, JOURNAL = sys.argv[1:]

def work(astra, database):
    operation = astra.keyspaces.create(database.id, "audit")
    print("accepted", flush=True)
    return operation

with AstraDevOps(TOKEN, base_url=URL) as astra:
    try:
        with astra.fleet.run(work, astra.databases.list(), journal=JOURNAL, grace=0.1, quiet=True) as run:
            run.wait()
    except KeyboardInterrupt as error:
        print(*error.__notes__, sep="\\n")
        print(run.report.counts["unknown"])
"""
    with Emulator.running(clock=ScaledClock(1)) as emulator:
        database_id = emulator.add_database("orders")
        emulator.faults.stuck("addKeyspace", "MAINTENANCE")
        program = [sys.executable, "-c", script, emulator.url, emulator.token, str(tmp_path / "run.db")]
        with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "accepted\n"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "still running at the service" in out
    assert database_id in out
    assert out.splitlines()[-1] == "1"


@pytest.mark.parametrize(("async_", "blocking"), [(AsyncFleet, Fleet), (AsyncFleetRun, FleetRun)])
def test_the_twins_have_the_same_names_and_arguments(async_: type, blocking: type) -> None:
    def public(class_: type) -> dict[str, object]:
        return {name: member for name, member in vars(class_).items() if not name.startswith("_") and name != "next_outcome"}

    assert public(async_).keys() == public(blocking).keys()
    for name, member in public(async_).items():
        if inspect.isfunction(member):
            own = [(one.name, one.kind, one.default) for one in inspect.signature(member).parameters.values()]
            assert own == [(one.name, one.kind, one.default) for one in inspect.signature(public(blocking)[name]).parameters.values()]  # type: ignore[arg-type]
