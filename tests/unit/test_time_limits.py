"""One timer for the limits of all requests, and one count of connections."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from astra_devops._runtime.http.time_limits import Slots, TimeLimits


def current_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def limited(limits: TimeLimits, seconds: float, work: Callable[[], Awaitable[object]]) -> str:
    """Do something within a limit, as the transport does, and return how it ended."""
    task = current_task()
    limits.start(task, seconds)
    try:
        await work()
    except asyncio.CancelledError:
        if limits.stop(task) and task.cancelling() == 0:
            return "over"
        raise
    limits.stop(task)
    return "done"


async def test_only_the_tasks_whose_time_is_up_are_cancelled() -> None:
    limits, may_end = TimeLimits(asyncio.get_running_loop()), asyncio.Event()
    long = asyncio.create_task(limited(limits, 60, may_end.wait))
    short = [asyncio.create_task(limited(limits, seconds, asyncio.Event().wait)) for seconds in (0.03, 0.01, 0.02)]
    assert await asyncio.gather(*short) == ["over"] * 3
    may_end.set()
    assert await long == "done"
    limits.close()


async def test_a_limit_that_was_met_cancels_nothing_later() -> None:
    limits = TimeLimits(asyncio.get_running_loop())
    assert await limited(limits, 0.01, lambda: asyncio.sleep(0)) == "done"
    assert await limited(limits, 60, lambda: asyncio.sleep(0.05)) == "done"
    limits.close()


async def test_a_cancellation_from_outside_is_not_taken_for_a_limit() -> None:
    limits = TimeLimits(asyncio.get_running_loop())
    task = asyncio.create_task(limited(limits, 60, asyncio.Event().wait))
    await asyncio.sleep(0)
    task.cancel("from outside")
    with pytest.raises(asyncio.CancelledError, match="from outside"):
        await task
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await limited(limits, 60, asyncio.Event().wait)
    limits.close()


async def test_slots_go_to_the_oldest_waiter() -> None:
    slots, order = Slots(1), list[int]()

    async def take(number: int) -> None:
        await slots.wait()
        order.append(number)
        slots.give_back()

    assert slots.take()
    assert not slots.take()
    tasks = [asyncio.create_task(take(number)) for number in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    slots.give_back()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [0, 2, 3]
    assert slots.take()


async def test_a_slot_that_comes_together_with_a_cancellation_is_handed_on() -> None:
    slots = Slots(1)
    assert slots.take()
    task = asyncio.create_task(slots.wait())
    await asyncio.sleep(0)
    slots.give_back()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert slots.take()
