"""Roles and what they allow: by permission, and by the databases that their policies name."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from astra_devops import _contract
from astra_devops.emulator import Emulator, Quirks
from astra_devops.emulator.resources._default_roles import ALL_PERMISSIONS

pytestmark = pytest.mark.anyio

ROLES = "/v2/organizations/roles"


def policy(actions: list[str], *resources: str) -> dict[str, Any]:
    return {"description": "", "actions": actions, "resources": list(resources), "effect": "allow"}


async def role_id(api: Any, name: str, actions: list[str], *places: str) -> str:
    resources = [f"drn:astra:org:{api.emulator.organization_id}{place}" for place in places]
    answer = await api("POST", ROLES, json={"name": name, "policy": policy(actions, *resources)})
    assert answer.status == 201, answer
    return str(answer.json["ID"])


async def token(api: Any, *roles: str) -> str:
    answer = await api("POST", "/v2/tokens", json={"roles": roles})
    assert answer.status == 200, answer
    return str(answer.json["token"])


async def test_every_permission_of_the_contract_is_in_the_administrators_role() -> None:
    document = _contract.load()
    documented = set(document["components"]["schemas"]["Policy"]["properties"]["actions"]["items"]["enum"])
    required = {name for path in document["paths"].values() for operation in path.values() for name in _permissions(operation)}
    assert required <= documented == set(ALL_PERMISSIONS)


def _permissions(operation: Any) -> list[str]:
    return operation.get("x-astra-permissions", []) if isinstance(operation, dict) else []


async def test_the_administrators_role_is_as_good_as_the_main_token(api: Any) -> None:
    listed = {role["Name"]: role["ID"] for role in (await api("GET", ROLES)).json}
    other = await token(api, listed["Organization Administrator"])
    database_id = api.emulator.add_database("orders")
    for path in ("/v2/databases", f"/v2/databases/{database_id}", ROLES, f"{ROLES}/{listed['RO User']}", "/v2/tokens"):
        assert (await api("GET", path, token=other)).status == 200


async def test_a_role_for_one_database_does_not_allow_others(api: Any) -> None:
    mine, other = api.emulator.add_database("orders"), api.emulator.add_database("staff")
    role = await role_id(api, "keeper", ["org-db-view", "org-db-terminate", "org-db-create", "org-role-read"], f":db:{mine}")
    keeper = await token(api, role)
    assert [database["id"] for database in (await api("GET", "/v2/databases", token=keeper)).json] == [mine]
    assert (await api("GET", f"/v2/databases/{mine}", token=keeper)).status == 200
    for method, path in (("GET", f"/v2/databases/{other}"), ("POST", f"/v2/databases/{other}/terminate"), ("GET", ROLES)):
        answer = await api(method, path, token=keeper)
        assert (answer.status, answer.body) == (401, b"null"), path
    body = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    assert (await api("POST", "/v2/databases", token=keeper, json=body)).status == 401
    assert (await api("POST", f"/v2/databases/{mine}/terminate", token=keeper)).status == 202


async def test_each_role_grants_its_permissions_for_its_own_databases_only(api: Any) -> None:
    first, second = api.emulator.add_database("first"), api.emulator.add_database("second")
    viewing = await role_id(api, "viewer", ["org-db-view"], ":db:*")
    ending = await role_id(api, "ender", ["org-db-terminate"], f":db:{second}:keyspace:*")
    both = await token(api, viewing, ending)
    assert len((await api("GET", "/v2/databases", token=both)).json) == 2
    assert (await api("POST", f"/v2/databases/{first}/terminate", token=both)).status == 401
    assert (await api("POST", f"/v2/databases/{second}/terminate", token=both)).status == 202


async def test_resources_of_another_organization_grant_nothing(api: Any) -> None:
    body = {"name": "stranger", "policy": policy(["org-db-view"], "drn:astra:org:11111111-2222-4333-8444-555555555555:db:*")}
    role = (await api("POST", ROLES, json=body)).json["ID"]
    assert (await api("GET", "/v2/databases", token=await token(api, role))).status == 401


async def test_changing_or_deleting_a_role_changes_what_its_tokens_may_do(api: Any) -> None:
    role = await role_id(api, "viewer", ["org-db-view"], "")
    viewer = await token(api, role)
    assert (await api("GET", "/v2/databases", token=viewer)).status == 200
    changed = {"name": "viewer", "policy": policy(["org-role-read"], f"drn:astra:org:{api.emulator.organization_id}")}
    assert (await api("PUT", f"{ROLES}/{role}", json=changed)).status == 200
    assert (await api("GET", "/v2/databases", token=viewer)).status == 401
    assert (await api("GET", ROLES, token=viewer)).status == 200
    assert (await api("DELETE", f"{ROLES}/{role}")).status == 204
    assert (await api("GET", ROLES, token=viewer)).status == 401


async def test_refusals_are_json_strings(api: Any) -> None:
    role = await role_id(api, "viewer", ["org-db-view"], "")
    default = (await api("GET", ROLES)).json[0]["ID"]
    body = {"name": "viewer", "policy": policy(["org-db-view"], "drn:astra:org:o")}
    for answer, status in (
        (await api("POST", ROLES, json=body), 409),
        (await api("PUT", f"{ROLES}/{default}", json=body), 403),
        (await api("PUT", f"{ROLES}/{role}", json={**body, "name": "RO User"}), 409),
        (await api("DELETE", f"{ROLES}/{default}"), 400),
        (await api("GET", f"{ROLES}/unknown"), 404),
    ):
        assert answer.status == status
        assert isinstance(answer.json, str)
    unknown = {**body, "policy": policy(["do-anything"], "drn:astra:org:o")}
    assert (await api("POST", ROLES, json=unknown)).status == 400


@pytest.mark.parametrize(
    ("quirks", "names"),
    [
        (Quirks(), {"ID", "Name", "Policy"}),
        (Quirks(bare_role_lists=True), {"ID", "Name"}),
        (Quirks(policy_as_text=True), {"ID", "Name", "Type", "policy"}),
        (Quirks(pascal_case_identity=False), {"id", "name", "policy"}),
    ],
)
async def test_the_list_of_roles_has_several_forms(api_of: Callable[[Emulator], Any], quirks: Quirks, names: set[str]) -> None:
    async with Emulator(quirks=quirks) as emulator:
        roles = (await api_of(emulator)("GET", ROLES)).json
    assert {frozenset(role) for role in roles} == {frozenset(names)}
    value = roles[0].get("Policy", roles[0].get("policy"))
    if value is not None:
        document = json.loads(value) if isinstance(value, str) else value
        assert "drn:astra:org:__ORG_ID__:db:*" in document["resources"]


async def test_one_role_has_the_documented_field_names(api: Any) -> None:
    created = (await api("POST", ROLES, json={"name": "viewer", "policy": policy(["org-db-view"], "drn:astra:org:o")})).json
    read = (await api("GET", f"{ROLES}/{created['ID']}")).json
    assert {"id", "name", "policy", "last_update_datetime", "last_update_userid"} >= read.keys() >= {"id", "name", "policy"}
    assert (read["id"], read["name"], read["policy"]) == (created["ID"], "viewer", created["Policy"])


async def test_reading_one_role_needs_more_permissions_than_the_list(api: Any, api_of: Callable[[Emulator], Any]) -> None:
    reader = api.emulator.add_token({"org-role-read"})
    role = (await api("GET", ROLES, token=reader)).json[0]["ID"]
    assert (await api("GET", f"{ROLES}/{role}", token=reader)).body == b"null"
    async with Emulator(quirks=Quirks(roles_need_more=False)) as emulator:
        other = api_of(emulator)
        role = (await other("GET", ROLES)).json[0]["ID"]
        assert (await other("GET", f"{ROLES}/{role}", token=emulator.add_token({"org-role-read"}))).status == 200


async def test_an_organization_has_the_default_roles_that_clients_name(api: Any) -> None:
    roles = {role["Name"]: set(role["Policy"]["actions"]) for role in (await api("GET", ROLES)).json}
    variants = {f"{prefix}{kind} {holder}" for prefix in ("", "API ") for kind in ("Admin", "R/W", "RO") for holder in ("User", "Svc Acct")}
    assert roles.keys() == variants | {"Organization Administrator", "Database Administrator", "Billing Admin", "UI View Only"}
    for name in variants:
        assert ("db-cql" in roles[name]) == (not name.startswith("API")), name


async def test_a_reset_removes_roles_and_tokens(api: Any) -> None:
    role = await role_id(api, "viewer", ["org-db-view"], "")
    viewer = await token(api, role)
    api.emulator.reset()
    assert len((await api("GET", ROLES)).json) == 16
    assert len((await api("GET", "/v2/tokens")).json["clients"]) == 1
    assert (await api("GET", "/v2/databases", token=viewer)).ids == [340018]
