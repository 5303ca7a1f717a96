"""Quirks: each undocumented behavior can be switched, and each setting has a visible effect."""

import ast
import inspect
import itertools
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
FACTS: Final[dict[str, tuple[str, ...]]] = {
    "access-list-lag": ("access_list_lag",),
    "access-list-times": ("go_times_in_access_lists",),
    "address-masks": ("bare_address_with_mask",),
    "answers-to-pcu-changes": ("bodies_of_pcu_changes",),
    "available-actions": ("undocumented_actions",),
    "azure-endpoint-ids": ("renamed_azure_endpoints",),
    "blank-datacenter-status": ("blank_datacenter_status",),
    "bundles-of-unavailable-databases": ("unauthorized_hibernated_bundle",),
    "cached-unknown-ids": ("cached_misses",),
    "accepted-endpoints": ("private_link_lag",),
    "busy-resources": ("assumed_conflicts_are_409",),
    "capitalized-names": ("pascal_case_identity",),
    "cdc-update-status": ("updated_cdc_is_204",),
    "classic-operations": ("classic_only_changes",),
    "database-filters": ("ignore_unknown_filters",),
    "database-ids-in-the-location-header": ("created_without_body",),
    "database-names": ("duplicate_names",),
    "database-owners": ("owner_is_client_id",),
    "database-pages": ("clamp_page_limit",),
    "database-states": ("unspecified_states",),
    "database-times": ("zero_termination_time",),
    "datacenter-ids": ("numbered_from_two",),
    "default-keyspace": ("default_keyspace",),
    "deleting-addresses": ("first_address_only",),
    "duplicate-regions": ("duplicate_regions",),
    "enabling-an-access-list": ("enabling_apart",),
    "errors-in-plain-text": ("errors_in_text",),
    "hibernated-databases": ("empty_waking_answer",),
    "keyspace-names": ("case_sensitive_keyspaces",),
    "maintenance-after-a-change": ("maintenance_lag",),
    "misspelled-datacenter-id": ("misspelled_datacenter_id",),
    "missing-access-lists": ("missing_access_list_is_404",),
    "missing-pcu-associations": ("no_pcu_association_is_404", "empty_pcu_group_is_404"),
    "null-keyspaces": ("null_keyspaces",),
    "null-pcu-groups": ("null_pcu_groups",),
    "organization-names": ("organization_named_by_email",),
    "pages-after-an-unknown-database": ("unknown_start_is_refused",),
    "pcu-association-fields": ("blank_pcu_associations",),
    "pcu-group-fields": ("omitted_empty_pcu_fields",),
    "pcu-paths": ("java_pcu_routes",),
    "pcu-types": ("newer_pcu_types",),
    "pcu-types-of-regions": ("pcu_types_in_regions",),
    "pcu-updates": ("lossy_pcu_updates",),
    "presigned-addresses": ("links_in_listings",),
    "private-link-errors": ("private_link_errors_in_text",),
    "provider-casing": ("mixed_provider_casing",),
    "reading-one-role": ("roles_need_more",),
    "registered-keys": ("created_key_is_201",),
    "revoked-tokens": ("deleted_token_is_204",),
    "role-names-as-ids": ("role_names_taken_for_ids",),
    "scim-media-type": ("scim_media_type_required",),
    "terminated-databases": ("unknown_once_terminated", "unauthorized_after_termination"),
    "termination-of-several-regions": ("extra_datacenters_first",),
    "token-times": ("nanoseconds",),
    "unauthorized-and-forbidden": ("null_without_permission",),
    "unchecked-pcu-groups": ("unchecked_pcu_groups",),
}
"""Facts of docs/evidence.md that the emulator must offer, and the switches for each."""


def evidence() -> dict[str, set[str]]:
    """Return the facts that the docstring of each switch cites."""
    classes = [ast.parse(inspect.getsource(cls)).body[0] for cls in Quirks.__mro__[:-1]]
    return {
        ast.unparse(field.target): set(re.findall(r"docs/evidence\.md#([a-z0-9-]+)", ast.unparse(note)))
        for cls in classes
        if isinstance(cls, ast.ClassDef)
        for field, note in itertools.pairwise(cls.body)
        if isinstance(field, ast.AnnAssign)
    }


def test_every_known_fact_has_a_switch() -> None:
    cited = evidence()
    assert {(fact, name) for fact, names in FACTS.items() for name in names if fact not in cited[name]} == set()


def test_every_switch_cites_its_evidence() -> None:
    cited = evidence()
    assert set(cited) == QUIRKS
    assert [name for name, facts in cited.items() if not facts] == []


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


async def scim_media_type_required(api: Any) -> object:
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann", "active": True}
    statuses = [
        (await api("POST", "/v2/scim/users", json=body)).status,
        (await api("GET", "/v2/scim/users", headers={"Accept": "application/json"})).status,
        (await api("GET", "/v2/scim/users", headers={"Accept": "application/json, application/scim+json"})).status,
    ]
    assert statuses in ([415, 406, 200], [201, 200, 200])
    return statuses[0] == 415


async def unknown_start_is_refused(api: Any) -> object:
    api.emulator.add_database("orders")
    answer = await api("GET", f"/v2/databases?starting_after={UNKNOWN}")
    assert answer.status == 400 or answer.json == []
    return answer.status == 400


async def assumed_conflicts_are_409(api: Any) -> object:
    database_id = api.emulator.add_database("orders", keyspaces=["shop"], tier="C10")
    assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/other")).status == 201
    core = f"/v2/databases/{database_id}/keyspaces/shop/tables/t/solr/createCorewithconfigs?generateResources=true"
    status = (await api("POST", core)).status
    assert status in (400, 409)
    return status == 409


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
    return {entry["type"] for entry in types} == {"standard", "small", "medium", "generalPurpose", "cacheOptimized"}


async def empty_pcu_group_is_404(api: Any) -> object:
    answer = await api("GET", f"/v2/pcus/association/{api.emulator.add_pcu_group('analytics')}")
    assert answer.status == 404 or answer.json == []
    return answer.status == 404


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
    unknown_start_is_refused,
    assumed_conflicts_are_409,
    errors_in_text,
    scim_media_type_required,
    newer_pcu_types,
    empty_pcu_group_is_404,
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


async def test_an_accepted_endpoint_shows_at_once_or_late(api_of: Callable[[Emulator], Any]) -> None:
    for lag in (0.0, 10.0):
        async with Emulator(quirks=Quirks(private_link_lag=lag)) as emulator:
            api, database_id = api_of(emulator), emulator.add_database("orders")
            place = f"/v2/organizations/clusters/{database_id}/datacenters/{database_id}-1"
            await api("POST", f"{place}/private-link", json={"allowedPrincipals": ["a"]})
            assert (await api("POST", f"{place}/endpoints", json={"endpointID": "e"})).json["status"] == "Accepted"
            assert (await api("GET", f"{place}/endpoints/e")).status == (404 if lag else 200)
            await emulator.clock.sleep(10)
            assert (await api("GET", f"{place}/endpoints/e")).status == 200


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
