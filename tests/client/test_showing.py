"""Operations and pagers show themselves in a line of at most 160 characters, and in a table."""

import rich.pretty

from astra_devops import AstraDevOps
from astra_devops.emulator import Emulator

LONGEST = 160


def test_an_operation_with_many_or_long_ids_is_one_short_line() -> None:
    with Emulator.running() as emulator, emulator.client() as astra:
        database_id = emulator.add_database("orders")
        operation = astra.access_lists.replace(database_id, [f"203.0.113.{last}" for last in range(30)], enabled=True, calling_from=None)
        assert repr(operation) == f"<Operation access_lists.replace database_id={database_id!r}, ... status=None>"
        assert len(repr(transfer(astra, emulator, database_id))) <= LONGEST


def transfer(astra: AstraDevOps, emulator: Emulator, database_id: str) -> object:
    (datacenter,) = astra.datacenters.list(database_id)
    old, new = emulator.add_pcu_group("old"), emulator.add_pcu_group("new")
    astra.pcu_groups.associate(old, datacenter.id).wait()
    return astra.pcu_groups.transfer(datacenter.id, from_group_id=old, to_group_id=new)


def test_notebooks_and_rich_show_the_parts_of_an_operation() -> None:
    with Emulator.running() as emulator, emulator.client() as astra:
        operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
        assert "databases.create</td>" in operation._repr_html_()
        assert f"{operation.resource_id}</td>" in operation._repr_html_()
        assert "kind='databases.create'" in rich.pretty.pretty_repr(operation)
        operation.wait()
        assert ("status", "ACTIVE") in list(operation.__rich_repr__())


def test_a_pager_says_what_to_do_with_it() -> None:
    with Emulator.running() as emulator, emulator.client() as astra:
        assert repr(astra.databases.list()) == "<Pager: iterate over it, or call collect() for a list>"
        async_pager = repr(emulator.async_client().databases.list())
        assert async_pager == "<AsyncPager: iterate over it with 'async for', or 'await pager.collect()' for a list>"


def test_an_organization_is_exported_like_a_model_and_its_repr_leaves_the_name_out() -> None:
    with Emulator.running() as emulator, emulator.client() as astra:
        organization = astra.organizations.current()
        assert repr(organization) == f"Organization(id={emulator.organization_id!r})"
        assert organization.to_dict() == {"id": emulator.organization_id, "name": "Emulated Organization"}
        assert organization._repr_html_().startswith("<table>")
