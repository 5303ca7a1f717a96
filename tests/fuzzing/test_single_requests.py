"""Single requests: no crash, no undocumented answer, and nothing accepted that is forbidden."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import Case

from .contract import EXAMPLES, OPERATIONS, PATIENT, coverage_cases, random_cases, with_run_seed
from .mutation import random_for
from .sending import Sender


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_valid_request_succeeds_with_the_needed_permissions(name: str, sender: Sender) -> None:
    for token in (*sender.world.tokens, "none"):
        response = sender.send(sender.valid_case(OPERATIONS[name]), token)
        assert response.status_code < 300 or token != "full", response.text
        assert response.status_code == 401 or token in ("full", "poor"), response.text


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_limits_of_each_part_of_a_request(name: str, default_quirks: Sender, flipped_quirks: Sender) -> None:
    for case in coverage_cases(OPERATIONS[name]):
        rng = random_for(case)
        rng.choice([default_quirks, default_quirks, default_quirks, flipped_quirks]).send_mutated(case, rng)


@pytest.mark.timeout(60 + 3 * EXAMPLES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_random_requests(name: str, default_quirks: Sender, flipped_quirks: Sender) -> None:
    @with_run_seed
    @settings(PATIENT, max_examples=EXAMPLES)
    @given(case=random_cases(OPERATIONS[name]), rng=st.randoms(use_true_random=False))
    def fuzz(case: Case, rng: Random) -> None:
        rng.choice([default_quirks, default_quirks, default_quirks, flipped_quirks]).send_mutated(case, rng)

    before = default_quirks.successes + flipped_quirks.successes
    fuzz()
    # Refusals alone would prove little.
    assert default_quirks.successes + flipped_quirks.successes > before
