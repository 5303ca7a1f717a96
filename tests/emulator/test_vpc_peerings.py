"""VPC peerings of classic databases: what they refuse, and how they end."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

VPC = {"accountId": "123456789012", "vpcId": "vpc-0a1b2c3d", "region": "us-east-2", "cidrBlock": "10.0.0.0/16"}


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


async def test_a_scripted_failure_shows_after_the_usual_states(api: Any) -> None:
    path = f"/v2/peering/provider/aws/database/{api.emulator.add_database('classic', tier='C10')}"
    api.emulator.faults.fail_state("CreateVPCPeeringConnection", status="expired")
    await api("POST", path, json=VPC)
    states = []
    for _ in range(3):
        states.append((await api("GET", path)).json["status"])
        await api.emulator.clock.sleep(200)
    assert states == ["provisioning", "pending-acceptance", "expired"]
    assert (await api("POST", path, json=VPC)).status == 201
