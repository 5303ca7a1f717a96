"""Every operation is sent by either client, and every request matches the contract."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps, AsyncPager
from astra_devops._rest import index
from astra_devops.emulator import Emulator, VirtualClock

from .wire_arguments import arguments, arguments_by_id, call_everything, resolve

GROUPS = (
    "databases",
    "keyspaces",
    "datacenters",
    "regions",
    "secure_bundles",
    "pcu_groups",
    "customer_keys",
    "cloud_accounts",
    "enterprises",
    "access_lists",
    "devops_access_lists",
    "private_links",
    "custom_domains",
    "vpc_peerings",
    "snapshots",
    "clones",
    "restores",
    "migrations",
    "migration_proxies",
    "cdc",
    "telemetry",
    "audit_logs",
    "organizations",
    "roles",
    "users",
    "tokens",
    "scim",
)

EMPTY_IS_404 = (
    "pcuAssociationGet",
    "GetAccessListForDatabase",
    "getDevOpsAccessList",
    "getCDC",
    "getTelemetryConfig",
    "getAuditLogExporterConfig",
)
"""Operations that answer 404 if there is nothing to return."""


# They return a block, and send nothing before it is entered: tests/client/test_short_lived.py.
BLOCKS = ("databases.temporary",)


def public_methods(client: object) -> set[str]:
    return {
        f"{group}.{name}"
        for group in GROUPS
        for name, member in inspect.getmembers(getattr(client, group), callable)
        if not name.startswith("_") and f"{group}.{name}" not in BLOCKS
    }


def check_journal(emulator: Emulator) -> None:
    operations = {exchange.operation for exchange in emulator.journal if exchange.endpoint_kind == "devops"}
    assert {operation.id for operation in index.OPERATIONS.values() if operation.group in GROUPS} <= operations
    failures = {(exchange.operation, exchange.status) for exchange in emulator.journal if exchange.status not in (200, 201, 202, 204, 409)}
    assert failures <= {(operation, 404) for operation in EMPTY_IS_404}


@pytest.mark.anyio
async def test_async(tmp_path: Path) -> None:
    async with (
        Emulator(clock=VirtualClock()) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, timeout=3600) as astra,
    ):
        calls = arguments(emulator, str(tmp_path / "a"))
        assert public_methods(astra) == set(calls)
        results: dict[str, Any] = {}
        for name, variants in calls.items():
            group, _, method = name.partition(".")
            for args, kwargs in variants:
                result = getattr(getattr(astra, group), method)(*resolve(args, results), **resolve(kwargs, results))
                results[name] = result = await result.collect() if isinstance(result, AsyncPager) else await result
                if hasattr(result, "wait"):
                    await result.wait()
        for operation, request in arguments_by_id(emulator).items():
            await astra.request(operation, **request)
        check_journal(emulator)


def test_blocking(tmp_path: Path) -> None:
    with (
        Emulator.running(clock=VirtualClock()) as emulator,
        AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, timeout=3600) as astra,
    ):
        calls = arguments(emulator, str(tmp_path / "b"))
        assert public_methods(astra) == set(calls)
        call_everything(emulator, astra, calls)
        check_journal(emulator)
