"""The token's organization, and what the token may do in it."""

import pytest

from astra_devops import AsyncAstraDevOps, Organization, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import PolicyAction
from astra_devops.policies import drn, policy

pytestmark = pytest.mark.anyio


def client(emulator, token):
    return AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock)


async def test_id_and_name(emulator, astra):
    assert await astra.organizations.current() == Organization(id=emulator.organization_id, name="Emulated Organization")


async def test_the_name_may_be_an_address_and_is_not_shown():
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(organization_named_by_email=True)) as emulator,
        client(emulator, emulator.token) as astra,
    ):
        organization = await astra.organizations.current()
    assert organization.name == "owner@example.com"
    assert "owner" not in repr(organization)


async def test_without_the_right_to_see_users_there_is_an_id_and_no_name(emulator):
    async with client(emulator, emulator.add_token({"org-db-view"})) as astra:
        assert await astra.organizations.current() == Organization(id=emulator.organization_id)


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(policy_as_text=True), Quirks(bare_role_lists=True)])
async def test_can_reads_the_roles_of_the_token(quirks):
    rights = {"org-token-read", "org-role-read", "org-read", "org-db-view"}
    async with Emulator(clock=VirtualClock(), quirks=quirks) as emulator, client(emulator, emulator.add_token(rights)) as astra:
        assert await astra.can("org-db-view", PolicyAction.ORG_READ) is True
        assert await astra.can("org-db-view", "org-db-create") is False
        assert await astra.can("org-db-view", resource=drn(emulator.organization_id, database_id="d")) is True


async def test_the_main_token_can_do_what_its_role_says(astra, emulator):
    organization_id = emulator.organization_id
    assert await astra.can("org-db-create", "org-token-write") is True
    assert await astra.can("db-table-select", resource=drn(organization_id, database_id="d", keyspace="k", table="t")) is True
    assert await astra.can("no-such-permission") is False


async def test_can_keeps_to_the_resource(emulator, astra):
    organization_id = emulator.organization_id
    both = ["org-token-read", "org-role-read"]
    reading = await astra.roles.create("reader", policy("", [*both, "db-table-select"], [drn(organization_id, database_id="d")]))
    made = await astra.tokens.create([reading])
    # It takes a role that is about all of the organization to list tokens and roles.
    listing = await astra.roles.create("lister", policy("", both, [drn(organization_id)]))
    made = await astra.tokens.create([reading, listing])
    async with client(emulator, made.token) as service:
        assert await service.can("db-table-select") is True
        assert await service.can("db-table-select", resource=drn(organization_id, database_id="d")) is True
        assert await service.can("db-table-select", resource=drn(organization_id, database_id="e")) is False
        assert await service.can("db-table-select", resource=drn(organization_id)) is False
        # The database is granted, and nobody says whether that is enough for what is in it.
        assert await service.can("db-table-select", resource=drn(organization_id, database_id="d", keyspace="k")) is None
        assert await service.can("db-table-select", "org-db-create", resource=drn(organization_id, database_id="d", keyspace="k")) is False


async def test_can_does_not_guess(emulator, astra):
    async with client(emulator, emulator.add_token({"org-db-view"})) as blind:
        assert await blind.can("org-db-view") is None
    async with client(emulator, emulator.add_token({"org-token-read", "org-db-view"})) as half_blind:
        assert await half_blind.can("org-db-view") is None
    emulator.faults.body("getClientsForOrg", {"clients": None})
    assert await astra.can("org-db-view") is None


async def test_roles_that_are_gone_allow_nothing(emulator, astra):
    both = ["org-token-read", "org-role-read", "org-read"]
    lister = await astra.roles.create("lister", policy("", both, [drn(emulator.organization_id)]))
    other = await astra.roles.create("other", policy("", ["org-db-view"], [drn(emulator.organization_id)]))
    made = await astra.tokens.create([lister, other])
    async with client(emulator, made.token) as service:
        assert await service.can("org-db-view") is True
        await astra.roles.delete(other.id)
        assert await service.can("org-db-view") is False


async def test_can_raises_what_is_no_lack_of_rights(emulator, astra):
    emulator.faults.status("getClientsForOrg", 503, times=None)
    with pytest.raises(errors.ServerError):
        await astra.can("org-db-view")


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator, astra):
    with pytest.raises(ValueError, match="permissions"):
        await astra.can()
    with pytest.raises(TypeError, match="permissions"):
        await astra.can(["org-db-view"])
    with pytest.raises(ValueError, match="resource"):
        await astra.can("org-db-view", resource="orders")
    assert len(emulator.journal) == 0
