"""Seeded emulators: one with the quirks that the service is known to have, and one with each of them the other way round."""

from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import pytest

from astra_devops.emulator import Emulator, Quirks, VirtualClock

from .driving import Driver, driver_of
from .world import seeded

BEYOND = ("java_pcu_routes",)
"""Quirks that add to the contract, so that it cannot judge them."""


@pytest.fixture(scope="module")
def usual() -> Iterator[Driver]:
    with _driver(Quirks()) as driver:
        yield driver


@pytest.fixture(scope="module")
def unusual() -> Iterator[Driver]:
    with _driver(_flipped(Quirks())) as driver:
        yield driver


@pytest.fixture(params=["usual", "unusual"])
def driver(request: pytest.FixtureRequest) -> Driver:
    """Give one driver after the other."""
    found: Driver = request.getfixturevalue(request.param)
    return found


@contextmanager
def _driver(quirks: Quirks) -> Iterator[Driver]:
    with Emulator.running(clock=VirtualClock(), quirks=quirks) as emulator:
        world = seeded(emulator)
        yield driver_of(world)
        world.session.close()


def _flipped(quirks: Quirks) -> Quirks:
    flags = {name: not value for name, value in attrs.asdict(quirks).items() if isinstance(value, bool) and name not in BEYOND}
    return attrs.evolve(quirks, **flags)
