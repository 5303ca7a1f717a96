"""The emulator keeps to the contract, whatever it is sent: no crash, no undocumented answer, nothing taken that the contract forbids."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .contract import EXAMPLES, OPERATIONS, SLOW, cases_of, parts_of, seeded_alike
from .mixing import chance_of


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_good_request_is_carried_out_for_who_may(name, driver):
    for token in (*driver.world.tokens, "none"):
        response = driver.send(driver.good_case(OPERATIONS[name]), token)
        assert response.status_code < 300 or token != "full", response.text
        assert response.status_code == 401 or token in ("full", "poor"), response.text


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_part_of_a_request_by_itself(name, usual, unusual):
    for case in parts_of(OPERATIONS[name]):
        chance = chance_of(case)
        chance.choice([usual, usual, usual, unusual]).send_mixed(case, chance)


@pytest.mark.timeout(60 + 3 * EXAMPLES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_comes(name, usual, unusual):
    @seeded_alike
    @settings(SLOW, max_examples=EXAMPLES)
    @given(case=cases_of(OPERATIONS[name]), chance=st.randoms(use_true_random=False))
    def fuzz(case, chance):
        chance.choice([usual, usual, usual, unusual]).send_mixed(case, chance)

    before = usual.successes + unusual.successes
    fuzz()
    # Refusals alone would prove little.
    assert usual.successes + unusual.successes > before
