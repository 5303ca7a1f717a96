"""Datacenters and regions."""

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_a_region_is_added_and_removed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    datacenter = await (await astra.datacenters.create(database_id, cloud_provider="aws", region="eu-west-1")).wait()
    assert isinstance(datacenter, models.Datacenter)
    assert datacenter.region == "eu-west-1"
    assert [other.region for other in await astra.datacenters.list(database_id)] == ["us-east-2", "eu-west-1"]
    (exchange,) = emulator.journal.of("addDatacenters")
    assert exchange.body == [{"tier": "serverless", "cloudProvider": "AWS", "region": "eu-west-1"}]
    operation = await astra.datacenters.terminate(database_id, datacenter.id)
    assert operation.resource_id == datacenter.id
    assert await operation.wait() is None
    assert len(await astra.datacenters.list(database_id)) == 1
    assert len(await astra.datacenters.list(database_id, include_terminated=True)) == 2


async def test_several_regions_are_added_one_after_another(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    datacenters = await astra.datacenters.create_all(database_id, ["eu-west-1", "us-east-2", "us-west-2"], cloud_provider="aws")
    assert [datacenter.region for datacenter in datacenters] == ["eu-west-1", "us-east-2", "us-west-2"]
    assert emulator.journal.count("addDatacenters") == 2
    assert len(await astra.datacenters.list(database_id)) == 3


async def test_an_error_names_the_regions_added_before_it(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    with pytest.raises(errors.APIStatusError) as caught:
        await astra.datacenters.create_all(database_id, ["eu-west-1", "moon-1"], cloud_provider="aws")
    assert "while adding moon-1; done before it: eu-west-1" in str(caught.value)


async def test_regions_must_be_a_list_of_strings(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(TypeError, match="regions"):
        await astra.datacenters.create_all("d", "eu-west-1", cloud_provider="aws")


async def test_lost_answers_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.reset_after_effect("addDatacenters")
    patient = astra.with_options(timeout=3600)
    operation = await patient.datacenters.create(database_id, cloud_provider="aws", region="eu-west-1")
    datacenter = await operation.wait()
    emulator.faults.reset_after_effect("terminateDatacenter")
    await (await patient.datacenters.terminate(database_id, datacenter.id)).wait()
    assert len(await astra.datacenters.list(database_id)) == 1
    assert (emulator.journal.count("addDatacenters"), emulator.journal.count("terminateDatacenter")) == (1, 1)


async def test_a_change_that_does_not_show_in_time_is_not_repeated(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.reset_after_effect("addDatacenters")
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.datacenters.create(database_id, cloud_provider="aws", region="eu-west-1")
    assert "MAINTENANCE" in str(caught.value)
    assert emulator.journal.count("addDatacenters") == 1


async def test_regions_listed_twice_by_the_service_are_listed_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    regions = await astra.regions.list(region_type="all", only_my_organization=False)
    names = [(region.cloud_provider.lower(), region.name, region.region_type) for region in regions]
    assert len(names) == len(set(names)) > 0
    assert emulator.journal[0].query == {"region-type": "all", "filter-by-org": "disabled"}


async def test_the_first_of_equal_regions_keeps_its_place(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    fields = {
        "displayName": "x",
        "zone": "na",
        "classification": "standard",
        "enabled": True,
        "reservedForQualifiedUsers": False,
        "region_type": "vector",
    }
    regions = [
        {"cloudProvider": "aws", "name": "a", **fields},
        {"cloudProvider": "gcp", "name": "b", **fields},
        {"cloudProvider": "AWS", "name": "a", **fields},
    ]
    emulator.faults.body("listServerlessRegions", regions)
    assert [(region.cloud_provider, region.name) for region in await astra.regions.list()] == [("aws", "a"), ("gcp", "b")]


async def test_classic_regions(astra: AsyncAstraDevOps) -> None:
    combinations = await astra.regions.list_classic()
    assert combinations
    assert all(isinstance(combination, models.ClassicRegion) for combination in combinations)
