"""The line of calls that wait for their turn."""

import asyncio
import math

import pytest

from astra_devops._runtime.limits.priority import background, foreground, is_background
from astra_devops._runtime.limits.queue import Turn, WaitingLine

pytestmark = pytest.mark.anyio


def add(line: WaitingLine, expires: float = 60.0, *, is_background: bool = False) -> Turn:
    turn: Turn = asyncio.get_running_loop().create_future()
    line.add(turn, expires, is_background=is_background)
    return turn


async def test_first_come_first_served_and_the_background_last() -> None:
    line = WaitingLine()
    turns = [add(line, is_background=True), add(line), add(line, is_background=True), add(line)]
    for moment in range(4):
        assert line.call_next(moment)
    assert not line.call_next(4)
    assert [turn.result() for turn in turns] == [2, 0, 3, 1]
    assert line.count == 0


async def test_a_canceled_call_is_skipped() -> None:
    line = WaitingLine()
    first, second = add(line), add(line)
    first.cancel()
    line.left()
    assert line.count == 1
    assert line.call_next(7)
    assert second.result() == 7


async def test_those_whose_time_is_up_leave() -> None:
    line = WaitingLine()
    turns = [add(line, 5), add(line, 3), add(line, 9, is_background=True)]
    assert line.earliest == 3
    line.expire(5)
    assert [turn.done() for turn in turns] == [True, True, False]
    assert (line.count, line.earliest) == (1, 9)
    line.expire(9)
    assert (line.count, line.earliest) == (0, math.inf)


async def test_many_canceled_calls_leave_no_trace() -> None:
    line = WaitingLine()
    last = add(line)
    for _ in range(10_000):
        add(line).cancel()
        line.left()
    assert len(line._foreground) < 100
    assert line.call_next(1)
    assert last.result() == 1


def test_polls_of_a_run_are_in_the_foreground() -> None:
    with background():
        assert is_background()
        with foreground():
            assert not is_background()
        assert is_background()
    assert not is_background()
