"""Databases: creation, states, lists and termination."""

import asyncio
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.anyio
ORDERS = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}


async def test_create_answers_with_an_id_in_a_header_and_no_body(api: Any) -> None:
    answer = await api("POST", "/v2/databases", json=ORDERS)
    assert (answer.status, answer.body) == (201, b"")
    assert answer.headers["Location"] in api.emulator.databases


async def test_the_header_with_the_id_has_a_name_in_lower_case(api: Any) -> None:
    """The Java client does not find it otherwise. (That of aiohttp shows it as Location.)"""

    def names() -> list[str]:
        connection = HTTPConnection(urlsplit(api.emulator.url).netloc)
        headers = {"Authorization": f"Bearer {api.emulator.token}", "Content-Type": "application/json"}
        connection.request("POST", "/v2/databases", json.dumps(ORDERS), headers)
        answer = connection.getresponse()
        connection.close()
        return [name for name, _ in answer.getheaders()]

    assert "location" in await asyncio.to_thread(names)


async def test_a_new_database_takes_two_minutes_to_become_active(api: Any) -> None:
    database_id = await api.create()
    assert await api.until(database_id, "ACTIVE") == ["PENDING", "INITIALIZING", "ACTIVE"]
    assert api.emulator.clock.monotonic() == 120


async def test_keyspaces_are_null_until_the_database_is_active(api: Any) -> None:
    database_id = await api.create()
    assert (await api.look(database_id))["info"]["keyspaces"] is None
    await api.until(database_id, "ACTIVE")
    assert (await api.look(database_id))["info"]["keyspaces"] == ["default_keyspace"]


async def test_a_database_has_undocumented_fields(api: Any) -> None:
    database = await api.look(await api.create_active(keyspace="shop", dbType="vector"))
    assert database["terminationTime"] == "0001-01-01T00:00:00Z"
    assert database["observedStatus"] == "ACTIVE"
    assert database["ownerId"] == api.emulator.token.split(":")[1]
    assert database["studioUrl"] is None
    assert database["info"]["engineType"] is None
    assert database["info"]["dbType"] == "vector"
    assert database["info"]["keyspaces"] == ["shop"]
    (datacenter,) = database["info"]["datacenters"]
    assert datacenter["id"] == database["id"] + "-1"
    assert datacenter["status"] == ""
    assert "X-Amz-Signature" in datacenter["secureBundleMigrationProxyInternalUrl"]


async def test_times_and_the_date_header_come_from_the_emulators_clock(api: Any) -> None:
    await api.emulator.clock.sleep(3600)
    answer = await api("GET", f"/v2/databases/{await api.create()}")
    assert answer.headers["Date"] == "Thu, 01 Jan 2026 01:00:00 GMT"
    assert answer.json["creationTime"] == "2026-01-01T01:00:00Z"


async def test_a_second_database_may_have_the_same_name(api: Any) -> None:
    assert len({await api.create(), await api.create()}) == 2


@pytest.mark.parametrize("provider", ["aws", "Aws", "AWS"])
async def test_any_casing_of_a_provider_is_accepted(api: Any, provider: str) -> None:
    assert (await api.look(await api.create(cloudProvider=provider)))["info"]["cloudProvider"] == "AWS"


async def test_all_errors_of_a_place_are_reported_at_once(api: Any) -> None:
    answer = await api("POST", "/v2/databases", json=ORDERS | {"tier": "gold", "cloudProvider": "IBM"})
    assert (answer.status, answer.ids) == (422, [2000011, 2000012, 2000013])
    answer = await api("POST", "/v2/databases", json=ORDERS | {"region": "us-east1"})
    assert (answer.status, answer.ids) == (422, [2000013])


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "-orders"},
        {"name": "o" * 51},
        {"name": ""},
        {"capacityUnits": "1"},
        {"capacityUnits": 0},
        {"keyspace": "a-b"},
        {"keyspace": "dse"},
    ],
)
async def test_bad_values_are_unprocessable(api: Any, changes: dict[str, object]) -> None:
    answer = await api("POST", "/v2/databases", json=ORDERS | changes)
    assert answer.status == 422
    assert answer.json["errors"][0]["message"]
    assert api.emulator.databases == {}


async def test_a_body_that_is_not_json_is_a_bad_request(api: Any) -> None:
    assert (await api("POST", "/v2/databases", data=b"{")).status == 400
    assert (await api("POST", "/v2/databases")).status == 400


async def test_pages_have_no_gap_and_no_repetition(api: Any) -> None:
    ids = [api.emulator.add_database(f"db{number}") for number in range(61)]
    listed: list[str] = []
    sizes = []
    while True:
        query = f"?starting_after={listed[-1]}" if listed else ""
        page = (await api("GET", f"/v2/databases{query}")).json
        if not page:
            break
        sizes.append(len(page))
        listed += [database["id"] for database in page]
    assert (listed, sizes) == (ids, [25, 25, 11])


async def test_the_largest_page_has_a_hundred(api: Any) -> None:
    for number in range(120):
        api.emulator.add_database(f"db{number}")
    assert len((await api("GET", "/v2/databases?limit=1000")).json) == 100
    assert len((await api("GET", "/v2/databases?limit=3")).json) == 3
    assert (await api("GET", "/v2/databases?limit=0")).status == 400
    assert (await api("GET", "/v2/databases?limit=many")).status == 400


async def test_filters_by_state_and_provider_ignore_unknown_values(api: Any) -> None:
    add = api.emulator.add_database
    active, gone = add("a"), add("b", status="TERMINATED")
    error = add("c", status="ERROR", cloud_provider="GCP", region="us-east1")

    async def listed(query: str) -> list[str]:
        return [database["id"] for database in (await api("GET", f"/v2/databases?{query}")).json]

    assert await listed("") == await listed("include=nonterminated") == await listed("include=non_terminated") == [active, error]
    assert await listed("include=all") == [active, gone, error]
    assert await listed("include=error") == [error]
    assert await listed("include=terminated") == [gone]
    assert await listed("include=hibernated") == []
    assert await listed("provider=GCP") == [error]
    assert await listed("provider=IBM") == [active, error]


async def test_a_page_may_begin_after_a_database_that_is_gone(api: Any) -> None:
    first, second = api.emulator.add_database("a"), api.emulator.add_database("b")
    await api("POST", f"/v2/databases/{first}/terminate")
    await api.emulator.clock.sleep(100_000)
    assert [database["id"] for database in (await api("GET", f"/v2/databases?starting_after={first}")).json] == [second]


async def test_a_terminated_database_can_be_read_for_a_day_and_is_unknown_afterwards(api: Any) -> None:
    database_id = await api.create_active()
    assert (await api("POST", f"/v2/databases/{database_id}/terminate")).status == 202
    assert await api.until(database_id, "TERMINATED") == ["TERMINATING", "TERMINATED"]
    database = await api.look(database_id)
    assert database["terminationTime"] == "2026-01-01T00:03:00Z"
    assert (await api("POST", f"/v2/databases/{database_id}/terminate")).status == 404
    await api.emulator.clock.sleep(86_400)
    answer = await api("GET", f"/v2/databases/{database_id}")
    assert answer.status == 404
    assert database_id in answer.json["errors"][0]["message"]
    assert (await api("GET", "/v2/databases?include=all")).json == []


async def test_terminate_is_refused_during_another_change(api: Any) -> None:
    database_id = await api.create_active()
    await api("POST", f"/v2/databases/{database_id}/keyspaces/shop")
    assert (await api("POST", f"/v2/databases/{database_id}/terminate")).status == 409


async def test_a_database_may_be_terminated_before_it_is_active(api: Any) -> None:
    database_id = await api.create()
    assert (await api("POST", f"/v2/databases/{database_id}/terminate")).status == 202
    assert (await api("POST", f"/v2/databases/{database_id}/terminate")).status == 409
    assert await api.until(database_id, "TERMINATED") == ["TERMINATING", "TERMINATED"]


async def test_terminate_with_prepared_state_only_refuses_other_states(api: Any) -> None:
    active, prepared = api.emulator.add_database("a"), api.emulator.add_database("b", status="PREPARED")
    assert (await api("POST", f"/v2/databases/{active}/terminate?preparedStateOnly=true")).status == 409
    assert (await api("POST", f"/v2/databases/{prepared}/terminate?preparedStateOnly=true")).status == 202


async def test_classic_databases_park_unpark_and_resize(api: Any) -> None:
    database_id = api.emulator.add_database("classic", tier="C10")
    assert (await api("POST", f"/v2/databases/{database_id}/park")).status == 202
    assert await api.until(database_id, "PARKED") == ["PARKING", "PARKED"]
    assert (await api("POST", f"/v2/databases/{database_id}/park")).status == 409
    assert (await api("POST", f"/v2/databases/{database_id}/unpark")).status == 202
    assert await api.until(database_id, "ACTIVE") == ["UNPARKING", "ACTIVE"]
    assert (await api("POST", f"/v2/databases/{database_id}/resize", json={"capacityUnits": 4})).status == 202
    assert (await api.look(database_id))["info"]["capacityUnits"] == 1
    assert await api.until(database_id, "ACTIVE") == ["RESIZING", "ACTIVE"]
    assert (await api.look(database_id))["info"]["capacityUnits"] == 4


@pytest.mark.parametrize(("action", "body"), [("park", None), ("unpark", None), ("resize", {"capacityUnits": 2})])
async def test_serverless_databases_refuse_operations_for_classic_ones(api: Any, action: str, body: object) -> None:
    database_id = api.emulator.add_database("orders")
    assert (await api("POST", f"/v2/databases/{database_id}/{action}", json=body)).status == 400


async def test_resize_checks_its_body(api: Any) -> None:
    database_id = api.emulator.add_database("classic", tier="C10")
    for body in ({"capacityUnits": 101}, {"capacityUnits": "two"}, {}):
        assert (await api("POST", f"/v2/databases/{database_id}/resize", json=body)).status == 400


async def test_suspend_engine_type_and_password(api: Any) -> None:
    database_id, classic_id = api.emulator.add_database("orders"), api.emulator.add_database("classic", tier="C10")
    body = {"username": "me", "password": "not-a-secret"}
    assert (await api("POST", f"/v2/databases/{classic_id}/resetPassword", json=body)).status == 202
    assert (await api("POST", f"/v2/databases/{classic_id}/resetPassword", json={})).status == 400
    assert (await api("POST", f"/v2/databases/{database_id}/resetPassword", json=body)).status == 400
    assert (await api("PUT", f"/v2/databases/{database_id}/engineType", json={"engineType": "serverless"})).status == 202
    await api.until(database_id, "ACTIVE")
    assert (await api.look(database_id))["info"]["engineType"] == "serverless"
    assert (await api("POST", f"/v2/databases/{database_id}/suspend?freeConsumed=100")).status == 202
    assert await api.until(database_id, "SUSPENDED") == ["SUSPENDING", "SUSPENDED"]
    assert (await api("POST", f"/v2/databases/{database_id}/suspend?freeConsumed=all")).status == 400


async def test_a_request_to_the_data_endpoint_wakes_a_hibernated_database(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    api.emulator.hibernate(database_id)
    assert await api.until(database_id, "HIBERNATED") == ["HIBERNATING", "HIBERNATED"]
    url = (await api.look(database_id))["dataEndpointUrl"] + "/fake"
    async with api.session.get(url) as response:
        assert response.status == 503
    assert await api.until(database_id, "ACTIVE") == ["RESUMING", "ACTIVE"]
    async with api.session.get(url) as response:
        assert response.status == 404


async def test_every_operation_answers_404_for_an_unknown_id(api: Any) -> None:
    unknown = "11111111-2222-4333-8444-555555555555"
    for method, path in (
        ("GET", ""),
        ("POST", "/terminate"),
        ("GET", "/datacenters"),
        ("POST", "/keyspaces/a"),
        ("POST", "/secureBundleURL"),
    ):
        assert (await api(method, f"/v2/databases/{unknown}{path}")).status == 404
