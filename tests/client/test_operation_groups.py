"""Several operations at once: one that fails ends no other, and nothing of the others is lost."""

import asyncio
import pickle
from collections.abc import AsyncIterator
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, AsyncOperation, PollEvent, errors
from astra_devops.emulator import Emulator
from astra_devops.models import Database

pytestmark = pytest.mark.anyio


async def create(astra: AsyncAstraDevOps, name: str, region: str = "us-east-2") -> AsyncOperation[Database]:
    return await astra.databases.create(name, cloud_provider="AWS", region=region)


def running_waits() -> list[str]:
    """List the tasks of groups that are running."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return [name for name in names if name.startswith(("_Wait.", "watch."))]


async def test_one_refused_call_of_eight_costs_nothing_of_the_others(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    names = [f"shop-{number}" for number in range(8)]
    with pytest.raises(errors.OperationGroupError) as caught:
        await astra.wait_all(*(create(astra, name, "atlantis-1" if name == "shop-3" else "us-east-2") for name in names))
    outcomes = caught.value.outcomes
    assert [outcome.value and outcome.value.info.name for outcome in outcomes] == [*names[:3], None, *names[4:]]
    assert isinstance(outcomes[3].error, errors.UnprocessableError)
    assert (outcomes[3].snapshot, caught.value.exceptions) == (None, (outcomes[3].error,))
    listed = {database.id: database.status async for database in astra.databases.list()}
    assert listed == {outcome.value.id: "ACTIVE" for outcome in outcomes if outcome.value}
    assert "1 of 8 operations have not taken effect: UnprocessableError" in str(caught.value)


async def test_the_resources_come_in_the_order_of_the_operations(astra: AsyncAstraDevOps) -> None:
    operations = [await create(astra, name) for name in ("one", "two", "three")]
    assert [database.info.name for database in await astra.wait_all(*reversed(operations))] == ["three", "two", "one"]
    assert await astra.wait_all() == []


async def test_a_failed_operation_has_its_error_and_the_others_their_resources(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    first = await create(astra, "first")
    emulator.faults.fail_state("createDatabase")
    second = await create(astra, "second")
    third = await create(astra, "third")
    with pytest.raises(errors.OperationGroupError, match=str(second.resource_id)) as caught:
        await astra.wait_all(first, second, third)
    one, two, three = pickle.loads(pickle.dumps(caught.value)).outcomes
    assert [one.value.info.name, two.value, three.value.info.name] == ["first", None, "third"]
    assert isinstance(two.error, errors.OperationFailedError)
    assert two.error.resume_token == two.snapshot.resume_token == second.resume_token
    assert [one.snapshot.status, two.snapshot.status, three.snapshot.status] == ["ACTIVE", "ERROR", "ACTIVE"]


async def test_errors_of_a_group_can_be_caught_one_by_one(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra, "slow")
    emulator.faults.stuck(str(operation.resource_id), "PENDING")
    seen: list[str] = []
    try:
        await astra.wait_all(operation, create(astra, "nowhere", "atlantis-1"), timeout=60)
    except* errors.OperationTimeoutError as group:
        seen += [error.resume_token for error in group.exceptions if isinstance(error, errors.OperationTimeoutError)]
    except* errors.UnprocessableError:
        seen.append("refused")
    assert seen == [operation.resume_token, "refused"]


@pytest.fixture
async def polled(emulator: Emulator) -> AsyncIterator[tuple[AsyncAstraDevOps, asyncio.Semaphore]]:
    """Return a client whose polls release a semaphore."""
    polls = asyncio.Semaphore(0)

    def observe(event: object) -> None:
        if isinstance(event, PollEvent):
            polls.release()

    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, observer=observe) as astra:
        yield astra, polls


async def test_a_cancellation_names_the_resume_tokens_of_all(
    emulator: Emulator, polled: tuple[AsyncAstraDevOps, asyncio.Semaphore]
) -> None:
    astra, polls = polled
    done = await create(astra, "done")
    await done.wait()
    stuck = [await create(astra, name) for name in ("one", "two")]
    for operation in stuck:
        emulator.faults.stuck(str(operation.resource_id), "PENDING")
    emulator.faults.no_answer("createDatabase", before_effect=True)
    waiting = asyncio.create_task(astra.wait_all(done, *stuck, create(astra, "lost")))
    while emulator.journal.count("createDatabase") < 4 or not all(operation.status for operation in [done, *stuck]):
        await polls.acquire()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await waiting
    notes = "\n".join(caught.value.__notes__)
    assert all(f"resume token: {operation.resume_token}" in notes for operation in stuck)
    assert f"was done: databases.create (database_id {done.resource_id})" in notes
    assert "createDatabase" in notes
    assert running_waits() == []


async def test_a_call_that_never_began_is_closed(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(TypeError, match=r"operations\[1\] must be an operation, or a call that returns one"):
        await astra.wait_all(create(astra, "one"), "two")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="timeout"):
        await astra.wait_all(create(astra, "one"), timeout=-1)
    waiting = asyncio.create_task(astra.wait_all(create(astra, "one")))
    await asyncio.sleep(0)
    assert running_waits() == ["_Wait.run"]
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await astra.databases.list().collect() == []


async def test_a_call_that_returns_no_operation_is_an_error_of_that_call(astra: AsyncAstraDevOps) -> None:
    call: Any = astra.databases.find("orders")
    with pytest.raises(errors.OperationGroupError) as caught:
        await astra.wait_all(create(astra, "orders"), call)
    assert [type(outcome.error) for outcome in caught.value.outcomes] == [type(None), TypeError]


async def test_a_canceled_task_of_the_caller_cancels_no_other(astra: AsyncAstraDevOps) -> None:
    task = asyncio.create_task(create(astra, "one"))
    task.cancel()
    with pytest.raises(errors.OperationGroupError, match=r"operations\[0\] was canceled") as caught:
        await astra.wait_all(task, create(astra, "two"))
    assert caught.value.outcomes[1].value.status == "ACTIVE"


async def test_events_of_several_operations_come_together(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    first, second = await create(astra, "first"), await create(astra, "second")
    statuses: dict[str | None, list[str | None]] = {first.resource_id: [], second.resource_id: []}
    async for operation, event in astra.watch(first, second, changes_only=True):
        statuses[operation.resource_id].append(event.status)
    assert [*statuses.values()] == [["PENDING", "INITIALIZING", "ACTIVE"]] * 2


async def test_a_failed_operation_ends_with_an_event_and_the_stream_goes_on(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.fail_state("createDatabase")
    failing, good = await create(astra, "failing"), await create(astra, "good")
    ends = {}

    async def follow() -> None:
        async for operation, event in astra.watch(failing, good):
            if event.done or event.error:
                ends[operation] = event

    with pytest.raises(errors.OperationGroupError) as caught:
        await follow()
    assert isinstance(ends[failing].error, errors.OperationFailedError)
    assert ends[good].done
    assert [outcome.error for outcome in caught.value.outcomes] == [ends[failing].error, None]
    assert caught.value.outcomes[1].value.info.name == "good"


async def test_leaving_a_stream_ends_the_waits(astra: AsyncAstraDevOps) -> None:
    async for _ in astra.watch(await create(astra, "one"), await create(astra, "two")):
        assert len(running_waits()) == 2
        break
    for _ in range(10):
        await asyncio.sleep(0)
    assert running_waits() == []


async def test_a_canceled_stream_names_the_resume_tokens(emulator: Emulator, polled: tuple[AsyncAstraDevOps, asyncio.Semaphore]) -> None:
    astra, polls = polled
    operations = [await create(astra, name) for name in ("one", "two")]
    for operation in operations:
        emulator.faults.stuck(str(operation.resource_id), "PENDING")

    async def follow() -> None:
        async for _ in astra.watch(*operations):
            pass

    waiting = asyncio.create_task(follow())
    while not all(operation.status for operation in operations):
        await polls.acquire()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await waiting
    assert all(operation.resume_token in "\n".join(caught.value.__notes__) for operation in operations)
    assert running_waits() == []


async def test_arguments_of_a_stream_are_checked_at_once(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(TypeError, match=r"operations\[0\] must be an operation, not str"):
        astra.watch("one")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="timeout"):
        astra.watch(timeout=0)


async def test_only_changes_are_reported_on_request(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await create(astra, "orders")
    assert [event.status async for event in operation.events(changes_only=True)] == ["PENDING", "INITIALIZING", "ACTIVE"]
    again = await create(astra, "stock")
    emulator.faults.status("getDatabase", 503, times=3)
    problems = [event.problem is not None async for event in again.events(changes_only=True)]
    assert problems[:2] == [True, False]
    assert sum(problems) == 1
