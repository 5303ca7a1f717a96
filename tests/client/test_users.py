"""Users: invited by e-mail once, with roles by id or by name, which are sent as ids."""

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import UserStatus

pytestmark = pytest.mark.anyio


async def test_a_user_is_invited_joins_changes_and_leaves(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await astra.users.invite("ann@example.com", ["RO User"])
    ann = await astra.users.find("Ann@Example.com")
    assert ann is not None
    assert (ann.status, [role.name for role in ann.roles]) == (UserStatus.INVITED, ["RO User"])
    emulator.accept_invitation("ann@example.com")
    ann = await astra.users.get(ann.user_id)
    assert ann.status == UserStatus.ACTIVE
    await astra.users.set_roles(ann.user_id, ["R/W User", "UI View Only"])
    assert [role.name for role in (await astra.users.get(ann.user_id)).roles] == ["R/W User", "UI View Only"]
    assert len(await astra.users.list()) == 2
    await astra.users.remove(ann.user_id)
    assert await astra.users.find("ann@example.com") is None


@pytest.mark.parametrize("pascal_case", [True, False])
async def test_users_are_the_same_in_either_case(pascal_case: bool) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(pascal_case_identity=pascal_case)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        (owner,) = await astra.users.list()
        assert (owner.email, owner.status, owner.roles[0].name) == ("owner@example.com", "active", "Organization Administrator")
        assert not owner.extra


async def test_roles_are_sent_by_id(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    by_name, by_id = await astra.roles.find("RO User"), await astra.roles.find("UI View Only")
    await astra.users.invite("ann@example.com", ["RO User", by_id.id, by_name, "RO User"])
    (exchange,) = emulator.journal.of("inviteUserToOrganization")
    assert exchange.body == {"email": "ann@example.com", "orgID": emulator.organization_id, "roles": [by_name.id, by_id.id]}


async def test_ids_alone_are_not_looked_up(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    role = await astra.roles.find("RO User")
    emulator.journal.clear()
    await astra.users.invite("ann@example.com", [role.id], organization_id=emulator.organization_id)
    assert [exchange.operation for exchange in emulator.journal] == ["getOrganizationUsers", "inviteUserToOrganization"]


async def test_an_error_lists_the_existing_roles(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match=r"existing roles, not 'RO user'; existing names: .*'RO User'"):
        await astra.users.invite("ann@example.com", ["RO user"])
    assert emulator.journal.count("inviteUserToOrganization") == 0


async def test_a_name_that_several_roles_have_is_ambiguous(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body("getOrganizationRoles", [{"ID": "1", "Name": "twin"}, {"ID": "2", "Name": "twin"}])
    with pytest.raises(errors.AmbiguousNameError) as caught:
        await astra.users.set_roles("u", ["twin"])
    assert caught.value.ids == ("1", "2")


async def test_an_unusual_id_is_found_in_the_list(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body("getOrganizationRoles", [{"ID": "role-1", "Name": "first"}])
    await astra.users.invite("ann@example.com", ["role-1"])
    assert emulator.journal.of("inviteUserToOrganization")[0].body["roles"] == ["role-1"]


async def test_without_permission_to_list_roles_a_note_suggests_ids(emulator: Emulator) -> None:
    token = emulator.add_token({"org-user-write"})
    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        with pytest.raises(errors.PermissionDeniedError) as caught:
            await astra.users.invite("ann@example.com", ["RO User"])
    assert "ids need no lookup" in str(caught.value)


async def test_a_lost_answer_to_an_invitation_sends_no_second_one(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.reset_after_effect("inviteUserToOrganization")
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.users.invite("ann@example.com", ["RO User"])
    ann = await astra.users.find("ann@example.com")
    assert caught.value.candidates == (ann.user_id,)
    assert emulator.journal.count("inviteUserToOrganization") == 1


async def test_lost_answers_to_other_changes_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await astra.users.invite("ann@example.com", ["RO User"])
    ann = await astra.users.find("ann@example.com")
    emulator.faults.reset_after_effect("UpdateRolesForUserInOrganization")
    await astra.users.set_roles(ann.user_id, ["UI View Only"])
    emulator.faults.reset_after_effect("removeUserFromOrganization")
    await astra.users.remove(ann.user_id)
    assert emulator.journal.count("removeUserFromOrganization") == 1
    with pytest.raises(errors.NotFoundError):
        await astra.users.remove(ann.user_id)


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    for email in ("", "ann", "ann@", "a b@c"):
        with pytest.raises(ValueError, match="email"):
            await astra.users.invite(email, ["RO User"])
    with pytest.raises(TypeError, match="roles must be a list of roles, not a single str"):
        await astra.users.invite("ann@example.com", "RO User")
    with pytest.raises(ValueError, match="roles must not be empty"):
        await astra.users.set_roles("u", [])
    with pytest.raises(ValueError, match=r"roles\[0\] must not be empty"):
        await astra.users.set_roles("u", [" "])
    with pytest.raises(TypeError, match="roles"):
        await astra.users.set_roles("u", [1])
    with pytest.raises(ValueError, match="organization_id"):
        await astra.users.invite("ann@example.com", ["RO User"], organization_id="")
    with pytest.raises(ValueError, match="user_id"):
        await astra.users.set_roles("", ["RO User"])
    assert len(emulator.journal) == 0
