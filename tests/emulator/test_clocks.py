"""The clocks, above all the virtual one: it jumps when everything sleeps, on any loop or thread."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from astra_devops.emulator import Clock, RealClock, ScaledClock, VirtualClock

pytestmark = pytest.mark.anyio
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


async def test_sleepers_wake_in_order_of_time() -> None:
    clock = VirtualClock()
    woken: list[tuple[float, str]] = []

    async def sleep(name: str, seconds: float, times: int) -> None:
        for _ in range(times):
            await clock.sleep(seconds)
            woken.append((clock.monotonic(), name))

    await asyncio.gather(sleep("a", 2, 6), sleep("b", 5, 2), sleep("c", 0, 1))
    assert woken == [(0, "c"), (2, "a"), (4, "a"), (5, "b"), (6, "a"), (8, "a"), (10, "b"), (10, "a"), (12, "a")]
    assert clock.now() == START + timedelta(seconds=12)


async def test_time_waits_for_work_in_progress() -> None:
    clock = VirtualClock()
    turns = 0

    async def work() -> None:
        nonlocal turns
        for _ in range(100):
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(work())
    await clock.sleep(1000)
    assert turns == 100
    await task


async def test_time_stands_still_while_it_is_held() -> None:
    clock = VirtualClock()
    sleeper = asyncio.create_task(clock.sleep(10))
    with clock.hold():
        for _ in range(50):
            await asyncio.sleep(0)
        assert clock.monotonic() == 0
        with clock.release():
            await clock.sleep(3)
    await sleeper
    assert clock.monotonic() == 10


async def test_a_cancelled_sleeper_is_removed() -> None:
    clock = VirtualClock()
    task = asyncio.create_task(clock.sleep(5))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await clock.sleep(20)
    assert (clock.monotonic(), "sleeping=0" in repr(clock)) == (20, True)


async def test_a_deadline_on_the_clock_comes_before_a_longer_sleep() -> None:
    clock = VirtualClock()
    sleep, deadline = asyncio.create_task(clock.sleep(60)), asyncio.create_task(clock.sleep(30))
    await asyncio.wait([sleep, deadline], return_when=asyncio.FIRST_COMPLETED)
    assert (deadline.done(), sleep.done(), clock.monotonic()) == (True, False, 30)
    sleep.cancel()


def test_loops_in_two_threads_share_one_time() -> None:
    clock = VirtualClock()
    woken: list[float] = []

    async def sleep(seconds: float, times: int) -> None:
        for _ in range(times):
            await clock.sleep(seconds)
            woken.append(clock.monotonic())

    async def both(seconds: float) -> None:
        barrier.wait()
        await sleep(seconds, 20)

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=asyncio.run, args=(both(seconds),)) for seconds in (2.0, 3.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(woken) == 40
    assert woken == sorted(woken)


def test_a_closed_loop_with_a_sleeper_does_not_stop_time() -> None:
    clock = VirtualClock()

    async def leave_asleep() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.stop)
        await clock.sleep(5)

    loop = asyncio.new_event_loop()
    task = loop.create_task(leave_asleep())
    loop.run_forever()
    asyncio.run(clock.sleep(60))
    assert clock.monotonic() >= 60
    task.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.close()
    asyncio.run(clock.sleep(5))


def test_a_loop_that_stops_and_runs_again_wakes_its_sleepers() -> None:
    clock = VirtualClock()
    loop = asyncio.new_event_loop()
    task = loop.create_task(clock.sleep(1000))
    for _ in range(3):
        loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(task)
    assert clock.monotonic() == 1000
    loop.close()


async def test_two_clocks_on_one_loop_do_not_wait_for_each_other() -> None:
    first, second = VirtualClock(), VirtualClock()
    await asyncio.gather(first.sleep(10), second.sleep(20))
    assert (first.monotonic(), second.monotonic()) == (10, 20)


async def test_advance_moves_time_by_hand() -> None:
    clock = VirtualClock(START, auto=False)
    early, late = asyncio.create_task(clock.sleep(5)), asyncio.create_task(clock.sleep(15))
    await asyncio.sleep(0)
    clock.advance(10)
    await early
    assert (clock.monotonic(), late.done()) == (10, False)
    clock.advance(10)
    await late
    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(-1)


async def test_many_sleepers_are_woken_in_reasonable_time() -> None:
    clock = VirtualClock()
    await asyncio.gather(*(clock.sleep(number % 50 + 1) for number in range(5_000)))
    assert clock.monotonic() == 50


@pytest.mark.parametrize("clock", [RealClock(), ScaledClock(1000), VirtualClock()])
async def test_every_clock_moves_forward_while_it_sleeps(clock: Clock) -> None:
    seconds, moment = clock.monotonic(), clock.now()
    await clock.sleep(0.01)
    assert clock.monotonic() > seconds
    assert clock.now() > moment
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
async def test_a_scaled_clock_refuses_an_invalid_speed(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        ScaledClock(speed)
