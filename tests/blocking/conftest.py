"""Scripts that run in their own interpreters, against an emulator in another process.

A script that forks must share nothing with the service.
"""

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from astra_devops import AstraDevOps
from astra_devops.emulator import Emulator

_TIMEOUT: Final = 50

_PREAMBLE: Final = """
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
    return len(asyncio.all_tasks()) - 1  # not counting this one


# The tasks of a bridge that runs no call: only the one that waits for it to be closed.
IDLE = 1
"""


class Outcome(NamedTuple):
    """How a script ended: its exit code, the lines it printed, and its standard error."""

    code: int
    lines: list[str]
    errors: str


class RunningScript:
    """A script that is running."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def expect(self, line: str) -> None:
        """Wait for the next line that the script prints, and check it."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline().rstrip("\n") == line

    def finish(self) -> Outcome:
        """Wait until the script ends."""
        out, err = self.process.communicate(timeout=_TIMEOUT)
        return Outcome(self.process.returncode, out.splitlines(), err)


class Scripts:
    """Runs scripts that use one service."""

    def __init__(self, service: list[str], root: Path) -> None:
        self._service = service
        self._root = root

    @contextmanager
    def running(self, text: str) -> Iterator[RunningScript]:
        """Start a script after the preamble, and kill it at the end of the block."""
        # Python warns about a fork with several threads, which these tests are about.
        options = ["-W", "default", "-W", "ignore:This process:DeprecationWarning"]
        program = [sys.executable, *options, "-c", _PREAMBLE + textwrap.dedent(text), *self._service]
        with subprocess.Popen(program, cwd=self._root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield RunningScript(process)
            finally:
                process.kill()

    def run(self, text: str) -> Outcome:
        """Run a script to its end, and return how it ended."""
        with self.running(text) as script:
            return script.finish()

    def check(self, text: str) -> list[str]:
        """Run a script to its end, and return the lines it printed.

        Its exit code must be 0, and its standard error empty.
        """
        outcome = self.run(text)
        assert (outcome.code, outcome.errors) == (0, "")
        return outcome.lines


@pytest.fixture(scope="session")
def service(root: Path) -> Iterator[list[str]]:
    """Serve the API from another process, at 1000 times real speed; yield the URL and a token.

    A database takes 0.12 seconds to become active. A test that needs it to take longer overrides
    this fixture.
    """
    program = [sys.executable, "-m", "astra_devops.emulator", "--speed", "1000"]
    with subprocess.Popen(program, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())
        yield [address["url"], address["token"]]
        process.terminate()


@pytest.fixture
def scripts(service: list[str], root: Path) -> Scripts:
    return Scripts(service, root)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Serve the API from a thread, on a virtual clock: waiting takes no time."""
    with Emulator.running() as emulator:
        yield emulator


@pytest.fixture
def astra(emulator: Emulator) -> Iterator[AstraDevOps]:
    with AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
        yield astra
