"""Fixtures for all peers: a fast emulator, and a directory for the packages of each peer."""

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
    """Install a requirement with its dependencies into a new directory."""

    def install(requirement: str) -> Path:
        target = tmp_path_factory.mktemp("peer")
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(target), requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return target

    return install
