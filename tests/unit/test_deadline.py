"""Deadlines: nested, handed down, and counted by two clocks. No real time is waited for."""

import asyncio
from datetime import UTC, datetime

import pytest

from astra_devops._runtime.deadline import Deadline, deadline, within


class InstantClock:
    """A clock that skips every wait."""

    def monotonic(self) -> float:
        return 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def test_the_deadline_around_a_call_bounds_it() -> None:
    with within(5):
        assert 4 < Deadline(60).remaining() <= 5
        assert 1 < Deadline(2).remaining() <= 2
        with deadline(3):
            assert 2 < Deadline(60).remaining() <= 3
        assert 4 < Deadline(60).remaining() <= 5
    assert 59 < Deadline(60).remaining() <= 60


@pytest.mark.anyio
async def test_a_wait_that_a_fast_clock_skips_counts_for_the_deadline_and_those_around_it() -> None:
    with within(100) as outer:
        inner = Deadline(60)
    await inner.sleep(InstantClock(), 40)
    assert 19 < inner.remaining() <= 20
    assert 59 < outer.remaining() <= 60


def test_a_limit_is_never_zero() -> None:
    spent = Deadline(-1)
    assert spent.remaining() < 0
    assert spent.limit(30) == 0.001
    assert Deadline(10).limit(3) == 3


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), "5", True, None])
def test_a_deadline_is_a_number(seconds: object) -> None:
    with pytest.raises((TypeError, ValueError), match="seconds must be"), deadline(seconds):  # type: ignore[arg-type]
        pass
