"""A service that lets a rate through: ``faults.throttle``."""

from pathlib import Path
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Faults
from astra_devops.emulator.faults.descriptions import describe_faults
from astra_devops.emulator.faults.entries import Throttle


def passed(faults: Faults, *moments: float, operation: str = "getDatabase") -> list[bool]:
    """Ask for requests at some moments, and return which are let through."""
    return [faults.take(operation, moment) is None for moment in moments]


def test_a_rate_and_a_burst_are_let_through() -> None:
    faults = Faults()
    faults.throttle(rate=2, burst=3)
    assert passed(faults, 10, 10, 10, 10) == [True, True, True, False]
    assert passed(faults, 10.4, 10.5, 10.6, 11) == [False, True, False, True]
    assert passed(faults, 100, 100, 100, 100) == [True, True, True, False]


def test_the_rate_can_be_changed_at_any_time() -> None:
    faults = Faults()
    faults.throttle(rate=1)
    assert passed(faults, 0, 0.5) == [True, False]
    faults.throttle(rate=10)
    assert passed(faults, 0.6, 0.65) == [True, False]
    (entry,) = faults.active()
    assert isinstance(entry, Throttle)
    entry.rate = 100
    assert passed(faults, 0.67) == [True]


def test_an_operation_has_a_limit_of_its_own() -> None:
    faults = Faults()
    faults.throttle(rate=1)
    faults.throttle("listDatabases", rate=1, burst=2)
    assert passed(faults, 0, 0, operation="getDatabase") == [True, False]
    assert passed(faults, 0, 0, 0, operation="listDatabases") == [True, True, False]
    assert passed(faults, 0, operation="createDatabase") == [False]


def test_what_is_refused_meets_no_other_fault() -> None:
    faults = Faults()
    faults.throttle(rate=1)
    faults.status("getDatabase", 503, times=2)
    taken = [faults.take("getDatabase", moment) for moment in (0, 0, 1)]
    assert [fault.reply.status for fault in taken if fault and fault.reply] == [503, 429, 503]


def test_it_is_described_and_taken_back() -> None:
    faults = Faults()
    faults.throttle("getDatabase", rate=2.5, burst=20)
    assert describe_faults(faults) == {"throttle:getDatabase": "getDatabase: answers 429 beyond 2.5 requests per second, 20 at once"}
    faults.clear()
    faults.throttle("getDatabase", rate=2.5, burst=20).remove()
    assert describe_faults(faults) == {}
    assert passed(faults, 0, 0) == [True, True]


def test_it_can_be_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("- throttle: {rate: 2, burst: 2, retry_after: 3}\n- throttle: {operation: listDatabases, rate: 0.5}")
    faults = Faults.load(path)
    assert [entry.operation for entry in faults.active()] == ["*", "listDatabases"]
    assert passed(faults, 0, 0, 0) == [True, True, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 0}, "rate must be above 0; to refuse all requests"),
        ({"rate": -1}, "rate must be a finite number"),
        ({"rate": float("inf")}, "rate must be a finite number"),
        ({"rate": 1, "burst": 0}, "burst must be above 0"),
        ({"rate": 1, "operation": "getDatabases"}, "getDatabases"),
    ],
)
def test_mistakes_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Emulator().faults.throttle(**arguments)


@pytest.mark.anyio
async def test_the_answer_is_a_429_with_retry_after(api: Any) -> None:
    api.emulator.faults.throttle(rate=1, retry_after=5)
    answers = [await api("GET", "/v2/databases") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "5"
