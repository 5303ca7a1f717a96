"""Users and tokens: invitations, roles, secrets and expiry."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio

USERS = "/v2/organizations/users"


async def ids(api: Any) -> dict[str, str]:
    return {role["Name"]: role["ID"] for role in (await api("GET", "/v2/organizations/roles")).json}


async def test_an_invited_user_joins_and_leaves(api: Any) -> None:
    roles = await ids(api)
    body = {"email": "ann@example.com", "orgID": api.emulator.organization_id, "roles": [roles["RO User"]]}
    assert (await api("PUT", USERS, json=body)).status == 200
    again = {"email": "Ann@example.com", "OrgID": api.emulator.organization_id, "roles": [roles["R/W User"]]}
    assert (await api("PUT", USERS, json=again)).status == 200
    owner, ann = (await api("GET", USERS)).json["Users"]
    assert owner["Status"] == "active"
    assert ann == {
        "UserID": ann["UserID"],
        "Email": "ann@example.com",
        "Status": "invited",
        "Roles": [{"ID": roles["R/W User"], "Name": "R/W User"}],
    }
    api.emulator.accept_invitation("ann@example.com")
    path = f"{USERS}/{ann['UserID']}"
    assert (await api("GET", path)).json["Status"] == "active"
    assert (await api("PUT", f"{path}/roles", json={"roles": [roles["UI View Only"]]})).status == 204
    assert (await api("GET", path)).json["Roles"][0]["Name"] == "UI View Only"
    assert (await api("DELETE", path)).status == 204
    assert (await api("GET", path)).status == 404


async def test_bad_invitations_are_refused(api: Any) -> None:
    assert (await api("PUT", USERS, json={"email": "ann@example.com", "orgID": "other", "roles": []})).status == 404
    assert (await api("PUT", USERS, json={"email": "ann@example.com"})).status == 400
    unknown = {"email": "ann@example.com", "orgID": api.emulator.organization_id, "roles": ["11111111-2222-4333-8444-555555555555"]}
    assert (await api("PUT", USERS, json=unknown)).status == 400


async def test_a_role_name_is_accepted_as_an_id_and_grants_nothing(api: Any, api_of: Callable[[Emulator], Any]) -> None:
    body = {"email": "ann@example.com", "orgID": api.emulator.organization_id, "roles": ["RO User"]}
    assert (await api("PUT", USERS, json=body)).status == 200
    assert (await api("GET", USERS)).json["Users"][1]["Roles"] == [{"ID": "RO User", "Name": "N/A"}]
    created = (await api("POST", "/v2/tokens", json={"roles": ["Organization Administrator"]})).json
    assert (await api("GET", "/v2/databases", token=created["token"])).body == b"null"
    async with Emulator(quirks=Quirks(role_names_taken_for_ids=False)) as emulator:
        assert (await api_of(emulator)("POST", "/v2/tokens", json={"roles": ["RO User"]})).status == 400


@pytest.mark.parametrize("path", ["/v2/tokens", "/v2/clientIdSecrets"])
async def test_a_new_token_works_at_once_and_shows_its_secrets_once(api: Any, path: str) -> None:
    roles = await ids(api)
    created = (await api("POST", path, json={"roles": [roles["UI View Only"]], "description": "report"})).json
    assert len(created["secret"]) == 128
    assert created["generatedOn"].endswith("Z")
    assert len(created["generatedOn"].partition(".")[2]) == 10
    assert (await api("GET", "/v2/databases", token=created["token"])).status == 200
    listed = {client["clientId"]: client for client in (await api("GET", path)).json["clients"]}
    hidden = {name: value for name, value in created.items() if name not in ("secret", "token", "orgId")}
    assert listed[created["clientId"]] == hidden
    assert (await api("DELETE", f"{path}/{created['clientId'].swapcase()}")).status == 404
    assert (await api("DELETE", f"{path}/{created['clientId']}")).status == 204
    assert (await api("GET", "/v2/databases", token=created["token"])).ids == [340018]


async def test_a_token_expires(api: Any) -> None:
    roles = await ids(api)
    expiry = (api.emulator.clock.now() + timedelta(seconds=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    created = (await api("POST", "/v2/tokens", json={"roles": [roles["UI View Only"]], "tokenExpiry": expiry})).json
    assert created["tokenExpiry"] == expiry
    assert (await api("GET", "/v2/databases", token=created["token"])).status == 200
    await api.emulator.clock.sleep(61)
    assert (await api("GET", "/v2/databases", token=created["token"])).ids == [340018]
    late = await api("POST", "/v2/tokens", json={"roles": [roles["UI View Only"]], "tokenExpiry": expiry})
    assert (late.status, (await api("GET", "/v2/databases", token=late.json["token"])).status) == (200, 401)
    ancient = {"roles": [roles["UI View Only"]], "tokenExpiry": "0001-01-01T00:00:00Z"}
    assert (await api("POST", "/v2/tokens", json=ancient)).json["tokenExpiry"] == ancient["tokenExpiry"]
    other = {"roles": [roles["UI View Only"]], "orgId": "11111111-2222-4333-8444-555555555555"}
    assert (await api("POST", "/v2/tokens", json=other)).status == 403


async def test_forms_of_names_and_times(api_of: Callable[[Emulator], Any]) -> None:
    quirks = Quirks(pascal_case_identity=False, nanoseconds=False, organization_named_by_email=True)
    async with Emulator(quirks=quirks) as emulator:
        api = api_of(emulator)
        users = (await api("GET", USERS)).json
        assert users["orgName"] == users["users"][0]["email"] == "owner@example.com"
        assert "." not in (await api("GET", "/v2/tokens")).json["clients"][0]["generatedOn"]
