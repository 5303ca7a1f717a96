"""Datacenters: added one at a time, and terminated except for the last one."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio
OHIO = {"tier": "serverless", "cloudProvider": "AWS", "region": "us-east-2"}
OREGON = {"tier": "serverless", "cloudProvider": "AWS", "region": "us-west-2"}


async def test_a_datacenter_is_added_and_terminated(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    datacenters = f"/v2/databases/{database_id}/datacenters"
    assert (await api("POST", datacenters, json=[OREGON])).status == 201
    assert len((await api("GET", datacenters)).json) == 1
    assert await api.until(database_id, "ACTIVE") == ["MAINTENANCE", "ACTIVE"]
    second = (await api("GET", datacenters)).json[1]
    assert (second["id"], second["region"]) == (f"{database_id}-2", "us-west-2")
    assert (await api("POST", f"/v2/databases/{database_id}/terminate")).status == 400
    assert (await api("POST", f"{datacenters}/{second['id']}/terminate")).status == 202
    await api.until(database_id, "ACTIVE")
    assert [entry["id"] for entry in (await api("GET", datacenters)).json] == [f"{database_id}-1"]
    everything = (await api("GET", f"{datacenters}?all=true")).json
    assert [(entry["id"][-1], entry["status"]) for entry in everything] == [("1", ""), ("2", "TERMINATED")]
    assert (await api("POST", f"{datacenters}/{database_id}-1/terminate")).status == 400
    assert (await api("POST", f"{datacenters}/{database_id}-9/terminate")).status == 404


async def test_an_empty_entry_gets_every_recorded_error(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    answer = await api("POST", f"/v2/databases/{database_id}/datacenters", json=[{}])
    assert (answer.status, answer.ids) == (422, [2000011, 2000012, 2000013, 2000106])
    assert answer.json["errors"][3]["message"] == 'provider "" not supported to add datacenters'


@pytest.mark.parametrize("body", [[], [OREGON, OREGON], [OHIO], OREGON, ["us-west-2"]])
async def test_bad_lists_are_refused(api: Any, body: object) -> None:
    database_id = api.emulator.add_database("orders")
    assert (await api("POST", f"/v2/databases/{database_id}/datacenters", json=body)).status in (400, 422)


async def test_a_datacenter_of_another_provider_is_refused(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    body = [{"tier": "serverless", "cloudProvider": "GCP", "region": "us-east1"}]
    answer = await api("POST", f"/v2/databases/{database_id}/datacenters", json=body)
    assert (answer.status, answer.ids) == (422, [2000106])


async def test_a_busy_database_refuses_a_datacenter(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    await api("POST", f"/v2/databases/{database_id}/keyspaces/shop")
    assert (await api("POST", f"/v2/databases/{database_id}/datacenters", json=[OREGON])).status == 409
