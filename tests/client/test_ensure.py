"""What is there is left alone, what is missing is made, and what differs is an error."""

import asyncio
import pickle

import attrs
import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator
from astra_devops.models import Database
from astra_devops.policies import drn, policy

pytestmark = pytest.mark.anyio

PLACE = {"cloud_provider": "aws", "region": "us-east-2"}


async def ensure(astra: AsyncAstraDevOps, name: str = "orders") -> Database:
    operation = await astra.databases.ensure(name, cloud_provider="aws", region="us-east-2")
    return await operation.wait()


async def test_a_missing_database_is_created_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    first = await ensure(astra)
    assert first.status == "ACTIVE"
    assert (await ensure(astra)).id == first.id
    assert emulator.journal.count("createDatabase") == 1


async def test_an_existing_database_is_done_at_the_first_poll(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    operation = await astra.databases.ensure("orders", cloud_provider="AWS", region="us-east-2", tier="serverless", capacity_units=1)
    assert (operation.kind, operation.resource_id) == ("databases.ensure", database_id)
    assert (await operation.refresh()).done
    assert emulator.journal.count("createDatabase") == 0
    assert (await astra.resume(operation.resume_token)).ids == operation.ids


@pytest.mark.parametrize("status", ["HIBERNATED", "PARKED", "SUSPENDED"])
async def test_a_database_at_rest_is_left_alone(emulator: Emulator, astra: AsyncAstraDevOps, status: str) -> None:
    database_id = emulator.add_database("orders", status=status)
    assert ((await ensure(astra)).id, (await ensure(astra)).status) == (database_id, status)
    assert (await (await astra.keyspaces.ensure(database_id, "default_keyspace")).wait()).status == status
    assert (await (await astra.datacenters.ensure(database_id, cloud_provider="aws", region="us-east-2")).wait()).id == f"{database_id}-1"


async def test_a_database_that_is_being_created_is_waited_for(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert (await ensure(astra)).id == operation.resource_id
    assert emulator.clock.monotonic() > 60
    emulator.faults.fail_state("createDatabase")
    await astra.databases.create("broken", cloud_provider="AWS", region="us-east-2")
    with pytest.raises(errors.OperationFailedError, match="ERROR"):
        await ensure(astra, "broken")


async def test_terminated_databases_count_as_absent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    first = await ensure(astra)
    await astra.databases.terminate(first.id)
    second = await ensure(astra)
    assert second.id != first.id
    await (await astra.databases.terminate(second.id)).wait()
    assert (await ensure(astra)).id not in (first.id, second.id)


async def test_each_difference_is_named_with_what_changes_it(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    with pytest.raises(errors.DriftError) as caught:
        await astra.databases.ensure(
            "orders", cloud_provider="gcp", region="us-east1", tier="C10", capacity_units=3, keyspace="sales", db_type="vector"
        )
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.id == database_id
    assert {difference.field: (difference.requested, difference.actual) for difference in error.differences} == {
        "cloud_provider": ("gcp", "AWS"),
        "region": ("us-east1", "us-east-2"),
        "tier": ("C10", "serverless"),
        "capacity_units": (3, 1),
        "db_type": ("vector", "none"),
        "keyspace": ("sales", "default_keyspace"),
    }
    assert "region is 'us-east-2' and not 'us-east1' (datacenters.ensure adds a region)" in str(error)
    assert database_id in str(error)
    assert len(await astra.databases.list().collect()) == 1


async def test_a_database_is_in_each_of_its_regions_and_names_of_keyspaces_have_a_case(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders", keyspaces=["sales"])
    await (await astra.datacenters.create(database_id, cloud_provider="aws", region="eu-west-1")).wait()
    operation = await astra.databases.ensure("orders", cloud_provider="Aws", region="eu-west-1", tier="Serverless", keyspace="sales")
    assert operation.resource_id == database_id
    with pytest.raises(
        errors.DriftError, match=r"region is 'us-east-2, eu-west-1' and not 'us-east-1'.* keyspace is 'sales' and not 'Sales'"
    ):
        await astra.databases.ensure("orders", cloud_provider="aws", region="us-east-1", keyspace="Sales")


async def test_the_group_of_a_database_is_compared(emulator: Emulator, astra: AsyncAstraDevOps, used_pcu_group_id: str) -> None:
    other = emulator.add_pcu_group("other")
    await (await astra.databases.ensure("orders", **PLACE, pcu_group_id=used_pcu_group_id)).wait()
    with pytest.raises(errors.DriftError, match=rf"pcu_group_id is '{used_pcu_group_id}' and not '{other}' \(pcu_groups.transfer"):
        await astra.databases.ensure("orders", **PLACE, pcu_group_id=other)
    emulator.add_database("alone")
    with pytest.raises(errors.DriftError, match=r"pcu_group_id is None .*pcu_groups.associate"):
        await astra.databases.ensure("alone", **PLACE, pcu_group_id=other)


async def test_a_name_of_two_databases_is_an_error_with_both_ids(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    ids = {emulator.add_database("orders"), emulator.add_database("orders", region="us-east-1")}
    with pytest.raises(errors.AmbiguousNameError) as caught:
        await astra.databases.ensure("orders", **PLACE)
    assert set(caught.value.ids) == ids


async def test_arguments_are_checked_before_anything_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="capacity_units"):
        await astra.databases.ensure("orders", **PLACE, capacity_units=0)
    with pytest.raises(ValueError, match="cloud_provider"):
        await astra.databases.ensure("orders", cloud_provider="ibm", region="us-east-2")
    with pytest.raises(ValueError, match="name"):
        await astra.keyspaces.ensure("d", "no spaces")
    with pytest.raises(ValueError, match="region"):
        await astra.datacenters.ensure("d", cloud_provider="aws", region="")
    with pytest.raises(TypeError, match="policy"):
        await astra.roles.ensure("viewer", {})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="database_id"):
        await astra.databases.operation("")
    assert list(emulator.journal) == []


async def test_calls_at_the_same_time_create_one_database(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.list_lag(10)
    view = astra.with_options(timeout=30)
    databases = await asyncio.gather(*(ensure(client) for client in (astra, view, astra, view)))
    assert len({database.id for database in databases}) == 1
    assert emulator.journal.count("createDatabase") == 1


async def test_calls_for_many_names_share_one_reading_of_the_list(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    names = [f"shop-{number}" for number in range(20)]
    for name in names:
        emulator.add_database(name)
    await asyncio.gather(*(astra.databases.ensure(name, **PLACE) for name in names))
    assert emulator.journal.count("listDatabases") == 2  # one page, and the empty one after it


async def test_a_call_that_may_not_wait_for_the_reading_ends_in_time(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.add_database("orders")
    emulator.faults.no_answer("listDatabases", before_effect=True)
    short = astra.with_options(timeout=0.2)
    long = asyncio.create_task(astra.with_options(attempt_timeout=2).databases.ensure("orders", **PLACE))
    await asyncio.sleep(0)
    with pytest.raises((errors.RequestNotSentError, errors.OutcomeUnknownError)):
        await short.databases.ensure("stock", **PLACE)
    assert (await (await long).wait()).info.name == "orders"
    assert emulator.journal.count("createDatabase") == 0


async def test_a_new_database_that_shows_nowhere_yet_is_not_created_again(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.list_lag(10)
    emulator.faults.not_found_after_create(3)
    first = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert (await ensure(astra)).id == first.resource_id
    assert emulator.journal.count("createDatabase") == 1


async def test_a_lost_answer_leaves_one_database(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_after_effect("createDatabase")
    database = await ensure(astra)
    emulator.faults.reset_after_effect("createDatabase")
    assert (await ensure(astra)).id == database.id
    assert [database.id async for database in astra.databases.list()] == [database.id]


async def test_a_missing_keyspace_is_added_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    created = await astra.keyspaces.ensure(database_id, "audit")
    existing = await astra.keyspaces.ensure(database_id, "audit")
    await astra.wait_all(created, existing)
    again = await astra.keyspaces.ensure(database_id, "audit")
    assert [operation.kind for operation in (created, existing, again)][::2] == ["keyspaces.create", "keyspaces.ensure"]
    assert (await again.refresh()).done
    assert await astra.keyspaces.list(database_id) == ["default_keyspace", "audit"]


async def test_lost_races_are_settled_by_looking_again(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    await asyncio.gather(*(settle(astra, database_id) for _ in range(5)))
    assert await astra.keyspaces.list(database_id) == ["default_keyspace", "audit"]
    emulator.faults.stale_reads("getDatabase", 3600, times=1)
    assert (await (await astra.keyspaces.ensure(database_id, "audit")).wait()).status == "ACTIVE"


async def settle(astra: AsyncAstraDevOps, database_id: str) -> None:
    await (await astra.keyspaces.ensure(database_id, "audit")).wait()


async def test_a_lost_answer_to_a_keyspace_is_settled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.reset_after_effect("addKeyspace")
    await settle(astra, database_id)
    assert await astra.keyspaces.list(database_id) == ["default_keyspace", "audit"]


async def test_a_missing_region_is_added_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    added = await (await astra.datacenters.ensure(database_id, cloud_provider="aws", region="eu-west-1")).wait()
    again = await astra.datacenters.ensure(database_id, cloud_provider="aws", region="eu-west-1", tier="serverless")
    assert (await again.refresh()).done
    assert (await again.wait()).id == added.id
    assert emulator.journal.count("addDatacenters") == 1
    with pytest.raises(errors.DriftError, match="tier is 'serverless' and not 'C10'"):
        await astra.datacenters.ensure(database_id, cloud_provider="aws", region="eu-west-1", tier="C10")


async def test_a_region_that_another_client_has_just_added_is_no_error(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    await (await astra.datacenters.create(database_id, cloud_provider="aws", region="eu-west-1")).wait()
    emulator.faults.body(
        "listDatacenters", [{"id": f"{database_id}-1", "region": "us-east-2", "cloudProvider": "AWS", "tier": "serverless"}]
    )
    operation = await astra.datacenters.ensure(database_id, cloud_provider="aws", region="eu-west-1")
    assert (await operation.wait()).region == "eu-west-1"
    assert emulator.journal.count("addDatacenters") == 2


async def test_a_role_is_created_once_and_compared(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    organization = await astra.organizations.current()
    resources = [drn(organization.id), drn(organization.id, database_id="*")]
    viewing = policy("See databases", ["org-db-view", "db-cql"], resources)
    role = await astra.roles.ensure("viewer", viewing)
    same = policy("See databases", ["db-cql", "org-db-view"], resources[::-1])
    assert (await astra.roles.ensure("viewer", same)).id == role.id
    with pytest.raises(errors.DriftError) as caught:
        await astra.roles.ensure("viewer", attrs.evolve(viewing, actions=["org-db-view"], description="Less"))
    assert caught.value.id == role.id
    assert [difference.field for difference in caught.value.differences] == ["policy.description", "policy.actions"]
    assert "roles.update" in str(caught.value)
    assert emulator.journal.count("addOrganizationRole") == 1


async def test_a_lost_answer_to_a_role_is_settled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    viewing = policy("See databases", ["org-db-view"], [drn(emulator.organization_id)])
    emulator.faults.reset_after_effect("addOrganizationRole")
    role = await astra.roles.ensure("viewer", viewing)
    assert (await astra.roles.find("viewer")) == role
    assert emulator.journal.count("addOrganizationRole") == 1
    emulator.faults.reset_before_effect("addOrganizationRole")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.roles.ensure("reader", viewing)


async def test_a_role_that_another_client_has_just_created_is_compared(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    organization = await astra.organizations.current()
    viewing = policy("See databases", ["org-db-view"], [drn(organization.id, database_id="*")])
    role = await astra.roles.create("viewer", viewing)
    emulator.faults.body("getOrganizationRoles", [])
    assert (await astra.roles.ensure("viewer", viewing)).id == role.id
    emulator.faults.body("getOrganizationRoles", [{"id": role.id, "name": "viewer"}])
    assert (await astra.roles.ensure("viewer", viewing)).id == role.id


async def test_a_database_is_waited_for_by_its_id_only(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    created = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    operation = await astra.databases.operation(str(created.resource_id))
    assert (await operation.wait()).status == "ACTIVE"
    assert operation.resource_id == created.resource_id


async def test_a_database_goes_with_all_of_its_datacenters(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    await astra.datacenters.create_all(database_id, ["eu-west-1", "us-west-2"], cloud_provider="aws")
    with pytest.raises(errors.APIStatusError, match="datacenters"):
        await astra.databases.terminate(database_id)
    operation = await astra.databases.terminate(database_id, with_datacenters=True)
    await operation.wait()
    assert [database async for database in astra.databases.list()] == []
    assert emulator.journal.count("terminateDatacenter") == 2


async def test_a_failed_removal_names_the_datacenters_that_are_done_and_can_be_repeated(
    emulator: Emulator, astra: AsyncAstraDevOps
) -> None:
    database_id = emulator.add_database("orders")
    await astra.datacenters.create_all(database_id, ["eu-west-1", "us-west-2"], cloud_provider="aws")
    emulator.faults.fail_state("terminateDatacenter")
    with pytest.raises(errors.OperationFailedError, match="while terminating the datacenter in eu-west-1; done before it: none"):
        await astra.databases.terminate(database_id, with_datacenters=True)
    with pytest.raises(TypeError, match="with_datacenters"):
        await astra.databases.terminate(database_id, with_datacenters="yes")  # type: ignore[arg-type]


async def test_a_database_that_is_gone_needs_no_datacenters_removed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.databases.terminate("00000000-0000-0000-0000-000000000000", with_datacenters=True)
    assert emulator.journal.count("listDatacenters") == 0
