"""What the tests share. The fixtures ``astra`` and ``astra_emulator`` come with the package."""

import pytest
from tenants import Tenants

from astra_devops import AstraDevOps
from astra_devops.emulator import Emulator


@pytest.fixture
def shops(astra_emulator: Emulator) -> list[str]:
    """Return the ids of two databases: the first has room for one tenant more than the second."""
    return [
        astra_emulator.add_database("shop-1", keyspaces=["ann"]),
        astra_emulator.add_database("shop-2", keyspaces=["bob", "cid"]),
    ]


@pytest.fixture
def tenants(astra: AstraDevOps, shops: list[str]) -> Tenants:
    """Return what is tested, with a client of the emulator."""
    return Tenants(astra, most=3)
