"""PCU groups and the databases in them as declared."""

from pathlib import Path
from typing import Any

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops.desired import Declaration, PcuGroup, Placement
from astra_devops.emulator import Emulator
from tests.desired.shared import database, refused, through_files, writes

FILE = """\
[[pcu_groups]]
title = "analytics"
cloud_provider = "aws"
region = "us-east-2"
min = 1
max = 3

[[placements]]
database = "orders"
group = "analytics"
"""


def group(title: str = "analytics", **settings: Any) -> PcuGroup:
    return PcuGroup(title, **{"cloud_provider": "aws", "region": "us-east-2", "min": 1, "max": 3, **settings})


async def test_a_database_is_placed_when_both_are_there(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    declared = Declaration([database()], pcu_groups=[group()], placements=[Placement("orders", group="analytics")])
    plan = await astra.plan(declared)
    assert [change.key for change in plan.changes] == ["pcu_group:analytics", "orders", "placement:orders"]
    assert plan.changes[2].needs == ("pcu_group:analytics", "orders")
    assert "    (a group costs money from its creation on)" in str(plan).splitlines()
    applied = await astra.apply(plan, quiet=True, workers=3)
    assert applied.is_done, str(applied)
    assert sorted(writes(emulator, but=("pcuGet", "pcuGetTypes"))[:2]) == ["createDatabase", "pcuCreate"]
    assert writes(emulator, but=("pcuGet", "pcuGetTypes"))[2:] == ["pcuAssociationCreate"]
    again = await astra.plan(declared)
    assert again.is_empty, str(again)
    emulator.journal.clear()
    assert (await astra.apply(again, quiet=True)).outcomes == ()
    assert writes(emulator, but=("pcuGet", "pcuGetTypes")) == []


async def test_a_parked_group_is_unparked_before_it_is_changed(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    declared = Declaration([database()], pcu_groups=[group()], placements=[Placement("orders", group="analytics")])
    await astra.apply(await astra.plan(declared), quiet=True)
    (found,) = await astra.pcu_groups.list()
    await (await astra.pcu_groups.park(found.id)).wait()
    assert (await astra.plan(declared)).is_empty
    emulator.journal.clear()
    changed = Declaration(pcu_groups=[group(max=5, description="reports")])
    applied = await astra.apply(await astra.plan(changed), quiet=True)
    assert applied.is_done, str(applied)
    assert writes(emulator, but=("pcuGet", "pcuGetTypes")) == ["pcuGroupUnpark", "pcuUpdate"]
    assert (await astra.plan(changed)).is_empty


async def test_a_database_moves_to_another_group(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    await astra.apply(
        await astra.plan(Declaration([database()], pcu_groups=[group()], placements=[Placement("orders", group="analytics")])), quiet=True
    )
    emulator.add_pcu_group("other")
    moved = Declaration(placements=[Placement("orders", group="other", region="us-east-2")])
    plan = await astra.plan(moved)
    assert "    group: analytics -> other" in str(plan).splitlines()
    assert (await astra.apply(plan, quiet=True)).is_done
    assert (await astra.plan(moved)).is_empty


async def test_a_group_is_removed_after_what_is_in_it(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    declared = Declaration([database("a0"), database("b0")], pcu_groups=[group()], placements=[Placement("a0", group="analytics")])
    await astra.apply(await astra.plan(declared), quiet=True)
    plan = await astra.plan(Declaration([database("b0")]), prune=["pcu_group:analytics", "placement:a0", "a0"], max_removed_share=1)
    assert [change.key for change in plan.pending] == ["placement:a0", "a0", "pcu_group:analytics"]
    emulator.journal.clear()
    applied = await astra.apply(plan, quiet=True)
    assert applied.is_done, str(applied)
    assert writes(emulator, but=("pcuGet", "pcuGetTypes"))[-1] == "pcuDelete"


async def test_a_group_is_never_replaced(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.add_pcu_group("analytics", max=3)
    applied = await astra.apply(await astra.plan(Declaration(pcu_groups=[group(region="us-east-1")])), quiet=True)
    assert "PCU group 'analytics' cannot be changed in place, and is never replaced" in str(applied)
    assert writes(emulator, but=("pcuGet", "pcuGetTypes")) == []


async def test_only_the_group_that_has_changed_since_is_refused(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    first = emulator.add_pcu_group("first", max=2)
    emulator.add_pcu_group("second", max=2)
    plan = await astra.plan(Declaration(pcu_groups=[group("first"), group("second")]))
    await astra.pcu_groups.update(first, max=7)
    applied = await astra.apply(plan, quiet=True)
    assert {outcome.key: outcome.state for outcome in applied.outcomes} == {"pcu_group:first": "failed", "pcu_group:second": "ok"}
    assert "max of PCU group 'first' was 2, is 7" in str(applied)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (Declaration(placements=[Placement("none", group="there")]), r"placements\[0\]\.database must be a database that is there"),
        (
            Declaration([database()], placements=[Placement("orders", group="none")]),
            r"placements\[0\]\.group must be a PCU group that is there",
        ),
        (Declaration(pcu_groups=[group("there", reserved=1)]), r"pcu_groups\[0\]\.reserved can only be raised, .*; it is 0"),
    ],
)
async def test_what_cannot_be_planned_is_refused(astra: AsyncAstraDevOps, emulator: Emulator, declared: Declaration, message: str) -> None:
    emulator.add_pcu_group("there", max=3)
    with pytest.raises(ValueError, match=message):
        await astra.plan(declared)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FILE.replace("max = 3", "max = 0"), r"pcu_groups\[0\]\.max: must be from 1 to"),
        (FILE.replace("min = 1", "min = 0"), r"pcu_groups\[0\]\.min: must be from 1 to"),
        (FILE.replace('group = "analytics"', ""), r"placements\[0\]\.group: must be given"),
    ],
)
def test_an_error_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    refused(tmp_path, text, message)


def test_files_and_exports_have_them(blocking_astra: AstraDevOps, blocking_emulator: Emulator, tmp_path: Path) -> None:
    blocking_emulator.add_database("orders")
    declared = through_files(blocking_astra, tmp_path, FILE)
    exported = blocking_astra.export(only=["pcu_groups", "placements"])
    assert exported.placements == declared.placements
    assert blocking_astra.plan(exported).is_empty
