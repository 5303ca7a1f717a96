"""The access list of the DevOps API, which applies to every operation."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

ALL = {"address": "0.0.0.0/0", "enabled": True, "description": "every address"}


async def test_the_list_applies_to_every_operation(api: Any) -> None:
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
