"""The real service with your token, through a recorder: ``pytest -m live tests/live``.

Everything that goes over the wire is written to a recording without its secrets, which is compared
with the contract in the end. The project's own CI cannot reach the service, and has never run this
against anything but the emulator.

Environment variables:
    ASTRA_DB_APPLICATION_TOKEN: Your token.
    ASTRA_LIVE_RECORDING: The file to write, which must not exist; ``live.jsonl`` by default.
    ASTRA_LIVE_URL: Where the service is; by default the one that everybody uses.
    ASTRA_LIVE_DATABASE: Set it to 1 to create a database, and terminate it. This may cost money.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Recorder
from astra_devops.emulator.recording.compare import compare

# Read at import: no test sees the developer's settings.
TOKEN = os.environ.get("ASTRA_DB_APPLICATION_TOKEN")
SERVICE = os.environ.get("ASTRA_LIVE_URL", "https://api.astra.datastax.com")
RECORDING = Path(os.environ.get("ASTRA_LIVE_RECORDING", "live.jsonl"))


@pytest.fixture(scope="session")
async def astra() -> AsyncIterator[AsyncAstraDevOps]:
    assert TOKEN, "set ASTRA_DB_APPLICATION_TOKEN to run the live tests"
    async with Recorder(SERVICE, RECORDING) as recorder, AsyncAstraDevOps(TOKEN, base_url=recorder.url) as astra:
        yield astra


@pytest.fixture(scope="session")
async def known(astra: AsyncAstraDevOps) -> dict[str, str]:
    """The ids of what the account has, by the names of path variables.

    A group before the name, as in ``scim.userID``, restricts it to the operations of that group.
    """
    organization = await answer_to(astra, "getCurrentOrganization")
    ids = {} if organization is None else {"orgID": organization.id, "orgId": organization.id}
    for database in (await answer_to(astra, "listDatabases") or [])[:1]:
        ids |= {"databaseID": database.id, "clusterID": database.id, "keyspaceName": (database.info.keyspaces or ["none"])[0]}
        for datacenter in database.info.datacenters or []:
            ids |= {"datacenterID": datacenter.id, "datacenterUUID": datacenter.id, "region": datacenter.region}
    for role in (await answer_to(astra, "getOrganizationRoles") or [])[:1]:
        ids["roleID"] = role.id
    users = await answer_to(astra, "getOrganizationUsers")
    for user in (users.users if users else [])[:1]:
        ids["userID"] = user.user_id
    for group in (await answer_to(astra, "pcuGet", {}) or [])[:1]:
        ids["pcuGroupUUID"] = group.id
    for variable, operation in (("userID", "listSCIMUsers"), ("groupID", "listSCIMGroups")):
        page = await answer_to(astra, operation)
        for resource in ((page and page.resources) or [])[:1]:
            ids[f"scim.{variable}"] = resource.id
    return ids


async def answer_to(astra: AsyncAstraDevOps, operation: str, body: object = None) -> Any:
    """Return the answer to an operation, or None if the service refuses it."""
    try:
        return (await astra.request(operation, body=body)).value
    except errors.APIStatusError:
        return None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how the recording differs from the contract, as a text for an issue."""
    if RECORDING.exists():
        terminalreporter.section(f"{RECORDING}, which has no secrets, compared with the contract")
        terminalreporter.write_line(compare(RECORDING).report())
