"""Quirks: each undocumented behavior can be switched, and each setting has a visible effect."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

import astra_devops.emulator
from astra_devops.emulator import Emulator, Quirks

pytestmark = pytest.mark.anyio

QUIRKS: Final = {field.name for field in attrs.fields(Quirks)}
FACTS: Final[dict[int, tuple[str, ...]]] = {
    1: ("created_without_body",),
    2: ("cached_misses",),
    3: ("duplicate_names",),
    4: ("unspecified_states", "blank_datacenter_status"),
    5: ("zero_termination_time", "owner_is_client_id", "undocumented_actions"),
    6: ("links_in_listings",),
    7: ("misspelled_datacenter_id",),
    8: ("null_keyspaces", "default_keyspace"),
    9: ("unknown_once_terminated", "unauthorized_after_termination", "extra_datacenters_first"),
    10: ("numbered_from_two",),  # that one region goes into a call is in the contract
    11: ("maintenance_lag",),
    12: ("null_without_permission", "case_sensitive_keyspaces"),
    13: ("empty_waking_answer", "unauthorized_hibernated_bundle"),
    14: ("classic_only_changes",),
    15: ("unchecked_pcu_groups",),
    16: ("clamp_page_limit", "ignore_unknown_filters"),
    17: ("duplicate_regions", "mixed_provider_casing"),
    18: ("null_without_permission", "pcu_types_in_regions"),
    19: ("first_address_only",),
    20: ("go_times_in_access_lists", "bare_address_with_mask", "access_list_lag", "missing_access_list_is_404", "enabling_apart"),
    21: ("errors_in_text", "private_link_errors_in_text"),
    22: ("roles_need_more",),
    23: ("null_pcu_groups", "no_pcu_association_is_404", "bodies_of_pcu_changes"),
    24: ("lossy_pcu_updates",),
    25: ("omitted_zero_reserve", "blank_pcu_associations", "newer_pcu_types"),
    26: ("java_pcu_routes",),
    27: ("pascal_case_identity", "role_names_taken_for_ids"),
    28: ("nanoseconds",),
    29: ("created_key_is_201", "updated_cdc_is_204", "deleted_token_is_204", "renamed_azure_endpoints"),
    30: ("organization_named_by_email",),
}
"""The undocumented facts about the service by number, with the quirks for each."""


def test_every_fact_has_a_quirk() -> None:
    assert sorted(FACTS) == list(range(1, 31))
    assert {name for names in FACTS.values() for name in names} <= QUIRKS


def test_every_quirk_is_used() -> None:
    folder = Path(str(astra_devops.emulator.__file__)).parent
    used = {name for path in folder.rglob("*.py") for name in re.findall(r"quirks\.(\w+)", path.read_text(encoding="utf-8"))}
    assert QUIRKS - used == set()


PLACE: Final = {"cloudProvider": "AWS", "tier": "serverless", "capacityUnits": 1}
UNKNOWN: Final = "11111111-2222-4333-8444-555555555555"
Observation = Callable[[Any], Awaitable[object]]


async def created_without_body(api: Any) -> object:
    answer = await api("POST", "/v2/databases", json={"name": "orders", "region": "us-east-2", **PLACE})
    return answer.body == b""


async def duplicate_names(api: Any) -> object:
    api.emulator.add_database("orders")
    return (await api("POST", "/v2/databases", json={"name": "orders", "region": "us-east-2", **PLACE})).status == 201


async def unspecified_states(api: Any) -> object:
    return await api.status(api.emulator.add_database("orders", status="HIBERNATED")) == "HIBERNATED"


async def blank_datacenter_status(api: Any) -> object:
    return (await api.look(api.emulator.add_database("orders")))["info"]["datacenters"][0]["status"] == ""


async def undocumented_actions(api: Any) -> object:
    return "hibernate" in (await api.look(api.emulator.add_database("orders")))["availableActions"]


async def default_keyspace(api: Any) -> object:
    return (await api.look(await api.create_active()))["info"]["keyspaces"] == ["default_keyspace"]


async def classic_only_changes(api: Any) -> object:
    database_id = api.emulator.add_database("orders")
    return (await api("POST", f"/v2/databases/{database_id}/park")).status == 400


async def case_sensitive_keyspaces(api: Any) -> object:
    database_id = api.emulator.add_database("orders", keyspaces=["sales"])
    return (await api("POST", f"/v2/databases/{database_id}/keyspaces/Sales")).status == 201


async def extra_datacenters_first(api: Any) -> object:
    database_id = api.emulator.add_database("orders")
    await api("POST", f"/v2/databases/{database_id}/datacenters", json=[{**PLACE, "region": "us-east-1"}])
    await api.emulator.clock.sleep(400)
    return (await api("POST", f"/v2/databases/{database_id}/terminate")).status == 400


async def unknown_once_terminated(api: Any) -> object:
    database_id = api.emulator.add_database("orders")
    await api("POST", f"/v2/databases/{database_id}/terminate")
    await api.emulator.clock.sleep(100)
    return (await api("GET", f"/v2/databases/{database_id}")).status == 404


async def empty_waking_answer(api: Any) -> object:
    database_id = api.emulator.add_database("orders", status="HIBERNATED")
    async with api.session.get((await api.look(database_id))["dataEndpointUrl"]) as answer:
        assert answer.status == 503
        return await answer.read() == b""


async def pcu_types_in_regions(api: Any) -> object:
    return "pcu_types" in (await api("GET", "/v2/regions/serverless")).json[0]


async def errors_in_text(api: Any) -> object:
    database_id = api.emulator.add_database("orders")
    plain = [
        await api("GET", f"/v2/databases/{database_id}/access-list"),
        await api("GET", f"/v2/organizations/roles/{UNKNOWN}"),
        await api("POST", "/v2/tokens", json={"roles": [], "orgId": UNKNOWN}),
    ]
    assert [answer.status for answer in plain] == [404, 404, 403]
    return {b'{"errors"' in answer.body for answer in plain} == {False}


async def newer_pcu_types(api: Any) -> object:
    types = (await api("POST", "/v2/pcus/types", json={"provider": "aws", "region": "us-east-2"})).json
    return len(types) == 3


async def java_pcu_routes(api: Any) -> object:
    first, second = (api.emulator.add_pcu_group(title) for title in "ab")
    datacenter_id = f"{api.emulator.add_database('orders')}-1"
    await api("POST", f"/v2/pcus/association/{first}/{datacenter_id}")
    await api.emulator.clock.sleep(400)
    body = {"fromPCUGroupUUID": first, "toPCUGroupUUID": second, "datacenterUUID": datacenter_id}
    moved = await api("POST", f"/v2/pcus/association/transfer/{first}", json=body)
    types = await api("GET", "/v2/pcus/types?provider=aws&region=us-east-2")
    assert (moved.status, types.status) in ((202, 200), (404, 405))
    assert types.status == 405 or {entry["region"] for entry in types.json} == {"us-east-2"}
    return moved.status == 202


async def updated_cdc_is_204(api: Any) -> object:
    database_id = api.emulator.add_database("orders", keyspaces=["sales"])
    tables = [{"keyspaceName": "sales", "tableName": "t"}]
    streaming = {"streamingClusterName": "pulsar", "streamingTenantName": "shop"}
    regions = [{"datacenterID": f"{database_id}-1", "datacenterRegion": "us-east-2", **streaming}]
    body = {"databaseName": "orders", "databaseID": database_id, "tables": tables, "regions": regions}
    assert (await api("POST", f"/v3/databases/{database_id}/cdc", json=body)).status == 201
    await api.emulator.clock.sleep(60)
    return (await api("PUT", f"/v3/databases/{database_id}/cdc", json=body)).status == 204


async def deleted_token_is_204(api: Any) -> object:
    return (await api("DELETE", f"/v2/tokens/{api.emulator.add_token().split(':')[1]}")).status == 204


OBSERVATIONS: Final[tuple[Observation, ...]] = (
    created_without_body,
    duplicate_names,
    unspecified_states,
    blank_datacenter_status,
    undocumented_actions,
    default_keyspace,
    classic_only_changes,
    case_sensitive_keyspaces,
    extra_datacenters_first,
    unknown_once_terminated,
    empty_waking_answer,
    pcu_types_in_regions,
    errors_in_text,
    newer_pcu_types,
    java_pcu_routes,
    updated_cdc_is_204,
    deleted_token_is_204,
)


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("observe", OBSERVATIONS, ids=lambda observe: observe.__name__)
async def test_both_settings_of_a_quirk_can_be_observed(api_of: Callable[[Emulator], Any], observe: Observation, on: bool) -> None:
    """Each function above finds out, by requests alone, whether the quirk of its name is on."""
    async with Emulator(quirks=Quirks(**{observe.__name__: on})) as emulator:
        assert await observe(api_of(emulator)) is on


async def test_an_id_that_did_not_exist_stays_unknown_for_a_while(api_of: Callable[[Emulator], Any]) -> None:
    future_id = Emulator(seed=5).add_database("orders")
    for lag in (60.0, 0.0):
        async with Emulator(seed=5, quirks=Quirks(cached_misses=lag)) as emulator:
            api = api_of(emulator)
            assert (await api("GET", f"/v2/databases/{future_id}")).status == 404
            assert emulator.add_database("orders") == future_id
            assert (await api("GET", f"/v2/databases/{future_id}")).status == (404 if lag else 200)
            await emulator.clock.sleep(60)
            assert (await api("GET", f"/v2/databases/{future_id}")).status == 200


async def test_the_first_keyspace_of_a_database_is_folded_too(api_of: Callable[[Emulator], Any]) -> None:
    async with Emulator(quirks=Quirks(case_sensitive_keyspaces=False)) as emulator:
        api = api_of(emulator)
        database_id = await api.create_active(keyspace="Sales")
        assert (await api.look(database_id))["info"]["keyspaces"] == ["sales"]
        assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/SALES")).status == 409
