"""Clones and restores, and the snapshots that they copy."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio


async def snapshot_of(api: Any, database_id: str) -> str:
    return str((await api("GET", f"/v2/databases/{database_id}/snapshots")).json["snapshots"][-1]["id"])


async def test_snapshots_are_kept_for_a_week(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    first = await snapshot_of(api, database_id)
    api.emulator.clock.advance(30 * 86_400)
    snapshots = (await api("GET", f"/v2/databases/{database_id}/snapshots")).json["snapshots"]
    assert len(snapshots) == 7 * 24
    assert first not in {snapshot["id"] for snapshot in snapshots}


@pytest.mark.parametrize("query", ["from=yesterday", "to=2026-01-01T00:00:00", "sourceRegion=eu-west-1"])
async def test_bad_filters_of_snapshots_are_refused(api: Any, query: str) -> None:
    database_id = api.emulator.add_database("orders")
    assert (await api("GET", f"/v2/databases/{database_id}/snapshots?{query}")).status == 400


async def test_a_database_is_in_maintenance_during_a_clone_into_it(api: Any) -> None:
    source, target = api.emulator.add_database("source", keyspaces=["one"]), api.emulator.add_database("target", keyspaces=[])
    path = f"/v2/databases/{target}/cloneFrom/{source}?snapshotID={await snapshot_of(api, source)}"
    assert (await api("POST", path)).json["status"] == "RUNNING"
    assert await api.status(target) == "MAINTENANCE"
    assert (await api("POST", path)).status == 400
    assert (await api("POST", f"/v2/databases/{target}/keyspaces/two")).status == 409
    await api.until(target, "ACTIVE")
    assert (await api.look(target))["info"]["keyspaces"] == ["one"]


async def test_a_failed_restore_leaves_the_database_unchanged(api: Any) -> None:
    database_id = api.emulator.add_database("orders", keyspaces=["one"])
    api.emulator.faults.fail_state("restoreDB", status="BROKEN")
    answer = await api("POST", f"/v2/databases/{database_id}/restore?snapshotID={await snapshot_of(api, database_id)}")
    await api.until(database_id, "ACTIVE")
    status = await api("GET", f"/v2/databases/{database_id}/restoreStatus/{answer.json['operationID']}")
    assert status.json["status"] == "BROKEN"
    assert (await api("GET", f"/v2/databases/{database_id}/cloneStatus/{answer.json['operationID']}")).status == 404


async def test_what_cannot_be_cloned(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    snapshot = await snapshot_of(api, database_id)
    assert (await api("POST", f"/v2/databases/{database_id}/cloneFrom/{database_id}?snapshotID={snapshot}")).status == 400
    assert (await api("POST", f"/v2/databases/{database_id}/cloneFrom/nothing?snapshotID={snapshot}")).status == 404
    assert (await api("POST", f"/v2/databases/{database_id}/cloneFrom/{database_id}")).status == 400
