"""Sequences of requests, with time passing: every answer matches the contract."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .contract import EXAMPLES, OPERATIONS, PATIENT, with_run_seed
from .created_names import remember_created_name
from .sending import Sender
from .valid_requests import names

PAUSES = (0.0, 0.0, 0.0, 5.0, 60.0, 600.0, 86_400.0)
"""Seconds between two requests."""

steps = st.lists(
    st.tuples(st.sampled_from([*OPERATIONS]), st.sampled_from(PAUSES), st.integers(0, 2**32)),
    min_size=20,
    max_size=60,
    unique_by=lambda step: step[:2],
)


@pytest.mark.timeout(30 + 2 * EXAMPLES)
@with_run_seed
@settings(PATIENT, max_examples=3 * EXAMPLES)
@given(steps=steps)
def test_random_sequences(steps: list[tuple[str, float, int]], default_quirks: Sender, flipped_quirks: Sender) -> None:
    sender = flipped_quirks if len(steps) % 4 == 0 else default_quirks
    sender.world.restore()
    created_names: dict[str, tuple[str, ...]] = {}
    for operation, pause, seed in steps:
        sender.names = {name: (*existing, *created_names.get(name, ())) for name, existing in names(sender.world).items()}
        response = sender.send_mutated(sender.valid_case(OPERATIONS[operation]), Random(seed), restore_after=False)
        remember_created_name(operation, response, created_names)
        if pause:
            sender.world.pass_time(pause)
