"""Access lists of databases and of the organization as declared."""

from pathlib import Path

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops.desired import AccessList, Address, Database, Declaration, DevOpsAccessList, load
from astra_devops.emulator import Emulator
from tests.desired.shared import refused, through_files, writes

FILE = """\
[[access_lists]]
database = "orders"
addresses = ["10.0.0.0/8", { address = "203.0.113.7", description = "office" }]
calling_from = "10.1.2.3"

[devops_access_list]
addresses = ["127.0.0.0/8"]
calling_from = "unchecked"
"""


async def test_a_list_becomes_exactly_as_declared_after_its_database(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    declared = Declaration(
        [Database("orders", cloud_provider="aws", region="us-east-2")],
        access_lists=[AccessList("orders", ["10.0.0.0/8", Address("203.0.113.7", "office")], calling_from="10.1.2.3")],
        devops_access_list=DevOpsAccessList(["127.0.0.0/8", "2001:db8::/32"], calling_from="127.0.0.1"),
    )
    plan = await astra.plan(declared)
    assert "+ access list of database 'orders'" in str(plan)
    assert "    + addresses: 203.0.113.7/32 (office)" in str(plan)
    assert (await astra.apply(plan, quiet=True, workers=2)).is_done
    again = await astra.plan(declared)
    assert again.is_empty, str(again)
    emulator.journal.clear()
    assert (await astra.apply(again, quiet=True)).outcomes == ()
    assert writes(emulator) == []

    changed = Declaration(access_lists=[AccessList("orders", ["10.0.0.0/8"], calling_from="unchecked", enabled=False)])
    plan = await astra.plan(changed)
    assert {"    enabled: True -> False", "    - addresses: 203.0.113.7/32 (office)"} <= set(str(plan).splitlines())
    assert (await astra.apply(plan, quiet=True)).is_done
    assert (await astra.plan(changed)).is_empty


async def test_only_the_list_that_has_changed_since_is_refused(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    ids = [emulator.add_database(f"orders{number}") for number in range(3)]
    plan = await astra.plan(
        Declaration(access_lists=[AccessList(f"orders{number}", ["10.0.0.0/8"], calling_from="unchecked") for number in range(3)])
    )
    await (await astra.access_lists.add(ids[1], ["192.0.2.0/24"], calling_from=None)).wait()
    applied = await astra.apply(plan, quiet=True)
    assert {outcome.key: outcome.state for outcome in applied.outcomes} == {
        "access_list:orders0": "ok",
        "access_list:orders1": "failed",
        "access_list:orders2": "ok",
    }
    assert "addresses of access list of database 'orders1' were [], are ['192.0.2.0/24']" in str(applied)


async def test_a_list_is_changed_even_if_its_database_is_not(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    orders = emulator.add_database("orders", keyspaces=["app"])
    database = Database("orders", cloud_provider="aws", region="us-east-2", keyspaces=["audit"])
    plan = await astra.plan(Declaration([database], access_lists=[AccessList("orders", ["10.0.0.0/8"], calling_from="unchecked")]))
    assert plan.changes[1].needs == ("orders",)
    await (await astra.keyspaces.create(orders, "theirs")).wait()
    applied = await astra.apply(plan, quiet=True)
    assert {outcome.key: outcome.state for outcome in applied.outcomes} == {"orders": "failed", "access_list:orders": "ok"}


async def test_a_database_that_is_not_there_is_refused(astra: AsyncAstraDevOps) -> None:
    declared = Declaration(access_lists=[AccessList("none", [], calling_from="unchecked")])
    with pytest.raises(ValueError, match=r"access_lists\[0\]\.database must be a database that is there or declared, not 'none'"):
        await astra.plan(declared)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FILE.replace("10.1.2.3", "192.0.2.1"), r"access_lists\[0\]\.calling_from: 192.0.2.1 would be locked out"),
        (FILE.replace('calling_from = "unchecked"', ""), r"devops_access_list\.calling_from: must be given"),
        (FILE.replace('["127.0.0.0/8"]', "[]"), r"devops_access_list\.addresses: must not be empty"),
        (FILE.replace("10.0.0.0/8", "10.0.0.1/8"), r"access_lists\[0\]\.addresses\[0\]\.address: .*bits set outside its mask"),
        (
            FILE.replace("description", "descripton"),
            r"access_lists\[0\]\.addresses\[1\]\.descripton: is not .*; did you mean 'description'",
        ),
        (FILE.replace("10.0.0.0/8", "203.0.113.7"), r"access_lists\[0\]\.addresses: must not have '203.0.113.7/32' twice"),
    ],
)
def test_an_error_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    refused(tmp_path, text, message)


def test_yaml_has_them_too(tmp_path: Path) -> None:
    (tmp_path / "networks.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "networks.yaml").write_text(
        """\
access_lists:
- database: orders
  addresses: [10.0.0.0/8, {address: 203.0.113.7, description: office}]
  calling_from: 10.1.2.3
devops_access_list: {addresses: [127.0.0.0/8], calling_from: unchecked}
""",
        encoding="utf-8",
    )
    assert load(tmp_path / "networks.yaml") == load(tmp_path / "networks.toml")


def test_a_token_in_a_text_is_refused(blocking_astra: AstraDevOps, blocking_emulator: Emulator) -> None:
    blocking_emulator.add_database("orders")
    texts = [Address("10.0.0.0/8"), Address("203.0.113.7", f"see {blocking_emulator.token}")]
    lists = [AccessList("orders", texts, calling_from="unchecked")]
    for declared, place in (
        (Declaration(access_lists=lists), r"access_lists\[0\]\.addresses\[1\]\.description"),
        (Declaration(devops_access_list=DevOpsAccessList(texts, calling_from="unchecked")), r"devops_access_list\.addresses\[1\]"),
    ):
        with pytest.raises(ValueError, match=f"{place}.* must not contain a password or a token") as caught:
            blocking_astra.plan(declared)
        assert blocking_emulator.token not in str(caught.value)


def test_files_and_exports_have_them(blocking_astra: AstraDevOps, blocking_emulator: Emulator, tmp_path: Path) -> None:
    blocking_emulator.add_database("orders")
    blocking_emulator.add_database("open")
    through_files(blocking_astra, tmp_path, FILE)
    exported = blocking_astra.export()
    assert [entry.database for entry in exported.access_lists] == ["orders"]
    assert exported.devops_access_list == DevOpsAccessList(["127.0.0.0/8"], calling_from="unchecked")
    assert blocking_astra.plan(exported).is_empty
