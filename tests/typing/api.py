"""What type checkers make of the public interface. Never executed: mypy and pyright read it."""

from collections.abc import Callable
from pathlib import Path
from typing import assert_type

from astra_devops import (
    AstraDevOps,
    AsyncAstraDevOps,
    AsyncOperation,
    AsyncPager,
    Operation,
    OperationEvent,
    Pager,
    RetryPolicy,
    Secret,
    SystemClock,
    errors,
)
from astra_devops.models import Database, DatabaseStatus, Datacenter, SecureBundle, ServerlessRegion


async def asynchronous(astra: AsyncAstraDevOps) -> None:
    creation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert_type(creation, AsyncOperation[Database])
    assert_type(creation.resource_id, str | None)
    assert_type(creation.resume_token, str)
    async for event in creation.events(timeout=60):
        assert_type(event, OperationEvent)
    database = await creation.wait()
    assert_type(database, Database)
    assert_type(database.status, DatabaseStatus | str)

    assert_type(astra.databases.list(), AsyncPager[Database])
    assert_type(await astra.databases.list().collect(), list[Database])
    async for page in astra.databases.list(page_size=10).pages():
        assert_type(page, list[Database])
    async for listed in astra.databases.list():
        assert_type(listed, Database)

    assert_type(await astra.databases.find("orders"), Database | None)
    assert_type(await astra.databases.terminate(database.id), AsyncOperation[None])
    assert_type(await astra.keyspaces.list(database.id), list[str])
    assert_type(await astra.keyspaces.create(database.id, "sales"), AsyncOperation[Database])
    assert_type(await astra.datacenters.list(database.id), list[Datacenter])
    assert_type(await astra.regions.list(), list[ServerlessRegion])
    assert_type(await astra.secure_bundles.urls(database.id), list[SecureBundle])
    assert_type(await astra.secure_bundles.download(database.id, "bundle.zip"), Path)


def blocking(astra: AstraDevOps) -> None:
    creation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert_type(creation, Operation[Database])
    for event in creation.events(timeout=60):
        assert_type(event, OperationEvent)
    assert_type(creation.wait(), Database)

    assert_type(astra.databases.list(), Pager[Database])
    assert_type(astra.databases.list().collect(), list[Database])
    for page in astra.databases.list(page_size=10).pages():
        assert_type(page, list[Database])
    for listed in astra.databases.list():
        assert_type(listed, Database)

    assert_type(astra.databases.terminate("id"), Operation[None])
    assert_type(astra.keyspaces.list("id"), list[str])
    assert_type(astra.secure_bundles.download("id", Path("bundle.zip")), Path)


async def provide() -> str:
    return "AstraCS:..."


def settings(plain: Callable[[], str]) -> None:
    AsyncAstraDevOps("AstraCS:...", timeout=10, retry=RetryPolicy(), clock=SystemClock())
    AsyncAstraDevOps(Secret("AstraCS:..."))
    AsyncAstraDevOps(plain)
    AsyncAstraDevOps(provide)
    AstraDevOps(plain)
    assert_type(AsyncAstraDevOps().with_options(timeout=300), AsyncAstraDevOps)
    assert_type(AstraDevOps().with_options(headers={"x-team": "data"}), AstraDevOps)


def refusal(error: errors.APIStatusError) -> None:
    assert_type(error.status, int)
    assert_type(error.request_id, str | None)
    for detail in error.errors:
        assert_type(detail, errors.ErrorDetail)
