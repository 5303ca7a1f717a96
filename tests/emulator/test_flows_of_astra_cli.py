"""The requests of astra-cli, command by command, and what it expects of each answer.

They are derived from its sources (datastax/astra-cli, and the client in datastax/astra-db-java),
because building it needs Java registries. It ignores case in the field names of documents, but
reads states and providers as names of enum constants.
"""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

PROVIDERS = {"AWS", "GCP", "AZURE"}
ORDERS = {"name": "orders", "tier": "serverless", "capacityUnits": 1, "cloudProvider": "AWS", "region": "us-east-2", "keyspace": "shop"}


async def named(api: Any, name: str) -> list[Any]:
    """Find databases by name as the client does: in one list with an undocumented limit."""
    answer = await api("GET", "/v2/databases?include=nonterminated&provider=ALL&limit=1000")
    assert answer.status == 200
    return [database for database in answer.json if database["info"]["name"] == name]


async def wait(api: Any, database_id: str, *, passing: set[str]) -> None:
    """Poll every five seconds until ACTIVE; the client accepts only some states on the way."""
    while (status := await api.status(database_id)) != "ACTIVE":
        assert status in passing
        await api.emulator.clock.sleep(5)


async def test_db_create_get_list_delete(api: Any) -> None:
    regions = (await api("GET", "/v2/regions/serverless?region-type=vector")).json
    assert {region["cloudProvider"] for region in regions} == PROVIDERS  # names of enum constants, in upper case
    assert {region["cloudProvider"] for region in regions if region["name"] == "us-east-2"} == {"AWS"}
    assert await named(api, "orders") == []

    created = await api("POST", "/v2/databases", json=ORDERS | {"dbType": "vector"})
    assert created.status == 201
    database_id = created.headers["location"]
    database = await api.look(database_id)  # must not be 404, even immediately
    assert (database["id"], database["info"]["cloudProvider"]) == (database_id, "AWS")
    await wait(api, database_id, passing={"PENDING", "INITIALIZING"})
    assert [database["id"] for database in await named(api, "orders")] == [database_id]

    await api.create(name="orders")
    assert len(await named(api, "orders")) == 2  # the client reports the name as ambiguous

    assert (await api("POST", f"/v2/databases/{database_id}/terminate")).status == 202
    while await api.status(database_id) != "TERMINATED":
        await api.emulator.clock.sleep(5)
    assert database_id not in [database["id"] for database in await named(api, "orders")]


async def test_db_resume(api: Any) -> None:
    """No operation resumes a database: a request to its data endpoint does, and is answered 503."""
    database_id = api.emulator.add_database("orders", status="HIBERNATED")
    database = await api.look(database_id)
    async with api.session.get(f"{database['dataEndpointUrl']}/fake", headers={"X-Cassandra-Token": api.emulator.token}) as answer:
        assert answer.status == 503
        assert await answer.read()  # the command fails on an empty answer
    await wait(api, database_id, passing={"RESUMING", "MAINTENANCE"})


async def test_db_keyspaces(api: Any) -> None:
    database_id = api.emulator.add_database("orders", keyspaces=[])
    assert (await api.look(database_id))["info"]["keyspaces"] is None
    for name in ("shop", "second"):
        assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/{name}")).status == 201
        await wait(api, database_id, passing={"MAINTENANCE"})
    assert (await api("DELETE", f"/v2/databases/{database_id}/keyspaces/second")).status == 202
    await wait(api, database_id, passing={"MAINTENANCE"})
    assert (await api.look(database_id))["info"]["keyspaces"] == ["shop"]


async def test_db_regions_and_bundles(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    body = [{"tier": "serverless", "cloudProvider": "AWS", "region": "us-west-2"}]
    assert (await api("POST", f"/v2/databases/{database_id}/datacenters", json=body)).status == 201
    await wait(api, database_id, passing={"MAINTENANCE"})
    datacenters = (await api("GET", f"/v2/databases/{database_id}/datacenters")).json
    for datacenter in datacenters:
        async with api.session.get(datacenter["secureBundleUrl"]) as bundle:
            assert (bundle.status, (await bundle.read())[:2]) == (200, b"PK")
    assert (await api("POST", f"/v2/databases/{database_id}/datacenters/{datacenters[1]['id']}/terminate")).status == 202
    await wait(api, database_id, passing={"MAINTENANCE"})


async def test_roles_users_and_tokens(api: Any) -> None:
    organization = (await api("GET", "/v2/currentOrg")).json["id"]
    roles = {role["Name"]: role["ID"] for role in (await api("GET", "/v2/organizations/roles")).json}
    role_id = roles["RO User"]

    invitation = {"OrgID": organization, "email": "new@example.com", "roles": [role_id]}
    assert (await api("PUT", "/v2/organizations/users", json=invitation)).status == 200
    users = {user["Email"]: user for user in (await api("GET", "/v2/organizations/users")).json["Users"]}
    user = users["new@example.com"]
    assert [role["ID"] for role in user["Roles"]] == [role_id]
    assert (await api("DELETE", f"/v2/organizations/users/{user['UserID']}")).status == 204

    token = await api("POST", "/v2/tokens", json={"orgId": organization, "roles": [role_id], "description": "cli"})
    assert token.status == 200
    assert len(token.json["token"]) == 97
    assert token.json["clientId"] in [client["clientId"] for client in (await api("GET", "/v2/tokens")).json["clients"]]
    assert (await api("DELETE", f"/v2/tokens/{token.json['clientId']}")).status == 204


async def test_pcu_groups(api: Any) -> None:
    assert (await api("POST", "/v2/pcus/actions/get", json={"pcuGroupUUIDs": []})).json == []  # every group; the client fails on null
    body = {"title": "cli", "cloudProvider": "AWS", "region": "us-east-2", "instanceType": "standard", "provisionType": "shared"}
    created = await api("POST", "/v2/pcus", json=[body | {"min": 1, "max": 1, "reserved": 0}])
    group_id = created.json[0]["uuid"]
    await api.emulator.clock.sleep(60)
    assert (await api("GET", f"/v2/pcus/association/{group_id}")).json == []  # the client fails on 404, and on null
    database_id = api.emulator.add_database("orders")
    association = await api("POST", f"/v2/pcus/association/{group_id}/{database_id}-1")
    assert (association.status, association.json[0]["datacenterUUID"]) == (201, f"{database_id}-1")  # the client reads the body
    await wait(api, database_id, passing={"ASSOCIATING"})
    assert (await api("GET", f"/v2/pcus/actions/get/{database_id}-1")).json[0]["uuid"] == group_id
    other = api.emulator.add_pcu_group("other")
    move = {"fromPCUGroupUUID": group_id, "toPCUGroupUUID": other, "datacenterUUID": f"{database_id}-1"}
    moved = await api("POST", f"/v2/pcus/association/transfer/{group_id}", json=move)
    assert (moved.status, moved.json[0]["pcuGroupUUID"]) == (202, other)  # the client reads the body
    await wait(api, database_id, passing={"ASSOCIATING"})
    assert (await api("GET", "/v2/pcus/types?provider=AWS&region=us-east-2")).json[0]["region"] == "us-east-2"
    assert (await api("POST", f"/v2/pcus/park/{other}")).status < 300


async def test_db_clone(api: Any) -> None:
    source, target = api.emulator.add_database("orders", keyspaces=["shop"]), api.emulator.add_database("copy", keyspaces=[])
    snapshot = (await api("GET", f"/v2/databases/{source}/snapshots")).json["snapshots"][-1]
    path = f"/v2/databases/{target}/cloneFrom/{source}"
    clone = await api("POST", path, params={"snapshotID": snapshot["id"], "sourceRegion": "us-east-2"})
    assert clone.status == 200
    operation = f"/v2/databases/{target}/cloneStatus/{clone.json['operationID']}"
    while (status := (await api("GET", operation)).json["status"].upper()) != "DONE":
        assert status != "ERROR"
        await api.emulator.clock.sleep(5)
    assert (await api.look(target))["info"]["keyspaces"] == ["shop"]
