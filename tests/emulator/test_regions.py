"""The lists of regions for serverless and for classic databases."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio


async def test_some_serverless_regions_come_twice(api: Any) -> None:
    regions = (await api("GET", "/v2/regions/serverless")).json
    names = [(region["cloudProvider"].upper(), region["name"]) for region in regions]
    assert len(names) > len(set(names))
    assert {"AWS", "GCP", "AZURE"} == {region["cloudProvider"] for region in regions}


async def test_one_provider_may_be_in_lower_case(api_of: Callable[[Emulator], Any]) -> None:
    async with Emulator(quirks=Quirks(mixed_provider_casing=True)) as emulator:
        regions = (await api_of(emulator)("GET", "/v2/regions/serverless")).json
    assert {"aws", "GCP", "AZURE"} == {region["cloudProvider"] for region in regions}


async def test_regions_are_filtered_by_kind_and_by_organization(api: Any) -> None:
    async def kinds(query: str) -> set[str]:
        return {region["region_type"] for region in (await api("GET", f"/v2/regions/serverless{query}")).json}

    assert await kinds("") == {"serverless"}
    assert await kinds("?region-type=vector") == {"vector"}
    assert await kinds("?region-type=all") == {"serverless", "vector"}
    regions = (await api("GET", "/v2/regions/serverless")).json
    enabled = (await api("GET", "/v2/regions/serverless?filter-by-org=enabled")).json
    assert 0 < len(enabled) < len(regions)


async def test_available_regions_are_classic_and_count_what_is_in_use(api: Any) -> None:
    api.emulator.add_database("classic", tier="C10", region="us-west-2")
    regions = (await api("GET", "/v2/availableRegions")).json
    assert "serverless" not in {region["tier"] for region in regions}
    used = [(region["tier"], region["cloudProvider"], region["region"]) for region in regions if region["databaseCountUsed"]]
    assert used == [("C10", "AWS", "us-west-2")]


async def test_a_database_can_be_created_in_every_listed_region(api: Any) -> None:
    for region in (await api("GET", "/v2/regions/serverless")).json:
        await api.create(cloudProvider=region["cloudProvider"], region=region["name"])
