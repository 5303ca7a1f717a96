"""Plans against the emulator: made, printed, saved, applied."""

import json
from pathlib import Path

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps, errors
from astra_devops.desired import AccessList, Capture, Declaration, Placement, Plan, Stream, Telemetry
from astra_devops.emulator import Emulator
from tests.desired.shared import database, requests, writes

READS = {"getCurrentOrganization", "listDatabases", "getDatabase", "listDatacenters"}


async def test_a_declaration_is_planned_applied_and_then_nothing_is_left_to_do(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.add_database("events", keyspaces=["app"])
    declared = Declaration(
        [database(keyspaces=["sales", "audit"], regions=["us-east-1"]), database("events", keyspaces=["audit"])],
    )
    plan = await astra.plan(declared)
    assert [change.action for change in plan.changes] == ["create", "update"]
    assert requests(emulator, but=READS) == []

    applied = await astra.apply(plan, quiet=True)
    assert applied.is_done, str(applied)
    databases = {database.info.name: database async for database in astra.databases.list()}
    assert sorted(databases["orders"].info.keyspaces or []) == ["audit", "sales"]
    assert sorted(databases["events"].info.keyspaces or []) == ["app", "audit"]
    assert [datacenter.region for datacenter in await astra.datacenters.list(databases["orders"].id)] == ["us-east-2", "us-east-1"]

    emulator.journal.clear()
    again = await astra.plan(declared)
    assert again.is_empty, str(again)
    assert (await astra.apply(again, quiet=True)).outcomes == ()
    assert requests(emulator, but=READS) == []


async def test_the_text_has_a_mark_for_each_change(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    events = emulator.add_database("events", keyspaces=["app"])
    elsewhere = emulator.add_database("elsewhere", region="us-east-1")
    emulator.add_database("same", keyspaces=["app"])
    plan = await astra.plan(Declaration([database(), database("events", keyspaces=["audit"]), database("elsewhere"), database("same")]))
    assert str(plan).splitlines() == [
        "+ database 'orders'",
        "    cloud_provider: AWS",
        "    region: us-east-2",
        "    tier: serverless",
        f"~ database 'events' ({events})",
        "    + keyspaces: audit",
        f"-/+ database 'elsewhere' ({elsewhere})",
        "    region: us-east-1 -> us-east-2",
        "    cannot be changed in place, and is not replaced: remove it yourself, or change the declaration",
        "1 to create, 1 to change, 1 to replace, 1 as declared",
    ]
    actions = [entry["change"]["actions"] for entry in plan.to_dict()["resource_changes"]]
    assert actions == [["create"], ["update"], ["delete", "create"], ["no-op"]]
    assert json.loads(json.dumps(plan.to_dict()))["resource_changes"][1]["change"]["before"]["keyspaces"] == ["app"]


async def test_a_database_that_has_changed_since_is_refused_and_the_others_are_changed(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    ids = [emulator.add_database(f"orders{number}", keyspaces=["app"]) for number in range(50)]
    plan = await astra.plan(Declaration([database(f"orders{number}", keyspaces=["audit"]) for number in range(50)]))
    await (await astra.keyspaces.create(ids[7], "theirs")).wait()
    emulator.journal.clear()

    applied = await astra.apply(plan, quiet=True)
    (refused,) = [outcome for outcome in applied.outcomes if outcome.state != "ok"]
    assert (refused.key, refused.state) == ("orders7", "failed")
    assert isinstance(refused.error, errors.OutdatedPlanError)
    assert str(refused.error) == "keyspaces of database 'orders7' were ['app'], are ['app', 'theirs']; make a new plan"
    assert not applied.is_done
    assert "49 of 50 changes made" in str(applied)
    assert requests(emulator, but=READS) == ["addKeyspace"] * 49


async def test_what_belongs_to_a_database_that_is_gone_is_refused_even_if_another_has_its_name(
    astra: AsyncAstraDevOps, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_KEY", "x")
    names = ("gone", "taken", "kept")
    ids = [emulator.add_database(name, keyspaces=["sales"]) for name in names]
    emulator.add_pcu_group("analytics", max=3)
    declared = Declaration(
        placements=[Placement(name, group="analytics") for name in names],
        access_lists=[AccessList(name, ["10.0.0.0/8"], calling_from="10.1.2.3") for name in names],
        captures=[Capture(name, ["sales.orders"], streams=[Stream("us-east-2", "pulsar", "cdc")]) for name in names],
        telemetry=[Telemetry(name, "datadog", secrets={"api_key": "METRICS_KEY"}) for name in names],
    )
    plan = await astra.plan(declared)
    for database_id in ids[:2]:
        await (await astra.databases.terminate(database_id)).wait()
    emulator.add_database("taken", keyspaces=["sales"])
    emulator.add_database("kept", keyspaces=["sales"])

    outcomes = (await astra.apply(plan, quiet=True)).outcomes
    assert {outcome.key for outcome in outcomes if outcome.state == "ok"} == {
        change.key for change in plan.changes if change.name == "kept"
    }
    refused = {outcome.key.partition(":")[2]: str(outcome.error) for outcome in outcomes if outcome.state != "ok"}
    assert refused == {
        name: f"database {name!r} was there, is gone ({database_id}); make a new plan"
        for name, database_id in zip(names, ids[:2], strict=False)
    }
    emulator.journal.clear()
    assert not (await astra.apply(plan, quiet=True)).is_done
    assert writes(emulator, but=["pcuGet", "pcuGetTypes"]) == []


async def test_what_goes_while_it_is_changed_is_an_outdated_plan(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.add_database("orders")
    plan = await astra.plan(Declaration(access_lists=[AccessList("orders", ["10.0.0.0/8"], calling_from="10.1.2.3")]))
    emulator.faults.status("UpsertAccessListForDatabase", 404)
    (outcome,) = (await astra.apply(plan, quiet=True)).outcomes
    assert isinstance(outcome.error, errors.OutdatedPlanError)
    assert "something that access list of database 'orders' needs was there, is gone: " in str(outcome.error)


async def test_a_name_that_was_free_and_is_taken_is_refused(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    plan = await astra.plan(Declaration([database(), database("events")]))
    taken = emulator.add_database("orders")
    applied = await astra.apply(plan, quiet=True)
    states = {outcome.key: (outcome.state, str(outcome.error)) for outcome in applied.outcomes}
    assert states["orders"] == ("failed", f"database 'orders' was not there, is there ({taken}); make a new plan")
    assert states["events"][0] == "ok"


async def test_a_database_is_never_replaced(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.add_database("orders", region="us-east-1")
    applied = await astra.apply(await astra.plan(Declaration([database()])), quiet=True)
    assert "never replaced" in str(applied)
    assert requests(emulator, but=READS) == []


async def test_a_name_of_two_databases_is_refused_with_both_ids(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    ids = {emulator.add_database("orders"), emulator.add_database("orders")}
    with pytest.raises(errors.AmbiguousNameError) as caught:
        await astra.plan(Declaration([database()]))
    assert set(caught.value.ids) == ids
    assert str(caught.value).endswith("; a declaration finds them by name, so remove all but one")


async def test_a_saved_plan_is_the_plan(astra: AsyncAstraDevOps, emulator: Emulator, tmp_path: Path) -> None:
    emulator.add_database("events", keyspaces=["app"])
    plan = await astra.plan(Declaration([database(), database("events", keyspaces=["audit"])]))
    plan.save(tmp_path / "plan.json")
    assert Plan.load(tmp_path / "plan.json") == plan
    assert emulator.token not in (tmp_path / "plan.json").read_text(encoding="utf-8")


async def test_a_journal_serves_another_plan_for_the_same_database(astra: AsyncAstraDevOps, journal: Path) -> None:
    for keyspaces in (["sales"], ["sales", "audit"]):
        declared = Declaration([database(keyspaces=keyspaces)])
        plan = await astra.plan(declared)
        (outcome,) = (await astra.apply(plan, journal=journal, quiet=True)).outcomes
        assert (outcome.key, outcome.state) == ("orders", "ok")
        assert (await astra.plan(declared)).is_empty
        (again,) = (await astra.apply(plan, journal=journal, quiet=True)).outcomes
        assert (again.key, again.state) == ("orders", "skipped")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no plan", "is none"),
        ("{}", "is none"),
        ('{"format": 2}', "must be a plan of format 3, not 2"),
        ('{"format": 3, "changes": [{}]}', "is damaged"),
        ('{"format": 3}', "is damaged"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        Plan.load(path)


def test_plans_and_what_came_of_them_are_shown_in_short(blocking_astra: AstraDevOps) -> None:
    plan = blocking_astra.plan(Declaration([database()]))
    assert repr(plan) == "<Plan: 1 to create, 0 to change, 0 to replace, 0 as declared>"
    assert plan._repr_html_().startswith("<pre>+ database 'orders'<br>")
    applied = blocking_astra.apply(plan, quiet=True)
    assert repr(applied) == "<Applied: 1 of 1 changes made>"
    assert applied._repr_html_() == "<pre>1 of 1 changes made</pre>"
    (row,) = applied.records()
    assert row == {"key": "orders", "state": "ok", "error": None, "advice": None, "resume_tokens": ""}
    assert applied.to_dict() == {"is_done": True, "outcomes": [row | {"resume_tokens": []}]}


def test_the_blocking_client_plans_and_applies(blocking_astra: AstraDevOps, blocking_emulator: Emulator) -> None:
    declared = Declaration([database(keyspaces=["sales"])])
    assert blocking_astra.apply(blocking_astra.plan(declared), quiet=True).is_done
    assert blocking_astra.plan(declared).is_empty
    assert requests(blocking_emulator, but=READS) == ["createDatabase"]


def test_a_saved_plan_is_not_applied_to_another_organization(tmp_path: Path) -> None:
    with Emulator.running(seed=1) as first, first.client() as astra, Emulator.running(seed=2) as second, second.client() as other:
        astra.plan(Declaration([database()])).save(tmp_path / "plan.json")
        with pytest.raises(
            errors.OutdatedPlanError, match=f"for the organization {first.organization_id}.*belongs to {second.organization_id}"
        ):
            other.apply(Plan.load(tmp_path / "plan.json"), quiet=True)
        assert requests(second, but=READS) == []
        assert astra.apply(Plan.load(tmp_path / "plan.json"), quiet=True).is_done
