"""PCU groups: their databases hibernate with the group and leave it when they are terminated."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio


async def group_of(api: Any, *databases: str) -> str:
    """Create a group with the first datacenter of each database in it."""
    group_id = str(api.emulator.add_pcu_group("analytics"))
    for database_id in databases:
        assert (await api("POST", f"/v2/pcus/association/{group_id}/{database_id}-1")).status == 201
        await api.until(database_id, "ACTIVE")
    return group_id


async def status_of(api: Any, group_id: str) -> str:
    answer = await api("POST", "/v2/pcus/actions/get", json={"pcuGroupUUIDs": [group_id]})
    return str(answer.json[0]["status"])


async def test_a_terminated_database_leaves_its_group(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    group_id = await group_of(api, database_id)
    assert await status_of(api, group_id) == "ACTIVE"
    await api("POST", f"/v2/databases/{database_id}/terminate")
    await api.until(database_id, "TERMINATED")
    assert (await api("GET", f"/v2/pcus/association/{group_id}")).json == []
    assert (await api("GET", f"/v2/pcus/actions/get/{database_id}-1")).status == 404
    assert await status_of(api, group_id) == "CREATED"


async def test_nothing_wakes_a_database_whose_group_is_parked(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    group_id = await group_of(api, database_id)
    assert (await api("POST", f"/v2/pcus/park/{group_id}")).status == 200
    await api.emulator.clock.sleep(300)
    assert (await status_of(api, group_id), await api.status(database_id)) == ("PARKED", "HIBERNATED")
    url = (await api.look(database_id))["dataEndpointUrl"]
    async with api.session.get(url) as answer:
        assert answer.status == 503
    await api.emulator.clock.sleep(300)
    assert await api.status(database_id) == "HIBERNATED"
    assert (await api("DELETE", f"/v2/pcus/association/{group_id}/{database_id}-1")).status == 400


async def test_an_unparked_group_shows_as_created_before_it_is_active_again(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    group_id = await group_of(api, database_id)
    await api("POST", f"/v2/pcus/park/{group_id}")
    await api.emulator.clock.sleep(300)
    assert (await api("POST", f"/v2/pcus/unpark/{group_id}")).status == 200
    states = [await status_of(api, group_id)]
    while states[-1] != "ACTIVE":
        await api.emulator.clock.sleep(10)
        status = await status_of(api, group_id)
        states += [status] if status != states[-1] else []
    assert states == ["UNPARKING", "CREATED", "ACTIVE"]
    assert await api.status(database_id) == "ACTIVE"


async def test_an_unparked_group_shows_as_created_to_a_client_that_looks_late(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    group_id = await group_of(api, database_id)
    for _ in range(2):
        await api("POST", f"/v2/pcus/park/{group_id}")
        await api.emulator.clock.sleep(300)
        assert (await api("POST", f"/v2/pcus/unpark/{group_id}")).status == 200
        await api.emulator.clock.sleep(6_000)  # ten seconds of a clock that is scaled by 600
        assert [await status_of(api, group_id) for _ in range(3)] == ["CREATED", "ACTIVE", "ACTIVE"]


async def test_an_unparked_group_can_be_parked_again_without_a_look_at_it(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    group_id = await group_of(api, database_id)
    for action in ("park", "unpark", "park"):
        assert (await api("POST", f"/v2/pcus/{action}/{group_id}")).status == 200
        await api.emulator.clock.sleep(600)
    assert await status_of(api, group_id) == "PARKED"


async def test_a_group_with_a_database_in_several_regions_cannot_be_parked(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    group_id = await group_of(api, database_id)
    region = {"tier": "serverless", "cloudProvider": "AWS", "region": "eu-west-1"}
    assert (await api("POST", f"/v2/databases/{database_id}/datacenters", json=[region])).status == 201
    await api.until(database_id, "ACTIVE")
    assert (await api("POST", f"/v2/pcus/park/{group_id}")).status == 400
    assert (await api("POST", f"/v2/pcus/association/{group_id}/{database_id}-2")).status == 400


async def test_bad_groups_are_refused(api: Any) -> None:
    good = {
        "title": "t",
        "cloudProvider": "aws",
        "region": "us-east-2",
        "instanceType": "standard",
        "provisionType": "shared",
        "min": 1,
        "max": 1,
        "reserved": 0,
    }
    for change in ({"min": 0}, {"max": 0}, {"reserved": 2}, {"region": "moon-1"}, {"instanceType": "huge"}, {"title": ""}):
        assert (await api("POST", "/v2/pcus", json=[good | change])).status == 400
    assert (await api("POST", "/v2/pcus", json=[good, good])).status == 400
    assert (await api("POST", "/v2/pcus", json=[good])).json[0]["status"] == "INITIALIZING"


async def test_a_reset_removes_groups(api: Any) -> None:
    await group_of(api)
    api.emulator.reset()
    assert (await api("POST", "/v2/pcus/actions/get", json={})).json == []


async def test_the_list_of_no_groups_can_be_null(api_of: Callable[[Emulator], Any]) -> None:
    async with Emulator(quirks=Quirks(null_pcu_groups=True)) as emulator:
        assert (await api_of(emulator)("POST", "/v2/pcus/actions/get", json={})).json is None


async def test_without_the_quirks(api_of: Callable[[Emulator], Any]) -> None:
    quirks = Quirks(
        unchecked_pcu_groups=False,
        no_pcu_association_is_404=False,
        lossy_pcu_updates=False,
        bodies_of_pcu_changes=False,
        omitted_empty_pcu_fields=False,
        blank_pcu_associations=False,
    )
    async with Emulator(quirks=quirks) as emulator:
        api = api_of(emulator)
        assert (await api("POST", "/v2/pcus/actions/get", json={})).json == []
        database_id = emulator.add_database("orders")
        assert (await api("GET", f"/v2/pcus/actions/get/{database_id}-1")).json == []
        group_id = await group_of(api, database_id)
        assert (await api("GET", f"/v2/pcus/association/{group_id}")).json[0]["createdAt"]
        assert (await api("PUT", "/v2/pcus", json=[{"pcuGroupUUID": group_id, "max": 2}])).body == b""
        (group,) = (await api("POST", "/v2/pcus/actions/get", json={})).json
        assert (group["title"], group["max"], group["reserved"]) == ("analytics", 2, 0)
        body = {"name": "stock", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
        answer = await api("POST", "/v2/databases", json=body | {"pcuGroupUUID": "x"})
        assert (answer.status, answer.ids) == (422, [2000367])
