"""What every peer gets: an emulator whose minutes take a fraction of a second, and its own packages in a directory of their own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from astra_devops.emulator import Emulator, ScaledClock

Install = Callable[[str], Path]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Serve the API from this process.

    The peers run in others and wait in real time, so the clock is scaled.
    """
    with Emulator.running(clock=ScaledClock(600)) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Install one requirement and all that it needs into a directory of their own, apart from whatever this interpreter has."""

    def install(requirement: str) -> Path:
        target = tmp_path_factory.mktemp("peer")
        pip("install", "--target", str(target), requirement)
        return target

    return install


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
