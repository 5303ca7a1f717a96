"""Change data capture, sinks and migration proxies: what is refused, and what shows when."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

KAFKA = {"bootstrap_servers": ["b:9092"], "topic": "t", "sasl_mechanism": "PLAIN", "sasl_username": "u", "sasl_password": "p"}
PULSAR = {"pulsar": {"endpoint": "pulsar://p", "topic": "t", "auth_strategy": "token", "token": "t"}}


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
        {"databaseName": "other"},
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


async def test_a_capture_shows_after_the_maintenance_and_is_changed_only_where_there_is_one(api: Any) -> None:
    database_id = api.emulator.add_database("orders", keyspaces=["shop"])
    path, body = f"/v3/databases/{database_id}/cdc", capture(database_id)
    assert (await api("PUT", path, json=body)).status == 404
    assert (await api("POST", path, json=body)).status == 201
    assert (await api("GET", path)).status == 404
    assert (await api("POST", path, json=body)).status == 409
    await api.until(database_id, "ACTIVE")
    assert (await api("GET", path)).json["tables"] == body["tables"]
    assert (await api("DELETE", path, json={"databaseID": "other", "tables": body["tables"]})).status == 400
    assert (await api("DELETE", path, json={"databaseID": database_id, "tables": []})).status == 400
    assert (await api("DELETE", path, json={"databaseID": database_id, "tables": body["tables"]})).status == 204
    await api.until(database_id, "ACTIVE")
    assert (await api("GET", path)).status == 404


async def test_a_sink_needs_a_body_of_one_of_the_forms(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    for path in (f"/v2/databases/{database_id}/telemetry/metrics", f"/v2/organizations/{api.emulator.organization_id}/telemetry/auditLogs"):
        assert (await api("POST", path)).status == 400
        assert (await api("POST", path, json={"kafka": {"topic": "t"}})).status == 400
        assert (await api("POST", path, json=PULSAR)).status == 202
        api.emulator.clock.advance(60)
        assert (await api("GET", path)).json == PULSAR


async def test_audit_logs_go_to_pulsar_alone(api: Any) -> None:
    path = f"/v2/organizations/{api.emulator.organization_id}/telemetry/auditLogs"
    assert (await api("POST", path, json={"kafka": KAFKA})).status == 400


async def test_what_is_forgotten(api: Any) -> None:
    path = f"/v2/organizations/{api.emulator.organization_id}/telemetry/auditLogs"
    await api("POST", path, json=PULSAR)
    api.emulator.clock.advance(60)
    api.emulator.reset()
    assert (await api("GET", path)).status == 404


async def test_migration_proxies_are_for_classic_databases(api: Any) -> None:
    serverless, classic = api.emulator.add_database("orders"), api.emulator.add_database("classic", tier="C10", region="us-east-1")
    node = {"originIP": "10.0.0.1", "originPort": 9042, "rack": 1, "rackNodeOrdinal": 1}
    body = {"originUsername": "u", "originPassword": "p", "mappings": [node]}
    assert (await api("PUT", f"/v2/databases/{serverless}/migrationProxy", json=body)).status == 400
    assert (await api("DELETE", f"/v2/databases/{classic}/migrationProxy")).status == 404
    assert (await api("PUT", f"/v2/databases/{classic}/migrationProxy", json=body)).status == 202
    assert await api.until(classic, "ACTIVE") == ["MAINTENANCE", "ACTIVE"]
    assert "removeMigrationProxy" in (await api.look(classic))["availableActions"]
