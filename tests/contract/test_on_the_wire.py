"""Each operation of the resources that exist is seen on the wire, in requests that the contract allows, from either client."""

import inspect
from typing import Any

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops._rest import index
from astra_devops.emulator import Emulator, VirtualClock

GROUPS = ("databases", "keyspaces", "datacenters", "regions", "secure_bundles")


def arguments(database_id: str, path: str) -> dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]]:
    """Give arguments for every method, by resource and name, in an order in which each finds what it needs."""
    here = (database_id,)
    return {
        "regions.list": [((), {}), ((), {"region_type": "all", "only_my_organization": True})],
        "regions.list_classic": [((), {})],
        "databases.create": [((f"db-{path[-1]}",), {"cloud_provider": "AWS", "region": "us-east-1", "tier": "C10", "keyspace": "k"})],
        "databases.list": [((), {}), ((), {"include": "all", "provider": "aws", "page_size": 5})],
        "databases.find": [(("nothing",), {"region": "us-east-1"})],
        "databases.get": [(here, {})],
        "keyspaces.list": [(here, {})],
        "keyspaces.create": [((*here, "sales"), {})],
        "keyspaces.enable_graph": [((*here, "sales"), {})],
        "keyspaces.create_solr_core": [((*here, "sales", "t"), {"generate_resources": True})],
        "keyspaces.delete": [((*here, "sales"), {})],
        "datacenters.create": [(here, {"cloud_provider": "aws", "region": "eu-west-1", "tier": "C10"})],
        "datacenters.create_all": [((*here, ["us-west-2"]), {"cloud_provider": "aws", "tier": "C10"})],
        "datacenters.list": [(here, {"include_terminated": True})],
        "datacenters.terminate": [((*here, f"{database_id}-2"), {}), ((*here, f"{database_id}-3"), {})],
        "secure_bundles.urls": [(here, {"all": True})],
        "secure_bundles.download": [((*here, path), {"region": "us-east-1"})],
        "databases.resize": [((*here, 2), {})],
        "databases.reset_password": [(here, {"username": "ann", "password": "correct horse"})],
        "databases.set_engine_type": [((*here, "classic"), {})],
        "databases.park": [(here, {})],
        "databases.unpark": [(here, {})],
        "databases.resume": [(here, {})],
        "databases.suspend": [(here, {"free_consumed": 50})],
        "databases.terminate": [(here, {"prepared_state_only": False})],
    }


def public_methods(client: object) -> set[str]:
    return {
        f"{group}.{name}"
        for group in GROUPS
        for name, member in inspect.getmembers(getattr(client, group), callable)
        if not name.startswith("_")
    }


def expected(emulator: Emulator) -> None:
    seen = {exchange.operation for exchange in emulator.journal if exchange.plane == "devops"}
    assert {operation.id for operation in index.OPERATIONS.values() if operation.group in GROUPS} == seen
    assert {exchange.status for exchange in emulator.journal} <= {200, 201, 202, 204, 409}


@pytest.mark.anyio
async def test_async(tmp_path):
    async with (
        Emulator(clock=VirtualClock()) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, timeout=3600) as astra,
    ):
        calls = arguments(emulator.add_database("classic", tier="C10", region="us-east-1"), str(tmp_path / "a"))
        assert public_methods(astra) == set(calls)
        for name, variants in calls.items():
            group, _, method = name.partition(".")
            for args, kwargs in variants:
                result = getattr(getattr(astra, group), method)(*args, **kwargs)
                result = await result if inspect.isawaitable(result) else await result.collect()
                if hasattr(result, "wait"):
                    await result.wait()
        expected(emulator)


def test_blocking(tmp_path):
    with (
        Emulator.running(clock=VirtualClock()) as emulator,
        AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, timeout=3600) as astra,
    ):
        calls = arguments(emulator.add_database("classic", tier="C10", region="us-east-1"), str(tmp_path / "b"))
        assert public_methods(astra) == set(calls)
        for name, variants in calls.items():
            group, _, method = name.partition(".")
            for args, kwargs in variants:
                result = getattr(getattr(astra, group), method)(*args, **kwargs)
                if hasattr(result, "collect"):
                    result.collect()
                elif hasattr(result, "wait"):
                    result.wait()
        expected(emulator)
