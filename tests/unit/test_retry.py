"""The decisions about repeating: every row of the table of next_step, and the waits.

See docs/evidence.md#retry-decisions.
"""

import math
from typing import Any

import pytest

from astra_devops import errors
from astra_devops._runtime.call import RetryClass
from astra_devops._runtime.outcome import Damaged, Failure, Lost, NotSent, RawAnswer, Refused
from astra_devops._runtime.retry import RetryBudget, RetryPolicy, ceiling, is_ambiguous, is_outage, next_attempt, next_step
from astra_devops._secret import SecretBytes

CLASSES: tuple[RetryClass, ...] = ("read", "repeatable", "check_first", "once")
DAMAGED = Damaged(errors.ResponseDecodeError("m", operation="o", status=200, pointer=None, body=SecretBytes(b"")))


def refused(status: int, retry_after: float | None = None) -> Refused:
    return Refused(RawAnswer(status, {}, b""), retry_after)


def steps(failure: Failure, *, can_check: bool = True, may_have_effect: bool = False) -> list[str]:
    return [next_step(retry, failure, can_check=can_check, may_have_effect=may_have_effect) for retry in CLASSES]


@pytest.mark.parametrize("failure", [NotSent("no route"), refused(429)])
@pytest.mark.parametrize("may_have_effect", [False, True])
def test_what_had_no_effect_is_repeated_whatever_it_was(failure: Failure, may_have_effect: bool) -> None:
    assert steps(failure, may_have_effect=may_have_effect) == ["repeat"] * 4


def test_what_cannot_get_better_is_final() -> None:
    assert steps(NotSent("untrusted certificate", final=True)) == ["fail"] * 4


@pytest.mark.parametrize("failure", [Lost("reset"), refused(408), refused(500), refused(502), refused(503), refused(504)])
def test_what_may_have_taken_effect_is_repeated_only_where_that_is_harmless(failure: Failure) -> None:
    assert steps(failure) == ["repeat", "repeat", "check", "unknown"]
    assert steps(failure, can_check=False) == ["repeat", "repeat", "unknown", "unknown"]
    assert is_ambiguous(failure)


def test_a_damaged_success_is_repeated_where_that_is_harmless() -> None:
    assert steps(DAMAGED) == ["repeat", "repeat", "fail", "fail"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
def test_a_plain_no_is_final_unless_it_may_come_from_a_lost_attempt(status: int) -> None:
    assert steps(refused(status)) == ["fail"] * 4
    assert steps(refused(status), may_have_effect=True) == ["fail", "unknown", "check", "unknown"]
    assert not is_ambiguous(refused(status))


def test_an_outage_is_neither_a_wrong_request_nor_a_fault_on_this_side() -> None:
    down = [NotSent("refused"), Lost("reset"), *(RawAnswer(status, {}, b"") for status in (502, 503, 504))]
    up = [
        NotSent("certificate", final=True),
        NotSent("no connection free", is_local=True),
        *(RawAnswer(status, {}, b"") for status in (200, 404, 429, 500)),
    ]
    assert ([is_outage(received) for received in down], [is_outage(received) for received in up]) == ([True] * 5, [False] * 6)


def test_waits_double_up_to_the_longest() -> None:
    policy = RetryPolicy(base_delay=0.5, max_delay=3)
    assert [ceiling(policy, attempt) for attempt in (1, 2, 3, 4, 5)] == [0.5, 1, 2, 3, 3]


def test_jitter_is_draws_from_the_whole_range() -> None:
    draws: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        draws.append((low, high))
        return high / 2

    assert next_attempt(RetryPolicy(base_delay=1, jitter=uniform), 2, Lost("reset"), 60) == 1.0
    assert draws == [(0.0, 2.0)]


def test_no_wait_is_begun_that_would_use_up_the_time_or_exceed_the_attempts() -> None:
    policy = RetryPolicy(max_attempts=3, base_delay=1, jitter=max)
    assert next_attempt(policy, 1, Lost("reset"), 0.5) is None
    assert next_attempt(policy, 3, Lost("reset"), 60) is None


@pytest.mark.parametrize(
    ("requested", "waits"),
    [(2.0, 2.0), (0.0, 0.0), (90.0, 60.0), (-1.0, 0.25), (math.nan, 0.25), (math.inf, 0.25), (1e9, 0.25), (None, 0.25)],
)
def test_retry_after_is_obeyed_within_a_cap_and_ignored_when_absurd(requested: float | None, waits: float) -> None:
    assert next_attempt(RetryPolicy(jitter=lambda low, high: high / 2), 1, refused(429, requested), 1000) == waits


def test_the_budget_runs_out_and_comes_back_with_success() -> None:
    budget = RetryBudget(capacity=2)
    assert [budget.take(), budget.take(), budget.take()] == [True, True, False]
    for _ in range(11):
        budget.earn()
    assert budget.take()
    assert not budget.take()


@pytest.mark.parametrize("wrong", [{"max_attempts": 0}, {"base_delay": -1}, {"max_delay": -1}, {"max_retry_after": -1}])
def test_a_policy_refuses_what_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RetryPolicy(**wrong)
