"""Errors say what they mean and what to do, in their last line."""

import traceback
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator

PLACE = {"cloud_provider": "AWS", "region": "us-east-2"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def last_line(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)).splitlines()[-1]


async def test_a_keyspace_that_exists_is_not_taken_for_a_busy_database(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders", keyspaces=["sales"])
    with pytest.raises(errors.AlreadyExistsError) as caught:
        await astra.keyspaces.create(database_id, "sales")
    assert last_line(caught.value).endswith("Keyspace sales exists already.")


async def test_a_database_that_stays_busy_says_in_which_state(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    emulator.faults.status("addKeyspace", 409, times=None, body={"errors": [{"message": "concurrent modifications"}]})
    with pytest.raises(errors.BusyError, match="concurrent modifications"):
        await astra.with_options(timeout=2).keyspaces.create(database_id, "sales")


@pytest.mark.parametrize(("status", "call"), [("HIBERNATED", "databases.resume"), ("PARKED", "databases.unpark")])
async def test_a_database_that_is_not_running_says_how_to_start_it(
    emulator: Emulator, astra: AsyncAstraDevOps, status: str, call: str
) -> None:
    database_id = emulator.add_database("orders", status=status)
    emulator.faults.status("addKeyspace", 409, times=None)
    with pytest.raises(errors.BusyError) as caught:
        await astra.keyspaces.create(database_id, "sales")
    assert f"the database is {status}, and {call} " in last_line(caught.value)


async def test_the_bundle_of_a_hibernated_database_says_how_to_wake_it(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders", status="HIBERNATED")
    with pytest.raises(errors.AuthenticationError) as caught:
        await astra.secure_bundles.urls(database_id)
    assert "databases.resume" in last_line(caught.value)


@pytest.mark.parametrize("body", [{"errors": [{"ID": 340018, "message": "Resource not found: token with identifier"}]}, "unknown token"])
async def test_a_revoked_token_is_named(emulator: Emulator, body: Any) -> None:
    async with emulator.async_client() as astra:
        emulator.faults.status("getCurrentOrganization", 401, body=body)
        with pytest.raises(errors.AuthenticationError) as caught:
            await astra.organizations.current()
    assert f"the token is revoked, has expired, or belongs to another environment than {emulator.url}" in last_line(caught.value)


async def test_an_unsupported_region_is_named(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.APIStatusError) as caught:
        await astra.databases.create("orders", cloud_provider="AWS", region="moon-1")
    assert "'moon-1' of AWS was asked for; regions.list() shows" in last_line(caught.value)


async def test_a_name_in_place_of_an_id_is_noticed(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        await astra.databases.get("orders")
    assert "a database is named by its id, which databases.find(name) returns" in last_line(caught.value)
    with pytest.raises(errors.NotFoundError) as caught:
        await astra.databases.get(UNKNOWN)
    assert "databases.find" not in last_line(caught.value)


async def test_a_missing_permission_is_looked_up_in_the_roles_once(emulator: Emulator) -> None:
    token = emulator.add_token({"org-db-view", "org-token-read", "org-role-read"})
    async with emulator.async_client(token=token) as astra:
        for _ in range(3):
            with pytest.raises(errors.PermissionDeniedError) as caught:
                await astra.databases.create("orders", **PLACE)
            assert last_line(caught.value).endswith("the operation needs org-db-create; the roles of this token do not grant it")
    assert emulator.journal.count("getClientsForOrg") == 1


async def test_where_the_roles_cannot_be_read_nothing_is_claimed(emulator: Emulator) -> None:
    async with emulator.async_client(token=emulator.add_token({"org-db-view"})) as astra:
        with pytest.raises(errors.PermissionDeniedError) as caught:
            await astra.databases.create("orders", **PLACE)
    assert last_line(caught.value).endswith("the operation needs org-db-create")


async def test_a_granted_permission_points_to_the_resource(emulator: Emulator) -> None:
    token = emulator.add_token({"org-db-create", "org-db-view", "org-token-read", "org-role-read"})
    async with emulator.async_client(token=token) as astra:
        emulator.faults.status("createDatabase", 403)
        with pytest.raises(errors.PermissionDeniedError) as caught:
            await astra.databases.create("orders", **PLACE)
    assert last_line(caught.value).endswith("a role of this token grants it, but perhaps not for this resource")


async def test_a_look_at_the_roles_that_fails_changes_nothing(emulator: Emulator) -> None:
    token = emulator.add_token({"org-token-read", "org-role-read"})
    emulator.faults.no_answer("getClientsForOrg", times=None)
    async with emulator.async_client(token=token, attempt_timeout=0.2) as astra:
        with pytest.raises(errors.PermissionDeniedError, match="the operation needs org-db-view"):
            await astra.databases.get(UNKNOWN)
