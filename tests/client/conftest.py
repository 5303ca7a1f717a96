"""The client against the emulator, over a socket. Both go by one virtual clock: a wait of minutes takes no time."""

from collections.abc import AsyncIterator

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator, VirtualClock


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator(clock=VirtualClock()) as emulator:
        yield emulator


@pytest.fixture
async def astra(emulator: Emulator) -> AsyncIterator[AsyncAstraDevOps]:
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
        yield astra
