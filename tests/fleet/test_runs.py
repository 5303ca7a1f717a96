"""Runs of the async client: outcomes, states, stopping, and bounded memory."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

import astra_devops
from astra_devops import AsyncAstraDevOps, AsyncOperation, errors
from astra_devops.emulator import Emulator
from astra_devops.models import Database


async def add_audit(astra: AsyncAstraDevOps, database: Database) -> AsyncOperation[Database]:
    return await astra.keyspaces.create(database.id, "audit")


async def test_a_run_waits_for_the_operations_that_work_returns(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    ids = {emulator.add_database(f"orders{number}") for number in range(30)}
    async with astra.fleet.run(add_audit, astra.databases.list(), workers=7, quiet=True) as run:
        outcomes = [outcome async for outcome in run]
    assert {outcome.key for outcome in outcomes} == {outcome.resource_id for outcome in outcomes} == ids
    assert {outcome.state for outcome in outcomes} == {"ok"}
    assert all("audit" in outcome.value.info.keyspaces for outcome in outcomes)
    assert {outcome.resume_token for outcome in outcomes} == {None}
    assert run.report.counts == {"ok": 30, "failed": 0, "unknown": 0, "skipped": 0}
    assert run.report.requests >= 30
    assert run.report.how_to_resume is None


async def test_a_list_of_operations_is_waited_for(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    first, second = emulator.add_database("orders"), emulator.add_database("events")

    async def work(astra: AsyncAstraDevOps, name: str) -> list[AsyncOperation[Database]]:
        return [await astra.keyspaces.create(database_id, name) for database_id in (first, second)]

    async with astra.fleet.run(work, ["audit"], quiet=True) as run:
        (outcome,) = [outcome async for outcome in run]
    assert [database.id for database in outcome.value] == [first, second]


async def test_one_failure_does_not_stop_the_others(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    ids = [emulator.add_database(f"orders{number}") for number in range(5)]
    emulator.faults.status("addKeyspace", 400, times=1)

    async def work(astra: AsyncAstraDevOps, database_id: str) -> object:
        if database_id == ids[3]:
            raise LookupError("no entry for this database")
        return await astra.keyspaces.create(database_id, "audit")

    async with astra.fleet.run(work, ids, workers=2, quiet=True) as run:
        outcomes = {outcome.key: outcome async for outcome in run}
    assert Counter(outcome.state for outcome in outcomes.values()) == {"ok": 3, "failed": 2}
    assert isinstance(outcomes[ids[3]].error, LookupError)
    text = str(run.report)
    assert "no entry for this database" in text
    assert "BadRequestError 1" in text


async def test_an_outcome_that_is_not_known_says_so_and_what_runs_has_a_resume_token(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    lost, stuck = emulator.add_database("lost"), emulator.add_database("stuck")

    async def work(astra: AsyncAstraDevOps, database_id: str) -> object:
        if database_id == lost:
            return await astra.keyspaces.enable_graph(database_id, "audit")
        return await astra.keyspaces.create(database_id, "audit")

    emulator.faults.reset_after_effect("alterKeyspaceWithGraphEngine")
    emulator.faults.stuck("addKeyspace", "MAINTENANCE")
    async with astra.fleet.run(work, [lost, stuck], wait_timeout=60, quiet=True) as run:
        outcomes = {outcome.key: outcome async for outcome in run}
    assert isinstance(outcomes[lost].error, errors.OutcomeUnknownError)
    assert isinstance(outcomes[stuck].error, errors.OperationTimeoutError)
    assert {outcome.state for outcome in outcomes.values()} == {"unknown"}
    token = outcomes[stuck].resume_token
    assert token is not None
    assert token in str(run.report)
    assert (await astra.resume(token)).ids["database_id"] == stuck


async def test_stop_after_begins_no_more_items(astra: AsyncAstraDevOps) -> None:
    begun: list[int] = []

    async def work(astra: AsyncAstraDevOps, number: int) -> None:
        begun.append(number)
        raise ValueError("no")

    async with astra.fleet.run(work, range(1_000), workers=2, stop_after=3, quiet=True) as run:
        outcomes = [outcome async for outcome in run]
    assert 3 <= len(outcomes) == len(begun) <= 5
    assert not run.report.is_finished
    assert "stopped after 3 failures" in str(run.report)


async def test_items_are_read_only_as_workers_become_free(astra: AsyncAstraDevOps) -> None:
    read = 0

    def numbers() -> Iterator[int]:
        nonlocal read
        for number in range(10_000):
            read += 1
            yield number

    async def work(astra: AsyncAstraDevOps, number: int) -> int:
        return number

    async with astra.fleet.run(work, numbers(), workers=3, quiet=True) as run:
        assert (await anext(run)).state == "ok"
    # Three in progress, three handed over, three waiting to be, and the one that was taken.
    assert read <= 10


async def test_items_may_be_async_and_have_keys_of_their_own(astra: AsyncAstraDevOps) -> None:
    async def rows() -> AsyncIterator[tuple[str, int]]:
        for number in range(5):
            await asyncio.sleep(0)
            yield f"row {number}", number

    async def work(astra: AsyncAstraDevOps, row: tuple[str, int]) -> int:
        return row[1]

    async with astra.fleet.run(work, rows(), key=lambda row: row[0], quiet=True) as run:
        values = {outcome.key: outcome.value async for outcome in run}
    assert values == {f"row {number}": number for number in range(5)}


async def test_an_error_of_the_items_ends_the_run_and_is_raised(astra: AsyncAstraDevOps) -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise OSError("the file ends here")

    async def work(astra: AsyncAstraDevOps, number: int) -> int:
        return number

    with pytest.raises(OSError, match="the file ends here"):
        async with astra.fleet.run(work, numbers(), quiet=True) as run:
            await run.wait()
    assert run.report.counts["ok"] == 1


async def test_leaving_the_block_brings_to_an_end_what_was_sent(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    ids = [emulator.add_database(f"orders{number}") for number in range(3)]

    async def work(astra: AsyncAstraDevOps, number: int) -> object:
        return await astra.keyspaces.create(ids[number % 3], f"audit{number}")

    async with astra.fleet.run(work, range(100), workers=1, grace=300, quiet=True) as run:
        async for _ in run:
            break
    counts = run.report.counts
    # The grace period is long enough for a keyspace or two.
    assert counts["unknown"] == counts["failed"] == 0
    assert counts["ok"] == emulator.journal.count("addKeyspace") <= 4


async def test_what_does_not_end_within_the_grace_period_is_reported_with_its_token(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    ids = [emulator.add_database(f"orders{number}") for number in range(20)]
    emulator.faults.stuck("addKeyspace", "MAINTENANCE", times=None)

    async def work(astra: AsyncAstraDevOps, database_id: str) -> object:
        if database_id == ids[0]:
            return None
        operation = await astra.keyspaces.create(database_id, "audit")
        return await operation.wait()

    async with astra.fleet.run(work, ids, workers=5, grace=20, quiet=True) as run:
        async for _ in run:
            break
    report = run.report
    assert report.counts["unknown"] == len(report.running) == emulator.journal.count("addKeyspace")
    for item in report.running:
        assert (await astra.resume(item.resume_tokens[0])).ids["database_id"] == item.key
    assert not report.is_finished


async def test_a_canceled_run_says_in_a_note_what_still_runs(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.stuck("addKeyspace", "MAINTENANCE")
    accepted = asyncio.Event()

    async def work(astra: AsyncAstraDevOps, database_id: str) -> object:
        operation = await astra.keyspaces.create(database_id, "audit")
        accepted.set()
        return operation

    async def program() -> None:
        async with astra.fleet.run(work, [database_id], grace=5, quiet=True) as run:
            await run.wait()

    task = asyncio.create_task(program())
    await accepted.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    (note,) = caught.value.__notes__
    assert "wait again with await client.resume(token)" in note
    assert database_id in note


async def test_a_request_that_is_canceled_in_progress_has_an_unknown_outcome(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.no_answer("addKeyspace")
    async with astra.fleet.run(add_audit, [await astra.databases.get(database_id)], grace=0, quiet=True) as run:
        while not emulator.journal.count("addKeyspace"):  # noqa: ASYNC110
            await asyncio.sleep(0)
    (group,) = run.report.groups
    assert group.items[0].state == "unknown"
    assert "addKeyspace was sent" in (group.items[0].error or "")


async def test_an_item_that_changed_nothing_when_it_was_stopped_is_skipped(astra: AsyncAstraDevOps) -> None:
    started = asyncio.Event()

    async def work(astra: AsyncAstraDevOps, number: int) -> None:
        started.set()
        await asyncio.Event().wait()

    async with astra.fleet.run(work, [1], grace=0, quiet=True) as run:
        await started.wait()
    assert run.report.counts == {"ok": 0, "failed": 0, "unknown": 0, "skipped": 1}


async def test_a_deadline_around_a_run_bounds_its_calls(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    database_id = emulator.add_database("orders")

    async def work(astra: AsyncAstraDevOps, database_id: str) -> object:
        return await astra.databases.get(database_id)

    with astra_devops.deadline(0):
        async with astra.fleet.run(work, [database_id], quiet=True) as run:
            outcomes = [outcome async for outcome in run]
    assert isinstance(outcomes[0].error, errors.RequestNotSentError)
    assert outcomes[0].state == "failed"
    assert emulator.journal.count("getDatabase") == 0


async def test_a_run_gets_through_faults_with_one_effect_each(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    for number in range(60):
        emulator.add_database(f"orders{number}")
    for fault in (emulator.faults.reset_after_effect, emulator.faults.reset_before_effect):
        fault("addKeyspace", probability=0.05, times=None)
    emulator.faults.stale_reads("getDatabase", 1.0, probability=0.05, times=None)
    async with astra.fleet.run(add_audit, astra.databases.list(), quiet=True) as run:
        await run.wait()
    assert run.report.counts["ok"] == 60
    assert sum(exchange.own_status == 201 for exchange in emulator.journal.of("addKeyspace")) == 60


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"work": None}, "work must be callable, not NoneType"),
        ({"items": "orders"}, "items must be an iterable, an async iterable or a pager, not str"),
        ({"items": 5}, "items must be an iterable, an async iterable or a pager, not int"),
        ({"workers": 0}, "workers must be from 1 to 10000, not 0"),
        ({"key": "id"}, "key must be callable, not str"),
        ({"journal": 3}, "journal must be a path, not int"),
        ({"journal": "/nowhere/run.db"}, "journal must be in a directory that exists, but /nowhere is none"),
        ({"stop_after": 0}, "stop_after must be from 1 to 1000000000, not 0"),
        ({"wait_timeout": 0}, "wait_timeout must be finite and greater than 0, not 0"),
        ({"grace": -1}, "grace must be finite and greater than 0, not -1"),
        ({"quiet": 1}, "quiet must be True or False, not int"),
    ],
)
async def test_bad_arguments_are_named_before_anything_happens(astra: AsyncAstraDevOps, arguments: dict[str, object], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        astra.fleet.run(**{"work": add_audit, "items": [], **arguments})  # type: ignore[arg-type]
    assert str(caught.value) == message


async def test_items_without_an_id_need_a_key(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(TypeError, match="key must be given, since an item of type dict has no id"):
        async with astra.fleet.run(add_audit, [{"name": "orders"}], quiet=True) as run:  # type: ignore[list-item]
            await run.wait()


async def test_a_plain_work_function_is_a_clear_error(astra: AsyncAstraDevOps) -> None:
    async with astra.fleet.run(lambda astra, item: item, ["orders"], quiet=True) as run:  # type: ignore[arg-type, return-value]
        (outcome,) = [outcome async for outcome in run]
    assert str(outcome.error) == "work must be an async function, or return an awaitable, but it returned str"


async def test_a_run_is_entered_once_and_before_it_is_iterated_over(astra: AsyncAstraDevOps) -> None:
    run = astra.fleet.run(add_audit, [], quiet=True)
    with pytest.raises(RuntimeError, match="must be entered before"):
        await run.next_outcome()
    async with run:
        await run.wait()
    with pytest.raises(RuntimeError, match="entered only once"):
        await run.__aenter__()


@pytest.mark.parametrize("seed", range(20))
async def test_a_run_that_is_canceled_anywhere_leaves_no_task_and_counts_every_effect(
    astra: AsyncAstraDevOps, emulator: Emulator, seed: int
) -> None:
    for number in range(12):
        emulator.add_database(f"orders{number}")
    run = astra.fleet.run(add_audit, astra.databases.list(), workers=3, grace=0, quiet=True)

    async def program() -> None:
        async with run:
            await run.wait()

    task = asyncio.create_task(program())
    for _ in range(random.Random(seed).randint(1, 400)):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    counts = run.report.counts
    effects = sum(exchange.own_status == 201 for exchange in emulator.journal.of("addKeyspace"))
    assert effects <= counts["ok"] + counts["unknown"] + counts["failed"]
    assert not [task for task in asyncio.all_tasks() if "AsyncFleetRun" in repr(task)]


async def test_a_cluster_without_the_extra_names_it(astra: AsyncAstraDevOps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install 'astra-devops\[dask\]'"):
        astra.fleet.run(add_audit, [], cluster="tcp://127.0.0.1:1")
