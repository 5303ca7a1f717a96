"""Databases for one block of code, and the sweep that ends those that outlived theirs."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops import AstraDevOps, AsyncAstraDevOps, deadline, errors
from astra_devops._runtime import checks
from astra_devops._runtime import deadline as limits
from astra_devops.emulator import Emulator, RealClock, ScaledClock
from astra_devops.resources._short_lived import names

pytestmark = pytest.mark.anyio

HERE = {"cloud_provider": "aws", "region": "us-east-2"}
PARTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]*", fullmatch=True)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))


@pytest.fixture
def emulator_in_thread() -> Iterator[Emulator]:
    with Emulator.running() as emulator:
        yield emulator


def named(prefix: str, emulator: Emulator, owner: str = "mara", **age: float) -> str:
    """Return the name of a database that expired so long ago."""
    return names.new_name(prefix, owner, emulator.clock.now() - timedelta(**age))


@given(PARTS.map(lambda part: part[:12]), PARTS.map(lambda part: part[:15]), MOMENTS)
def test_a_name_says_what_went_into_it_and_the_service_accepts_it(prefix: str, owner: str, expires_at: datetime) -> None:
    name = names.new_name(names.check_prefix(prefix), names.check_owner(owner), expires_at)
    assert checks.database_name(name) == name
    assert names.parse_name(name) == names.ShortLivedName(prefix, owner, expires_at.replace(microsecond=0))


@pytest.mark.parametrize(
    "name", ["ci", "ci+mara", "ci-20200101T000000Z", "ci+mara+20201301T000000Z+0000", "ci+mara+20200101T000000Z+00", "", "+"]
)
def test_another_name_is_not_that_of_a_short_lived_database(name: str) -> None:
    assert names.parse_name(name) is None


def test_the_default_owner_fits_into_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for user in ("mara", "Mära Müller@example.com", "...", "CORP\\someone-with-a-long-name"):
        monkeypatch.setenv("LOGNAME", user)
        assert names.check_owner(names.default_owner())


async def test_the_block_has_an_active_database_that_is_terminated(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    temporary = astra.databases.temporary("ci", owner="mara", ttl=timedelta(hours=2), keyspace="sales", **HERE)
    async with temporary as database:
        assert (database.status, database.info.keyspaces, database.id) == ("ACTIVE", ["sales"], temporary.id)
        parsed = names.parse_name(database.info.name or "")
        assert parsed is not None
        assert (parsed.prefix, parsed.owner) == ("ci", "mara")
        assert timedelta(hours=1, minutes=50) < parsed.expires_at - emulator.clock.now() <= timedelta(hours=2)
    assert [listed.status for listed in await astra.databases.list().collect()] == ["TERMINATING"]
    with pytest.raises(RuntimeError, match="entered only once"):
        await temporary.__aenter__()


async def test_it_goes_with_datacenters_that_were_added(astra: AsyncAstraDevOps) -> None:
    async with astra.databases.temporary("ci", **HERE) as database:
        await astra.datacenters.create_all(database.id, ["eu-west-1"], cloud_provider="aws")
    assert [listed.status for listed in await astra.databases.list().collect()] == ["TERMINATING"]


async def test_a_block_that_terminates_its_database_itself_ends_well(astra: AsyncAstraDevOps) -> None:
    async with astra.databases.temporary("ci", **HERE) as database:
        await astra.databases.terminate(database.id)
    async with astra.databases.temporary("ci", **HERE) as database:
        await (await astra.databases.terminate(database.id)).wait()
    assert [listed.status for listed in await astra.databases.list().collect()] in ([], ["TERMINATING"])


async def test_it_is_terminated_when_the_block_fails(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    with pytest.raises(KeyError) as raised:
        async with astra.databases.temporary("ci", **HERE):
            raise KeyError("orders")
    assert not hasattr(raised.value, "__notes__")
    assert emulator.journal.count("terminateDatabase") == 1


async def test_an_error_of_the_termination_is_a_note_of_the_error_of_the_block(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.faults.status("terminateDatabase", 403)
    with pytest.raises(KeyError) as raised:
        async with astra.databases.temporary("ci", **HERE) as database:
            raise KeyError("orders")
    assert [database.id in note and "403" in note for note in raised.value.__notes__] == [True]


async def test_an_error_of_the_termination_is_raised_after_a_block_without_one(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.faults.status("terminateDatabase", 403)
    with pytest.raises(errors.APIStatusError) as raised:
        async with astra.databases.temporary("ci", **HERE) as database:
            pass
    assert f"terminate it by its id, {database.id}" in str(raised.value)


async def test_it_is_terminated_when_it_never_becomes_active(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.faults.fail_state("createDatabase")
    with pytest.raises(errors.OperationFailedError):
        async with astra.databases.temporary("ci", **HERE):
            raise AssertionError
    assert emulator.journal.count("terminateDatabase") == 1


async def test_canceled_in_the_block(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    entered = asyncio.Event()

    async def work() -> None:
        async with astra.databases.temporary("ci", **HERE):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert emulator.journal.count("terminateDatabase") == 1


@pytest.mark.parametrize("turns", [1, 3, 10, 30, 100, 300])
async def test_canceled_while_it_is_created_and_again_while_it_ends(turns: int) -> None:
    async with Emulator(clock=RealClock()) as emulator, emulator.async_client() as astra:

        async def work() -> None:
            async with astra.databases.temporary("ci", **HERE):
                raise AssertionError

        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert emulator.journal.count("createDatabase") == emulator.journal.count("terminateDatabase")
        assert [database.status async for database in astra.databases.list()] in ([], ["TERMINATING"])


async def test_a_scope_of_anyio_and_a_deadline_that_are_over_do_not_keep_it(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    with anyio.CancelScope() as scope:
        async with astra.databases.temporary("ci", **HERE):
            scope.cancel()
            await anyio.sleep_forever()
    with deadline(300):
        async with astra.databases.temporary("ci", **HERE):
            await limits.sleep(emulator.clock, 400)
            assert (limits.remaining() or 0) < 0
    assert emulator.journal.count("terminateDatabase") == 2


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"prefix": "two words"}, ValueError, "prefix must be 1 to 12 letters"),
        ({"prefix": "x" * 13}, ValueError, "prefix"),
        ({"owner": "a+b"}, ValueError, "owner must be 1 to 15 letters"),
        ({"owner": ""}, ValueError, "owner"),
        ({"ttl": timedelta()}, ValueError, "ttl must be more than zero"),
        ({"ttl": timedelta.max}, ValueError, "ttl is too long"),
        ({"ttl": 3600}, TypeError, "ttl"),
        ({"cloud_provider": "ibm"}, ValueError, "cloud_provider"),
        ({"keyspace": "a b"}, ValueError, "keyspace"),
    ],
)
async def test_a_wrong_argument_is_refused_by_the_call(
    astra: AsyncAstraDevOps, arguments: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        astra.databases.temporary(**{"prefix": "ci", **HERE, **arguments})  # type: ignore[arg-type]


def test_the_blocking_form(emulator_in_thread: Emulator) -> None:
    with emulator_in_thread.client() as astra:
        temporary = astra.databases.temporary("ci", owner="mara", ttl=timedelta(minutes=5), **HERE)
        with temporary as database:
            assert (database.status, database.id, database.info.name) == ("ACTIVE", temporary.id, temporary.name)
        with pytest.raises(KeyError), astra.databases.temporary("ci", **HERE):
            raise KeyError
        with pytest.raises(ValueError, match="prefix"):
            astra.databases.temporary("", **HERE)
        assert emulator_in_thread.journal.count("terminateDatabase") == 2
        assert repr(temporary).startswith("<Temporary 'ci+mara+")
        expired = emulator_in_thread.add_database(named("ci", emulator_in_thread, seconds=1))
        assert [(swept.id, swept.state) for swept in astra.databases.sweep("ci")] == [(expired, "terminated")]


async def test_a_sweep_terminates_exactly_the_expired_ones_of_its_prefix(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    now = emulator.clock.now()
    expired = [emulator.add_database(named("ci", emulator, hours=hours)) for hours in (1, 30)]
    emulator.add_database(named("ci", emulator, hours=3), status="TERMINATING")
    left = ["ci", "ci-1", "ci+mara", f"ci+mara+{now:%Y%m%d}", named("ci2", emulator, hours=9), named("c", emulator, hours=9)]
    left += [named("ci", emulator, hours=-1), "orders"]
    kept = {emulator.add_database(name) for name in left}

    found = await astra.databases.sweep("ci", dry_run=True)
    assert [(item.id, item.owner, item.state, item.error) for item in found] == [(id_, "mara", "found", None) for id_ in expired[::-1]]
    assert emulator.journal.count("terminateDatabase") == 0

    swept = await astra.databases.sweep("ci")
    assert [(item.id, item.state) for item in swept] == [(id_, "terminated") for id_ in expired[::-1]]
    assert emulator.journal.count("terminateDatabase") == 2
    assert {database.id async for database in astra.databases.list() if database.status == "ACTIVE"} == kept
    assert await astra.databases.sweep("ci") == []


async def test_a_sweep_of_an_owner_takes_what_has_not_expired_too(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    young = emulator.add_database(named("ci", emulator, hours=-1, owner="run-7"))
    emulator.add_database(named("ci", emulator, hours=1, owner="run-70"))
    assert [item.id for item in await astra.databases.sweep("ci", owner="run-7")] == [young]


async def test_a_sweep_goes_on_after_a_failure(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    for hours in range(3):
        emulator.add_database(named("ci", emulator, hours=hours + 1))
    emulator.faults.status("terminateDatabase", 403)
    swept = await astra.databases.sweep("ci")
    assert sorted(item.state for item in swept) == ["failed", "terminated", "terminated"]
    (failed,) = (item for item in swept if item.error)
    assert "403" in str(failed.error)


_KILLED = """
import asyncio, sys
from datetime import timedelta
from astra_devops import AsyncAstraDevOps

async def main(url, prefix, seconds):
    async with AsyncAstraDevOps(base_url=url) as astra:
        ttl = timedelta(seconds=float(seconds))
        async with astra.databases.temporary(prefix, ttl=ttl, cloud_provider="aws", region="us-east-2") as database:
            print(database.id, flush=True)
            await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


def killed_inside(emulator: Emulator, prefix: str, ttl: float) -> str:
    """Kill a process inside ``temporary``, and return the id of its database."""
    command = [sys.executable, "-c", _KILLED, emulator.url, prefix, str(ttl)]
    environment = {**os.environ, "ASTRA_DB_APPLICATION_TOKEN": emulator.token}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        database_id = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    assert database_id
    return database_id


def test_a_process_is_killed_and_a_later_sweep_ends_exactly_what_has_expired() -> None:
    with Emulator.running(clock=ScaledClock(2000)) as emulator:
        expired = [killed_inside(emulator, "ci", 1) for _ in range(2)]
        kept = {killed_inside(emulator, "ci", 10_000_000), killed_inside(emulator, "ci2", 1), emulator.add_database("ci")}
        with AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
            assert sorted(item.id for item in astra.databases.sweep("ci")) == sorted(expired)
            assert {database.id for database in astra.databases.list()} == kept
            assert astra.databases.sweep("ci") == []


_INTERRUPTED = """
import signal, sys, time
from astra_devops import AstraDevOps

# A shell that starts the tests in the background makes them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)

with AstraDevOps(base_url=sys.argv[1]) as astra:
    temporary = astra.databases.temporary("ci", cloud_provider="aws", region="us-east-2")
    print("creating", flush=True)
    with temporary:
        print("inside", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize("place", ["creating", "inside"])
def test_an_interrupt_of_a_blocking_program_ends_the_database(place: str) -> None:
    with Emulator.running(clock=ScaledClock(2000 if place == "inside" else 1)) as emulator:
        environment = {**os.environ, "ASTRA_DB_APPLICATION_TOKEN": emulator.token}
        command = [sys.executable, "-c", _INTERRUPTED, emulator.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            while process.stdout.readline().strip() != place:
                pass
            while not emulator.databases:
                pass  # The creation has not arrived yet.
            process.send_signal(signal.SIGINT)
            _, err = process.communicate()
        assert "KeyboardInterrupt" in err
        assert emulator.journal.count("terminateDatabase") == 1
