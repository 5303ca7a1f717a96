"""Who may reach databases and the API, and over which networks: access lists, private links, custom domains, peerings."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio

ALL = {"address": "0.0.0.0/0", "enabled": True, "description": "everybody"}
VPC = {"accountId": "123456789012", "vpcId": "vpc-0a1b2c3d", "region": "us-east-2", "cidrBlock": "10.0.0.0/16"}


async def test_access_lists_with_every_quirk_off(api_of: Callable[[Emulator], Any]) -> None:
    quirks = Quirks(
        first_address_only=False,
        missing_access_list_is_404=False,
        enabling_apart=False,
        access_list_lag=0.0,
        bare_address_with_mask=False,
        go_times_in_access_lists=False,
    )
    async with Emulator(quirks=quirks) as emulator:
        api, path = api_of(emulator), f"/v2/databases/{emulator.add_database('orders')}/access-list"
        assert (await api("GET", path)).json["addresses"] == []
        body = {"addresses": [ALL, ALL | {"address": "10.0.0.1"}], "configurations": {"accessListEnabled": True}}
        assert (await api("PUT", path, json=body)).status == 204
        document = (await api("GET", path)).json
        assert document["configurations"] == {"accessListEnabled": True}
        assert [entry["address"] for entry in document["addresses"]] == ["0.0.0.0/0", "10.0.0.1"]
        assert document["addresses"][0]["lastUpdateDateTime"] == "2026-01-01T00:00:00Z"
        assert (await api("DELETE", f"{path}?addresses=0.0.0.0/0&addresses=10.0.0.1/32")).status == 204
        assert (await api("GET", path)).json["addresses"] == []


async def test_errors_of_access_lists_are_plain_text(api: Any) -> None:
    path = f"/v2/databases/{api.emulator.add_database('orders')}/access-list"
    unknown = "/v2/databases/00000000-0000-4000-8000-000000000000/access-list"
    bad = [ALL | {"address": "999.0.0.1"}]
    for method, where, body in (
        ("GET", path, None),
        ("GET", unknown, None),
        ("PATCH", path, {}),
        ("DELETE", path, None),
        ("PUT", unknown, {}),
    ):
        answer = await api(method, where, json=body)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    answer = await api("POST", path, json=bad)
    assert (answer.status, answer.body) == (400, b"999.0.0.1 is not a valid address")
    await api("POST", path, json=[ALL])
    assert (await api("DELETE", f"{path}?addresses=nowhere")).status == 400
    assert (await api("DELETE", f"{path}?addresses=10.0.0.1")).status == 404


async def test_a_list_is_checked_only_where_that_is_the_question(api: Any) -> None:
    path = f"/v2/databases/{api.emulator.add_database('orders')}/access-list"
    body = {"addresses": [{"address": "10.0.0.0/99", "enabled": True, "description": ""}, {"address": "10.0.0.0/8"}, 5]}
    assert (await api("PUT", path, json=body)).status == 400
    answer = await api("POST", "/v2/access-list/validate", json=body)
    assert answer.json["valid"] is False
    assert len(answer.json["validationFailures"]) == 3
    assert (await api("POST", "/v2/access-list/validate")).json == {"valid": True, "validationFailures": []}


async def test_an_access_list_for_the_api_is_in_force_for_all_of_it(api: Any) -> None:
    path = f"/v2/organizations/{api.emulator.organization_id}/devops-acl"
    assert (await api("GET", path)).status == 404
    assert (await api("POST", path, json=[{"address": "127.0.0.1"}])).status == 201
    assert (await api("POST", path, json=[{"address": "127.0.0.1/32"}])).status == 409
    assert (await api("PATCH", path, json={"address": "10.0.0.1"})).status == 404
    assert (await api("PATCH", path, json={"address": "127.0.0.1", "description": "me"})).json["addresses"][0]["enabled"] is True
    assert (await api("PATCH", path, json={"address": "127.0.0.1", "enabled": False})).status == 200
    for method, where in (("GET", path), ("DELETE", path), ("GET", "/v2/databases"), ("GET", "/v2/currentOrg")):
        assert (await api(method, where)).status == 403
    assert (await api("GET", path, token="nonsense")).status == 401
    api.emulator.reset()
    assert (await api("GET", "/v2/databases")).status == 200
    assert (await api("PUT", "/v2/organizations/other/devops-acl", json=[ALL])).status == 404


async def test_what_private_links_refuse(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    place = f"/v2/organizations/clusters/{database_id}/datacenters/{database_id}-1"
    assert (await api("POST", f"{place}/endpoints", json={"endpointID": "e"})).status == 404
    assert (await api("POST", f"{place}/private-link", json={})).status == 400
    assert (await api("POST", f"{place}/allowed-principals", json={"allowedPrincipals": ["a"]})).status == 200
    assert (await api("POST", f"{place}/endpoints", json={})).status == 400
    assert (await api("POST", f"{place}/endpoints", json={"endpointID": "e"})).status == 200
    assert (await api("GET", f"{place}/endpoints/e")).body == b'"endpoint e not found"'
    assert (await api("POST", f"{place}/endpoints", json={"endpointID": "e"})).status == 409
    await api.emulator.clock.sleep(10)
    assert (await api("GET", f"{place}/endpoints/e")).json["status"] == "Accepted"


@pytest.mark.parametrize(
    ("provider", "region", "name"), [("GCP", "us-east1", "serviceAttachments"), ("AZURE", "eastus", "privatelinkservice")]
)
async def test_each_cloud_names_its_services_in_its_own_way(api: Any, provider: str, region: str, name: str) -> None:
    database_id = api.emulator.add_database("orders", cloud_provider=provider, region=region)
    place = f"/v2/organizations/clusters/{database_id}/datacenters/{database_id}-1"
    assert name in (await api("POST", f"{place}/private-link", json={"allowedPrincipals": ["a"]})).json["serviceName"]


async def test_what_peerings_refuse(api: Any) -> None:
    classic, serverless = api.emulator.add_database("classic", tier="C10"), api.emulator.add_database("serverless")
    assert (await api("POST", f"/v2/peering/provider/aws/database/{serverless}", json=VPC)).status == 400
    assert (await api("POST", f"/v2/peering/provider/gcp/database/{classic}", json=VPC)).status == 400
    google = {"projectId": "p", "vpcNetworkName": "n"}
    assert (await api("POST", f"/v2/peering/provider/aws/database/{classic}", json=google)).status == 400
    path = f"/v2/peering/provider/aws/database/{classic}"
    assert (await api("GET", path)).status == 404
    assert (await api("DELETE", path)).status == 404
    assert (await api("POST", path, json=VPC)).status == 201
    assert (await api("GET", f"/v2/peering/provider/azure/database/{classic}")).status == 404
    for method in ("GET", "POST", "DELETE"):
        assert (await api(method, path.replace("aws", "AWS"), json=VPC if method == "POST" else None)).status == 400
    assert (await api("DELETE", path)).status == 204
    assert (await api("DELETE", path)).status == 204
    await api.emulator.clock.sleep(40)
    assert (await api("GET", path)).json["status"] == "deleted"
    assert (await api("DELETE", path)).status == 404


async def test_a_scripted_failure_of_a_peering_shows_after_its_course(api: Any) -> None:
    path = f"/v2/peering/provider/aws/database/{api.emulator.add_database('classic', tier='C10')}"
    api.emulator.faults.fail_state("CreateVPCPeeringConnection", status="expired")
    await api("POST", path, json=VPC)
    seen = []
    for _ in range(3):
        seen.append((await api("GET", path)).json["status"])
        await api.emulator.clock.sleep(200)
    assert seen == ["provisioning", "pending-acceptance", "expired"]
    assert (await api("POST", path, json=VPC)).status == 201
