"""Reads from the real service, with your token: ``pytest -m live tests/live``.

Nothing is changed there, and nothing costs money.

These tests have never been run by the project's own CI, which cannot reach the service.
"""

import os
from collections.abc import AsyncIterator

import pytest

from astra_devops import AsyncAstraDevOps

TOKEN = os.environ.get("ASTRA_DB_APPLICATION_TOKEN")

pytestmark = [pytest.mark.live, pytest.mark.anyio]


@pytest.fixture
async def astra() -> AsyncIterator[AsyncAstraDevOps]:
    assert TOKEN, "set ASTRA_DB_APPLICATION_TOKEN to run the live tests"
    async with AsyncAstraDevOps(TOKEN) as astra:
        yield astra


async def test_databases_and_their_parts(astra: AsyncAstraDevOps) -> None:
    async for database in astra.databases.list(page_size=2):
        assert (await astra.databases.get(database.id)).id == database.id
        assert isinstance(await astra.keyspaces.list(database.id), list)
        assert isinstance(await astra.datacenters.list(database.id), list)


async def test_regions(astra: AsyncAstraDevOps) -> None:
    assert await astra.regions.list(region_type="all")
