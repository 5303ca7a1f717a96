"""Sinks of metrics and of the audit log: what is accepted, and when a change shows."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

KAFKA = {"bootstrap_servers": ["b:9092"], "topic": "t", "sasl_mechanism": "PLAIN", "sasl_username": "u", "sasl_password": "p"}
PULSAR = {"pulsar": {"endpoint": "pulsar://p", "topic": "t", "auth_strategy": "token", "token": "t"}}


async def test_a_sink_needs_a_valid_body(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    for path in (f"/v2/databases/{database_id}/telemetry/metrics", f"/v2/organizations/{api.emulator.organization_id}/telemetry/auditLogs"):
        assert (await api("POST", path)).status == 400
        assert (await api("POST", path, json={"kafka": {"topic": "t"}})).status == 400
        assert (await api("POST", path, json=PULSAR)).status == 202
        api.emulator.clock.advance(60)
        assert (await api("GET", path)).json == PULSAR


async def test_audit_logs_go_to_pulsar_only(api: Any) -> None:
    path = f"/v2/organizations/{api.emulator.organization_id}/telemetry/auditLogs"
    assert (await api("POST", path, json={"kafka": KAFKA})).status == 400


async def test_a_reset_removes_sinks(api: Any) -> None:
    path = f"/v2/organizations/{api.emulator.organization_id}/telemetry/auditLogs"
    await api("POST", path, json=PULSAR)
    api.emulator.clock.advance(60)
    api.emulator.reset()
    assert (await api("GET", path)).status == 404
