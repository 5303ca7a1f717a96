"""One database from its creation to its end. It may cost money, so it must be asked for."""

import os
import secrets

import pytest

from astra_devops import AsyncAstraDevOps, errors

IS_WANTED = os.environ.get("ASTRA_LIVE_DATABASE") == "1"

pytestmark = [
    pytest.mark.live,
    pytest.mark.anyio,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not IS_WANTED, reason="set ASTRA_LIVE_DATABASE=1 to create a database, which may cost money"),
]


async def test_a_database_is_created_changed_and_terminated(astra: AsyncAstraDevOps) -> None:
    name = f"astra-devops-live-{secrets.token_hex(4)}"
    creation = await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")
    assert creation.resource_id is not None
    database_id = creation.resource_id
    try:
        database = await creation.wait()
        assert (database.id, database.info.name, database.status) == (database_id, name, "ACTIVE")
        assert (await astra.databases.find(name)).id == database_id
        await (await astra.keyspaces.create(database_id, "live")).wait()
        assert "live" in await astra.keyspaces.list(database_id)
        with pytest.raises(errors.ConflictError):
            await astra.keyspaces.create(database_id, "live")
        assert [datacenter.region for datacenter in await astra.datacenters.list(database_id)] == ["us-east-2"]
        assert await astra.secure_bundles.urls(database_id)
        await (await astra.keyspaces.delete(database_id, "live")).wait()
        assert "live" not in await astra.keyspaces.list(database_id)
    finally:
        await (await astra.databases.terminate(database_id)).wait()
