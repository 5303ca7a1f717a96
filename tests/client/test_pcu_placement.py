"""Datacenters in PCU groups: placed, moved, removed, and databases created in a group."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio


async def test_the_first_datacenter_makes_a_group_active(
    emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str, datacenter_id: str
) -> None:
    assert await astra.pcu_groups.find_by_datacenter(datacenter_id) is None
    operation = await astra.pcu_groups.associate(pcu_group_id, datacenter_id)
    statuses = [event.status async for event in operation.events()]
    assert {"PLACING", "INITIALIZING", "ASSOCIATING"} <= set(statuses)
    association = await operation.wait()
    assert (association.datacenter_id, association.pcu_group_id) == (datacenter_id, pcu_group_id)
    assert association.provisioning_status == models.PcuProvisioningStatus.CREATED
    assert association.created_at is None
    group = await astra.pcu_groups.find_by_datacenter(datacenter_id)
    assert group is not None
    assert (group.id, group.status) == (pcu_group_id, "ACTIVE")
    (datacenter,) = await astra.datacenters.list(datacenter_id[:36])
    assert datacenter.pcu_group_id == pcu_group_id


@pytest.mark.parametrize("is_404", [False, True])
async def test_a_group_without_datacenters_has_an_empty_list_and_a_missing_one_is_not_found(is_404: bool) -> None:
    async with Emulator(quirks=Quirks(empty_pcu_group_is_404=is_404)) as emulator, emulator.async_client() as astra:
        assert await astra.pcu_groups.list_associations(emulator.add_pcu_group("analytics")) == []
        assert [exchange.status for exchange in emulator.journal.of("pcuAssociationGet")] == [404 if is_404 else 200]
        with pytest.raises(errors.NotFoundError):
            await astra.pcu_groups.list_associations("00000000-0000-0000-0000-000000000000")


async def test_a_placement_that_stays_accepted_is_polled_once_more_and_then_done(
    emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str, datacenter_id: str
) -> None:
    accepted = [{"datacenterUUID": datacenter_id, "pcuGroupUUID": pcu_group_id, "provisioningStatus": "Accepted"}]
    emulator.faults.body("pcuAssociationGet", accepted, times=None)
    operation = await astra.pcu_groups.associate(pcu_group_id, datacenter_id)
    events = [event async for event in operation.events()]
    assert [(event.status, event.done) for event in events[-2:]] == [("Accepted", False), ("Accepted", True)]


async def test_a_datacenter_is_in_one_group_at_most(
    emulator: Emulator, astra: AsyncAstraDevOps, used_pcu_group_id: str, datacenter_id: str
) -> None:
    with pytest.raises(errors.ConflictError):
        await astra.pcu_groups.associate(emulator.add_pcu_group("web"), datacenter_id)
    assert emulator.journal.count("pcuAssociationCreate") == 2


async def test_a_placement_that_breaks_the_database_has_failed(
    emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str, datacenter_id: str
) -> None:
    emulator.faults.fail_state("pcuAssociationCreate")
    operation = await astra.pcu_groups.associate(pcu_group_id, datacenter_id)
    with pytest.raises(errors.OperationFailedError, match="ERROR") as caught:
        await operation.wait()
    assert caught.value.kind == "pcu_groups.associate"


async def test_moving_every_database_of_a_group_to_another(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    old_id, new_id = emulator.add_pcu_group("old"), emulator.add_pcu_group("new")
    for name in ("one", "two"):
        await (await astra.pcu_groups.associate(old_id, f"{emulator.add_database(name)}-1")).wait()

    for association in await astra.pcu_groups.list_associations(old_id):
        operation = await astra.pcu_groups.transfer(association.datacenter_id, from_group_id=old_id, to_group_id=new_id)
        assert (await operation.wait()).pcu_group_id == new_id

    assert await astra.pcu_groups.list_associations(old_id) == []
    assert len(await astra.pcu_groups.list_associations(new_id)) == 2
    assert {exchange.path for exchange in emulator.journal.of("pcuAssociationTransfer")} == {"/v2/pcus/association/transfer"}
    assert (await astra.pcu_groups.get(old_id)).status == "CREATED"


async def test_a_transfer_to_the_same_group_is_refused(emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
    with pytest.raises(ValueError, match="to_group_id"):
        await astra.pcu_groups.transfer("d-1", from_group_id=pcu_group_id, to_group_id=pcu_group_id)
    assert len(emulator.journal) == 0


async def test_dissociate(astra: AsyncAstraDevOps, used_pcu_group_id: str, datacenter_id: str) -> None:
    await astra.pcu_groups.dissociate(used_pcu_group_id, datacenter_id)
    assert await astra.pcu_groups.list_associations(used_pcu_group_id) == []
    with pytest.raises(errors.NotFoundError):
        await astra.pcu_groups.dissociate(used_pcu_group_id, datacenter_id)


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_lost_answers_are_reconciled(
    emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str, datacenter_id: str, fault: str
) -> None:
    def lose(operation: Any) -> None:
        getattr(emulator.faults, fault)(operation)

    other_id = emulator.add_pcu_group("other")
    lose("pcuAssociationCreate")
    await (await astra.pcu_groups.associate(pcu_group_id, datacenter_id)).wait()
    lose("pcuGroupPark")
    await (await astra.pcu_groups.park(pcu_group_id)).wait()
    lose("pcuGroupUnpark")
    await (await astra.pcu_groups.unpark(pcu_group_id)).wait()
    lose("pcuAssociationTransfer")
    await (await astra.pcu_groups.transfer(datacenter_id, from_group_id=pcu_group_id, to_group_id=other_id)).wait()
    lose("pcuAssociationDelete")
    await astra.pcu_groups.dissociate(other_id, datacenter_id)
    lose("pcuDelete")
    await astra.pcu_groups.delete(other_id)
    assert [group.id for group in await astra.pcu_groups.list()] == [pcu_group_id]
    writes = ("pcuAssociationCreate", "pcuGroupPark", "pcuGroupUnpark", "pcuAssociationTransfer", "pcuAssociationDelete", "pcuDelete")
    assert {emulator.journal.count(operation) for operation in writes} == {1 if fault == "reset_after_effect" else 2}


async def test_a_transfer_that_neither_group_shows_has_an_unknown_outcome(
    emulator: Emulator, astra: AsyncAstraDevOps, used_pcu_group_id: str, datacenter_id: str
) -> None:
    emulator.faults.reset_before_effect("pcuAssociationTransfer")
    emulator.faults.status("pcuAssociationGet", 404, times=2)
    with pytest.raises(errors.OutcomeUnknownError):
        await astra.pcu_groups.transfer(datacenter_id, from_group_id=used_pcu_group_id, to_group_id=emulator.add_pcu_group("other"))
    assert emulator.journal.count("pcuAssociationTransfer") == 1


class TestCreatingADatabaseInAGroup:
    async def test_it_is_in_the_group_once_it_is_active(self, emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
        operation = await astra.databases.create("orders", cloud_provider="aws", region="us-east-2", pcu_group_id=pcu_group_id)
        statuses = [event.status async for event in operation.events()]
        assert "ASSOCIATING" in statuses
        (association,) = await astra.pcu_groups.list_associations(pcu_group_id)
        assert association.datacenter_id == f"{operation.resource_id}-1"
        assert emulator.journal.of("createDatabase")[0].body["pcuGroupUUID"] == pcu_group_id

    @pytest.mark.parametrize("answer", ["normal", "null"])
    async def test_an_unknown_group_is_refused_before_the_service_can_break_a_database(
        self, emulator: Emulator, astra: AsyncAstraDevOps, answer: str
    ) -> None:
        if answer == "null":
            emulator.faults.status("pcuGet", 200, body="null")
        with pytest.raises(ValueError, match="pcu_group_id"):
            await astra.databases.create("orders", cloud_provider="aws", region="us-east-2", pcu_group_id="no-such-group")
        assert emulator.databases == {}

    async def test_a_group_in_another_region_is_refused_too(self, emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str) -> None:
        with pytest.raises(ValueError, match=r"pcu_group_id must be a PCU group in AWS us-east-1, and .* is in AWS us-east-2"):
            await astra.databases.create("orders", cloud_provider="aws", region="us-east-1", pcu_group_id=pcu_group_id)
        assert emulator.journal.count("createDatabase") == 0

    async def test_without_permission_to_read_groups_the_check_is_skipped(
        self, emulator: Emulator, astra: AsyncAstraDevOps, pcu_group_id: str
    ) -> None:
        emulator.faults.status("pcuGet", 401, body="null", times=None)
        operation = await astra.databases.create("orders", cloud_provider="aws", region="us-east-2", pcu_group_id=pcu_group_id)
        assert (await operation.wait()).status == "ACTIVE"

    async def test_without_the_check_the_service_leaves_a_broken_database(self, emulator: Emulator, astra: AsyncAstraDevOps) -> None:
        body = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
        await astra.request("createDatabase", body={**body, "pcuGroupUUID": "no-such-group"})
        await emulator.clock.sleep(600)
        assert [database.status for database in await astra.databases.list().collect()] == ["ERROR"]

    async def test_nothing_is_looked_up_without_a_group(self, emulator: Emulator, astra: AsyncAstraDevOps) -> None:
        await astra.databases.create("orders", cloud_provider="aws", region="us-east-2")
        assert emulator.journal.count("pcuGet") == 0
