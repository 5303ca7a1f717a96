"""PCU groups: create, read, change without losing a field, park and delete."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator, Quirks, VirtualClock

pytestmark = pytest.mark.anyio


async def test_create_returns_the_id_at_once_and_waits_for_created(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operation = await astra.pcu_groups.create("analytics", cloud_provider="aws", region="us-east-2", min=1, max=3)
    assert operation.resource_id is not None
    group = await operation.wait()
    assert (group.id, group.status) == (operation.resource_id, models.PcuGroupStatus.CREATED)
    assert (group.title, group.cloud_provider, group.min, group.max) == ("analytics", "AWS", 1, 3)
    (exchange,) = emulator.journal.of("pcuCreate")
    assert exchange.body == [
        {
            "title": "analytics",
            "cloudProvider": "AWS",
            "region": "us-east-2",
            "instanceType": "standard",
            "provisionType": "shared",
            "min": 1,
            "max": 3,
            "reserved": 0,
        }
    ]
    assert (await (await astra.resume(operation.resume_token)).wait()).id == group.id


async def test_a_creation_whose_answer_is_lost_is_reported_and_not_repeated(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_after_effect("pcuCreate")
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.pcu_groups.create("analytics", cloud_provider="aws", region="us-east-2", min=1, max=3)
    assert emulator.journal.count("pcuCreate") == 1
    assert [group.title for group in await astra.pcu_groups.list()] == ["analytics"]


async def test_an_answer_to_create_without_a_group_is_reported(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body("pcuCreate", "null")
    with pytest.raises(errors.OutcomeUnknownError, match="has no group"):
        await astra.pcu_groups.create("analytics", cloud_provider="aws", region="us-east-2", min=1, max=3)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("title", " "),
        ("cloud_provider", "ibm"),
        ("region", ""),
        ("min", 0),
        ("max", 0),
        ("reserved", -1),
        ("reserved", 2),
        ("instance_type", ""),
        ("provision_type", ""),
    ],
)
async def test_bad_arguments_are_named_and_nothing_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, argument: str, value: int | str
) -> None:
    arguments = {"title": "analytics", "cloud_provider": "aws", "region": "us-east-2", "min": 1, "max": 3, argument: value}
    with pytest.raises(ValueError, match=argument):
        await astra.pcu_groups.create(**arguments)
    assert len(emulator.journal) == 0


async def test_reserved_min_and_max_must_be_in_order(emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    with pytest.raises(ValueError, match="0 <= reserved <= min <= max must hold, not reserved = 0, min = 3, max = 2"):
        await astra.pcu_groups.create("analytics", cloud_provider="aws", region="us-east-2", min=3, max=2)
    with pytest.raises(ValueError, match="min = 5, max = 4"):
        await astra.pcu_groups.update(pcu_group_id, min=5, max=4)
    with pytest.raises(TypeError, match="max"):
        await astra.pcu_groups.update(pcu_group_id, max=True)
    assert len(emulator.journal) == 0
    with pytest.raises(ValueError, match="min = 5, max = 3"):
        await astra.pcu_groups.update(pcu_group_id, min=5)
    assert emulator.journal.count("pcuUpdate") == 0


async def test_a_list_that_is_null_is_empty(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body("pcuGet", "null")
    assert await astra.pcu_groups.list() == []
    assert emulator.journal[0].body == {}


async def test_groups_are_listed_by_id(emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    other_id = emulator.add_pcu_group("web")
    assert {group.id for group in await astra.pcu_groups.list()} == {pcu_group_id, other_id}
    assert [group.title for group in await astra.pcu_groups.list([other_id])] == ["web"]
    assert (await astra.pcu_groups.get(pcu_group_id)).title == "analytics"
    with pytest.raises(errors.NotFoundError):
        await astra.pcu_groups.list([other_id, "00000000-0000-0000-0000-000000000000"])
    with pytest.raises(errors.NotFoundError) as caught:
        await astra.pcu_groups.get("00000000-0000-0000-0000-000000000000")
    assert [detail.id for detail in caught.value.errors] == [2000367]


async def test_a_group_that_the_answer_leaves_out_is_not_found(emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    emulator.faults.body("pcuGet", "null")
    with pytest.raises(errors.NotFoundError, match=pcu_group_id):
        await astra.pcu_groups.get(pcu_group_id)


async def test_an_empty_list_of_ids_lists_no_groups(emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    assert await astra.pcu_groups.list([]) == []
    with pytest.raises(TypeError, match="ids"):
        await astra.pcu_groups.list(pcu_group_id)
    assert len(emulator.journal) == 0


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(bodies_of_pcu_changes=False), Quirks(omitted_empty_pcu_fields=False)])
async def test_an_update_loses_no_field(quirks: Any) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=quirks) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        place = {"cloud_provider": "aws", "region": "us-east-2"}
        operation = await astra.pcu_groups.create("web", min=2, max=3, reserved=1, description="shop", **place)
        before = await operation.wait()
        after = await astra.pcu_groups.update(before.id, max=5)
        assert after.max == 5
        fields = ("title", "min", "reserved", "description", "instance_type", "provision_type")
        assert [getattr(after, name) for name in fields] == [getattr(before, name) for name in fields]
        assert (await astra.pcu_groups.update(before.id, description="")).title == "web"
        assert not (await astra.pcu_groups.update(before.id, title="shop", reserved=2)).description


async def test_the_service_loses_the_fields_that_an_update_leaves_out(astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    await astra.request("pcuUpdate", body=[{"pcuGroupUUID": pcu_group_id, "max": 5}])
    assert (await astra.pcu_groups.get(pcu_group_id)).title == ""


async def test_an_update_without_arguments_is_refused(emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    with pytest.raises(ValueError, match="at least one of title, min, max, reserved, description"):
        await astra.pcu_groups.update(pcu_group_id)
    with pytest.raises(TypeError, match="description"):
        await astra.pcu_groups.update(pcu_group_id, description=3)
    assert len(emulator.journal) == 0


async def test_an_update_whose_answer_is_lost_is_repeated(emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    emulator.faults.reset_after_effect("pcuUpdate")
    assert (await astra.pcu_groups.update(pcu_group_id, max=5)).max == 5
    assert emulator.journal.count("pcuUpdate") == 2


async def test_delete(emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    await astra.pcu_groups.delete(pcu_group_id)
    assert await astra.pcu_groups.list() == []
    with pytest.raises(errors.NotFoundError):
        await astra.pcu_groups.delete(pcu_group_id)


async def test_groups_in_use_or_with_reserved_units_are_not_deleted(
    emulator: Emulator, astra: AsyncAstraDevOps, used_pcu_group_id: str
) -> None:
    with pytest.raises(errors.BadRequestError, match="databases"):
        await astra.pcu_groups.delete(used_pcu_group_id)
    with pytest.raises(errors.BadRequestError, match="reserved"):
        await astra.pcu_groups.delete(emulator.add_pcu_group("committed", reserved=1))


async def test_types(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    types = await astra.pcu_groups.list_types(provider="AWS", region="us-east-2")
    assert {kind.type for kind in types} >= {"standard", "cacheOptimized"}
    assert {(kind.provider, kind.region) for kind in types} == {("aws", "us-east-2")}
    assert types[0].details is not None
    assert types[0].details.vcpu == 4
    assert emulator.journal[0].body == {"provider": "aws", "region": "us-east-2"}
    assert (emulator.journal[0].method, emulator.journal[0].path) == ("POST", "/v2/pcus/types")
    assert len(await astra.pcu_groups.list_types()) > len(types)
    with pytest.raises(ValueError, match="provider"):
        await astra.pcu_groups.list_types(provider="ibm")


async def test_parking_hibernates_the_databases(
    emulator: Emulator, astra: AsyncAstraDevOps, used_pcu_group_id: str, datacenter_id: str
) -> None:
    group = await (await astra.pcu_groups.park(used_pcu_group_id)).wait()
    assert group.status == "PARKED"
    database = await astra.databases.get(datacenter_id[:36])
    assert database.status == "HIBERNATED"
    with pytest.raises(errors.BadRequestError, match="unpark it first"):
        await astra.pcu_groups.update(used_pcu_group_id, max=5)
    group = await (await astra.pcu_groups.unpark(used_pcu_group_id)).wait()
    assert group.status == "CREATED"
    assert (await astra.databases.get(database.id)).status == "ACTIVE"


async def test_only_flexible_groups_in_use_are_parked(emulator: Emulator, astra: AsyncAstraDevOps, datacenter_id: str) -> None:
    committed_id = emulator.add_pcu_group("committed", reserved=1)
    await (await astra.pcu_groups.associate(committed_id, datacenter_id)).wait()
    with pytest.raises(errors.BadRequestError, match="reserved"):
        await astra.pcu_groups.park(committed_id)
    with pytest.raises(errors.ConflictError, match="CREATED"):
        await astra.pcu_groups.park(emulator.add_pcu_group("unused"))


async def test_parking_that_fails(emulator: Emulator, astra: AsyncAstraDevOps, used_pcu_group_id: str) -> None:
    emulator.faults.fail_state("pcuGroupPark")
    with pytest.raises(errors.OperationFailedError, match="ERROR"):
        await (await astra.pcu_groups.park(used_pcu_group_id)).wait()


async def test_parking_that_does_not_end(emulator: Emulator, astra: AsyncAstraDevOps, used_pcu_group_id: str) -> None:
    emulator.faults.stuck("pcuGroupPark", "PARKING")
    with pytest.raises(errors.OperationTimeoutError) as caught:
        await (await astra.pcu_groups.park(used_pcu_group_id)).wait()
    assert caught.value.elapsed >= 30 * 60
    assert caught.value.last_status == "PARKING"


async def test_a_group_is_drained_into_another(astra: AsyncAstraDevOps, emulator: Emulator, used_pcu_group_id: str) -> None:
    new = emulator.add_pcu_group("new", min=1, max=3)
    with pytest.raises(ValueError, match="into must be another group"):
        await astra.pcu_groups.drain(used_pcu_group_id, into=used_pcu_group_id)
    emulator.faults.status("pcuAssociationTransfer", 403)
    with pytest.raises(errors.APIStatusError, match="moved before it: none"):
        await astra.pcu_groups.drain(used_pcu_group_id, into=new)
    (moved,) = await astra.pcu_groups.drain(used_pcu_group_id, into=new)
    assert [entry.datacenter_id for entry in await astra.pcu_groups.list_associations(new)] == [moved.datacenter_id]
    assert await astra.pcu_groups.drain(used_pcu_group_id, into=new) == []
