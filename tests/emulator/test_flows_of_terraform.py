"""The requests of the vendor's Terraform provider, in order, and what it expects of each answer.

They are derived from its sources (datastax/terraform-provider-astra, internal/provider), because
building it needs the Go registry. The provider ignores case in field names when it decodes into
structs, but not when it decodes into maps; comments mark the latter.
"""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

ALL = [{"address": "10.0.0.1", "enabled": True, "description": "home"}, {"address": "192.168.0.0/16", "enabled": False, "description": ""}]
ARN = "arn:aws:iam::123456789012:role/admin"
FINAL_FAILURES = ("ERROR", "TERMINATED", "TERMINATING")


async def wait_for_database(api: Any, database_id: str) -> Any:
    """Poll until ACTIVE. Fail on any status but 200 and on states that no database leaves."""
    while True:
        answer = await api("GET", f"/v2/databases/{database_id}")
        assert answer.status == 200
        assert answer.json["status"] not in FINAL_FAILURES
        if answer.json["status"] == "ACTIVE":
            return answer.json
        await api.emulator.clock.sleep(10)


async def wait_for_group(api: Any, group_id: str, status: str) -> Any:
    """Poll every ten seconds until a status, for the provider's timeout of twenty minutes."""
    for _ in range(120):
        await api.emulator.clock.sleep(10)
        answer = await api("POST", "/v2/pcus/actions/get", json={"pcuGroupUUIDs": [group_id]})
        assert answer.status == 200
        if answer.json[0]["status"] == status:
            return answer.json[0]
    raise AssertionError(f"the group has not become {status}")


async def create_database(api: Any, *, provider: str = "aws", region: str = "us-east-2") -> str:
    regions = await api("GET", "/v2/regions/serverless")
    assert regions.status == 200
    assert (provider, region) in {(entry["cloudProvider"].lower(), entry["name"].lower()) for entry in regions.json}
    body = {"name": "tf", "keyspace": "shop", "cloudProvider": provider, "capacityUnits": 1, "region": region, "tier": "serverless"}
    created = await api("POST", "/v2/databases", json=body)
    assert created.status == 201
    database_id = str(created.headers["location"])
    await wait_for_database(api, database_id)
    return database_id


async def test_database_with_regions(api: Any) -> None:
    database_id = await create_database(api)
    database = await wait_for_database(api, database_id)
    assert {"id", "orgId", "ownerId", "status", "grafanaUrl", "graphqlUrl", "dataEndpointUrl", "cqlshUrl"} <= database.keys()
    assert {"nodeCount", "replicationFactor", "totalStorage"} <= database["storage"].keys()  # read unconditionally
    info = database["info"]
    assert (info["name"], info["keyspace"], info["region"], info["cloudProvider"].lower()) == ("tf", "shop", "us-east-2", "aws")

    for region in ("us-west-2", "eu-west-1"):  # the service accepts one at a time
        body = [{"cloudProvider": "aws", "region": region, "tier": "serverless"}]
        assert (await api("POST", f"/v2/databases/{database_id}/datacenters", json=body)).status == 201
        await wait_for_database(api, database_id)
    listed = await api("GET", f"/v2/databases/{database_id}/datacenters")
    assert listed.status == 200
    ids = {datacenter["region"]: datacenter["id"] for datacenter in listed.json}
    assert list(ids) == ["us-east-2", "us-west-2", "eu-west-1"]

    for region in ("eu-west-1", "us-west-2"):
        assert (await api("POST", f"/v2/databases/{database_id}/datacenters/{ids[region]}/terminate")).status == 202
        await wait_for_database(api, database_id)
    assert [entry["region"] for entry in (await wait_for_database(api, database_id))["info"]["datacenters"]] == ["us-east-2"]

    assert (await api("POST", f"/v2/databases/{database_id}/terminate")).status < 400
    while (answer := await api("GET", f"/v2/databases/{database_id}")).status != 404:
        assert answer.status == 200
        if answer.json["status"] == "TERMINATED":
            break
        await api.emulator.clock.sleep(10)


async def test_destroying_a_database_that_is_gone(api: Any) -> None:
    unknown = "/v2/databases/11111111-2222-4333-8444-555555555555"
    assert (await api("POST", f"{unknown}/terminate")).status == 404
    assert (await api("GET", unknown)).status == 404


async def test_two_keyspaces_in_one_apply(api: Any) -> None:
    """Both see ACTIVE and send their request. The second gets 409, the only answer it retries."""
    database_id = await create_database(api)
    keyspaces = f"/v2/databases/{database_id}/keyspaces"
    assert (await api("POST", f"{keyspaces}/orders")).status == 201
    assert (await api("POST", f"{keyspaces}/Customers")).status == 409
    await wait_for_database(api, database_id)
    assert (await api("POST", f"{keyspaces}/Customers")).status == 201
    database = await wait_for_database(api, database_id)
    assert database["info"]["keyspaces"] == ["shop", "orders", "Customers"]  # in their original case


async def test_access_list(api: Any) -> None:
    database_id = await create_database(api)
    path = f"/v2/databases/{database_id}/access-list"
    assert (await api("POST", path, json=ALL)).status < 400
    # A separate call with the same addresses enables the list.
    assert (await api("PATCH", path, json={"addresses": ALL, "configurations": {"accessListEnabled": True}})).status < 400
    await api.emulator.clock.sleep(10)
    access_list = (await api("GET", path)).json
    assert (access_list["databaseId"], access_list["organizationId"]) == (database_id, api.emulator.organization_id)
    assert access_list["configurations"] == {"accessListEnabled": True}
    assert [[entry[name] for name in ("address", "enabled", "description")] for entry in access_list["addresses"]] == [
        ["10.0.0.1/32", True, "home"],
        ["192.168.0.0/16", False, ""],
    ]
    for entry in access_list["addresses"]:  # one call each, because a call for both deletes only the first
        assert (await api("DELETE", path, params={"addresses": entry["address"]})).status < 400
    await api.emulator.clock.sleep(10)
    assert (await api("GET", path)).json["addresses"] == []


async def test_role_and_token(api: Any) -> None:
    organization = (await api("GET", "/v2/currentOrg")).json["id"]
    policy = {"description": "d", "effect": "allow", "resources": [f"drn:astra:org:{organization}"], "actions": ["org-db-view"]}
    created = await api("POST", "/v2/organizations/roles", json={"name": "viewer", "policy": policy})
    assert created.status == 201
    role_id = created.json["ID"]

    role = (await api("GET", f"/v2/organizations/roles/{role_id}")).json  # a map
    assert role["id"] == role_id
    assert {name: role["policy"][name] for name in policy} == policy
    changed = {"name": "viewer", "policy": policy | {"description": "e"}}
    assert (await api("PUT", f"/v2/organizations/roles/{role_id}", json=changed)).status < 400
    assert (await api("GET", f"/v2/organizations/roles/{role_id}")).json["policy"]["description"] == "e"

    token = await api("POST", "/v2/clientIdSecrets", json={"roles": [role_id]})  # a map
    assert token.status == 200
    assert {type(token.json[name]) for name in ("clientId", "secret", "token")} == {str}
    clients = (await api("GET", "/v2/clientIdSecrets")).json["clients"]  # a map
    assert token.json["clientId"] in [client["clientId"] for client in clients]
    assert (await api("GET", "/v2/databases", token=token.json["token"])).status == 200

    assert (await api("DELETE", f"/v2/clientIdSecrets/{token.json['clientId']}")).status < 400
    assert (await api("DELETE", f"/v2/organizations/roles/{role_id}")).status < 400
    assert (await api("GET", "/v2/databases", token=token.json["token"])).status == 401


async def test_token_for_an_unknown_role(api: Any) -> None:
    """The provider reads the role before it creates a token, and fails on any status above 200."""
    assert (await api("GET", "/v2/organizations/roles/Organization%20Administrator")).status > 200


@pytest.mark.parametrize(("provider", "region", "key"), [("aws", "us-east-2", "arn:aws:kms:1"), ("gcp", "us-east1", "projects/p/keys/k")])
async def test_customer_key(api: Any, provider: str, region: str, key: str) -> None:
    organization = (await api("GET", "/v2/currentOrg")).json["id"]
    body = {"orgId": organization, provider: {"keyID": key, "region": region}}
    assert (await api("POST", "/v2/kms", json=body)).status == 201  # not 200, as documented
    (entry,) = (await api("GET", "/v2/kms")).json
    lowered = {name.lower(): value for name, value in entry.items()}
    assert [lowered[name] for name in ("organizationid", "keyid", "region")] == [organization, key, region]
    assert lowered["cloudprovider"].lower() == provider


async def test_private_link(api: Any) -> None:
    database_id = await create_database(api)
    place = f"/v2/organizations/clusters/{database_id}/datacenters/{database_id}-1"
    created = await api("POST", f"{place}/private-link", json={"allowedPrincipals": [ARN]})
    assert created.status < 400
    service = created.json["serviceName"]
    assert service == service.lower()  # the provider stores it in lower case, and compares it with what it reads
    assert (await api("GET", f"{place}/private-link")).json["serviceName"] == service

    accepted = await api("POST", f"{place}/endpoints", json={"endpointID": "vpce-0a1b2c3d4e5f60718"})
    assert accepted.status < 400
    endpoint_id = accepted.json["endpointID"]
    await api.emulator.clock.sleep(30)
    assert (await api("GET", f"{place}/endpoints/{endpoint_id}")).json["endpointID"] == endpoint_id
    assert (await api("DELETE", f"{place}/endpoints/{endpoint_id}")).status < 400


async def test_pcu_group_and_its_association(api: Any) -> None:
    body = {"title": "tf", "cloudProvider": "AWS", "region": "us-east-2", "instanceType": "standard", "provisionType": "shared"}
    size = {"min": 1, "max": 1, "reserved": 0}
    groups = [await api("POST", "/v2/pcus", json=[body | size]) for _ in range(2)]
    assert [group.status for group in groups] == [201, 201]
    group_id, other_id = (group.json[0]["uuid"] for group in groups)
    assert {"orgId", "title", "createdAt", "updatedAt"} <= (await wait_for_group(api, group_id, "CREATED")).keys()
    await wait_for_group(api, other_id, "CREATED")

    kind = {name: body[name] for name in ("instanceType", "provisionType")}
    updated = await api("PUT", "/v2/pcus", json=[{"pcuGroupUUID": group_id, "title": "tf", **kind, **size, "max": 3}])
    assert updated.status == 200
    assert (updated.json[0]["max"], updated.json[0]["title"]) == (3, "tf")  # the provider takes its new state from the answer

    database_id = await create_database(api)
    datacenter_id = f"{database_id}-1"
    assert (await api("POST", f"/v2/pcus/association/{group_id}/{datacenter_id}")).status < 300
    (association,) = (await api("GET", f"/v2/pcus/association/{group_id}")).json  # immediately
    assert association["datacenterUUID"] == datacenter_id
    await wait_for_group(api, group_id, "ACTIVE")
    await wait_until_associated(api, database_id)

    body = {"fromPCUGroupUUID": group_id, "toPCUGroupUUID": other_id, "datacenterUUID": datacenter_id}
    assert (await api("POST", "/v2/pcus/association/transfer", json=body)).status < 300
    await wait_for_group(api, other_id, "ACTIVE")
    await wait_until_associated(api, database_id)
    assert [entry["datacenterUUID"] for entry in (await api("GET", f"/v2/pcus/association/{other_id}")).json] == [datacenter_id]

    for action, status in (("park", "PARKED"), ("unpark", "CREATED")):
        assert (await api("POST", f"/v2/pcus/{action}/{other_id}")).status < 300
        await wait_for_group(api, other_id, status)
    await wait_for_group(api, other_id, "ACTIVE")
    assert (await api("DELETE", f"/v2/pcus/association/{other_id}/{datacenter_id}")).status < 300
    assert [(await api("DELETE", f"/v2/pcus/{deleted_id}")).status for deleted_id in (group_id, other_id)] == [200, 200]
    assert (await api("POST", "/v2/pcus/actions/get", json={"pcuGroupUUIDs": [group_id]})).status == 404  # deleted


async def wait_until_associated(api: Any, database_id: str) -> None:
    """Poll until ACTIVE. The provider accepts only these states on the way."""
    while (status := await api.status(database_id)) != "ACTIVE":
        assert status in ("ASSOCIATING", "INITIALIZING", "PENDING")
        await api.emulator.clock.sleep(10)


async def test_the_type_of_a_pcu_group_may_be_in_capitals(api: Any) -> None:
    body = {"title": "tf", "cloudProvider": "AWS", "region": "us-east-2", "provisionType": "shared", "min": 1, "max": 1, "reserved": 0}
    kinds = {"STANDARD": "standard", "CACHE_OPTIMIZED": "cacheOptimized", "generalPurpose": "generalPurpose", "small": "small"}
    for name, kind in kinds.items():
        (group,) = (await api("POST", "/v2/pcus", json=[body | {"instanceType": name}])).json
        assert (group["instanceType"], group["pcuType"]["type"]) == (name, kind)
    assert (await api("POST", "/v2/pcus", json=[body | {"instanceType": "HUGE"}])).status == 400
