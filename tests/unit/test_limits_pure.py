"""The pure parts of the limiter: the pacer, the window, latencies, and what users set."""

from typing import Any

import pytest

from astra_devops import RateLimit
from astra_devops._runtime.limits.governor import Governor
from astra_devops._runtime.limits.latency import Latencies
from astra_devops._runtime.limits.pacer import Pacer
from astra_devops._runtime.limits.window import Window


def sent(pacer: Pacer, seconds: float) -> list[float]:
    """Return when requests go that are sent as soon as the pacer permits."""
    now, moments = 0.0, []
    while now < seconds:
        if delay := pacer.delay(now):
            now += delay
        else:
            pacer.take(now)
            moments.append(round(now, 3))
    return moments


def test_a_pacer_sends_evenly() -> None:
    assert sent(Pacer(4), 1.1) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_burst_goes_at_once_and_is_regained_in_a_pause() -> None:
    pacer = Pacer(2, burst=3)
    assert sent(pacer, 1.1) == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert [pacer.delay(moment) for moment in (1.25, 1.5)] == [0.25, 0.0]
    for _ in range(3):
        assert pacer.delay(100) == 0
        pacer.take(100)
    assert pacer.delay(100) == 0.5


def test_a_pause_is_a_full_interval() -> None:
    pacer = Pacer(10, burst=5)
    pacer.pause(7)
    assert pacer.delay(7) == pytest.approx(0.1)


def test_a_window_grows_fast_until_something_pushes_back() -> None:
    window = Window(100)
    sizes = []
    for _ in range(10):
        for _ in range(window.limit):
            window.grow()
        sizes.append(window.limit)
    assert sizes == [8, 11, 16, 22, 31, 43, 60, 84, 100, 100]
    assert window.push_back(5.0, turn=4.0)
    assert window.limit == 90
    for _ in range(91):
        window.grow()
    assert window.limit == 91


def test_a_window_is_cut_once_per_round_trip_and_never_to_nothing() -> None:
    window = Window(2)
    assert window.push_back(5.0, turn=4.0)
    assert not window.push_back(5.1, turn=5.0)
    for moment in range(10, 40):
        window.push_back(float(moment), turn=moment - 0.1)
    assert window.limit == 1


def test_an_answer_is_slow_compared_with_those_of_its_operation() -> None:
    latencies = Latencies()
    assert not any(latencies.is_slow("getDatabase", 0.1) for _ in range(20))
    assert not latencies.is_slow("listDatabases", 5.0)
    assert latencies.is_slow("getDatabase", 1.2)
    assert not latencies.is_slow("getDatabase", 1.0)


def test_a_slow_answer_is_a_push_back() -> None:
    governor = Governor(10, None)
    for number in range(20):
        governor.answered("getDatabase", number, number - 0.1, 0.1, 1)
    assert governor.answered("getDatabase", 30, 25, 5.0, 1) == "getDatabase took 5.0 s"
    assert governor.window.limit == 5


def test_a_503_with_retry_after_cuts_the_window_and_not_the_rate() -> None:
    governor = Governor(10, None)
    assert governor.refused(1.0, 0.5, is_too_many=False)
    assert (governor.window.limit, governor.per_second) == (5, None)


def test_the_longest_pause_counts() -> None:
    governor = Governor(10, None)
    assert governor.close_for(5, now=100, is_too_many=True)
    assert not governor.close_for(3, now=101, is_too_many=True)
    assert [governor.delay(moment) for moment in (101, 104.5, 105)] == [4, 0.5, 0]


def test_the_lower_rate_is_shown() -> None:
    governor = Governor(10, RateLimit(requests_per_second=3))
    assert governor.per_second == 3
    governor.refused(1.0, 0.5, is_too_many=True)
    assert governor.per_second == 1


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"requests_per_second": 0}, ValueError, "requests_per_second must be"),
        ({"requests_per_second": -1}, ValueError, "requests_per_second must be"),
        ({"requests_per_second": float("inf")}, ValueError, "requests_per_second must be"),
        ({"requests_per_second": "5"}, TypeError, "requests_per_second must be"),
        ({"requests_per_second": 5, "burst": 0}, ValueError, "burst must be"),
        ({"requests_per_second": 5, "burst": 1.5}, TypeError, "burst must be"),
    ],
)
def test_a_rate_limit_is_checked(settings: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        RateLimit(**settings)
