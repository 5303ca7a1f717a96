"""``python -m astra_devops sweep`` and ``temporary`` as programs, against an emulator."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from astra_devops.emulator import Emulator, ScaledClock
from astra_devops.resources._short_lived import names


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    # The commands wait by the clock of this machine.
    with Emulator.running(clock=ScaledClock(600)) as emulator:
        yield emulator


def command(emulator: Emulator, *words: str) -> list[str]:
    place, name = words[1:], words[0]
    return [sys.executable, "-m", "astra_devops", name, "--base-url", emulator.url, *place]


def run(emulator: Emulator, *words: str, token: str | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "ASTRA_DB_APPLICATION_TOKEN": emulator.token if token is None else token}
    return subprocess.run(command(emulator, *words), capture_output=True, text=True, env=environment)


def add(emulator: Emulator, prefix: str, hours: int, owner: str = "mara") -> str:
    return emulator.add_database(names.new_name(prefix, owner, emulator.clock.now() - timedelta(hours=hours)))


def statuses(emulator: Emulator) -> dict[str, str]:
    with emulator.client() as astra:
        return {database.id: str(database.status) for database in astra.databases.list()}


def test_sweep(emulator: Emulator) -> None:
    expired, kept = add(emulator, "ci", 5), add(emulator, "ci2", 5)
    done = run(emulator, "sweep", "--prefix", "ci", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].split()[:2] == ["found", expired]
    assert done.stdout.splitlines()[1:] == ["1 to terminate; nothing was changed"]
    assert emulator.journal.count("terminateDatabase") == 0

    done = run(emulator, "sweep", "--prefix", "ci", "--json")
    (document,) = json.loads(done.stdout)
    assert (done.returncode, document["id"], document["owner"], document["state"]) == (0, expired, "mara", "terminated")
    assert kept in statuses(emulator)
    assert run(emulator, "sweep", "--prefix", "ci").stdout == "0 of 0 terminated\n"


def test_sweep_says_what_is_left(emulator: Emulator) -> None:
    expired = add(emulator, "ci", 5)
    emulator.faults.status("terminateDatabase", 403)
    done = run(emulator, "sweep", "--prefix", "ci")
    assert done.returncode == 1
    assert expired in done.stdout
    assert "0 of 1 terminated" in done.stdout


@pytest.mark.parametrize(
    ("words", "token", "status"),
    [
        (["sweep"], None, 2),
        (["sweep", "--prefix", "two words"], None, 2),
        (["sweep", "--prefix", "ci"], "AstraCS:" + "a" * 24 + ":" + "0" * 64, 1),
        (["temporary", "--prefix", "ci", "--cloud-provider", "aws", "--region", "us-east-2"], None, 2),
        (["temporary", "--prefix", "ci", "--cloud-provider", "ibm", "--region", "us-east-2", "--", "true"], None, 2),
        (["temporary", "--prefix", "ci", "--cloud-provider", "aws", "--region", "no-where", "--", "true"], None, 125),
    ],
)
def test_what_is_wrong_is_said_in_a_line(emulator: Emulator, words: list[str], token: str | None, status: int) -> None:
    done = run(emulator, *words, token=token)
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    assert f"{words[0]}: " in done.stderr


HERE = ("--prefix", "ci", "--owner", "run-7", "--cloud-provider", "aws", "--region", "us-east-2")
SHOW = "import os, sys; print(*(os.environ['ASTRA_DB_' + name] for name in ('ID', 'NAME', 'REGION')), flush=True); "


def test_temporary_runs_a_command_with_a_database(emulator: Emulator) -> None:
    done = run(emulator, "temporary", *HERE, "--", sys.executable, "-c", SHOW + "sys.exit(7)")
    database_id, name, region = done.stdout.split()
    parsed = names.parse_name(name)
    assert (done.returncode, region, parsed and parsed.owner) == (7, "us-east-2", "run-7")
    assert statuses(emulator).get(database_id, "TERMINATING") == "TERMINATING"
    assert emulator.journal.count("terminateDatabase") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_and_the_database(emulator: Emulator, number: signal.Signals) -> None:
    words = command(emulator, "temporary", *HERE, "--", sys.executable, "-c", SHOW + "sys.stdin.read()")
    environment = {**os.environ, "ASTRA_DB_APPLICATION_TOKEN": emulator.token}
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(number)
        assert process.wait() == 128 + number
    assert emulator.journal.count("terminateDatabase") == 1


def test_a_command_that_does_not_exist(emulator: Emulator) -> None:
    done = run(emulator, "temporary", *HERE, "--", "/no/such/command")
    assert done.returncode == 125
    assert emulator.journal.count("terminateDatabase") == 1
