"""Scripts in interpreters of their own, against an emulator in a process of its own: a fork must share nothing with the service."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from astra_devops import AstraDevOps
from astra_devops.emulator import Emulator

PATIENCE = 50

PREAMBLE = """
import asyncio, gc, os, signal, sys, threading, time
from astra_devops import AstraDevOps, AsyncAstraDevOps, errors

URL, TOKEN = sys.argv[1:]

# Python installs this handler itself, except where it inherits an ignored SIGINT, as a background job
# of a shell does. Ctrl-C has to raise KeyboardInterrupt there too.
signal.signal(signal.SIGINT, signal.default_int_handler)


def connect(**settings):
    return AstraDevOps(TOKEN, base_url=URL, **settings)


def say(*words):
    print(*words, flush=True)


def say_polled(event):
    if type(event).__name__ == "PollEvent":
        say("polled")


def create(astra, name="orders"):
    return astra.databases.create(name, cloud_provider="AWS", region="us-east-2")


async def count_tasks():
    return len(asyncio.all_tasks()) - 1  # without this one


# What a bridge that nobody uses has: the task that keeps it open.
IDLE = 1
"""


class Outcome(NamedTuple):
    """How a script ended: its exit code, the lines that it printed, and what it left on standard error."""

    code: int
    lines: list[str]
    errors: str


class Running:
    """A script that runs."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def expect(self, line: str) -> None:
        """Wait for the script's next line."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline().rstrip("\n") == line

    def finish(self) -> Outcome:
        out, err = self.process.communicate(timeout=PATIENCE)
        return Outcome(self.process.returncode, out.splitlines(), err)


class Scripts:
    """Runs scripts."""

    def __init__(self, service: list[str], root: Path) -> None:
        self._service = service
        self._root = root

    @contextmanager
    def running(self, text: str) -> Iterator[Running]:
        """Start a script that uses ``connect()``, and see to its end whatever happens."""
        # The warning about a fork with several threads is what these tests are about.
        options = ["-W", "default", "-W", "ignore:This process:DeprecationWarning"]
        program = [sys.executable, *options, "-c", PREAMBLE + textwrap.dedent(text), *self._service]
        with subprocess.Popen(program, cwd=self._root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield Running(process)
            finally:
                process.kill()

    def run(self, text: str) -> Outcome:
        """Run a script to its end."""
        with self.running(text) as script:
            return script.finish()

    def check(self, text: str) -> list[str]:
        """Run a script that shall end well and say nothing on standard error, and give the lines that it printed."""
        outcome = self.run(text)
        assert (outcome.code, outcome.errors) == (0, "")
        return outcome.lines


@pytest.fixture(scope="session")
def service(root: Path) -> Iterator[list[str]]:
    """Serve the API from a process, a thousand times as fast as it is; give its address and a token."""
    program = [sys.executable, "-m", "astra_devops.emulator", "--speed", "1000"]
    with subprocess.Popen(program, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield [told["url"], told["token"]]
        process.terminate()


@pytest.fixture
def scripts(service: list[str], root: Path) -> Scripts:
    return Scripts(service, root)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Serve the API from a thread, in no time."""
    with Emulator.running() as emulator:
        yield emulator


@pytest.fixture
def astra(emulator: Emulator) -> Iterator[AstraDevOps]:
    with AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
        yield astra
