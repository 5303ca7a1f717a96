"""Routes, headers and compression, and that answers conform to the contract."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops import _contract
from astra_devops.emulator import Emulator, Quirks
from astra_devops.emulator.contract.contract import load

pytestmark = pytest.mark.anyio


async def test_an_unknown_route_answers_in_plain_text(api: Any) -> None:
    for path in ("/v2", "/v2/nothing", "/v2/databases/"):
        answer = await api("GET", path)
        assert (answer.status, answer.body, answer.headers["Content-Type"]) == (404, b"404 page not found", "text/plain; charset=utf-8")


async def test_an_empty_segment_is_redirected_in_html(api: Any) -> None:
    answer = await api("POST", "/v2/databases//migrations/initialize")
    assert (answer.status, answer.headers["Location"]) == (301, "/v2/databases/migrations/initialize")
    assert b"Moved Permanently" in answer.body


async def test_a_method_that_a_path_does_not_accept_is_refused(api: Any) -> None:
    answer = await api("DELETE", "/v2/databases")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


async def test_an_operation_that_is_not_implemented_answers_501(api_of: Callable[[Emulator], Any]) -> None:
    contract = _contract.load()
    contract["paths"]["/v2/news"] = {"get": {"operationId": "listNews", "responses": {}}}
    async with Emulator(contract=contract) as emulator:
        answer = await api_of(emulator)("GET", "/v2/news")
    assert answer.status == 501
    assert "listNews" in answer.json["errors"][0]["message"]


async def test_every_answer_has_a_date_and_an_id(api: Any) -> None:
    first, second = [await api("GET", "/v2/databases") for _ in range(2)]
    assert first.headers["Date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert first.headers["Server"] == "istio-envoy"


async def test_large_answers_are_compressed_for_clients_that_accept_it(api: Any) -> None:
    for number in range(25):
        api.emulator.add_database(f"db{number}")
    packed = await api("GET", "/v2/databases")
    plain = await api("GET", "/v2/databases", headers={"Accept-Encoding": "identity"})
    assert (packed.headers["Content-Encoding"], "Content-Encoding" in plain.headers) == ("gzip", False)
    assert packed.json == plain.json


async def test_quirks_can_be_switched_off(api_of: Callable[[Emulator], Any]) -> None:
    quirks = Quirks(
        null_keyspaces=False,
        links_in_listings=False,
        misspelled_datacenter_id=False,
        zero_termination_time=False,
        owner_is_client_id=False,
        clamp_page_limit=False,
        ignore_unknown_filters=False,
        duplicate_regions=False,
        numbered_from_two=True,
        unauthorized_hibernated_bundle=False,
        unauthorized_after_termination=True,
    )
    async with Emulator(quirks=quirks) as emulator:
        api = api_of(emulator)
        database_id = emulator.add_database("orders", keyspaces=[])
        database = await api.look(database_id)
        assert database["info"]["keyspaces"] == []
        assert database["info"]["datacenters"][0]["secureBundleUrl"] == ""
        assert database["info"]["datacenters"][0]["id"] == f"{database_id}-2"
        assert "terminationTime" not in database
        assert len(database["ownerId"]) == 36
        assert "datcenterID" not in (await api("POST", f"/v2/databases/{database_id}/secureBundleURL")).json
        assert (await api("GET", "/v2/databases?limit=101")).status == 400
        assert (await api("GET", "/v2/databases?include=non_terminated")).status == 400
        regions = (await api("GET", "/v2/regions/serverless")).json
        assert len(regions) == len({(region["cloudProvider"], region["name"]) for region in regions})
        sleeper = emulator.add_database("sleeper", status="HIBERNATED")
        assert (await api("POST", f"/v2/databases/{sleeper}/secureBundleURL")).status == 409
        await api("POST", f"/v2/databases/{database_id}/terminate")
        await emulator.clock.sleep(100_000)
        assert (await api("GET", f"/v2/databases/{database_id}")).status == 401


async def test_answers_conform_to_the_contract(api: Any) -> None:
    contract = load()
    pointers = {operation.id: f"{operation.pointer}/responses/200/content/application~1json/schema" for operation in contract.operations}
    database_id = await api.create_active(dbType="vector")
    api.emulator.add_database("classic", tier="C10", keyspaces=[])
    calls = {
        "getDatabase": ("GET", f"/v2/databases/{database_id}"),
        "listDatabases": ("GET", "/v2/databases"),
        "listDatacenters": ("GET", f"/v2/databases/{database_id}/datacenters"),
        "generateSecureBundleURL": ("POST", f"/v2/databases/{database_id}/secureBundleURL?all=true"),
        "listAvailableRegions": ("GET", "/v2/availableRegions"),
        "listServerlessRegions": ("GET", "/v2/regions/serverless?region-type=all"),
        "getCurrentOrganization": ("GET", "/v2/currentOrg"),
    }
    problems = {name: contract.problems(pointers[name], (await api(*call)).json) for name, call in calls.items()}
    assert problems == {name: [] for name in calls}
