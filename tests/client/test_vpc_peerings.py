"""VPC peerings: one class per cloud, and done when the service has done its part."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator
from astra_devops.models import AmazonVpc, AzureVpc, GoogleVpc

pytestmark = pytest.mark.anyio

AWS = {"account_id": "123456789012", "vpc_id": "vpc-00001111aa332244c", "region": "us-east-2", "cidr_block": "10.0.0.0/16"}
AZURE = {"tenant_id": "t", "subscription_id": "s", "resource_group_name": "g", "virtual_network_name": "net"}
GOOGLE = {"project_id": "shop", "vpc_network_name": "net"}


@pytest.fixture
def database_id(emulator: Emulator) -> Any:
    return emulator.add_database("classic", tier="C10")


async def test_a_peering_that_waits_for_acceptance_is_done(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    operation = await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))
    assert (await operation.refresh()).status == "provisioning"
    peering = await operation.wait()
    assert (peering.status, peering.connection_id) == ("pending-acceptance", operation.resource_id)
    assert (peering.other_vpc.vpc_id, peering.other_vpc.account) == (AWS["vpc_id"], AWS["account_id"])
    emulator.clock.advance(600)
    assert (await astra.vpc_peerings.get("AWS", database_id)).status == "active"


@pytest.mark.parametrize(
    ("provider", "region", "network"),
    [("AZURE", "eastus", AzureVpc(**AZURE)), ("GCP", "us-east1", GoogleVpc(**GOOGLE))],
    ids=["azure", "gcp"],
)
async def test_the_class_of_the_network_names_the_cloud(
    emulator: Emulator, astra: AsyncAstraDevOps, provider: str, region: str, network: Any
) -> None:
    database_id = emulator.add_database("classic", tier="C10", cloud_provider=provider, region=region)
    peering = await (await astra.vpc_peerings.create(database_id, network)).wait()
    assert (peering.status, peering.other_vpc.vpc_id, peering.other_vpc.provider) == ("active", "net", provider.lower())
    assert emulator.journal.of("CreateVPCPeeringConnection")[0].path.split("/")[4] == provider.lower()
    assert await astra.vpc_peerings.get(provider, database_id) == peering


async def test_a_peering_is_deleted(astra: AsyncAstraDevOps, database_id: str) -> None:
    await (await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))).wait()
    operation = await astra.vpc_peerings.delete("aws", database_id)
    assert (await operation.refresh()).status == "deleting"
    assert await operation.wait() is None
    await (await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))).wait()


async def test_a_peering_that_no_longer_exists_is_deleted(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await (await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))).wait()
    operation = await astra.vpc_peerings.delete("aws", database_id)
    emulator.clock.advance(1000)
    with pytest.raises(errors.NotFoundError):
        await astra.vpc_peerings.get("aws", database_id)
    await operation.wait()


@pytest.mark.parametrize("status", ["failed", "expired", "rejected"])
async def test_a_peering_that_fails_ends_the_wait(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, status: str) -> None:
    emulator.faults.stuck("CreateVPCPeeringConnection", status)
    operation = await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))
    with pytest.raises(errors.OperationFailedError, match=status):
        await operation.wait()


async def test_an_unknown_state_means_not_yet(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.stuck("CreateVPCPeeringConnection", "initiating-request")
    operation = await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))
    with pytest.raises(errors.OperationTimeoutError, match="initiating-request"):
        await operation.wait(timeout=60)


async def test_a_second_peering_is_a_conflict(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))
    with pytest.raises(errors.ConflictError):
        await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))
    assert emulator.journal.count("CreateVPCPeeringConnection") == 2


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_lost_answers_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, fault: str) -> None:
    getattr(emulator.faults, fault)("CreateVPCPeeringConnection")
    operation = await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))
    assert operation.resource_id.startswith("pcx-")
    await operation.wait()
    getattr(emulator.faults, fault)("DeleteVPCPeeringConnection")
    await (await astra.vpc_peerings.delete("aws", database_id)).wait()
    operations = {exchange.operation for exchange in emulator.journal}
    assert {"CreateVPCPeeringConnection", "DeleteVPCPeeringConnection"} <= operations
    attempts = 1 if fault == "reset_after_effect" else 2
    assert emulator.journal.count("CreateVPCPeeringConnection") == emulator.journal.count("DeleteVPCPeeringConnection") == attempts


async def test_a_peering_is_deleted_with_its_database(astra: AsyncAstraDevOps, database_id: str) -> None:
    await (await astra.vpc_peerings.create(database_id, AmazonVpc(**AWS))).wait()
    await (await astra.databases.terminate(database_id)).wait()
    with pytest.raises(errors.NotFoundError):
        await astra.vpc_peerings.get("aws", database_id)


BAD = [
    (AmazonVpc, AWS | {"account_id": "12345"}, "account_id"),
    (AmazonVpc, AWS | {"account_id": "١٢٣٤٥٦٧٨٩٠١٢"}, "account_id"),
    (AmazonVpc, AWS | {"vpc_id": "vpc-123"}, "vpc_id"),
    (AmazonVpc, AWS | {"cidr_block": "10.0.0.0/33"}, "cidr_block"),
    (AmazonVpc, AWS | {"region": ""}, "region"),
    (AzureVpc, AZURE | {"tenant_id": ""}, "tenant_id"),
    (AzureVpc, AZURE | {"virtual_network_name": None}, "virtual_network_name"),
    (GoogleVpc, GOOGLE | {"project_id": " "}, "project_id"),
]


@pytest.mark.parametrize(("cls", "fields", "name"), BAD)
async def test_bad_networks_are_refused_before_anything_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, cls: Any, fields: Any, name: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=rf"network\.{name}"):
        await astra.vpc_peerings.create("d", cls(**fields))
    assert len(emulator.journal) == 0


async def test_other_bad_arguments(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(TypeError, match="network must be an AmazonVpc"):
        await astra.vpc_peerings.create("d", {"accountId": "1"})
    for call in (astra.vpc_peerings.get("ibm", "d"), astra.vpc_peerings.delete("ibm", "d")):
        with pytest.raises(ValueError, match="provider"):
            await call
    assert len(emulator.journal) == 0
