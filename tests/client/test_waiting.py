"""Waits survive transient errors, end on others, share polls, and can be resumed elsewhere."""

import asyncio
import base64
import json
import pickle
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, CallStarted, PollEvent, RetryPolicy, errors
from astra_devops.emulator import Emulator
from astra_devops.operations import resume_token

pytestmark = pytest.mark.anyio


async def create(astra: AsyncAstraDevOps, name: str = "orders") -> Any:
    return await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")


async def test_a_wait_survives_transient_errors(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    emulator.faults.status("getDatabase", 503, times=3)
    emulator.faults.reset_before_effect("getDatabase", times=2)
    emulator.faults.rate_limit("getDatabase", retry_after="7")
    emulator.faults.body("getDatabase", b"<html>", content_type="text/html")
    emulator.faults.truncated_gzip("getDatabase")
    events = [event async for event in operation.events()]
    assert sum(event.problem is not None for event in events) == 7
    assert events[-1].done
    assert events[-1].status == "ACTIVE"


async def test_a_wait_survives_a_404_just_after_the_creation(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.not_found_after_create(3)
    operation = await create(astra)
    events = [event async for event in operation.events()]
    assert [event.status for event in events[:3]] == [None, None, None]
    assert events[-1].status == "ACTIVE"


async def test_a_lasting_404_is_a_failure(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    emulator.faults.status("getDatabase", 404, times=None)
    with pytest.raises(errors.OperationFailedError, match="404"):
        await operation.wait()


async def test_a_failed_state_ends_the_wait_at_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.fail_state("createDatabase")
    operation = await create(astra)
    with pytest.raises(errors.OperationFailedError, match="ERROR") as caught:
        await operation.wait()
    assert caught.value.last_status == "ERROR"
    assert [change.status for change in caught.value.history] == ["PENDING", "INITIALIZING", "ERROR"]
    assert pickle.loads(pickle.dumps(caught.value)).snapshot == caught.value.snapshot


async def test_the_caller_chooses_which_states_fail(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    with pytest.raises(errors.OperationFailedError, match="INITIALIZING"):
        await operation.wait(fail_on={"INITIALIZING"})
    emulator.faults.stuck(operation.resource_id, "ERROR")
    with pytest.raises(errors.OperationTimeoutError):
        await operation.wait(fail_on=(), timeout=60)


async def test_an_unknown_state_means_not_yet(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    emulator.faults.stuck(operation.resource_id, "DEFRAGMENTING")
    with pytest.raises(errors.OperationTimeoutError) as caught:
        await operation.wait(timeout=100)
    assert caught.value.last_status == "DEFRAGMENTING"
    assert 100 <= caught.value.elapsed < 101


async def test_a_timeout_has_a_snapshot_and_the_wait_can_be_resumed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    with pytest.raises(errors.OperationTimeoutError) as caught:
        await operation.wait(timeout=10)
    assert caught.value.snapshot.ids == {"database_id": operation.resource_id}
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as elsewhere:
        resumed = await elsewhere.resume(caught.value.resume_token)
        assert resumed.resource_id == operation.resource_id
        assert (await resumed.wait()).status == "ACTIVE"


async def test_the_interval_is_obeyed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    elapsed = [event.elapsed async for event in operation.events(interval=30)]
    assert elapsed == pytest.approx([0, 30, 60, 90, 120])


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"timeout": -1}, {"interval": 0}])
async def test_wrong_numbers_are_named(astra: AsyncAstraDevOps, wrong: dict[str, Any]) -> None:
    operation = await create(astra)
    with pytest.raises(ValueError, match=next(iter(wrong))):
        await operation.wait(**wrong)


async def test_fail_on_must_not_be_a_single_string(astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    with pytest.raises(TypeError, match="fail_on"):
        await operation.wait(fail_on="ERROR")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_ends_the_wait_and_names_the_operation(emulator: Emulator, astra: AsyncAstraDevOps, status: int) -> None:
    operation = await create(astra)
    emulator.faults.status("getDatabase", status, body={"errors": [{"ID": 340018, "message": "no"}]})
    with pytest.raises(errors.APIStatusError) as caught:
        await operation.wait()
    assert operation.resource_id in str(caught.value)


async def test_a_database_that_is_gone_and_answers_401_is_terminated(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    operation = await astra.databases.terminate(database_id)
    emulator.clock.advance(10_000)
    emulator.faults.status("getDatabase", 401, times=None, body=b"null")
    assert await operation.wait() is None


async def test_a_401_does_not_end_a_termination_while_the_database_is_listed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    operation = await astra.databases.terminate(database_id)
    emulator.faults.status("getDatabase", 401, times=2, body=b"null")
    statuses = [event.status async for event in operation.events()]
    assert statuses[0] == "TERMINATING"
    assert statuses[-1] == "TERMINATED"


async def test_a_401_is_raised_if_the_list_is_refused_too(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.terminate(emulator.add_database("orders"))
    emulator.faults.status("getDatabase", 401, times=None, body=b"null")
    emulator.faults.status("listDatabases", 401, times=None, body=b"null")
    with pytest.raises(errors.PermissionDeniedError):
        await operation.wait()


async def test_many_waits_read_the_list_instead_of_each_database(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operations = [await create(astra, f"db{number}") for number in range(50)]
    emulator.journal.clear()
    databases = await asyncio.gather(*(operation.wait() for operation in operations))
    assert [database.id for database in databases] == [operation.resource_id for operation in operations]
    polls = emulator.journal.count("getDatabase") + emulator.journal.count("listDatabases")
    assert polls < 2 * len(operations)


async def test_waits_for_one_database_share_a_poll(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    emulator.clock.advance(600)
    await asyncio.gather(*(operation.wait() for _ in range(20)))
    assert emulator.journal.count("getDatabase") == 1


async def test_cancelling_one_wait_disturbs_no_other(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    waits = [asyncio.ensure_future(operation.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    waits[0].cancel()
    outcomes = await asyncio.gather(*waits, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert [database.status for database in outcomes[1:]] == ["ACTIVE", "ACTIVE"]


async def test_nothing_is_left_running_when_every_wait_is_cancelled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operations = [await create(astra, f"db{number}") for number in range(10)]
    before = asyncio.all_tasks()
    waits = [asyncio.ensure_future(operation.wait()) for operation in operations]
    for _ in range(5):
        await asyncio.sleep(0)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    for _ in range(20):
        await asyncio.sleep(0)
    assert {
        task for task in asyncio.all_tasks() - before if task.get_coro().__qualname__.startswith(("DatabasePoller", "AsyncOperation"))
    } == set()


async def test_an_operation_shows_its_status(astra: AsyncAstraDevOps) -> None:
    operation = await create(astra)
    assert (operation.status, operation.done) == (None, False)
    event = await operation.refresh()
    assert (event.status, event.done, event.polls) == ("PENDING", False, 1)
    assert operation.status == "PENDING"
    assert operation.snapshot.status == "PENDING"
    assert operation.resource_id in repr(operation)


async def test_the_observer_sees_requests_retries_and_polls_without_secrets(emulator: Emulator) -> None:
    events = []
    emulator.faults.status("listDatabases", 503)
    policy = RetryPolicy(base_delay=0.01)
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, observer=events.append, retry=policy) as astra:
        await astra.databases.list().collect()
        await (await create(astra)).wait()
    kinds = {type(event).__name__ for event in events}
    assert kinds == {"CallStarted", "CallEnded", "RequestEvent", "ResponseEvent", "RetryEvent", "WaitStarted", "PollEvent", "WaitEnded"}
    assert emulator.token not in repr(events)


async def test_the_polls_of_a_wait_have_its_id(emulator: Emulator) -> None:
    events = []
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, observer=events.append) as astra:
        operation = await create(astra)
        await operation.wait()
        await operation.wait()
    first, *_, last = [event.wait_id for event in events if isinstance(event, PollEvent)]
    assert first != last
    parents = [event.parent_id for event in events if isinstance(event, CallStarted) and event.operation == "getDatabase"]
    assert set(parents) == {first, last}


@pytest.mark.parametrize(
    "token", ["", "hello", "e30", "AstraCS:abc", resume_token.encode("coffee.make", {}), resume_token.encode("databases.brew", {}), "\xff"]
)
async def test_a_wrong_resume_token_is_refused(astra: AsyncAstraDevOps, token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        await astra.resume(token)


async def test_a_resume_token_must_be_a_string(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(TypeError, match="token"):
        await astra.resume(None)


def test_tokens_round_trip() -> None:
    assert resume_token.decode(resume_token.encode("create_keyspace", {"database_id": "d", "keyspace": "ü"})) == (
        "create_keyspace",
        {"database_id": "d", "keyspace": "ü"},
        None,
    )


@pytest.mark.parametrize(("version", "age"), [(1, "an earlier"), (3, "a later")])
async def test_a_resume_token_of_another_version_is_refused_by_its_version(astra: AsyncAstraDevOps, version: int, age: str) -> None:
    document = json.dumps({"v": version, "kind": "databases.create_keyspace", "params": {"database_id": "d", "keyspace": "k"}})
    token = base64.urlsafe_b64encode(document.encode()).decode()
    with pytest.raises(ValueError, match=f"{age} version of astra-devops: it has format {version}, this version reads 2"):
        await astra.resume(token)


async def test_kinds_are_named_like_the_methods(astra: AsyncAstraDevOps) -> None:
    created = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    database = await created.wait()
    keyspace = await astra.keyspaces.create(database.id, "second")
    await keyspace.wait()
    dropped = await astra.keyspaces.delete(database.id, "second")
    await dropped.wait()
    datacenter = await astra.datacenters.create(database.id, cloud_provider="AWS", region="us-west-2")
    ended = await astra.datacenters.terminate(database.id, (await datacenter.wait()).id)
    kinds = [operation.kind for operation in (created, keyspace, dropped, datacenter, ended)]
    assert kinds == ["databases.create", "keyspaces.create", "keyspaces.delete", "datacenters.create", "datacenters.terminate"]
    assert (await astra.resume(ended.resume_token)).kind == "datacenters.terminate"


async def test_a_wait_that_never_begins_leaves_the_handle_as_it_is(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    await operation.wait()
    with pytest.raises(ValueError, match="timeout"):
        await operation.wait(timeout=-1)
    assert (operation.status, operation.done) == ("ACTIVE", True)
