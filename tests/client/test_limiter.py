"""The client finds out how many requests the service permits, and no call fails for it."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

import astra_devops
from astra_devops import AsyncAstraDevOps, Event, LimitChanged, RateLimit, RetryEvent, RetryPolicy, errors
from astra_devops._runtime.limits.priority import background
from astra_devops.emulator import Emulator, VirtualClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def database_id(emulator: Emulator) -> str:
    return emulator.add_database("orders")


def statuses(emulator: Emulator, operation: str = "getDatabase") -> Counter[int | None]:
    return Counter(exchange.status for exchange in emulator.journal.of(operation))


def failures(results: Sequence[object]) -> list[object]:
    return [result for result in results if isinstance(result, BaseException)]


@pytest.mark.parametrize(("latency", "retry_after"), [(0.0, None), (0.05, None), (0.1, None), (0.0, 1), (0.05, 1)])
async def test_a_thousand_reads_at_once_of_a_service_that_permits_a_hundred_a_second(latency: float, retry_after: float | None) -> None:
    async with Emulator(clock=VirtualClock(), latency=latency) as emulator, emulator.async_client() as astra:
        database_id = emulator.add_database("orders")
        emulator.faults.throttle(rate=100, burst=20, retry_after=retry_after)
        began = emulator.clock.monotonic()
        results = await asyncio.gather(*(astra.databases.get(database_id) for _ in range(1000)), return_exceptions=True)
        assert failures(results) == []
        assert statuses(emulator)[429] < 0.03 * statuses(emulator).total()
        assert emulator.clock.monotonic() - began < 1.3 * 9.8
        assert 80 < (astra.limits.requests_per_second or 0) < 130
        assert (astra.limits.in_flight, astra.limits.queued) == (0, 0)


@pytest.mark.parametrize("retry_after", [None, 1])
async def test_a_limit_that_falls_to_a_fifth_and_returns(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, retry_after: float | None
) -> None:
    emulator.faults.throttle(rate=100, burst=20, retry_after=retry_after)
    is_over = False

    async def read() -> None:
        while not is_over:
            await astra.databases.get(database_id)

    async def during(seconds: float) -> Counter[int | None]:
        before = statuses(emulator)
        await emulator.clock.sleep(seconds)
        return statuses(emulator) - before

    workers = [asyncio.ensure_future(read()) for _ in range(30)]
    await during(8)
    emulator.faults.throttle(rate=20, burst=20, retry_after=retry_after)
    low = await during(10)
    emulator.faults.throttle(rate=100, burst=20, retry_after=retry_after)
    await during(5)
    high = await during(1)
    is_over = True
    await asyncio.gather(*workers)
    assert low[429] < 0.15 * low.total()
    assert low[200] > (180 if retry_after is None else 120)
    assert high[200] >= 66


async def test_a_429_costs_neither_an_attempt_nor_the_budget(emulator: Emulator, database_id: str) -> None:
    events: list[Event] = []
    async with emulator.async_client(retry=RetryPolicy(max_attempts=2), observer=events.append) as astra:
        emulator.faults.rate_limit("getDatabase", times=6)
        emulator.faults.status("getDatabase", 503)
        assert (await astra.databases.get(database_id)).id == database_id
        assert statuses(emulator) == {429: 6, 503: 1, 200: 1}
        assert astra._caller.shared.budget._left == pytest.approx(9.1)
        assert sum(isinstance(event, RetryEvent) for event in events) == 7


async def test_the_error_at_the_end_of_the_time_is_that_of_the_429(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.rate_limit("getDatabase", times=None)
    began = emulator.clock.monotonic()
    with pytest.raises(errors.RateLimitedError, match=r"the service refused \d+ of them as too many requests"):
        await astra.databases.get(database_id)
    assert emulator.clock.monotonic() - began <= 60
    assert statuses(emulator)[429] > 4


async def test_a_call_whose_turn_does_not_come_was_not_sent(emulator: Emulator, database_id: str) -> None:
    async with emulator.async_client(rate_limit=RateLimit(requests_per_second=0.5)) as astra:
        impatient = astra.with_options(timeout=5)
        began = emulator.clock.monotonic()
        results = await asyncio.gather(*(impatient.databases.get(database_id) for _ in range(5)), return_exceptions=True)
        assert emulator.clock.monotonic() - began == pytest.approx(5, abs=0.1)
        assert [type(result) for result in failures(results)] == [errors.RequestNotSentError] * 2
        assert "its turn did not come within" in str(results[-1])
        assert "at most 0.5 requests per second" in str(results[-1])
        assert astra.limits.queued == 0


async def test_a_deadline_bounds_calls_that_wait_side_by_side_once(emulator: Emulator, database_id: str) -> None:
    async with emulator.async_client(rate_limit=RateLimit(requests_per_second=1)) as astra:
        with astra_devops.deadline(10.5):
            results = await asyncio.gather(*(astra.databases.get(database_id) for _ in range(20)), return_exceptions=True)
        assert len(failures(results)) == 9


async def test_retry_after_closes_the_gate_for_all_calls(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.rate_limit("getCurrentOrganization", retry_after=7)
    refused = asyncio.ensure_future(astra.organizations.current())
    while not emulator.journal.count("getCurrentOrganization"):  # noqa: ASYNC110 - the emulator runs on this very loop
        await asyncio.sleep(0)
    while not astra.limits.paused_for:  # noqa: ASYNC110 - the answer comes on this very loop
        await asyncio.sleep(0)
    began = emulator.clock.monotonic()
    await asyncio.gather(refused, *(astra.databases.get(database_id) for _ in range(5)))
    first = min(exchange.at for exchange in emulator.journal.of("getDatabase"))
    assert (first - emulator.clock.now()).total_seconds() + emulator.clock.monotonic() - began >= 6.9
    assert statuses(emulator) == {200: 5}


async def test_a_call_without_the_time_for_the_pause_fails_at_once(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.rate_limit("getDatabase", retry_after=30)
    with pytest.raises(errors.RateLimitedError):
        await astra.with_options(timeout=20).databases.get(database_id)
    with pytest.raises(errors.RequestNotSentError, match=r"the service asked for a pause, of which 30.0 s are left"):
        await astra.with_options(timeout=20).databases.get(database_id)
    assert emulator.journal.count("getDatabase") == 1
    assert astra.limits.paused_for == pytest.approx(30, abs=0.1)


async def test_a_ceiling_of_the_user(emulator: Emulator, database_id: str) -> None:
    async with emulator.async_client(rate_limit=RateLimit(requests_per_second=10, burst=5)) as astra:
        assert astra.limits.requests_per_second == 10
        view = astra.with_options(timeout=100)
        began = emulator.clock.monotonic()
        await asyncio.gather(*(client.databases.get(database_id) for client in (astra, view) for _ in range(50)))
        assert emulator.clock.monotonic() - began == pytest.approx(9.5, abs=0.2)
    with pytest.raises(TypeError, match="rate_limit must be a RateLimit, not int"):
        emulator.async_client(rate_limit=10)


async def test_single_calls_go_before_those_of_the_background(emulator: Emulator, database_id: str) -> None:
    order: list[str] = []
    async with emulator.async_client(rate_limit=RateLimit(requests_per_second=1)) as astra:

        async def read(name: str) -> None:
            await astra.databases.get(database_id)
            order.append(name)

        with background():
            many = [asyncio.ensure_future(read(f"many {number}")) for number in range(4)]
        await asyncio.sleep(0)
        await asyncio.gather(read("one"), read("two"), *many)
    assert order == ["many 0", "one", "two", "many 1", "many 2", "many 3"]


async def test_canceled_calls_leave_the_line(emulator: Emulator, database_id: str) -> None:
    async with emulator.async_client(rate_limit=RateLimit(requests_per_second=1)) as astra:
        calls = [asyncio.ensure_future(astra.databases.get(database_id)) for _ in range(50)]
        await asyncio.sleep(0)
        assert astra.limits.queued == 49
        began = emulator.clock.monotonic()
        for call in calls[1:49]:
            call.cancel()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(result) for result in failures(results)] == [asyncio.CancelledError] * 48
        assert emulator.clock.monotonic() - began == pytest.approx(1, abs=0.1)
        assert (astra.limits.in_flight, astra.limits.queued, statuses(emulator)[200]) == (0, 0, 2)


async def test_a_call_that_is_canceled_on_its_turn_passes_it_on(emulator: Emulator, database_id: str) -> None:
    async with emulator.async_client(max_connections=1) as astra:
        emulator.faults.slow_headers("getDatabase", 5)
        first = asyncio.ensure_future(astra.databases.get(database_id))
        await asyncio.sleep(0)
        second, third = (asyncio.ensure_future(astra.databases.get(database_id)) for _ in range(2))
        first.add_done_callback(lambda _: second.cancel())
        assert (await third).id == database_id
        assert (astra.limits.in_flight, astra.limits.queued) == (0, 0)
        assert second.cancelled()


async def test_closing_a_client_ends_the_waits(emulator: Emulator, database_id: str) -> None:
    astra = emulator.async_client(rate_limit=RateLimit(requests_per_second=0.001), timeout=1e6)
    await astra.databases.get(database_id)
    waiting = asyncio.ensure_future(astra.databases.get(database_id))
    await asyncio.sleep(0)
    await astra.aclose()
    with pytest.raises(RuntimeError, match="this client is closed"):
        await waiting


async def test_changes_are_reported_and_logged(emulator: Emulator, database_id: str, caplog: pytest.LogCaptureFixture) -> None:
    events: list[Event] = []
    async with emulator.async_client(observer=events.append) as astra:
        emulator.faults.rate_limit("getDatabase", retry_after=3)
        await asyncio.gather(*(astra.databases.get(database_id) for _ in range(30)))
    changes = [event for event in events if isinstance(event, LimitChanged)]
    assert changes[0].reason == "status 429"
    assert changes[0].limits.paused_for == 3
    assert {change.reason for change in changes[1:]} == {None}
    rates = [change.limits.requests_per_second or 0 for change in changes]
    assert rates == sorted(rates)
    async with emulator.async_client() as astra:
        emulator.faults.rate_limit("getDatabase", retry_after=3)
        await astra.databases.get(database_id)
    assert "status 429: at most 1.0 requests per second, 6 at once, none for 3.0 s" in caplog.text
