"""The emulator keeps to the contract, whatever it is sent: no crash, no undocumented answer, nothing taken that the contract forbids."""

from random import Random

import pytest
from hypothesis import strategies as st

from .contract import OPERATIONS, covered, fuzzed


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_good_request_is_carried_out_for_who_may(name, driver):
    for token in (*driver.world.tokens, "none"):
        response = driver.send(driver.good_case(OPERATIONS[name]), token)
        assert response.status_code < 300 or token != "full", response.text
        assert response.status_code == 401 or token in ("full", "poor"), response.text


@covered.parametrize()
def test_each_part_of_a_request_by_itself(case, usual, unusual):
    chance = Random(f"{case.method} {case.path} {case.path_parameters} {case.query} {case.body}")
    chance.choice([usual, usual, usual, unusual]).send_mixed(case, chance)


@fuzzed.given(chance=st.randoms(use_true_random=False))
@fuzzed.parametrize()
def test_whatever_comes(case, chance, usual, unusual):
    chance.choice([usual, usual, usual, unusual]).send_mixed(case, chance)
