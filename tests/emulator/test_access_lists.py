"""Access lists of databases: their errors, and their behavior without the quirks."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio

ALL = {"address": "0.0.0.0/0", "enabled": True, "description": "every address"}


async def test_a_change_shows_within_half_a_second_and_a_deleted_list_is_gone(api_of: Callable[[Emulator], Any]) -> None:
    async with Emulator() as emulator:
        api = api_of(emulator)
        path = f"/v2/databases/{emulator.add_database('orders')}/access-list"
        home = {"address": "10.0.0.1/32", "enabled": True, "description": "home"}
        office = home | {"description": "office"}
        for method, body, entry in (("POST", [home], home), ("PATCH", {"addresses": [office]}, office)):
            assert (await api(method, path, json=body)).status < 300
            await emulator.clock.sleep(0.5)
            assert (await api("GET", path)).json["addresses"][0]["description"] == entry["description"]
        assert (await api("PATCH", path, json={"addresses": [home]})).status < 300  # not visible yet
        assert (await api("DELETE", path)).status < 300
        assert (await api("GET", path)).status == 404
        await emulator.clock.sleep(5)
        assert (await api("GET", path)).status == 404


async def test_without_the_quirks(api_of: Callable[[Emulator], Any]) -> None:
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


async def test_errors_are_plain_text(api: Any) -> None:
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


async def test_validate_reports_what_other_operations_refuse(api: Any) -> None:
    path = f"/v2/databases/{api.emulator.add_database('orders')}/access-list"
    body = {"addresses": [{"address": "10.0.0.0/99", "enabled": True, "description": ""}, {"address": "10.0.0.0/8"}, 5]}
    assert (await api("PUT", path, json=body)).status == 400
    answer = await api("POST", "/v2/access-list/validate", json=body)
    assert answer.json["valid"] is False
    assert len(answer.json["validationFailures"]) == 3
    assert (await api("POST", "/v2/access-list/validate")).json == {"valid": True, "validationFailures": []}
