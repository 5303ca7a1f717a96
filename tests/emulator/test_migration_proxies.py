"""Migration proxies, which only classic databases have."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio


async def test_migration_proxies_are_for_classic_databases(api: Any) -> None:
    serverless, classic = api.emulator.add_database("orders"), api.emulator.add_database("classic", tier="C10", region="us-east-1")
    node = {"originIP": "10.0.0.1", "originPort": 9042, "rack": 1, "rackNodeOrdinal": 1}
    body = {"originUsername": "u", "originPassword": "p", "mappings": [node]}
    assert (await api("PUT", f"/v2/databases/{serverless}/migrationProxy", json=body)).status == 400
    assert (await api("DELETE", f"/v2/databases/{classic}/migrationProxy")).status == 404
    assert (await api("PUT", f"/v2/databases/{classic}/migrationProxy", json=body)).status == 202
    assert await api.until(classic, "ACTIVE") == ["MAINTENANCE", "ACTIVE"]
    assert "removeMigrationProxy" in (await api.look(classic))["availableActions"]
