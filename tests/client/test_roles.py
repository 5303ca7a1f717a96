"""Roles: policies in every format that the service uses, and updates that lose nothing."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors, models
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import Policy, PolicyAction
from astra_devops.policies import READ, WRITE, drn, keyspace_drns, policy

pytestmark = pytest.mark.anyio

FORMATS = {
    "as recorded": Quirks(),
    "policies as text": Quirks(policy_as_text=True),
    "ids and names only": Quirks(bare_role_lists=True),
    "as documented": Quirks(pascal_case_identity=False),
}


@pytest.fixture
def viewing(emulator: Emulator) -> Any:
    return policy("See databases", ["org-db-view"], [drn(emulator.organization_id, database_id="*")])


async def test_a_role_is_created_read_changed_and_deleted(astra: AsyncAstraDevOps, viewing: Any) -> None:
    role = await astra.roles.create("viewer", viewing)
    assert (role.name, role.policy) == ("viewer", viewing)
    assert role.last_update_datetime is not None
    fetched = await astra.roles.get(role.id)
    assert (fetched.id, fetched.name, fetched.policy, fetched.last_update_datetime) == (
        role.id,
        role.name,
        role.policy,
        role.last_update_datetime,
    )
    await astra.roles.update(role.id, name="watcher")
    changed = await astra.roles.get(role.id)
    assert (changed.name, changed.policy) == ("watcher", viewing)
    await astra.roles.delete(role.id)
    assert await astra.roles.find("watcher") is None
    with pytest.raises(errors.NotFoundError):
        await astra.roles.get(role.id)


@pytest.mark.parametrize("role_format", FORMATS)
async def test_roles_are_the_same_in_every_format(role_format: Any) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=FORMATS[role_format]) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        created = await astra.roles.create("viewer", policy("See", ["org-db-view"], [drn(emulator.organization_id)]))
        role = await astra.roles.find("viewer")
        assert (role.id, role.name) == (created.id, "viewer")
        if role_format == "ids and names only":
            assert role.policy is None
        else:
            assert isinstance(role.policy, Policy)
            assert role.policy == created.policy
            assert role.policy.actions == [PolicyAction.ORG_DB_VIEW]
        assert len(await astra.roles.list()) == 17


async def test_text_that_is_not_a_policy_is_left_as_it_is(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body("getOrganizationRoles", [{"ID": "1", "Name": "odd", "policy": "{"}, {"ID": "2", "Name": "odder", "policy": "[]"}])
    assert [role.policy for role in await astra.roles.list()] == ["{", "[]"]


async def test_update_reads_the_argument_that_is_left_out(emulator: Emulator, astra: AsyncAstraDevOps, viewing: Any) -> None:
    role = await astra.roles.create("viewer", viewing)
    other = policy("Make databases", ["org-db-create"], [drn(emulator.organization_id)])
    await astra.roles.update(role.id, policy=other)
    assert (await astra.roles.get(role.id)).name == "viewer"
    assert emulator.journal.count("getOrganizationRole") == 2
    await astra.roles.update(role.id, name="maker", policy=viewing)
    assert emulator.journal.count("getOrganizationRole") == 2
    assert emulator.journal.of("updateRole")[-1].body["name"] == "maker"


async def test_update_does_not_write_a_policy_that_it_could_not_read(emulator: Emulator, astra: AsyncAstraDevOps, viewing: Any) -> None:
    role = await astra.roles.create("viewer", viewing)
    emulator.faults.body("getOrganizationRole", {"ID": role.id, "Name": "viewer"})
    with pytest.raises(ValueError, match="policy must be given"):
        await astra.roles.update(role.id, name="watcher")
    assert emulator.journal.count("updateRole") == 0


async def test_a_taken_name_is_a_conflict_and_not_retried(emulator: Emulator, astra: AsyncAstraDevOps, viewing: Any) -> None:
    await astra.roles.create("viewer", viewing)
    with pytest.raises(errors.ConflictError, match="exists already"):
        await astra.roles.create("viewer", viewing)
    assert emulator.journal.count("addOrganizationRole") == 2


async def test_a_lost_answer_to_create_names_the_new_role(emulator: Emulator, astra: AsyncAstraDevOps, viewing: Any) -> None:
    emulator.faults.reset_after_effect("addOrganizationRole")
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.roles.create("viewer", viewing)
    role = await astra.roles.find("viewer")
    assert caught.value.candidates == (role.id,)
    emulator.faults.reset_before_effect("addOrganizationRole")
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.roles.create("watcher", viewing)
    assert caught.value.candidates == ()


async def test_lost_answers_to_update_and_delete_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps, viewing: Any) -> None:
    role = await astra.roles.create("viewer", viewing)
    emulator.faults.reset_after_effect("updateRole")
    await astra.roles.update(role.id, name="watcher")
    emulator.faults.reset_before_effect("deleteOrganizationRole")
    await astra.roles.delete(role.id)
    assert await astra.roles.find("watcher") is None
    role = await astra.roles.create("viewer", viewing)
    emulator.faults.reset_after_effect("deleteOrganizationRole")
    await astra.roles.delete(role.id)
    assert emulator.journal.count("deleteOrganizationRole") == 3


async def test_default_roles_cannot_be_changed(astra: AsyncAstraDevOps) -> None:
    role = await astra.roles.find("RO User")
    with pytest.raises(errors.APIStatusError):
        await astra.roles.delete(role.id)
    with pytest.raises(errors.PermissionDeniedError):
        await astra.roles.update(role.id, name="R/O User")


async def test_fetching_one_role_may_need_more_permissions_than_listing_all(emulator: Emulator) -> None:
    token = emulator.add_token({"org-role-read"})
    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        role = await astra.roles.find("RO User")
        assert isinstance(role.policy, Policy)
        with pytest.raises(errors.PermissionDeniedError, match="org-role-read"):
            await astra.roles.get(role.id)


async def test_find_refuses_an_ambiguous_name(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body("getOrganizationRoles", [{"ID": "1", "Name": "twin"}, {"ID": "2", "Name": "twin"}])
    with pytest.raises(errors.AmbiguousNameError) as caught:
        await astra.roles.find("twin")
    assert caught.value.ids == ("1", "2")


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps, viewing: Any) -> None:
    with pytest.raises(ValueError, match="name"):
        await astra.roles.create("", viewing)
    with pytest.raises(TypeError, match="policy"):
        await astra.roles.create("viewer", {"actions": []})
    with pytest.raises(ValueError, match="name or policy"):
        await astra.roles.update("r")
    with pytest.raises(ValueError, match="name"):
        await astra.roles.update("r", name=" ")
    with pytest.raises(ValueError, match="role_id"):
        await astra.roles.get("..")
    assert len(emulator.journal) == 0


async def test_a_service_gets_a_token_that_reads_one_keyspace(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id, other_id = emulator.add_database("orders", keyspaces=["sales"]), emulator.add_database("staff")
    organization = await astra.organizations.current()
    reading = policy("Read sales", [*READ, "org-db-view"], keyspace_drns(organization.id, database_id, "sales"))
    role = await astra.roles.create("sales-reader", reading)
    token = await astra.tokens.create([role], description="report")
    async with AsyncAstraDevOps(token.token, base_url=emulator.url, clock=emulator.clock) as service:
        assert [database.id async for database in service.databases.list()] == [database_id]
        assert (await service.databases.get(database_id)).id == database_id
        for call in (service.databases.get(other_id), service.keyspaces.create(database_id, "more"), service.tokens.list()):
            with pytest.raises(errors.PermissionDeniedError):
                await call


async def test_the_permission_sets_match_the_default_roles(astra: AsyncAstraDevOps) -> None:
    reading, writing = [set((await astra.roles.find(name)).policy.actions) for name in ("RO Svc Acct", "R/W Svc Acct")]
    assert reading >= READ
    assert writing >= WRITE
    assert writing - reading == WRITE - READ == {models.PolicyAction.DB_TABLE_MODIFY}
