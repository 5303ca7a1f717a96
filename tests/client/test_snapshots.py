"""Snapshots: taken over time, listed by period."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_snapshots_accumulate_over_time(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    assert len(await astra.snapshots.list(database_id)) == 1
    emulator.clock.advance(3 * 3600)
    snapshots = await astra.snapshots.list(database_id)
    assert len({snapshot.id for snapshot in snapshots}) == 4
    times = [snapshot.time for snapshot in snapshots]
    assert [later - earlier for earlier, later in pairwise(times)] == [timedelta(hours=1)] * 3
    assert all(time.utcoffset() == timedelta(0) for time in times)


async def test_a_period_is_sent_in_utc(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.clock.advance(3 * 3600)
    first, second, third, _ = await astra.snapshots.list(database_id)
    zone = timezone(timedelta(hours=7))
    snapshots = await astra.snapshots.list(database_id, start=second.time.astimezone(zone), end=third.time, source_region="us-east-2")
    assert snapshots == [second, third]
    assert await astra.snapshots.list(database_id, end=first.time) == [first]
    query = emulator.journal.of("listSnapshots")[1].query
    assert set(query) == {"from", "to", "sourceRegion"}
    assert all(query[name].endswith("Z") for name in ("from", "to"))


@pytest.mark.parametrize(
    ("arguments", "error", "argument"),
    [
        ({"start": datetime(2026, 1, 1)}, ValueError, "start"),
        ({"end": "2026-01-01"}, TypeError, "end"),
        ({"start": datetime(2026, 1, 2, tzinfo=UTC), "end": datetime(2026, 1, 1, tzinfo=UTC)}, ValueError, "end"),
        ({"source_region": ""}, ValueError, "source_region"),
    ],
)
async def test_bad_arguments_are_named_and_nothing_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, arguments: dict[str, Any], error: type[Exception], argument: str
) -> None:
    with pytest.raises(error, match=argument):
        await astra.snapshots.list("d", **arguments)
    assert len(emulator.journal) == 0


async def test_an_empty_answer_is_an_empty_list(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    for body in ({"snapshots": None}, {}):
        emulator.faults.body("listSnapshots", body)
        assert await astra.snapshots.list(database_id) == []


async def test_a_missing_database_is_not_found(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.snapshots.list("no-such-database")
