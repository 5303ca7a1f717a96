"""Keyspaces: every change puts the database into MAINTENANCE and shows only afterward."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio


async def test_an_added_keyspace_shows_when_the_database_is_active_again(api: Any) -> None:
    database_id = api.emulator.add_database("orders", keyspaces=[])
    answer = await api("POST", f"/v2/databases/{database_id}/keyspaces/shop")
    assert (answer.status, answer.body) == (201, b"")
    database = await api.look(database_id)
    assert (database["status"], database["info"]["keyspaces"]) == ("MAINTENANCE", None)
    await api.until(database_id, "ACTIVE")
    assert (await api.look(database_id))["info"]["keyspaces"] == ["shop"]


async def test_a_dropped_keyspace_shows_until_the_end_and_a_missing_one_is_no_content(api: Any) -> None:
    database_id = api.emulator.add_database("orders", keyspaces=["one", "two"])
    assert (await api("DELETE", f"/v2/databases/{database_id}/keyspaces/one")).status == 202
    assert (await api.look(database_id))["info"]["keyspaces"] == ["one", "two"]
    await api.until(database_id, "ACTIVE")
    info = (await api.look(database_id))["info"]
    assert (info["keyspaces"], info["keyspace"]) == (["two"], "two")
    assert (await api("DELETE", f"/v2/databases/{database_id}/keyspaces/one")).status == 204


async def test_names_are_case_sensitive_and_unique(api: Any) -> None:
    database_id = api.emulator.add_database("orders", keyspaces=["shop"])
    assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/shop")).status == 409
    assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/Shop")).status == 201


@pytest.mark.parametrize("name", ["_a", "a-b", "a" * 49, "system", "dse", "%C3%A4", "a%2Fb"])
async def test_bad_names_are_unprocessable(api: Any, name: str) -> None:
    database_id = api.emulator.add_database("orders")
    assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/{name}")).status == 422


async def test_one_change_at_a_time(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    await api("POST", f"/v2/databases/{database_id}/keyspaces/one")
    assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/two")).status == 409
    assert (await api("DELETE", f"/v2/databases/{database_id}/keyspaces/default_keyspace")).status == 409


async def test_maintenance_may_show_late(api_of: Callable[[Emulator], Any]) -> None:
    async with Emulator(quirks=Quirks(maintenance_lag=5)) as emulator:
        api = api_of(emulator)
        database_id = emulator.add_database("orders", keyspaces=[])
        await api("POST", f"/v2/databases/{database_id}/keyspaces/shop")
        assert await api.status(database_id) == "ACTIVE"
        assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/other")).status == 409
        assert await api.until(database_id, "MAINTENANCE") == ["ACTIVE", "MAINTENANCE"]
        await api.until(database_id, "ACTIVE")
        assert (emulator.clock.monotonic(), emulator.databases[database_id].keyspaces) == (15, ["shop"])


async def test_graph_engine_and_solr(api: Any) -> None:
    database_id = api.emulator.add_database("classic", tier="C10", keyspaces=["shop"])
    keyspace = f"/v2/databases/{database_id}/keyspaces/shop"
    assert (await api("POST", f"{keyspace}/actions/alterWithGraphEngine")).status == 202
    await api.until(database_id, "ACTIVE")
    assert (await api("POST", f"{keyspace}/actions/alterWithGraphEngine")).status == 204
    solr = f"{keyspace}/tables/items/solr/createCorewithconfigs"
    assert (await api("POST", f"{solr}?generateResources=true")).status == 202
    assert (await api("POST", solr)).status == 400
    other = f"/v2/databases/{database_id}/keyspaces/nowhere/actions/alterWithGraphEngine"
    assert (await api("POST", other)).status == 400
