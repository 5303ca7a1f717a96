"""Thousands of waits do not hold up the event loop."""

import asyncio

import pytest

from astra_devops import SystemClock
from astra_devops.operations.shared_task import SharedTask
from astra_devops.operations.turns import Turns

pytestmark = pytest.mark.anyio

MANY = 1_000
PER_TURN = 64


class Meter:
    """Counts how often it is called in each turn of the loop."""

    def __init__(self) -> None:
        self.most = 0
        self.turns = 0
        self.total = 0
        self._now = 0

    def count(self) -> None:
        self._now += 1
        self.total += 1
        self.most = max(self.most, self._now)

    async def watch(self) -> None:
        while self.total < MANY:
            self._now = 0
            self.turns += 1
            await asyncio.sleep(0)


async def wait_for(turns: Turns) -> None:
    if (turn := turns.take()) is not None:
        await turn


async def test_a_turn_of_the_loop_has_room_for_some() -> None:
    turns, meter, order = Turns(), Meter(), list[int]()

    async def take(number: int) -> None:
        await wait_for(turns)
        meter.count()
        order.append(number)

    await asyncio.gather(meter.watch(), *(take(number) for number in range(MANY)))
    assert meter.most <= 2 * PER_TURN, "a turn of ours may begin within one of the watcher"
    assert order == sorted(order)


async def test_few_do_not_wait_at_all() -> None:
    turns = Turns()
    for _ in range(PER_TURN):
        assert turns.take() is None


async def test_a_canceled_wait_does_not_take_the_turn_of_others() -> None:
    turns = Turns()
    tasks = [asyncio.create_task(wait_for(turns)) for _ in range(5 * PER_TURN)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(result is None for result in results[1::2])


async def test_it_serves_one_loop_after_another() -> None:
    turns = Turns()
    await wait_for(turns)
    assert await asyncio.to_thread(asyncio.run, wait_for(turns)) is None
    await asyncio.wait_for(wait_for(turns), 5)


async def test_the_waiters_of_a_shared_task_are_woken_some_at_a_time() -> None:
    go_on, meter = asyncio.Event(), Meter()

    async def work() -> str:
        await go_on.wait()
        return "done"

    task = SharedTask(work, SystemClock())

    async def wait() -> None:
        assert await task.wait() == "done"
        meter.count()

    waiters = [asyncio.create_task(wait()) for _ in range(MANY)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(meter.watch(), *waiters)
    assert meter.most <= 2 * PER_TURN
    assert await task.wait() == "done"


async def test_a_shared_task_may_come_after_another() -> None:
    first_ends, order = asyncio.Event(), list[str]()

    async def first() -> None:
        await first_ends.wait()
        order.append("first")

    async def second() -> None:
        order.append("second")

    one = SharedTask(first, SystemClock())
    two = SharedTask(second, SystemClock(), after=one)
    waits = asyncio.gather(one.wait(), two.wait())
    await asyncio.sleep(0)
    assert (one.started is not None, two.started) == (True, None)
    first_ends.set()
    await waits
    assert order == ["first", "second"]


async def test_an_error_reaches_all_and_the_last_to_give_up_cancels_the_work() -> None:
    async def fail() -> None:
        raise ValueError("no")

    failing = SharedTask(fail, SystemClock())
    results = await asyncio.gather(*(failing.wait() for _ in range(3)), return_exceptions=True)
    assert [str(result) for result in results] == ["no"] * 3

    canceled = asyncio.Event()

    async def last() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            canceled.set()

    task = SharedTask(last, SystemClock())
    waiters = [asyncio.create_task(task.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    waiters[0].cancel()
    await asyncio.sleep(0)
    assert task.can_be_joined
    waiters[1].cancel()
    await canceled.wait()
    assert not task.can_be_joined
