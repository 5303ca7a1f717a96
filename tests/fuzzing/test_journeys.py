"""Whatever happens one after the other, with time going by, the emulator keeps to the contract."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .contract import EXAMPLES, OPERATIONS, SLOW, seeded_alike
from .good import names
from .learning import learn

PAUSES = (0.0, 0.0, 0.0, 5.0, 60.0, 600.0, 86_400.0)
"""Seconds between two requests."""

steps = st.lists(
    st.tuples(st.sampled_from([*OPERATIONS]), st.sampled_from(PAUSES), st.integers(0, 2**32)),
    min_size=20,
    max_size=60,
    unique_by=lambda step: step[:2],
)


@pytest.mark.timeout(30 + 2 * EXAMPLES)
@seeded_alike
@settings(SLOW, max_examples=3 * EXAMPLES)
@given(steps=steps)
def test_one_thing_after_the_other(steps, usual, unusual):
    driver = unusual if len(steps) % 4 == 0 else usual
    driver.world.restore()
    learnt = {}
    for operation, pause, seed in steps:
        driver.names = {name: (*known, *learnt.get(name, ())) for name, known in names(driver.world).items()}
        response = driver.send_mixed(driver.good_case(OPERATIONS[operation]), Random(seed), restoring=False)
        learn(operation, response, learnt)
        if pause:
            driver.world.pass_time(pause)
