"""Fixtures of tests that use an emulator over a socket, and clients on its virtual clock."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops.emulator import Emulator

__all__ = ["astra", "blocking_astra", "blocking_emulator", "emulator", "journal"]


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator


@pytest.fixture
async def astra(emulator: Emulator) -> AsyncIterator[AsyncAstraDevOps]:
    async with emulator.async_client() as astra:
        yield astra


@pytest.fixture
def blocking_emulator() -> Iterator[Emulator]:
    with Emulator.running() as emulator:
        yield emulator


@pytest.fixture
def blocking_astra(blocking_emulator: Emulator) -> Iterator[AstraDevOps]:
    with blocking_emulator.client() as astra:
        yield astra


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "run.db"
