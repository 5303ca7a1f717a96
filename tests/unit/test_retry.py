"""Whether to retry, and how long to wait: pure functions (docs/evidence.md#retry-decisions)."""

import math

import pytest

from astra_devops._runtime.retry import Lost, NotSent, Refused, RetryBudget, RetryPolicy, ceiling, is_ambiguous, next_attempt, next_step


@pytest.mark.parametrize("retry", ["safe", "reread", "unsafe"])
@pytest.mark.parametrize("outcome", [NotSent("no route"), Refused(429)])
def test_what_surely_did_nothing_is_repeated_whatever_it_was(retry, outcome):
    assert next_step(retry, outcome, reconcilable=False) == "again"


@pytest.mark.parametrize("outcome", [Lost("reset"), Refused(500), Refused(502), Refused(503), Refused(504)])
def test_what_may_have_landed_is_repeated_only_where_that_is_harmless(outcome):
    assert next_step("safe", outcome, reconcilable=False) == "again"
    assert next_step("reread", outcome, reconcilable=True) == "reconcile"
    assert next_step("reread", outcome, reconcilable=False) == "stop"
    assert next_step("unsafe", outcome, reconcilable=True) == "stop"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
@pytest.mark.parametrize("retry", ["safe", "reread", "unsafe"])
def test_a_plain_no_is_final(retry, status):
    assert next_step(retry, Refused(status), reconcilable=True) == "stop"
    assert not is_ambiguous(retry, Refused(status))


def test_a_server_error_leaves_a_write_open_and_a_read_closed():
    assert is_ambiguous("unsafe", Refused(500))
    assert not is_ambiguous("safe", Refused(500))
    assert is_ambiguous("safe", Lost("reset"))
    assert not is_ambiguous("unsafe", NotSent("no route"))


def test_waits_double_up_to_the_longest():
    policy = RetryPolicy(base_delay=0.5, max_delay=3)
    assert [ceiling(policy, attempt) for attempt in (1, 2, 3, 4, 5)] == [0.5, 1, 2, 3, 3]


def test_jitter_is_drawn_from_the_whole_range():
    drawn = []

    def uniform(low: float, high: float) -> float:
        drawn.append((low, high))
        return high / 2

    assert next_attempt(RetryPolicy(base_delay=1, jitter=uniform), 2, Lost("reset"), 60) == 1.0
    assert drawn == [(0.0, 2.0)]


def test_no_wait_is_begun_that_would_use_up_the_time_or_exceed_the_attempts():
    policy = RetryPolicy(max_attempts=3, base_delay=1, jitter=max)
    assert next_attempt(policy, 1, Lost("reset"), 0.5) is None
    assert next_attempt(policy, 3, Lost("reset"), 60) is None


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(2.0, 2.0), (0.0, 0.0), (90.0, 60.0), (-1.0, 0.25), (math.nan, 0.25), (math.inf, 0.25), (1e9, 0.25), (None, 0.25)],
)
def test_retry_after_is_obeyed_within_a_cap_and_ignored_when_absurd(asked, waits):
    assert next_attempt(RetryPolicy(jitter=lambda low, high: high / 2), 1, Refused(429, asked), 1000) == waits


def test_the_budget_runs_out_and_comes_back_with_success():
    budget = RetryBudget(capacity=2)
    assert [budget.take(), budget.take(), budget.take()] == [True, True, False]
    for _ in range(11):
        budget.earn()
    assert budget.take()
    assert not budget.take()


@pytest.mark.parametrize("wrong", [{"max_attempts": 0}, {"base_delay": -1}, {"max_delay": -1}, {"max_retry_after": -1}])
def test_a_policy_refuses_what_makes_no_sense(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RetryPolicy(**wrong)
