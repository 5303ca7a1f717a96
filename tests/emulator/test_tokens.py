"""Tokens: their form, what they allow, and how requests without a valid one are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio


async def test_a_token_has_the_services_form(api: Any) -> None:
    prefix, client_id, digest = api.emulator.token.split(":")
    assert (len(api.emulator.token), prefix, len(client_id)) == (97, "AstraCS", 24)
    assert int(digest, 16) > 0


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer AstraCS:short:cut", "Basic abc"])
async def test_missing_and_malformed_tokens_have_their_own_error_id(api: Any, header: str) -> None:
    answer = await api("GET", "/v2/databases", headers={"Authorization": header})
    assert (answer.status, answer.json) == (401, {"errors": [{"ID": 340012, "message": "invalid token format"}]})


async def test_an_unknown_token_is_not_found(api: Any) -> None:
    token = f"AstraCS:{'a' * 24}:{'0' * 64}"
    answer = await api("GET", "/v2/databases", token=token)
    assert (answer.status, answer.ids) == (401, [340018])


async def test_a_token_that_lacks_the_permission_gets_null(api: Any) -> None:
    reader = api.emulator.add_token(permissions={"org-db-view"})
    assert (await api("GET", "/v2/databases", token=reader)).status == 200
    answer = await api("POST", "/v2/databases", token=reader, json={})
    assert (answer.status, answer.body) == (401, b"null")
    assert (await api("GET", "/v2/regions/serverless", token=reader)).body == b"null"


async def test_an_unknown_id_is_404_with_permission_and_401_without(api: Any) -> None:
    path = "/v2/databases/11111111-2222-4333-8444-555555555555"
    assert (await api("GET", path, token=api.emulator.add_token(permissions={"org-db-view"}))).status == 404
    assert (await api("GET", path, token=api.emulator.add_token(permissions={"org-db-create"}))).status == 401


async def test_a_revoked_token_is_unknown(api: Any) -> None:
    token = api.emulator.add_token()
    assert (await api("GET", "/v2/databases", token=token)).status == 200
    api.emulator.revoke_token(token)
    assert (await api("GET", "/v2/databases", token=token)).ids == [340018]


async def test_without_the_quirk_a_missing_permission_is_403(api_of: Callable[[Emulator], Any]) -> None:
    async with Emulator(quirks=Quirks(null_without_permission=False)) as emulator:
        answer = await api_of(emulator)("GET", "/v2/databases", token=emulator.add_token(permissions=()))
    assert answer.status == 403
    assert "org-db-view" in answer.json["errors"][0]["message"]


async def test_the_owner_of_a_database_is_the_client_id_of_the_token(api: Any) -> None:
    token = api.emulator.add_token()
    body = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    answer = await api("POST", "/v2/databases", token=token, json=body)
    assert (await api.look(answer.headers["Location"]))["ownerId"] == token.split(":")[1]


async def test_the_same_seed_gives_the_same_tokens_and_ids() -> None:
    first, second, other = Emulator(), Emulator(), Emulator(seed=1)
    assert first.token == second.token != other.token
    assert first.add_database("orders") == second.add_database("orders")


async def test_the_organization_has_an_owner_with_a_role(api: Any) -> None:
    assert (await api("GET", "/v2/currentOrg")).json == {"id": api.emulator.organization_id}
    users = (await api("GET", "/v2/organizations/users")).json
    assert users["OrgID"] == api.emulator.organization_id
    assert users["Users"][0]["Roles"][0]["Name"] == "Organization Administrator"
    roles = (await api("GET", "/v2/organizations/roles")).json
    assert users["Users"][0]["Roles"][0]["ID"] in [role["ID"] for role in roles]
