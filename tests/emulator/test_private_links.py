"""Private links: what they refuse, and how each cloud names its services."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio


async def test_what_private_links_refuse(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    place = f"/v2/organizations/clusters/{database_id}/datacenters/{database_id}-1"
    assert (await api("POST", f"{place}/endpoints", json={"endpointID": "e"})).status == 404
    assert (await api("POST", f"{place}/private-link", json={})).status == 400
    assert (await api("POST", f"{place}/allowed-principals", json={"allowedPrincipals": ["a"]})).status == 200
    assert (await api("POST", f"{place}/endpoints", json={})).status == 400
    assert (await api("POST", f"{place}/endpoints", json={"endpointID": "e"})).status == 200
    assert (await api("GET", f"{place}/endpoints/other")).body == b'"endpoint other not found"'
    assert (await api("POST", f"{place}/endpoints", json={"endpointID": "e"})).status == 409
    assert (await api("GET", f"{place}/endpoints/e")).json["status"] == "Accepted"


@pytest.mark.parametrize(
    ("provider", "region", "name"), [("GCP", "us-east1", "serviceAttachments"), ("AZURE", "eastus", "privatelinkservice")]
)
async def test_each_cloud_has_its_own_form_of_service_names(api: Any, provider: str, region: str, name: str) -> None:
    database_id = api.emulator.add_database("orders", cloud_provider=provider, region=region)
    place = f"/v2/organizations/clusters/{database_id}/datacenters/{database_id}-1"
    assert name in (await api("POST", f"{place}/private-link", json={"allowedPrincipals": ["a"]})).json["serviceName"]
