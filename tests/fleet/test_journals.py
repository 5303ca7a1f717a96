"""Journals: resuming, replaying what was recorded, leases, and what is never written."""

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from astra_devops import AsyncAstraDevOps, AsyncOperation, Secret, errors
from astra_devops.emulator import Emulator
from astra_devops.models import Database


async def add_audit(astra: AsyncAstraDevOps, database_id: str) -> AsyncOperation[Database]:
    return await astra.keyspaces.create(database_id, "audit")


async def create(astra: AsyncAstraDevOps, name: str) -> AsyncOperation[Database]:
    return await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")


def execute(journal: Path, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(journal)) as connection, connection:
        return connection.execute(statement).fetchall()


def crash(journal: Path, *, landed: bool) -> None:
    """Change a journal to what it was in the middle of each item: sent, or landed but not ended."""
    execute(journal, "UPDATE item SET state = 'running'")
    if not landed:
        execute(journal, "UPDATE step SET state = 'sent', answer = NULL")


async def test_finished_items_are_skipped(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    ids = [emulator.add_database(f"orders{number}") for number in range(3)]
    async with astra.fleet.run(add_audit, ids[:2], journal=journal, quiet=True) as run:
        await run.wait()
    async with astra.fleet.run(add_audit, ids, journal=journal, quiet=True) as run:
        states = {outcome.key: outcome.state async for outcome in run}
    assert states == dict(zip(ids, ["skipped", "skipped", "ok"], strict=True))
    assert emulator.journal.count("addKeyspace") == 3


async def test_a_failed_item_is_tried_again(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    ids = [emulator.add_database("orders")]
    emulator.faults.status("addKeyspace", 400)
    for state in ("failed", "ok"):
        async with astra.fleet.run(add_audit, ids, journal=journal, quiet=True) as run:
            (outcome,) = [outcome async for outcome in run]
        assert outcome.state == state
    assert outcome.attempts == 2


async def test_a_change_that_a_busy_database_refuses_is_no_lost_change(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    asleep = emulator.add_database("asleep", status="HIBERNATED")
    async with astra.fleet.run(add_audit, [asleep], journal=journal, quiet=True) as run:
        (outcome,) = [outcome async for outcome in run]
    assert (outcome.state, type(outcome.error)) == ("failed", errors.BusyError)
    assert emulator.journal.count("addKeyspace") > 1


@pytest.mark.parametrize("landed", [True, False])
async def test_a_change_that_took_effect_before_a_crash_is_not_made_again(
    astra: AsyncAstraDevOps, emulator: Emulator, journal: Path, landed: bool
) -> None:
    ids = [emulator.add_database(f"orders{number}") for number in range(5)]
    for _ in range(2):
        async with astra.fleet.run(add_audit, ids, journal=journal, quiet=True) as run:
            await run.wait()
        assert run.report.counts["ok"] == 5
        crash(journal, landed=landed)
    assert emulator.journal.count("addKeyspace") == 5


@pytest.mark.parametrize("landed", [True, False])
async def test_a_database_that_was_created_before_a_crash_is_adopted(emulator: Emulator, journal: Path, landed: bool) -> None:
    names = [f"orders{number}" for number in range(5)]
    found = []
    for _ in range(2):
        # A client of its own, as in another process: a client knows what it has created.
        async with emulator.async_client() as astra, astra.fleet.run(create, names, journal=journal, quiet=True) as run:
            found.append({outcome.key: outcome.resource_id async for outcome in run if outcome.state == "ok"})
        crash(journal, landed=landed)
    assert emulator.journal.count("createDatabase") == 5
    assert len(found[0]) == 5
    assert found[0] == found[1]


async def test_a_creation_that_was_never_received_is_sent_when_that_is_certain(
    astra: AsyncAstraDevOps, emulator: Emulator, journal: Path
) -> None:
    emulator.faults.reset_before_effect("createDatabase")
    states = []
    for _ in range(3):
        async with astra.fleet.run(create, ["orders"], journal=journal, quiet=True) as run:
            states += [outcome.state async for outcome in run]
    assert states == ["unknown", "ok", "skipped"]
    assert [exchange.own_status for exchange in emulator.journal.of("createDatabase")] == [None, 201]


async def test_a_change_without_a_check_stays_unknown_and_is_not_sent_again(
    astra: AsyncAstraDevOps, emulator: Emulator, journal: Path
) -> None:
    database_id = emulator.add_database("orders")

    async def work(astra: AsyncAstraDevOps, database_id: str) -> None:
        await astra.keyspaces.enable_graph(database_id, "audit")

    emulator.faults.reset_after_effect("alterKeyspaceWithGraphEngine")
    for _ in range(2):
        async with astra.fleet.run(work, [database_id], journal=journal, quiet=True) as run:
            (outcome,) = [outcome async for outcome in run]
        assert outcome.state == "unknown"
        assert isinstance(outcome.error, errors.OutcomeUnknownError)
    assert emulator.journal.count("alterKeyspaceWithGraphEngine") == 1
    assert "the process that sent it ended" in outcome.error.reason


async def test_a_busy_database_does_not_confuse_a_replay(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    """Refused attempts of a call and the one that was accepted are one step."""
    database_id = emulator.add_database("orders")

    async def work(astra: AsyncAstraDevOps, database_id: str) -> object:
        await astra.keyspaces.create(database_id, "audit")
        return await astra.keyspaces.create(database_id, "sales")

    for _ in range(2):
        async with astra.fleet.run(work, [database_id], journal=journal, quiet=True) as run:
            (outcome,) = [outcome async for outcome in run]
        assert outcome.state == "ok"
        sent = emulator.journal.count("addKeyspace")
        crash(journal, landed=True)
    assert emulator.journal.count("addKeyspace") == sent == 2
    assert execute(journal, "SELECT count(*) FROM step") == [(2,)]


async def test_a_work_function_that_makes_other_changes_the_second_time_fails_clearly(
    astra: AsyncAstraDevOps, emulator: Emulator, journal: Path
) -> None:
    names = iter(["first", "second"])

    async def work(astra: AsyncAstraDevOps, item: str) -> object:
        return await create(astra, next(names))

    for state in ("ok", "failed"):
        async with astra.fleet.run(work, ["item"], journal=journal, quiet=True) as run:
            (outcome,) = [outcome async for outcome in run]
        assert outcome.state == state
        crash(journal, landed=True)
    assert isinstance(outcome.error, errors.ReplayError)
    assert "createDatabase (/v2/databases, which made" in str(outcome.error)
    assert emulator.journal.count("createDatabase") == 1


@pytest.mark.parametrize("landed", [True, False])
async def test_a_work_function_that_looks_before_it_changes_something_is_continued(emulator: Emulator, journal: Path, landed: bool) -> None:
    """It leaves out the calls whose effect it finds, and makes others that were not recorded."""
    database_id = emulator.add_database("orders")
    names = ["first"]

    async def work(astra: AsyncAstraDevOps, database_id: str) -> object:
        for name in names:
            await (await astra.keyspaces.ensure(database_id, name)).wait()
        made = [await astra.databases.ensure(name, cloud_provider="AWS", region="us-east-2") for name in names]
        return [await operation.wait() for operation in made]

    for _ in range(2):
        async with emulator.async_client() as astra, astra.fleet.run(work, [database_id], journal=journal, quiet=True) as run:
            (outcome,) = [outcome async for outcome in run]
        assert outcome.state == "ok", outcome.error
        assert outcome.resource_id is not None
        crash(journal, landed=landed)
        names.append("second")
    assert emulator.journal.count("createDatabase") == 2
    assert sum(exchange.own_status == 201 for exchange in emulator.journal.of("addKeyspace")) == 2


async def test_no_secret_is_written_and_its_item_says_what_to_revoke(astra: AsyncAstraDevOps, journal: Path) -> None:
    secrets: list[Secret] = []
    role = (await astra.roles.list())[0]

    async def work(astra: AsyncAstraDevOps, item: str) -> None:
        token = await astra.tokens.create([role.id])
        secrets.extend([token.token, token.secret])

    for state in ("ok", "failed"):
        async with astra.fleet.run(work, ["item"], journal=journal, quiet=True) as run:
            (outcome,) = [outcome async for outcome in run]
        assert outcome.state == state
        crash(journal, landed=True)
    content = b"".join(path.read_bytes() for path in journal.parent.iterdir())
    assert len(secrets) == 2
    assert not [secret for secret in secrets if secret.reveal().encode() in content]
    assert "its answer held a secret, which is never recorded" in str(outcome.error)
    assert secrets[0].reveal().split(":")[1] in str(outcome.error)  # The client id, to revoke it.


async def test_passwords_in_arguments_are_not_written(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    database_id = emulator.add_database("orders", tier="C10")

    async def work(astra: AsyncAstraDevOps, database_id: str) -> None:
        await astra.databases.reset_password(database_id, username="admin", password="correct horse battery")

    async with astra.fleet.run(work, [database_id], journal=journal, quiet=True) as run:
        await run.wait()
    assert execute(journal, "SELECT operation FROM step") == [("resetPassword",)]
    assert b"battery" not in b"".join(path.read_bytes() for path in journal.parent.iterdir())
    assert os.stat(journal).st_mode & 0o077 == 0


async def test_a_second_run_of_a_journal_is_refused_by_name(astra: AsyncAstraDevOps, journal: Path) -> None:
    async with astra.fleet.run(add_audit, [], journal=journal, quiet=True):
        with pytest.raises(errors.JournalInUseError) as caught:
            async with astra.fleet.run(add_audit, [], journal=journal, quiet=True):
                pass
    assert caught.value.pid == os.getpid()
    assert f"is in use by process {os.getpid()} on " in str(caught.value)
    async with astra.fleet.run(add_audit, [], journal=journal, quiet=True):
        pass


async def test_another_process_is_refused_and_the_lease_of_a_dead_one_is_taken(astra: AsyncAstraDevOps, journal: Path) -> None:
    script = """
import asyncio, sys
from astra_devops import AsyncAstraDevOps

async def work(astra, item):
    print("running", flush=True)
    await asyncio.Event().wait()

async def main():
    async with AsyncAstraDevOps("AstraCS:" + "a" * 24 + ":" + "0" * 64, base_url="http://localhost:1") as astra:
        async with astra.fleet.run(work, ["item"], journal=sys.argv[1], quiet=True) as run:
            await run.wait()

asyncio.run(main())
"""

    async def work(astra: AsyncAstraDevOps, item: str) -> str:
        return item

    with subprocess.Popen([sys.executable, "-c", script, str(journal)], stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        execute(journal, "UPDATE run SET work = '__main__:' || substr(work, instr(work, ':') + 1)")
        with pytest.raises(errors.JournalInUseError, match=f"in use by process {process.pid} on .+ since 20"):
            async with astra.fleet.run(work, ["item"], journal=journal, quiet=True):
                pass
        process.kill()
    execute(journal, f"UPDATE run SET work = '{work.__module__}:{work.__qualname__}'")
    async with astra.fleet.run(work, ["item"], journal=journal, quiet=True) as run:
        (outcome,) = [outcome async for outcome in run]
    assert outcome.state == "ok"


async def test_a_lease_of_another_machine_counts_until_its_heartbeat_is_old(astra: AsyncAstraDevOps, journal: Path) -> None:
    async def enter() -> None:
        async with astra.fleet.run(add_audit, [], journal=journal, quiet=True):
            pass

    await enter()
    execute(journal, "INSERT INTO lease VALUES ('owner', 'far/away/x', 'far', 7, '2026-01-01T00:00:00+00:00', unixepoch())")
    with pytest.raises(errors.JournalInUseError, match="process 7 on far since 2026-01-01"):
        await enter()
    execute(journal, "UPDATE lease SET heartbeat = heartbeat - 31")
    await enter()


async def test_a_run_whose_lease_was_taken_stops(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    database_id = emulator.add_database("orders")
    with pytest.raises(errors.JournalError, match="was taken over by another process"):
        async with astra.fleet.run(add_audit, _taking_over(journal, database_id), journal=journal, quiet=True) as run:
            await run.wait()
    assert emulator.journal.count("addKeyspace") == 0


async def _taking_over(journal: Path, database_id: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    execute(journal, "UPDATE lease SET owner = 'another'")
    yield database_id


async def test_a_journal_of_another_work_function_is_refused(astra: AsyncAstraDevOps, journal: Path) -> None:
    async with astra.fleet.run(add_audit, [], journal=journal, quiet=True):
        pass
    with pytest.raises(errors.JournalError, match=r"is that of the work function .*:add_audit, not of .*:create: name another file"):
        async with astra.fleet.run(create, [], journal=journal, quiet=True):
            pass


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"orders, events\n" * 50, "is not a journal of a fleet run"),
        ("CREATE TABLE orders (id TEXT)", "is not a journal of a fleet run"),
        ("PRAGMA user_version = 99", "was written by a later version of astra-devops: it has format 99"),
    ],
)
async def test_what_is_no_journal_is_refused(astra: AsyncAstraDevOps, journal: Path, content: bytes | str, message: str) -> None:
    if isinstance(content, bytes):
        journal.write_bytes(content)
    else:
        if content.startswith("PRAGMA"):
            async with astra.fleet.run(add_audit, [], journal=journal, quiet=True):
                pass
        execute(journal, content)
    with pytest.raises(errors.JournalError, match=message):
        async with astra.fleet.run(add_audit, [], journal=journal, quiet=True):
            pass


async def test_two_items_with_one_key_are_refused(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    database_id = emulator.add_database("orders")
    async with astra.fleet.run(add_audit, [database_id, database_id], journal=journal, quiet=True) as run:
        outcomes = [outcome async for outcome in run]
    assert {outcome.state for outcome in outcomes} == {"ok", "failed"}
    assert "two items have the key" in str(run.report)


async def test_calls_made_at_the_same_time_are_replayed_in_any_order(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    orders = [["a1", "b1"], ["b1", "a1"]]

    async def work(astra: AsyncAstraDevOps, item: str) -> object:
        return await asyncio.gather(*(create(astra, name) for name in orders.pop()))

    for _ in range(2):
        async with astra.fleet.run(work, ["item"], journal=journal, quiet=True) as run:
            (outcome,) = [outcome async for outcome in run]
        assert outcome.state == "ok"
        crash(journal, landed=True)
    assert emulator.journal.count("createDatabase") == 2


async def test_a_creation_that_no_later_look_settles_says_what_to_do(astra: AsyncAstraDevOps, emulator: Emulator, journal: Path) -> None:
    emulator.faults.status("listDatabases", 400)
    async with astra.fleet.run(create, ["orders"], journal=journal, quiet=True) as run:
        await run.wait()
    crash(journal, landed=False)
    async with astra.fleet.run(create, ["orders"], journal=journal, quiet=True) as run:
        (outcome,) = [outcome async for outcome in run]
    assert outcome.state == "unknown"
    assert "run the item with another journal" in str(outcome.error)
    assert emulator.journal.count("createDatabase") == 1


async def test_facts_of_a_creation_are_kept_for_the_next_process(astra: AsyncAstraDevOps, journal: Path) -> None:
    async with astra.fleet.run(create, ["orders"], journal=journal, quiet=True) as run:
        await run.wait()
    ((text,),) = execute(journal, "SELECT facts FROM step")
    assert set(json.loads(str(text))) == {"listed", "sent_at", "timeout"}
