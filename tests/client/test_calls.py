"""One call of any operation: attempts, limits, sessions and loops."""

import asyncio
import gc
import gzip
import socket
import threading
import traceback
from collections.abc import Callable
from typing import Any

import aiohttp
import attrs
import pytest

from astra_devops import AsyncAstraDevOps, CircuitEvent, RetryPolicy, deadline, errors
from astra_devops._rest import index
from astra_devops._runtime.call import Call
from astra_devops.emulator import Emulator, RealClock

pytestmark = pytest.mark.anyio

QUICK = RetryPolicy(max_attempts=3, base_delay=0.01)


async def failure_of(call: Any) -> Any:
    """Return the exception that a call ends with."""
    with pytest.raises(errors.AstraDevOpsError) as caught:
        await call
    return caught.value


async def test_reads_are_repeated_until_they_succeed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.status("listDatabases", 503)
    emulator.faults.reset_before_effect("listDatabases")
    emulator.faults.rate_limit("listDatabases")
    assert await astra.databases.list().collect() == []
    assert [exchange.status for exchange in emulator.journal.of("listDatabases")] == [503, None, 429, 200]


async def test_when_attempts_run_out_the_servers_error_is_raised_with_the_earlier_attempts(
    emulator: Emulator, astra: AsyncAstraDevOps
) -> None:
    emulator.faults.status("listDatabases", 503, times=None, body={"errors": [{"ID": 5, "message": "down for repair"}]})
    with pytest.raises(errors.ServerError, match="down for repair") as caught:
        await astra.databases.list().collect()
    assert caught.value.attempts == 4
    assert len(caught.value.earlier_attempts) == 3
    assert caught.value.earlier_attempts[0].startswith("attempt 1: status 503; repeated after ")
    last_line = traceback.format_exception(caught.value)[-1]
    assert "down for repair (id 5); attempts: 4" in last_line


async def test_an_error_says_why_a_call_was_not_repeated_although_it_has_attempts_left(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.status("getCurrentOrganization", 503, times=None)
    patient = astra.with_options(retry=RetryPolicy(max_attempts=50))
    outcomes = await asyncio.gather(*(patient.request("getCurrentOrganization") for _ in range(12)), return_exceptions=True)
    ends = {
        str(outcome).partition("attempts: ")[2].partition(" ")[2][:44] for outcome in outcomes if isinstance(outcome, errors.ServerError)
    }
    assert "attempt 2 was not sent: the service is down," in ends
    await emulator.clock.sleep(60)
    error = await failure_of(patient.request("getCurrentOrganization"))
    assert str(error).endswith("not repeated: too many calls of this client fail, and its budget of retries is used up")


async def test_a_wait_longer_than_the_call_may_take_is_not_started(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.rate_limit("listDatabases", retry_after="50", times=None)
    before = emulator.clock.monotonic()
    with pytest.raises(errors.RateLimitedError) as caught:
        await astra.with_options(timeout=20).databases.list().collect()
    assert caught.value.retry_after == 50
    assert emulator.clock.monotonic() == before
    assert emulator.journal.count("listDatabases") == 1


@pytest.mark.parametrize(
    "retry_after", ["-1", "NaN", "1e99", "inf", "soon", "Mon, 99 Foo 2026", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"]
)
async def test_an_absurd_retry_after_is_ignored(emulator: Emulator, astra: AsyncAstraDevOps, retry_after: str) -> None:
    emulator.faults.rate_limit("listDatabases", retry_after=retry_after)
    await astra.databases.list().collect()
    assert emulator.journal.count("listDatabases") == 2


async def test_a_service_that_is_down_is_probed_and_not_hammered(emulator: Emulator) -> None:
    events = []
    options = {"base_url": emulator.url, "clock": emulator.clock, "retry": QUICK, "observer": events.append}
    async with AsyncAstraDevOps(emulator.token, **options) as astra:
        emulator.faults.status("getDatabase", 503, times=None)
        outcomes = [type(await failure_of(astra.databases.get("d"))) for _ in range(50)]
        assert (outcomes[0], outcomes[-1]) == (errors.ServerError, errors.RequestNotSentError)
        assert emulator.journal.count("getDatabase") == 10
        emulator.clock.advance(1)
        assert isinstance(await failure_of(astra.databases.get("d")), errors.ServerError)
        assert emulator.journal.count("getDatabase") == 11
        emulator.faults.clear()
        with pytest.raises(errors.RequestNotSentError, match="the service is down"):
            await astra.databases.get("d")
        emulator.clock.advance(2)
        assert await astra.databases.list().collect() == []
    assert [(event.open, event.reason) for event in events if isinstance(event, CircuitEvent)] == [(True, "status 503"), (False, None)]


async def test_a_few_retries_are_free_and_then_a_tenth_of_the_successes(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    for _ in range(8):
        emulator.faults.status("listDatabases", 503)
        await astra.databases.list().collect()
    emulator.faults.status("listDatabases", 503, times=4)
    with pytest.raises(errors.ServerError):
        await astra.databases.list().collect()
    assert emulator.journal.count("listDatabases") == 8 * 2 + 3


async def test_an_unreachable_service_is_not_a_lost_answer(emulator: Emulator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with AsyncAstraDevOps(
            emulator.token, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}", clock=emulator.clock, retry=QUICK
        ) as astra:
            with pytest.raises(errors.RequestNotSentError) as caught:
                await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert caught.value.attempts == 3
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_an_answer_that_does_not_come_in_time() -> None:
    async with Emulator(clock=RealClock()) as emulator:
        emulator.faults.slow_headers("listDatabases", 3600, times=None)
        async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, attempt_timeout=0.05, retry=QUICK) as astra:
            with pytest.raises(errors.OutcomeUnknownError, match="no complete answer") as caught:
                await astra.databases.list().collect()
    # What the service has seen of it depends on how busy the machine is.
    assert len(caught.value.earlier_attempts) == 2


async def test_a_body_that_does_not_end_in_time() -> None:
    async with Emulator(clock=RealClock()) as emulator:
        emulator.faults.slow_body("listServerlessRegions", 3600, times=None)
        async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, timeout=0.05) as astra:
            with pytest.raises(errors.OutcomeUnknownError) as caught:
                await astra.regions.list()
    assert caught.value.earlier_attempts == ()


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.oversized("listDatabases", 80 * 1024 * 1024)
    with pytest.raises(errors.ResponseDecodeError, match="larger"):
        await astra.databases.list().collect()


@pytest.mark.parametrize(("size", "is_read"), [(1_000_000, True), (20_000_000, False)])
async def test_a_compressed_answer_is_read_up_to_a_limit_of_its_plain_size(size: int, is_read: bool) -> None:
    body = gzip.compress(b"[" + b" " * size + b"]")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1")
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, AsyncAstraDevOps("AstraCS:" + "a" * 24 + ":" + "b" * 64, base_url=address, retry=QUICK) as astra:
        if is_read:
            assert await astra.roles.list() == []
        else:
            with pytest.raises(errors.ResponseDecodeError, match="larger"):
                await astra.roles.list()


async def test_a_truncated_gzip_is_a_lost_answer(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.truncated_gzip("listServerlessRegions")
    assert await astra.regions.list()
    assert emulator.journal.count("listServerlessRegions") == 2


@pytest.mark.parametrize("body", [b"<html>Hello</html>", b"{", b'{"errors":[]}', b'[{"id":{}}]'])
async def test_a_success_that_cannot_be_read(emulator: Emulator, astra: AsyncAstraDevOps, body: bytes) -> None:
    emulator.faults.body("listDatabases", body)
    with pytest.raises(errors.ResponseDecodeError):
        await astra.databases.list().collect()
    assert emulator.journal.count("listDatabases") == 1


async def test_more_calls_than_connections_wait_for_their_turn(emulator: Emulator) -> None:
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, max_connections=2) as astra:
        await asyncio.gather(*(astra.databases.list().collect() for _ in range(40)))
    assert emulator.journal.count("listDatabases") == 40


async def test_a_full_pool_means_not_sent() -> None:
    async with Emulator(clock=RealClock()) as emulator:
        emulator.faults.slow_headers("getDatabase", 3600)
        async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, max_connections=1) as astra:
            slow = asyncio.ensure_future(astra.databases.get("d"))
            await until(lambda: emulator.journal.count("getDatabase"))
            impatient = astra.with_options(timeout=0.02)
            with pytest.raises(errors.RequestNotSentError, match=r"its turn did not come within .* 1 at once may be sent"):
                await impatient.databases.create("orders", cloud_provider="AWS", region="us-east-2")
            slow.cancel()
            with pytest.raises(asyncio.CancelledError):
                await slow
        assert emulator.journal.count("createDatabase") == 0


async def until(condition: Callable[[], object]) -> None:
    """Yield to the loop until the condition is true."""
    while not condition():  # noqa: ASYNC110 - the condition changes on this very loop
        await asyncio.sleep(0)


class Cutter:
    """A server that answers the first request of a connection, and closes it at the second."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", None):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            self.requests.append(head.split(b"\r\n")[0])
            if answer is None:
                break
            writer.write(answer)
        writer.close()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_aiohttp_sends_nothing_twice(emulator: Emulator, method: str) -> None:
    """By itself aiohttp repeats PUT and DELETE when a kept-alive connection breaks.

    An invitation sent twice is two emails.
    """
    cutter = Cutter()
    server = await asyncio.start_server(cutter.serve, "127.0.0.1")
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, AsyncAstraDevOps(emulator.token, base_url=address, retry=QUICK) as astra:
        await astra.regions.list()
        operation = attrs.evolve(index.GENERATE_TOKEN_FOR_CLIENT, method=method)
        with pytest.raises(errors.OutcomeUnknownError):
            await astra._caller.send(Call(operation, "/v2/something", None))
    assert len(cutter.requests) == 2


async def test_a_cancelled_write_says_how_to_find_out() -> None:
    async with Emulator(clock=RealClock()) as emulator:
        emulator.faults.slow_headers("createDatabase", 3600)
        async with AsyncAstraDevOps(emulator.token, base_url=emulator.url) as astra:
            task = asyncio.ensure_future(astra.databases.create("orders", cloud_provider="AWS", region="us-east-2"))
            await until(lambda: emulator.journal.count("createDatabase"))
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
    assert "createDatabase was canceled in progress and may have taken effect" in caught.value.__notes__[0]


async def test_a_client_belongs_to_one_loop(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await astra.databases.list().collect()
    messages: list[str] = []

    def elsewhere() -> None:
        async def call() -> None:
            await astra.databases.list().collect()

        try:
            asyncio.run(call())
        except RuntimeError as error:
            messages.append(str(error))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert "belongs to another event loop" in messages[0]


async def test_a_closed_client_says_so(emulator: Emulator) -> None:
    astra = AsyncAstraDevOps(emulator.token, base_url=emulator.url)
    await astra.databases.list().collect()
    await astra.aclose()
    await astra.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await astra.databases.list().collect()


async def test_a_view_shares_the_connection_and_adds_its_headers(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    view = astra.with_options(headers={"x-team": "data"}, timeout=5)
    await view.databases.list().collect()
    await view.aclose()
    assert await astra.databases.list().collect() == []
    assert repr(view) == "<AsyncAstraDevOps view>"
    with pytest.raises(ValueError, match="Authorization"):
        astra.with_options(headers={"Authorization": "x"})
    with pytest.raises(ValueError, match="timeout"):
        astra.with_options(timeout=0)


async def test_a_custom_session_is_created_in_the_loop_and_closed_with_the_client(emulator: Emulator) -> None:
    sessions: list[aiohttp.ClientSession] = []

    async def factory() -> aiohttp.ClientSession:
        asyncio.get_running_loop()
        sessions.append(aiohttp.ClientSession())
        return sessions[-1]

    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, session_factory=factory) as astra:
        assert sessions == []
        await asyncio.gather(*(astra.databases.list().collect() for _ in range(5)))
        assert len(sessions) == 1
    assert sessions[0].closed


async def test_nothing_happens_before_the_first_call(emulator: Emulator) -> None:
    AsyncAstraDevOps(emulator.token, base_url=emulator.url)
    gc.collect()
    assert len(emulator.journal) == 0


async def test_a_token_provider_serves_each_call(emulator: Emulator) -> None:
    tokens = iter([emulator.token, emulator.add_token({"org-db-view"})])
    async with AsyncAstraDevOps(lambda: next(tokens), base_url=emulator.url) as astra:
        await astra.regions.list()
        with pytest.raises(errors.PermissionDeniedError, match="org-db-create"):
            await astra.regions.list()


async def test_an_unknown_token(emulator: Emulator) -> None:
    emulator.revoke_token(emulator.token)
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url) as astra:
        with pytest.raises(errors.AuthenticationError) as caught:
            await astra.databases.list().collect()
    assert [detail.id for detail in caught.value.errors] == [340018]


async def test_the_answer_has_status_headers_and_request_id(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    call = Call(index.LIST_DATABASES, "/v2/databases", list[dict[str, object]], query=(("limit", 5), ("include", None)))
    answer = await astra._caller.send(call)
    assert (answer.status, answer.attempts, answer.value) == (200, 1, [])
    assert answer.request_id
    assert "date" in answer.headers
    assert emulator.journal[0].query == {"limit": "5"}


async def test_a_call_whose_time_is_up_is_not_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    await astra.databases.get(database_id)  # The connection is there, and another answer would come within a millisecond.
    for seconds in (0, -1):
        with deadline(seconds), pytest.raises(errors.RequestNotSentError, match="its time was up before it could be sent"):
            await astra.databases.get(database_id)
    assert emulator.journal.count("getDatabase") == 1
