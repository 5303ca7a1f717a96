"""Requests at the limits of what can be parsed: they get an answer, and never a 500."""

from typing import Any, Final

import pytest

from astra_devops.emulator import Emulator

FIRST: Final = "0001-01-01T00:00:00+14:00"
LAST: Final = "9999-12-31T23:59:59-14:00"
PLACE: Final = {"cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
VPC: Final = {"accountId": "123456789012", "vpcId": "vpc-0a1b2c3d", "region": "us-east-1", "cidrBlock": "10.0.0.0/16"}
NOT_FINITE: Final = ("nan", "-inf", "1e400", "9" * 40)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("name", ["concurrency", "targetSubsetSizeGB"])
@pytest.mark.parametrize("value", NOT_FINITE)
async def test_numbers_of_a_migration_are_finite(api: Any, name: str, value: str) -> None:
    database_id = api.emulator.add_database("orders")
    assert (await api("POST", f"/v2/databases/{database_id}/migrations/initialize", params={name: value})).status == 400


async def test_snapshots_can_be_listed_over_the_largest_range_of_times(api: Any) -> None:
    path = f"/v2/databases/{api.emulator.add_database('orders')}/snapshots"
    assert len((await api("GET", path, params={"from": FIRST, "to": LAST})).json["snapshots"]) == 1
    assert (await api("GET", path, params={"from": LAST})).json["snapshots"] == []


async def test_the_time_of_a_cleanup_must_be_representable(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    path = f"/v2/databases/{database_id}/migrations/{api.emulator.add_migration(database_id)}"
    assert (await api("POST", f"{path}/cleanup", params={"option.cleanupTime": LAST})).status == 400
    assert (await api("POST", f"{path}/cleanup", params={"option.cleanupTime": "9999-12-31T23:59:59Z"})).status == 200
    assert (await api("GET", path)).status == 200


@pytest.mark.parametrize("month", [{"month": "0"}, {"month": "\u0661"}, {"year": "0"}, {"year": "9999"}, {"year": "99999"}])
async def test_the_month_of_a_report_must_exist(api: Any, month: dict[str, str]) -> None:
    body = {"month": "1", "year": "2026"} | month
    assert (await api("POST", "/v2/enterprises/billing-reports/generate-report", json=body)).status == 400


@pytest.mark.parametrize("query", [{"filter": r'userName eq "\x"'}, {"startIndex": "9" * 40}, {"startIndex": "1_0"}, {"count": "\u0661"}])
async def test_a_malformed_page_of_users_is_refused(api: Any, query: dict[str, str]) -> None:
    assert (await api("GET", "/v2/scim/users", params=query)).status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"op": "replace", "path": "active", "value": 0},
        {"op": "remove", "path": "active"},
        {"op": "replace", "path": "userName", "value": 5},
        {"op": "add", "path": "emails", "value": [{"value": "nowhere"}]},
        {"op": "add", "path": "name.a.b", "value": 1},
    ],
)
async def test_an_invalid_patch_does_not_change_a_user(api: Any, change: dict[str, object]) -> None:
    ann = (await api("POST", "/v2/scim/users", json={"schemas": [], "userName": "ann", "active": True})).json
    path = f"/v2/scim/users/{ann['id']}"
    assert (await api("PATCH", path, json={"schemas": [], "Operations": [change]})).status == 400
    assert (await api("GET", path)).json == ann


async def test_a_body_that_is_nested_too_deeply_is_refused(api: Any) -> None:
    policy = {"description": "", "resources": [], "actions": [], "effect": "allow"}
    for depth, status in ((90, 201), (200, 400)):
        body = {"name": f"role {depth}", "policy": policy | {"more": nested(depth)}}
        assert (await api("POST", "/v2/organizations/roles", json=body)).status == status
    assert (await api("GET", "/v2/organizations/roles")).status == 200


async def test_a_region_must_be_a_string(api: Any) -> None:
    assert (await api("POST", "/v2/databases", json={"name": "orders", **PLACE, "region": {}})).status == 422
    path = f"/v2/databases/{api.emulator.add_database('orders')}/datacenters"
    assert (await api("POST", path, json=[{**PLACE, "region": []}])).status == 422


@pytest.mark.parametrize("path", ["/v2/organizations/roles", "/v2/clientIdSecrets", "/v2/enterprises/organizations", "/v2/tokens"])
async def test_a_body_is_needed_where_its_schema_allows_no_empty_one(api: Any, path: str) -> None:
    assert (await api("POST", path)).status == 400


async def test_formats_in_a_body_are_checked(api: Any) -> None:
    user = {"schemas": [], "userName": "ann", "active": True, "emails": [{"value": "nowhere"}]}
    assert (await api("POST", "/v2/scim/users", json=user)).status == 400


async def test_a_provider_in_a_path_must_be_in_lower_case(api: Any) -> None:
    database_id = api.emulator.add_database("classic", tier="C10", region="us-east-1")
    assert (await api("POST", f"/v2/peering/provider/AWS/database/{database_id}", json=VPC)).status == 400


async def test_an_integer_may_be_written_with_a_decimal_point(api: Any) -> None:
    database_id = api.emulator.add_database("classic", tier="C10", region="us-east-1")
    assert (await api("POST", f"/v2/databases/{database_id}/resize", json={"capacityUnits": 2.0})).status == 202
    await api.until(database_id, "ACTIVE")
    assert str((await api.look(database_id))["info"]["capacityUnits"]) == "2"


@pytest.mark.parametrize("body", [[], {"addresses": 5}, {"addresses": [5]}])
async def test_a_body_that_is_not_an_access_list_is_not_valid(api: Any, body: object) -> None:
    answer = (await api("POST", "/v2/access-list/validate", json=body)).json
    assert (answer["valid"], len(answer["validationFailures"])) == (False, 1)


async def test_a_state_with_organizations_and_reports_can_be_restored(api: Any) -> None:
    await api("POST", "/v2/enterprises/organizations", json={"name": "acme", "email": "a@example.com", "adminUserID": "ann"})
    report = (await api("POST", "/v2/enterprises/billing-reports/generate-report", json={"month": "1", "year": "2026"})).json
    state = api.emulator.snapshot()
    api.emulator.restore(state)
    assert (await api("GET", f"/v2/enterprises/billing-reports/{report['reportId']}")).json["month"] == "1"
    async with Emulator(state=state) as other:
        assert other.snapshot()["worlds"] == state["worlds"]
