"""Change data capture: what is refused, and when a change shows."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio


def capture(database_id: str, **changes: Any) -> dict[str, Any]:
    region = {"datacenterID": f"{database_id}-1", "datacenterRegion": "us-east-2"}
    return {
        "databaseName": "orders",
        "tables": [{"keyspaceName": "shop", "tableName": "t"}],
        "regions": [{**region, "streamingClusterName": "c", "streamingTenantName": "t"}],
        **changes,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"tables": []},
        {"regions": []},
        {"tables": [{"keyspaceName": "nothing", "tableName": "t"}]},
        {
            "regions": [
                {"datacenterID": "nothing", "datacenterRegion": "us-east-2", "streamingClusterName": "c", "streamingTenantName": "t"}
            ]
        },
        {"tables": [{"keyspaceName": "shop"}]},
    ],
)
async def test_what_cannot_be_captured(api: Any, changes: dict[str, Any]) -> None:
    database_id = api.emulator.add_database("orders", keyspaces=["shop"])
    assert (await api("POST", f"/v3/databases/{database_id}/cdc", json=capture(database_id, **changes))).status == 400


async def test_a_capture_shows_after_maintenance_and_only_an_existing_one_can_be_changed(api: Any) -> None:
    database_id = api.emulator.add_database("orders", keyspaces=["shop"])
    path, body = f"/v3/databases/{database_id}/cdc", capture(database_id)
    assert (await api("PUT", path, json=body)).status == 404
    assert (await api("POST", path, json=body)).status == 201
    assert (await api("GET", path)).status == 404
    assert (await api("POST", path, json=body)).status == 409
    await api.until(database_id, "ACTIVE")
    assert (await api("GET", path)).json["tables"] == body["tables"]
    assert (await api("DELETE", path, json={"databaseID": database_id, "tables": []})).status == 400
    assert (await api("DELETE", path, json={"databaseID": database_id, "tables": body["tables"]})).status == 204
    await api.until(database_id, "ACTIVE")
    assert (await api("GET", path)).status == 404
