"""The token's organization, and the permissions of the token."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, Organization, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import PolicyAction
from astra_devops.policies import drn, policy

pytestmark = pytest.mark.anyio


def client(emulator: Emulator, token: str) -> Any:
    return AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock)


async def test_id_and_name(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    assert await astra.organizations.current() == Organization(id=emulator.organization_id, name="Emulated Organization")


async def test_a_name_that_is_an_email_address_is_not_shown() -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(organization_named_by_email=True)) as emulator,
        client(emulator, emulator.token) as astra,
    ):
        organization = await astra.organizations.current()
    assert organization.name == "owner@example.com"
    assert "owner" not in repr(organization)


async def test_without_permission_to_list_users_there_is_no_name(emulator: Emulator) -> None:
    async with client(emulator, emulator.add_token({"org-db-view"})) as astra:
        assert await astra.organizations.current() == Organization(id=emulator.organization_id)


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(policy_as_text=True), Quirks(bare_role_lists=True)])
async def test_can_reads_the_roles_of_the_token(quirks: Any) -> None:
    permissions = {"org-token-read", "org-role-read", "org-read", "org-db-view"}
    async with Emulator(clock=VirtualClock(), quirks=quirks) as emulator, client(emulator, emulator.add_token(permissions)) as astra:
        assert await astra.can("org-db-view", PolicyAction.ORG_READ) is True
        assert await astra.can("org-db-view", "org-db-create") is False
        assert await astra.can("org-db-view", resource=drn(emulator.organization_id, database_id="d")) is True


async def test_the_main_token_has_the_permissions_of_its_role(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    organization_id = emulator.organization_id
    assert await astra.can("org-db-create", "org-token-write") is True
    assert await astra.can("db-table-select", resource=drn(organization_id, database_id="d", keyspace="k", table="t")) is True
    assert await astra.can("no-such-permission") is False


async def test_an_administrator_asks_for_another_token(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    reading = await astra.roles.create("reader", policy("", ["db-table-select"], [drn(emulator.organization_id, "d")]))
    token = await astra.tokens.create([reading])

    assert await astra.can("db-table-select", resource=drn(emulator.organization_id, "d"), token=token.client_id) is True
    assert await astra.can("db-table-modify", token=token.client_id) is False
    assert await astra.can("db-table-select", token="unknown") is None
    with pytest.raises(ValueError, match="token must not be empty"):
        await astra.can("db-table-select", token="")


async def test_can_checks_the_resource(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    organization_id = emulator.organization_id
    both = ["org-token-read", "org-role-read"]
    reading = await astra.roles.create("reader", policy("", [*both, "db-table-select"], [drn(organization_id, database_id="d")]))
    # Listing tokens and roles needs a role for the whole organization.
    listing = await astra.roles.create("lister", policy("", both, [drn(organization_id)]))
    token = await astra.tokens.create([reading, listing])
    async with client(emulator, token.token) as service:
        assert await service.can("db-table-select") is True
        assert await service.can("db-table-select", resource=drn(organization_id, database_id="d")) is True
        assert await service.can("db-table-select", resource=drn(organization_id, database_id="e")) is False
        assert await service.can("db-table-select", resource=drn(organization_id)) is False
        # The database is granted, and no document says whether that includes its keyspaces.
        assert await service.can("db-table-select", resource=drn(organization_id, database_id="d", keyspace="k")) is None
        assert await service.can("db-table-select", "org-db-create", resource=drn(organization_id, database_id="d", keyspace="k")) is False


async def test_can_returns_none_if_the_roles_cannot_be_read(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    async with client(emulator, emulator.add_token({"org-db-view"})) as client_without_access:
        assert await client_without_access.can("org-db-view") is None
    async with client(emulator, emulator.add_token({"org-token-read", "org-db-view"})) as client_with_tokens_only:
        assert await client_with_tokens_only.can("org-db-view") is None
    emulator.faults.body("getClientsForOrg", {"clients": None})
    assert await astra.can("org-db-view") is None


async def test_deleted_roles_allow_nothing(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    both = ["org-token-read", "org-role-read", "org-read"]
    lister = await astra.roles.create("lister", policy("", both, [drn(emulator.organization_id)]))
    other = await astra.roles.create("other", policy("", ["org-db-view"], [drn(emulator.organization_id)]))
    token = await astra.tokens.create([lister, other])
    async with client(emulator, token.token) as service:
        assert await service.can("org-db-view") is True
        await astra.roles.delete(other.id)
        assert await service.can("org-db-view") is False


async def test_can_raises_other_errors(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.status("getClientsForOrg", 503, times=None)
    with pytest.raises(errors.ServerError):
        await astra.can("org-db-view")


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="permissions"):
        await astra.can()
    with pytest.raises(TypeError, match="permissions"):
        await astra.can(["org-db-view"])
    with pytest.raises(ValueError, match="resource"):
        await astra.can("org-db-view", resource="orders")
    assert len(emulator.journal) == 0
