"""Removals: only what prune names, and only so much."""

from pathlib import Path
from typing import Any

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps, errors
from astra_devops.desired import AccessList, Declaration, Plan, Undeclared
from astra_devops.emulator import Emulator, ScaledClock
from tests.desired.killing import kill_after, program
from tests.desired.killing import run as run_program
from tests.desired.shared import database, requests
from tests.desired.test_commands import run

READS = {"getCurrentOrganization", "listDatabases", "getDatabase", "listDatacenters"}


def fill(emulator: Emulator, *names: str) -> list[str]:
    return [emulator.add_database(name, keyspaces=["app"]) for name in names]


async def test_only_what_prune_names_is_removed(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    fill(emulator, "orders", "kept")
    (old,) = fill(emulator, "old")
    fill(emulator, "other")
    await (await astra.datacenters.create(old, cloud_provider="aws", region="us-east-1")).wait()
    declared = Declaration([database()])
    assert (await astra.plan(declared)).is_empty
    plan = await astra.plan(declared, prune=["old", "gone already"])
    assert str(plan).splitlines() == [
        f"- database 'old' ({old})",
        "    - regions: us-east-1",
        "    - keyspaces: app",
        "0 to create, 0 to change, 0 to replace, 1 to remove, 1 as declared",
    ]
    assert plan.to_dict()["resource_changes"][1]["change"]["actions"] == ["delete"]
    emulator.journal.clear()
    applied = await astra.apply(plan, quiet=True)
    assert applied.is_done, str(applied)
    assert requests(emulator, but=READS) == ["terminateDatacenter", "terminateDatabase"]
    present = [database.info.name async for database in astra.databases.list()]
    assert sorted(str(name) for name in present) == ["kept", "orders", "other"]
    assert (await astra.plan(declared, prune=["old"])).is_empty


async def test_a_function_is_asked_about_what_is_not_declared_or_protected(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.add_database("orders", keyspaces=["app", "old"])
    emulator.add_database("events", keyspaces=["app", "old"])
    fill(emulator, "ci1", "kept")
    asked: list[str] = []

    def is_old(undeclared: Undeclared) -> bool:
        asked.append(undeclared.name)
        return undeclared.name in ("ci1", "events/old")

    declared = Declaration([database(keyspaces=["app"]), database("events", keyspaces=["app"], protected=False)])
    plan = await astra.plan(declared, prune=is_old)
    assert asked == ["ci1", "kept", "events/old"]
    assert [(change.name, change.action) for change in plan.pending] == [("events", "update"), ("ci1", "remove")]
    assert "    - keyspaces: old" in str(plan)
    emulator.journal.clear()
    applied = await astra.apply(plan, quiet=True)
    assert applied.is_done, str(applied)
    assert sorted(requests(emulator, but=READS)) == ["removeKeyspace", "terminateDatabase"]
    assert (await astra.plan(declared, prune=is_old)).is_empty


async def test_a_plan_that_removes_too_much_is_refused_with_the_argument(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    fill(emulator, "orders", "a", "b", "c", "d")
    declared = Declaration([database()])
    message = r"max_removed_share must be at least 0\.4 for this plan, not 0\.3: prune would remove 2 of the 5 databases"
    with pytest.raises(ValueError, match=message):
        await astra.plan(declared, prune=["a", "b"])
    assert len((await astra.plan(declared, prune=["a", "b"], max_removed_share=0.4)).pending) == 2
    assert requests(emulator, but=READS) == []


async def test_a_plan_that_removes_too_many_keyspaces_is_refused_too(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.add_database("orders", keyspaces=["app", "old", "older"])
    emulator.add_database("events", keyspaces=["app", "old"])
    declared = Declaration([database(keyspaces=["app"], protected=False)])
    for prune in (["orders/old", "orders/older"], lambda undeclared: undeclared.kind == "keyspace"):
        with pytest.raises(ValueError, match=r"max_removed_share must be at least 0\.4 .*: prune would remove 2 of the 5 keyspaces"):
            await astra.plan(declared, prune=prune)
        assert not (await astra.plan(declared, prune=prune, max_removed_share=0.4)).is_empty
    assert len((await astra.plan(declared, prune=["orders/old"])).pending) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"prune": "orders"}, "prune must be a list of strings, not a single string"),
        ({"prune": ["x", "orders"]}, r"prune\[1\] must not be 'orders', which is declared"),
        ({"prune": ["orders/app"]}, r"prune\[0\] must not be 'orders/app', which is declared"),
        ({"prune": ["orders/old"]}, r"prune\[0\] must not be 'orders/old': database 'orders' is protected; .* protected=False"),
        ({"prune": ["events/old"]}, r"prune\[0\] must be a keyspace of a declared database"),
        ({"prune": lambda _: "yes"}, "the answer of prune must be True or False, not str"),
        ({"max_removed_share": 30}, "max_removed_share must be from 0 to 1, not 30"),
        ({"max_removed_share": True}, "max_removed_share must be a number, not bool"),
    ],
)
async def test_wrong_arguments_are_refused(astra: AsyncAstraDevOps, emulator: Emulator, settings: Any, message: str) -> None:
    fill(emulator, "old", "older", "oldest", "orders")
    with pytest.raises((TypeError, ValueError), match=message):
        await astra.plan(Declaration([database(keyspaces=["app"])]), **settings)


async def test_a_name_of_two_databases_is_not_removed(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    fill(emulator, "old", "old")
    with pytest.raises(errors.AmbiguousNameError):
        await astra.plan(Declaration(), prune=["old"], max_removed_share=1)


@pytest.mark.parametrize("prune", [["orders", "other"], lambda undeclared: undeclared.name in ("orders", "other")])
async def test_what_something_declared_needs_is_not_removed(astra: AsyncAstraDevOps, emulator: Emulator, prune: Any) -> None:
    fill(emulator, "other", "orders")
    declared = Declaration(access_lists=[AccessList("orders", ["10.0.0.0/8"], calling_from="unchecked")])
    message = "prune must not name 'orders', which the declared access list of database 'orders' needs"
    with pytest.raises(ValueError, match=message):
        await astra.plan(declared, prune=prune, max_removed_share=1)


async def test_what_has_changed_since_is_not_removed(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    used, gone, old = fill(emulator, "used", "gone", "old")
    plan = await astra.plan(Declaration(), prune=["used", "gone", "old"], max_removed_share=1)
    await (await astra.keyspaces.create(used, "theirs")).wait()
    await (await astra.databases.terminate(gone)).wait()
    emulator.journal.clear()
    applied = await astra.apply(plan, quiet=True)
    outcomes = {outcome.key: outcome for outcome in applied.outcomes}
    assert str(outcomes["used"].error) == "keyspaces of database 'used' were ['app'], are ['app', 'theirs']; make a new plan"
    assert "database 'gone' was there, is" in str(outcomes["gone"].error)
    assert outcomes["old"].state == "ok"
    assert [exchange.path for exchange in emulator.journal.of("terminateDatabase")] == [f"/v2/databases/{old}/terminate"]


async def test_a_saved_plan_has_its_removals(astra: AsyncAstraDevOps, emulator: Emulator, tmp_path: Path) -> None:
    fill(emulator, "old")
    plan = await astra.plan(Declaration(), prune=["old"], max_removed_share=1)
    plan.save(tmp_path / "plan.json")
    assert Plan.load(tmp_path / "plan.json") == plan


def test_the_blocking_client_prunes(blocking_astra: AstraDevOps, blocking_emulator: Emulator) -> None:
    fill(blocking_emulator, "old", "kept")
    plan = blocking_astra.plan(Declaration(), prune=lambda undeclared: undeclared.name == "old", max_removed_share=0.5)
    assert blocking_astra.apply(plan, quiet=True).is_done
    assert [database.info.name for database in blocking_astra.databases.list()] == ["kept"]


def test_the_program_prunes(blocking_emulator: Emulator, tmp_path: Path) -> None:
    fill(blocking_emulator, "old", "kept")
    (tmp_path / "databases.toml").write_text("", encoding="utf-8")
    refused = run(blocking_emulator, tmp_path, "plan", "databases.toml", "--prune", "old")
    assert (refused.returncode, "max_removed_share must be at least 0.5" in refused.stderr) == (1, True)
    planned = run(blocking_emulator, tmp_path, "plan", "databases.toml", "--prune", "old", "--max-removed-share", "0.5")
    assert (planned.returncode, planned.stdout.startswith("- database 'old'")) == (2, True), planned.stderr


@pytest.mark.timeout(120)
def test_a_removal_that_is_killed_is_continued(tmp_path: Path) -> None:
    speed = 100.0
    with Emulator.running(clock=ScaledClock(speed)) as emulator, emulator.client() as astra:
        fill(emulator, *(f"old{number}" for number in range(8)))
        astra.plan(Declaration(), prune=lambda _: True, max_removed_share=1).save(tmp_path / "plan.json")
        command = program(emulator, tmp_path, speed)
        kill_after(command, 3)
        printed = run_program(command)
        assert "8 of 8 changes made" in printed, printed
        assert not list(astra.databases.list())
