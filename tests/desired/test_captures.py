"""Change data capture as declared."""

from pathlib import Path

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops.desired import Capture, Database, Declaration, Placement, Stream
from astra_devops.emulator import Emulator
from tests.desired.shared import refused, through_files, writes

FILE = """\
[[captures]]
database = "orders"
tables = ["sales.orders"]
streams = [{ region = "us-east-2", cluster = "pulsar-aws-useast2", tenant = "cdc" }]
"""
STREAM = Stream("us-east-2", "pulsar-aws-useast2", "cdc")


async def test_capture_begins_after_the_database_changes_and_ends(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    database = Database("orders", cloud_provider="aws", region="us-east-2", keyspaces=["sales"])
    for tables, call in (["sales.orders"], "enableCDC"), (["sales.orders", "sales.items"], "updateCDC"), ([], "deleteCDC"):
        declared = Declaration([database], captures=[Capture("orders", tables, streams=[STREAM])])
        emulator.journal.clear()
        applied = await astra.apply(await astra.plan(declared), quiet=True)
        assert applied.is_done, str(applied)
        assert writes(emulator)[-1] == call
        again = await astra.plan(declared)
        assert again.is_empty, str(again)
        emulator.journal.clear()
        assert (await astra.apply(again, quiet=True)).outcomes == ()
        assert writes(emulator) == []


async def test_the_plan_names_tables_and_streams(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    orders = emulator.add_database("orders", keyspaces=["sales"])
    plan = await astra.plan(Declaration(captures=[Capture("orders", ["sales.orders"], streams=[STREAM])]))
    assert str(plan).splitlines()[:3] == [
        f"~ change data capture of database 'orders' ({orders})",
        "    + tables: sales.orders",
        "    + streams: us-east-2 to cdc on pulsar-aws-useast2",
    ]
    await astra.apply(plan, quiet=True)
    applied = await astra.apply(plan, quiet=True)
    assert "tables of change data capture of database 'orders' were [], are ['sales.orders']" in str(applied)


async def test_prune_ends_a_capture_before_what_belongs_to_the_database_and_the_database_go(
    astra: AsyncAstraDevOps, emulator: Emulator
) -> None:
    for name in ("kept", "orders"):
        emulator.add_database(name, keyspaces=["sales"])
    emulator.add_pcu_group("analytics", max=3)
    captures = [Capture(name, ["sales.orders"], streams=[STREAM]) for name in ("kept", "orders")]
    declared = Declaration(captures=captures, placements=[Placement("orders", group="analytics")])
    assert (await astra.apply(await astra.plan(declared), quiet=True)).is_done
    emulator.journal.clear()
    prune = ["orders", "placement:orders", "capture:orders", "capture:nothing"]
    plan = await astra.plan(Declaration(), prune=prune, max_removed_share=1)
    assert [change.key for change in plan.pending] == prune[2::-1]
    assert "    - tables: sales.orders" in str(plan).splitlines()
    applied = await astra.apply(plan, quiet=True)
    assert applied.is_done, str(applied)
    assert writes(emulator, but=("pcuGet", "pcuGetTypes")) == ["deleteCDC", "pcuAssociationDelete", "terminateDatabase"]
    assert (await astra.plan(Declaration(), prune=prune, max_removed_share=1)).is_empty
    assert (await astra.export(only=["captures"])).captures == tuple(captures[:1])


async def test_a_function_is_asked_about_captures_where_some_are_declared(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    for name in ("kept", "orders"):
        emulator.add_database(name, keyspaces=["sales"])
    kept, orders = (Capture(name, ["sales.orders"], streams=[STREAM]) for name in ("kept", "orders"))
    await astra.apply(await astra.plan(Declaration(captures=[kept, orders])), quiet=True)
    plan = await astra.plan(Declaration(captures=[kept]), prune=lambda it: it.key == "capture:orders", max_removed_share=0.5)
    assert [(change.key, change.action) for change in plan.pending] == [("capture:orders", "remove")]
    assert (await astra.apply(plan, quiet=True)).is_done
    assert (await astra.apply(plan, quiet=True)).outcomes[0].state == "failed"


async def test_a_region_that_the_database_lacks_is_refused(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.add_database("orders", keyspaces=["sales"])
    elsewhere = Stream("us-west-2", "pulsar", "cdc")
    plan = await astra.plan(Declaration(captures=[Capture("orders", ["sales.orders"], streams=[elsewhere])]))
    applied = await astra.apply(plan, quiet=True)
    assert "database 'orders' has no datacenter in 'us-west-2'; declare the region" in str(applied)
    assert writes(emulator) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            FILE.replace("sales.orders", "orders"),
            r"captures\[0\]\.tables\[0\]: must be KEYSPACE.TABLE, such as 'sales.orders', not 'orders'",
        ),
        (FILE.replace("tenant", "tennant"), r"captures\[0\]\.streams\[0\]\.tennant: is not a setting; .*; did you mean 'tenant'"),
        (FILE.replace(', tenant = "cdc"', ""), r"captures\[0\]\.streams\[0\]\.tenant: must be given"),
        (FILE.replace('"cdc"', '""'), r"captures\[0\]\.streams\[0\]\.tenant: must not be empty"),
        (FILE.partition("streams")[0], r"captures\[0\]\.streams: must not be empty"),
    ],
)
def test_an_error_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    refused(tmp_path, text, message)


def test_files_and_exports_have_it(blocking_astra: AstraDevOps, blocking_emulator: Emulator, tmp_path: Path) -> None:
    blocking_emulator.add_database("orders", keyspaces=["sales"])
    blocking_emulator.add_database("quiet", keyspaces=["sales"])
    declared = through_files(blocking_astra, tmp_path, FILE)
    assert blocking_astra.export(only=["captures"]) == declared
