"""The client against the emulator, over a socket.

Both use one virtual clock, so a wait of minutes takes no time.
"""

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


@pytest.fixture
def datacenter_id(emulator: Emulator) -> str:
    """The only datacenter of a database, in AWS us-east-2."""
    return f"{emulator.add_database('orders')}-1"


@pytest.fixture
def pcu_group_id(emulator: Emulator) -> str:
    """A PCU group in the same region, without databases."""
    return emulator.add_pcu_group("analytics", min=1, max=3)


@pytest.fixture
async def used_pcu_group_id(astra: AsyncAstraDevOps, pcu_group_id: str, datacenter_id: str) -> str:
    """The same group, with the datacenter in it."""
    await (await astra.pcu_groups.associate(pcu_group_id, datacenter_id)).wait()
    return pcu_group_id
