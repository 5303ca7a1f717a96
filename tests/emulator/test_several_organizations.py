"""Several organizations in one enterprise: separated from each other, created by the enterprise."""

from typing import Any

import pytest

from astra_devops import _contract
from astra_devops.emulator.contract.contract import Contract

pytestmark = pytest.mark.anyio

ADMINISTRATOR = "Organization Administrator"


async def test_an_organization_sees_only_its_own_databases(api: Any) -> None:
    emulator = api.emulator
    other = emulator.add_organization("Other")
    ours, theirs = emulator.add_database("orders"), emulator.add_database("orders", organization_id=other)
    stranger = emulator.add_token(organization_id=other)
    assert (await api("GET", "/v2/currentOrg", token=stranger)).json == {"id": other}
    for token, own, foreign in ((emulator.token, ours, theirs), (stranger, theirs, ours)):
        assert [database["id"] for database in (await api("GET", "/v2/databases", token=token)).json] == [own]
        assert (await api("GET", f"/v2/databases/{own}", token=token)).status == 200
        assert (await api("GET", f"/v2/databases/{foreign}", token=token)).status == 404
    assert set(emulator.databases) == {ours, theirs}


async def test_no_operation_reaches_into_another_organization(api: Any) -> None:
    """Call every operation on one organization with an unlimited token of another."""
    emulator = api.emulator
    values = await fill_organization(api)
    stranger = emulator.add_token(organization_id=emulator.add_organization("Other"))
    before = emulator.snapshot()["worlds"][emulator.organization_id]
    requests = 0
    for operation in Contract(_contract.load()).operations:
        if not operation.variables or not values.keys() >= set(operation.variables) or operation.path.startswith("/v2/kms"):
            continue  # keys are named by provider and region, which every organization has
        path = operation.path.format_map(values) + "?snapshotID=x&generateResources=true"
        answer = await api(operation.method, path, token=stranger)
        assert answer.status in (400, 401, 403, 404, 422), (operation.id, answer)
        requests += 1
    assert requests > 60
    assert emulator.snapshot()["worlds"][emulator.organization_id] == before


async def fill_organization(api: Any) -> dict[str, str]:
    """Fill the first organization, and return the values of path variables that name its parts."""
    emulator = api.emulator
    database_id = emulator.add_database("orders")
    assert (await api("POST", "/v2/organizations/roles", json={"name": "r", "policy": POLICY})).status == 201
    roles = (await api("GET", "/v2/organizations/roles")).json
    users = (await api("GET", "/v2/organizations/users")).json
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "staff"}
    group_id = (await api("POST", "/v2/scim/groups", json=group)).json["id"]
    return {
        **dict.fromkeys(("databaseID", "clusterID", "sourceDBID"), database_id),
        **dict.fromkeys(("datacenterID", "datacenterUUID"), f"{database_id}-1"),
        **dict.fromkeys(("orgID", "orgId"), emulator.organization_id),
        "provider": "aws",
        "region": "us-east-2",
        "keyspaceName": "default_keyspace",
        "tableName": "t",
        "migrationID": emulator.add_migration(database_id),
        "pcuGroupUUID": emulator.add_pcu_group("group"),
        "roleID": roles[-1]["ID"],
        "userID": users["Users"][0]["UserID"],
        "clientId": emulator.add_token({"org-db-view"}).split(":")[1],
        "groupID": group_id,
    }


POLICY = {"description": "", "resources": ["drn:astra:org:x"], "actions": ["org-db-view"], "effect": "allow"}


async def test_the_enterprise_creates_an_organization_and_a_token_for_it(api: Any) -> None:
    emulator = api.emulator
    enterprise = emulator.add_enterprise_token()
    body = {"name": "Acme", "email": "ann@example.com", "adminUserID": "ann", "enterpriseID": emulator.enterprise_id}
    created = await api("POST", "/v2/enterprises/organizations", token=enterprise, json=body)
    assert (created.status, created.json["EnterpriseId"]) == (201, emulator.enterprise_id)
    organization_id = created.json["OrganizationID"]
    roles = {role["Name"]: role["ID"] for role in (await api("GET", "/v2/organizations/roles")).json}
    body = {"orgId": organization_id, "roles": [roles[ADMINISTRATOR]]}
    token = (await api("POST", "/v2/tokens", token=enterprise, json=body)).json
    assert token["orgId"] == organization_id
    assert (await api("GET", "/v2/currentOrg", token=token["token"])).json == {"id": organization_id}
    users = (await api("GET", "/v2/organizations/users", token=token["token"])).json
    assert (users["OrgName"], [user["Email"] for user in users["Users"]]) == ("Acme", ["ann@example.com"])
    body = {"name": "stock", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    assert (await api("POST", "/v2/databases", token=token["token"], json=body)).status == 201
    assert (await api("GET", "/v2/databases")).json == []
    listed = (await api("GET", "/v2/tokens", token=token["token"])).json["clients"]
    assert [entry["clientId"] for entry in listed] == [token["clientId"]]


async def test_an_enterprise_token_may_do_nothing_else(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    enterprise = api.emulator.add_enterprise_token()
    for path in ("/v2/databases", f"/v2/databases/{database_id}", "/v2/currentOrg", "/v2/organizations/users", "/v2/pcus/actions/get"):
        answer = await api("POST" if "pcus" in path else "GET", path, token=enterprise)
        assert (answer.status, answer.body) == (401, b"null"), path
    assert (await api("GET", "/v2/tokens", token=enterprise)).json["clients"][0]["clientId"] == enterprise.split(":")[1]


async def test_an_organization_token_is_not_an_enterprise_token(api: Any) -> None:
    emulator = api.emulator
    other = emulator.add_organization("Other")
    for token in (
        emulator.add_token(),
        emulator.add_token({"org-token-write", "org-token-read"}),
        emulator.add_token(organization_id=other),
    ):
        body = {"name": "x", "email": "x@example.com", "adminUserID": "x", "enterpriseID": emulator.enterprise_id}
        assert (await api("POST", "/v2/enterprises/organizations", token=token, json=body)).body == b"null"
    body = {"orgId": other, "roles": []}
    answer = await api("POST", "/v2/tokens", token=emulator.add_token(), json=body)
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (403, "text/plain")


async def test_no_organization_is_created_in_another_enterprise(api: Any) -> None:
    body = {"name": "x", "email": "x@example.com", "adminUserID": "x", "enterpriseID": "00000000-0000-4000-8000-000000000000"}
    answer = await api("POST", "/v2/enterprises/organizations", token=api.emulator.add_enterprise_token(), json=body)
    assert answer.status == 403


async def test_the_enterprise_sees_the_costs_of_every_organization(api: Any) -> None:
    emulator = api.emulator
    other = emulator.add_organization("Other")
    emulator.add_database("orders")
    emulator.add_database("stock", organization_id=other)
    start = emulator.clock.now()
    await emulator.clock.sleep(3600)
    window = {"fromDate": start.isoformat(), "toDate": emulator.clock.now().isoformat()}
    enterprise = emulator.add_enterprise_token()
    costs = (await api("POST", "/v2/enterprises/consumption", token=enterprise, json=window)).json["costs"]
    assert {cost["orgId"] for cost in costs} == {emulator.organization_id, other}
    costs = (await api("POST", "/v2/enterprises/consumption", token=enterprise, json=window | {"orgIDs": [other]})).json["costs"]
    assert [cost["orgId"] for cost in costs] == [other]


async def test_bundles_and_data_endpoints_work_for_every_organization(api: Any) -> None:
    emulator = api.emulator
    other = emulator.add_organization("Other")
    database_id = emulator.add_database("orders", organization_id=other)
    token = emulator.add_token(organization_id=other)
    links = (await api("POST", f"/v2/databases/{database_id}/secureBundleURL", token=token)).json
    async with api.session.get(links["downloadURL"]) as answer:
        assert (answer.status, answer.content_type) == (200, "application/zip")
    emulator.hibernate(database_id)
    await emulator.clock.sleep(60)
    async with api.session.get(f"{emulator.edge_url}/data/{database_id}-us-east-2/wake") as answer:
        assert answer.status == 503
    assert emulator.databases[database_id].status == "RESUMING"


async def test_a_reset_keeps_only_the_first_organization(api: Any) -> None:
    emulator = api.emulator
    other = emulator.add_organization("Other")
    token = emulator.add_token(organization_id=other)
    emulator.add_database("orders", organization_id=other)
    emulator.reset()
    assert emulator.databases == {}
    assert (await api("GET", "/v2/databases", token=token)).status == 401
    with pytest.raises(ValueError, match="organization_id must be"):
        emulator.add_token(organization_id=other)


async def test_organizations_are_in_a_snapshot(api: Any, api_of: Any) -> None:
    emulator = api.emulator
    other = emulator.add_organization("Other")
    database_id = emulator.add_database("orders", organization_id=other)
    token = emulator.add_token(organization_id=other)
    async with type(emulator)(seed=7, state=emulator.snapshot()) as second:
        assert second.enterprise_id == emulator.enterprise_id
        listed = (await api_of(second)("GET", "/v2/databases", token=token)).json
        assert [database["id"] for database in listed] == [database_id]


async def test_errors_name_the_argument_that_is_unknown(api: Any) -> None:
    emulator = api.emulator
    nowhere = "00000000-0000-4000-8000-000000000000"
    for call in (
        lambda: emulator.add_token(organization_id=nowhere),
        lambda: emulator.add_token(organization_id=emulator.enterprise_id),
        lambda: emulator.add_database("x", organization_id=nowhere),
        lambda: emulator.hibernate(nowhere),
        lambda: emulator.add_migration(nowhere),
        lambda: emulator.accept_invitation("unknown@example.com"),
    ):
        with pytest.raises(ValueError, match=r"organization_id|database_id|email"):
            call()
