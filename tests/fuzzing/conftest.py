"""Seeded emulators: one with the default quirks, and one with each of them flipped."""

from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import pytest

from astra_devops.emulator import Emulator, Quirks, VirtualClock

from .seeded_world import seed_world
from .sending import Sender, new_sender

NOT_IN_CONTRACT = ("java_pcu_routes",)
"""Quirks that are not in the contract, so that it cannot decide about them: they are off."""
IN_CONTRACT = attrs.evolve(Quirks(), **dict.fromkeys(NOT_IN_CONTRACT, False))


@pytest.fixture(scope="module")
def default_quirks() -> Iterator[Sender]:
    with _driver(IN_CONTRACT) as sender:
        yield sender


@pytest.fixture(scope="module")
def flipped_quirks() -> Iterator[Sender]:
    with _driver(_flip(IN_CONTRACT)) as sender:
        yield sender


@pytest.fixture(params=["default_quirks", "flipped_quirks"])
def sender(request: pytest.FixtureRequest) -> Sender:
    """Return each of the two senders."""
    sender: Sender = request.getfixturevalue(request.param)
    return sender


@contextmanager
def _driver(quirks: Quirks) -> Iterator[Sender]:
    with Emulator.running(clock=VirtualClock(), quirks=quirks) as emulator:
        world = seed_world(emulator)
        yield new_sender(world)
        world.session.close()


def _flip(quirks: Quirks) -> Quirks:
    flags = {name: not value for name, value in attrs.asdict(quirks).items() if isinstance(value, bool) and name not in NOT_IN_CONTRACT}
    return attrs.evolve(quirks, **flags)
