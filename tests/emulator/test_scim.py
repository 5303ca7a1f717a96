"""SCIM users and groups: pages, filters, patches and members."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio

USERS, GROUPS = "/v2/scim/users", "/v2/scim/groups"
USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "active": True}
GROUP = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}


async def user(api: Any, name: str) -> dict[str, Any]:
    answer = await api("POST", USERS, json={**USER, "userName": name})
    assert answer.status == 201, answer
    document: dict[str, Any] = answer.json
    return document


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}


async def test_pages_and_filters(api: Any) -> None:
    ids = [(await user(api, name))["id"] for name in ("ann", "bob", "Anna")]
    page = (await api("GET", f"{USERS}?startIndex=2&count=1")).json
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
    assert [entry["id"] for entry in page["Resources"]] == [ids[1]]
    assert (await api("GET", f"{USERS}?startIndex=9")).json["Resources"] == []
    for text, names in {
        'userName eq "ANN"': ["ann"],
        'userName sw "ann"': ["ann", "Anna"],
        'userName ne "bob"': ["ann", "Anna"],
        "active eq true": ["ann", "bob", "Anna"],
        'name.familyName co "x"': [],
    }.items():
        answer = await api("GET", USERS, params={"filter": text})
        assert [entry["userName"] for entry in answer.json["Resources"]] == names
    assert (await api("GET", USERS, params={"filter": "userName"})).status == 400
    assert (await api("GET", f"{USERS}?count=1001")).status == 400


async def test_a_patch_applies_completely_or_not_at_all(api: Any) -> None:
    path = f"{USERS}/{(await user(api, 'ann'))['id']}"
    wrong = patch({"op": "replace", "path": "active", "value": False}, {"op": "replace", "path": "id", "value": "x"})
    assert (await api("PATCH", path, json=wrong)).status == 400
    assert (await api("PATCH", path, json=patch({"op": "remove", "path": "userName"}))).status == 400
    assert (await api("PATCH", path, json=patch({"op": "add", "path": "emails.value", "value": 1}))).status == 400
    assert (await api("PATCH", path, json=patch({"op": "add", "path": "name.givenName", "value": "Ann"}))).status == 200
    assert (await api("GET", path)).json["active"] is True
    whole = patch({"op": "replace", "value": {"active": False, "externalId": "e"}})
    changed = (await api("PATCH", path, json=whole)).json
    assert (changed["active"], changed["externalId"]) == (False, "e")


async def test_members_of_groups_are_users(api: Any) -> None:
    ann = await user(api, "ann")
    stranger = {**GROUP, "displayName": "readers", "members": [{"value": "11111111-2222-4333-8444-555555555555"}]}
    assert (await api("POST", GROUPS, json=stranger)).status == 400
    group = (await api("POST", GROUPS, json={**GROUP, "displayName": "readers", "members": [{"value": ann["id"]}]})).json
    assert group["members"] == [{"value": ann["id"], "$ref": f"{USERS}/{ann['id']}", "display": "ann"}]
    joining = patch({"op": "add", "path": "members", "value": [{"value": ann["id"]}]})
    assert len((await api("PATCH", f"{GROUPS}/{group['id']}", json=joining)).json["members"]) == 1
    assert (await api("DELETE", f"{USERS}/{ann['id']}")).status == 204
    assert (await api("GET", f"{GROUPS}/{group['id']}")).json["members"] == []


async def test_names_of_users_are_unique_and_ids_stay(api: Any) -> None:
    ann, bob = await user(api, "ann"), await user(api, "bob")
    assert (await api("POST", USERS, json={**USER, "userName": "Ann"})).status == 409
    assert (await api("PUT", f"{USERS}/{bob['id']}", json={**bob, "userName": "ann"})).status == 409
    renamed = (await api("PUT", f"{USERS}/{ann['id']}", json={**ann, "userName": "anne"})).json
    assert (renamed["id"], renamed["userName"], renamed["meta"]["created"]) == (ann["id"], "anne", ann["meta"]["created"])
    assert (await api("GET", f"{USERS}/unknown")).status == 404


async def test_pages_may_be_short_and_without_a_list(api_of: Callable[[Emulator], Any]) -> None:
    async with Emulator(quirks=Quirks(short_scim_pages=True, no_resources_of_empty_page=True)) as emulator:
        api = api_of(emulator)
        for name in ("ann", "bob", "eve"):
            await user(api, name)
        assert len((await api("GET", f"{USERS}?count=4")).json["Resources"]) == 2
        assert "Resources" not in (await api("GET", f"{USERS}?startIndex=4")).json


async def test_answers_have_the_media_type_of_scim_and_errors_that_of_json(api: Any) -> None:
    answer = await api("GET", USERS)
    assert answer.headers["Content-Type"] == "application/scim+json"
    refusal = await api("GET", f"{USERS}/unknown")
    assert (refusal.status, refusal.headers["Content-Type"]) == (404, "application/json")


def missing_from(attributes: list[dict[str, Any]], document: dict[str, Any]) -> list[str]:
    """List the names of a document that its schema lacks, with those of the objects in it."""
    missing = []
    known = {attribute["name"]: attribute for attribute in attributes}
    for name, value in document.items():
        if name not in known:
            missing.append(name)
            continue
        inner = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
        missing += [f"{name}.{part}" for item in inner for part in missing_from(known[name].get("subAttributes", []), item)]
    return missing


async def test_the_schemas_list_everything_that_users_and_groups_have(api: Any) -> None:
    ann = await api("POST", USERS, json={**USER, "userName": "ann", "name": {"givenName": "A"}, "emails": [{"value": "a@example.com"}]})
    group = await api("POST", GROUPS, json={**GROUP, "displayName": "readers", "members": [{"value": ann.json["id"]}]})
    schemas = {schema["id"]: schema["attributes"] for schema in (await api("GET", "/v2/scim/Schemas")).json["Resources"]}
    for document in (ann.json, group.json):
        urn = document["schemas"][0]
        # RFC 7643, section 3.1, has these for every resource, and no schema lists them.
        own = {name: value for name, value in document.items() if name not in ("schemas", "id", "externalId", "meta")}
        assert missing_from(schemas[urn], own) == []
