"""Snapshots: the state of an emulator, saved, restored, and continued."""

import json
import re
from datetime import datetime
from typing import Any

import pytest

from astra_devops.emulator import Emulator, VirtualClock

pytestmark = pytest.mark.anyio


async def busy(api: Any) -> str:
    """Do a bit of everything, and leave a keyspace in progress."""
    database_id: str = await api.create_active()
    emulator = api.emulator
    emulator.add_pcu_group("group")
    emulator.add_migration(database_id)
    emulator.add_token({"org-db-view"})
    await api("PUT", "/v2/organizations/users", json={"orgID": emulator.organization_id, "email": "a@example.com", "roles": []})
    entries = [{"address": "10.0.0.1", "enabled": True, "description": ""}]
    await api("POST", f"/v2/databases/{database_id}/access-list", json=entries)
    assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/more")).status == 201
    return database_id


async def test_a_restored_emulator_continues_where_the_first_was(api: Any, api_of: Any) -> None:
    database_id = await busy(api)
    await api.emulator.clock.sleep(4)
    state = json.loads(json.dumps(api.emulator.snapshot()))
    clock = VirtualClock()
    clock.advance(5000)
    async with Emulator(seed=9, clock=clock, state=state) as other:
        assert (other.token, other.organization_id) == (api.emulator.token, api.emulator.organization_id)
        again = api_of(other)
        database = await again.look(database_id)
        assert (database["status"], database["info"]["keyspaces"]) == ("MAINTENANCE", ["default_keyspace"])
        await clock.sleep(5.9)
        assert await again.status(database_id) == "MAINTENANCE"
        await clock.sleep(0.2)
        database = await again.look(database_id)
        assert (database["status"], database["info"]["keyspaces"]) == ("ACTIVE", ["default_keyspace", "more"])
        for path in ("/v2/databases", "/v2/organizations/users", "/v2/access-lists", "/v2/pcus"):
            assert (await again("GET", path)).status == (await api("GET", path)).status
        assert await again.create() == await api.create(), "ids continue, and none is used twice"


async def test_a_snapshot_of_what_was_restored_is_the_same(api: Any) -> None:
    await busy(api)
    state = api.emulator.snapshot()
    assert Emulator(seed=5, clock=api.emulator.clock, state=state).snapshot() == state
    api.emulator.reset()
    assert api.emulator.snapshot() != state
    api.emulator.restore(state)
    assert api.emulator.snapshot() == state


async def test_every_time_of_day_is_shifted(api: Any) -> None:
    database_id = await busy(api)
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann", "active": True}
    assert (await api("POST", "/v2/scim/users", json=user)).status == 201
    link = f"/v2/organizations/clusters/{database_id}/datacenters/{database_id}-1"
    assert (await api("POST", f"{link}/private-link", json={"allowedPrincipals": ["a"]})).status == 200
    assert (await api("POST", f"{link}/endpoints", json={"endpointID": "e"})).status == 200
    assert (await api("POST", "/v2/enterprises/billing-reports/generate-report", json={"month": "3", "year": "2026"})).status == 200
    state = api.emulator.snapshot()
    clock = VirtualClock()
    clock.advance(5000)
    late = Emulator(clock=clock, state=state).snapshot()
    shift = clock.now() - api.emulator.clock.now()
    assert {moment + shift for moment in times(state)} == set(times(late))
    assert len(times(state)) > 15


def times(document: object) -> list[datetime]:
    """List every time of day in a state."""
    if isinstance(document, str):
        return [datetime.fromisoformat(document)] if re.match(r"\d{4}-\d\d-\d\dT", document) else []
    parts = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return [moment for part in parts for moment in times(part)]


async def test_the_same_seed_and_the_same_requests_give_the_same_snapshot(api_of: Any) -> None:
    states = []
    for seed in (3, 3, 4):
        async with Emulator(seed=seed) as emulator:
            await busy(api_of(emulator))
            states.append(emulator.snapshot())
    assert (states[0] == states[1], states[0] == states[2]) == (True, False)


async def test_a_change_that_never_ends_stays_so(api: Any) -> None:
    api.emulator.faults.stuck("createDatabase", "PENDING")
    database_id = await api.create()
    api.emulator.restore(api.emulator.snapshot())
    await api.emulator.clock.sleep(10_000)
    assert await api.status(database_id) == "PENDING"


def broken(changes: dict[str, Any]) -> dict[str, Any]:
    """Return a state with changes to it, or to the first organization in it."""
    emulator = Emulator()
    state = emulator.snapshot()
    inner = {name: changes[name] for name in ("organization", "stores") if name in changes}
    if inner:
        state["worlds"][emulator.organization_id] |= inner
    return state | {name: value for name, value in changes.items() if name not in inner}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "x"}, "not a state of the emulator"),
        ({"version": 99}, "version 99, but .* only version 2"),
        ({"token": "x"}, "'token' must be one of its tokens"),
        ({"organization": {}}, r"required field missing @ .*\.id"),
        ({"stores": {"os.path": {}}}, "no store 'os.path'"),
        ({"stores": {"users.Person": {}}}, "no store 'users.Person'"),
        ({"stores": {"users": {"surplus": 1}}}, "surplus"),
        ({"taken": "yesterday"}, "yesterday"),
        ({"rng": "12"}, "cannot be read"),
        ({"worlds": {}}, "lacks the organization"),
    ],
)
def test_an_invalid_state_is_refused_and_changes_nothing(changes: dict[str, Any], message: str) -> None:
    emulator = Emulator()
    emulator.add_database("orders")
    before = emulator.snapshot()
    with pytest.raises(ValueError, match=message):
        emulator.restore(broken(changes))
    assert emulator.snapshot() == before
    with pytest.raises(ValueError, match="not a state"):
        emulator.restore([])  # type: ignore[arg-type]
