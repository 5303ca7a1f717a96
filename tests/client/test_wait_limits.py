"""A wait ends neither early nor late: at its effect, its timeout or its deadline.

It also ends when nothing can get better.
"""

import asyncio
import time
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

import astra_devops
from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator
from astra_devops.operations import resume_token

pytestmark = pytest.mark.anyio

TOKEN = "AstraCS:" + "a" * 24 + ":" + "b" * 64
CREATION = resume_token.encode("databases.create", {"database_id": "db"})
# Far more than the fastest of three waits of 0.2 s needs, but less than an overshoot of a second.
HANG = 0.9


@asynccontextmanager
async def scripted(handler: Any) -> Any:
    """Serve with one function, and yield a client on the system's clock."""
    runner = web.ServerRunner(web.Server(handler, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with AsyncAstraDevOps(TOKEN, base_url=f"http://{host}:{port}") as astra:
        yield astra
    await runner.cleanup()


async def silent(request: Any) -> None:
    await asyncio.sleep(20)


async def pending(request: Any) -> Any:
    return web.json_response({"id": "db", "orgId": "o", "ownerId": "o", "info": {}, "status": "PENDING"})


async def seconds_to_time_out(operation: Any, **options: Any) -> Any:
    began = time.monotonic()
    with pytest.raises(errors.OperationTimeoutError) as caught:
        await operation.wait(**options)
    assert caught.value.resume_token == operation.resume_token
    return time.monotonic() - began


@pytest.mark.parametrize("handler", [silent, pending])
async def test_a_timeout_is_kept_to(handler: Any) -> None:
    async with scripted(handler) as astra:
        operation = await astra.resume(CREATION)
        durations = [await seconds_to_time_out(operation, timeout=0.2) for _ in range(3)]
    assert 0.2 <= min(durations) < HANG


@pytest.mark.parametrize("handler", [silent, pending])
async def test_a_deadline_around_a_wait_bounds_it(handler: Any) -> None:
    async with scripted(handler) as astra:
        operation = await astra.resume(CREATION)
        durations = []
        for _ in range(3):
            with astra_devops.deadline(0.2):
                durations.append(await seconds_to_time_out(operation))
    assert min(durations) < HANG


async def test_after_the_deadline_nothing_is_sent() -> Any:
    requests = []

    async def count(request: Any) -> Any:
        requests.append(request.path)
        return await pending(request)

    async with scripted(count) as astra:
        operation = await astra.resume(CREATION)
        with astra_devops.deadline(0), pytest.raises(errors.OperationTimeoutError):
            await operation.wait()
    assert requests == []


async def test_a_deadline_counts_the_pauses_of_a_virtual_clock(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    operation = await astra.resume(CREATION)
    emulator.faults.stuck(database_id := emulator.add_database("orders"), "MAINTENANCE")
    operation = await astra.resume(resume_token.encode("databases.create", {"database_id": database_id}))
    with astra_devops.deadline(30), pytest.raises(errors.OperationTimeoutError) as caught:
        await operation.wait()
    assert 1 < caught.value.elapsed < 31


async def test_the_deadline_of_one_wait_does_not_bound_another_that_shares_its_polls() -> Any:
    released = asyncio.Event()

    async def gated(request: Any) -> Any:
        await released.wait()
        return web.json_response({"id": "db", "orgId": "o", "ownerId": "o", "info": {}, "status": "ACTIVE"})

    async def hurried(astra: AsyncAstraDevOps) -> None:
        with astra_devops.deadline(0.1), pytest.raises(errors.OperationTimeoutError):
            await (await astra.resume(CREATION)).wait()
        released.set()

    async with scripted(gated) as astra:
        other = await astra.resume(CREATION)
        _, database = await asyncio.gather(hurried(astra), other.wait(interval=50))
    assert database.status == "ACTIVE"


async def test_a_wait_that_joins_a_cancelled_poll_is_not_cancelled() -> Any:
    async def slow_once(request: Any) -> Any:
        if not is_polled.is_set():
            is_polled.set()
            await asyncio.sleep(20)
        return web.json_response({"id": "db", "orgId": "o", "ownerId": "o", "info": {}, "status": "ACTIVE"})

    is_polled = asyncio.Event()
    async with scripted(slow_once) as astra:
        first = asyncio.create_task((await astra.resume(CREATION)).wait())
        await is_polled.wait()
        second = await astra.resume(CREATION)
        first.cancel()
        assert (await second.wait()).status == "ACTIVE"


async def test_a_provider_that_fails_is_a_failed_poll(emulator: Emulator) -> Any:
    answers = []

    def token() -> Any:
        answers.append(len(answers))
        if len(answers) == 3:
            raise OSError("the vault is sealed")
        return "half a token" if len(answers) == 4 else emulator.token

    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
        problems = [event.problem async for event in operation.events() if event.problem]
    assert ["vault" in problem for problem in problems] == [True, False]
    assert "24 characters" in problems[1]


async def test_a_provider_that_keeps_failing_is_the_cause_in_the_end(emulator: Emulator) -> Any:
    sealed = False

    def token() -> Any:
        if sealed:
            raise OSError("the vault is sealed")
        return emulator.token

    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
        sealed = True
        with pytest.raises(errors.OperationTimeoutError, match="the vault is sealed") as caught:
            await operation.wait(timeout=60)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.snapshot.polls > 3


async def test_a_token_that_is_missing_ends_a_wait_at_once(emulator: Emulator) -> None:
    async with AsyncAstraDevOps(base_url=emulator.url, clock=emulator.clock) as astra:
        operation = await astra.resume(CREATION)
        with pytest.raises(errors.ConfigurationError):
            await operation.wait()


@pytest.mark.parametrize("body", [b"<html>", b'{"id": {}}', b'{"id": "5"}', b""])
async def test_answers_that_are_never_readable_end_a_wait(emulator: Emulator, astra: AsyncAstraDevOps, body: bytes) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    emulator.faults.body("getDatabase", body, times=None)
    with pytest.raises(errors.ResponseDecodeError) as caught:
        await operation.wait()
    assert emulator.journal.count("getDatabase") == 5
    assert operation.resume_token in str(caught.value)


async def test_a_state_that_cannot_be_read_ends_a_wait(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    await operation.refresh()
    emulator.faults.body("getDatabase", {"id": operation.resource_id, "status": {"now": "ACTIVE"}}, times=None)
    with pytest.raises(errors.ResponseDecodeError, match="no status that can be read"):
        await operation.wait()


async def test_odd_fields_do_not_keep_a_wait_from_ending(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    info = {"name": "orders", "datacenters": [{"region": "us-east-1", "status": {}}]}
    odd = {"id": operation.resource_id, "status": "ACTIVE", "cost": "free", "info": info, "creationTime": "soon"}
    emulator.faults.body("getDatabase", odd, times=None)
    database = await operation.wait()
    assert (database.info.name, database.creation_time, database.cost) == ("orders", None, None)
    assert dict(database.extra) == {"cost": "free", "creationTime": "soon"}
    assert emulator.journal.count("getDatabase") == 1


async def test_a_maintenance_page_in_the_middle_does_not_end_a_wait(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    events = operation.events()
    await anext(events)
    emulator.faults.body("getDatabase", b"<html>", times=8)
    assert [event.done async for event in events][-1]


async def test_answers_of_404_are_counted_without_other_failures_between(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    emulator.faults.status("getDatabase", 404)
    emulator.faults.status("getDatabase", 503, times=15)
    emulator.faults.status("getDatabase", 404)
    assert (await operation.wait()).status == "ACTIVE"


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_page_of_html_is_not_the_service(emulator: Emulator, astra: AsyncAstraDevOps, status: int) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    emulator.faults.status("getDatabase", status, times=2, body=b"<html>blocked</html>", content_type="text/html")
    events = [event async for event in operation.events()]
    assert [event.problem is None for event in events[:3]] == [False, False, True]
    assert events[-1].status == "ACTIVE"


async def test_a_404_in_html_does_not_end_a_deletion(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.terminate(emulator.add_database("orders"))
    await operation.refresh()
    emulator.faults.status("getDatabase", 404, times=2, body=b"<html>gone</html>", content_type="text/html")
    assert [event.done async for event in operation.events()][:2] == [False, False]


async def test_a_cached_404_does_not_end_a_termination(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.not_found_after_create(3)
    emulator.faults.list_lag(30)
    created = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    operation = await astra.databases.terminate(created.resource_id)
    await operation.wait()
    assert [str(database.status) async for database in astra.databases.list(include="all")] == ["TERMINATED"]


@pytest.mark.parametrize("write", [lambda name: {"ID": name}, lambda name: {"id": [name]}, lambda name: [{"id": name}]])
async def test_a_termination_finds_its_database_in_the_list_however_it_is_written(
    emulator: Emulator, astra: AsyncAstraDevOps, write: Any
) -> None:
    operation = await astra.databases.terminate(emulator.add_database("orders"))
    await operation.refresh()
    listed = write(operation.resource_id)
    (listed if isinstance(listed, dict) else listed[0])["status"] = "TERMINATING"
    emulator.faults.status("getDatabase", 404)
    emulator.faults.body("listDatabases", [None, listed])
    event = await operation.refresh()
    assert (event.done, event.status) == (False, "TERMINATING")


async def test_a_database_without_an_id_may_be_the_one_that_a_termination_looks_for(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.terminate(emulator.add_database("orders"))
    emulator.clock.advance(10_000)
    emulator.faults.status("getDatabase", 404, times=None)
    emulator.faults.body("listDatabases", [{"status": "TERMINATING"}])
    assert [event.done async for event in operation.events()] == [False, True]


async def test_where_the_list_is_refused_a_lasting_404_ends_a_termination(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.terminate(emulator.add_database("orders"))
    emulator.faults.status("getDatabase", 404, times=None)
    emulator.faults.status("listDatabases", 403, times=None)
    events = [event async for event in operation.events()]
    assert events[-1].done
    assert events[-1].elapsed >= 120


@pytest.mark.parametrize("body", [b"", b"null", b"[]"])
async def test_an_empty_list_of_datacenters_is_a_failed_poll(emulator: Emulator, astra: AsyncAstraDevOps, body: bytes) -> None:
    database_id = emulator.add_database("orders")
    added = await (await astra.datacenters.create(database_id, cloud_provider="AWS", region="us-west-2")).wait()
    operation = await astra.datacenters.terminate(database_id, added.id)
    emulator.faults.body("getDatabase", {"id": database_id, "orgId": "o", "ownerId": "o", "info": {}, "status": "ACTIVE"})
    emulator.faults.body("listDatacenters", body)
    event = await operation.refresh()
    assert not event.done
    assert "empty" in event.problem


async def test_what_earlier_polls_have_seen_counts_for_a_refresh(
    emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str, datacenter_id: str
) -> None:
    operation = await astra.pcu_groups.associate(pcu_group_id, datacenter_id)
    emulator.clock.advance(10_000)
    polls = 0
    while not (await operation.refresh()).done:
        polls += 1
        assert polls < 3


async def test_a_list_that_cannot_be_read_does_not_spoil_many_waits(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    names = [f"db{number}" for number in range(10)]
    operations = [await astra.databases.create(name, cloud_provider="AWS", region="us-east-2") for name in names]
    emulator.faults.body("listDatabases", [{"id": {}}], times=None)
    databases = await asyncio.gather(*(operation.wait() for operation in operations))
    assert [database.info.name for database in databases] == names


async def test_an_old_answer_does_not_fail_a_resumption(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders", status="HIBERNATED")
    operation = await astra.databases.resume(database_id)
    statuses = []
    async for event in operation.events():
        statuses.append(event.status)
        if event.status == "RESUMING" and "RESUMING" not in statuses[:-1]:
            emulator.faults.body("getDatabase", {"id": database_id, "orgId": "o", "ownerId": "o", "info": {}, "status": "HIBERNATED"})
    assert statuses[-1] == "ACTIVE"
    assert statuses[statuses.index("RESUMING") + 1] == "HIBERNATED"
