"""SCIM: short pages, filters with quoted values, and changes that are not sent twice."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import ScimPatchOperation
from astra_devops.scim import scim_filter

pytestmark = pytest.mark.anyio


async def test_a_user_is_provisioned_changed_and_deprovisioned(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    ann = await astra.scim.create_user(
        "ann", given_name="Ann", family_name="Lee", emails=["ann@example.com", "a@example.com"], external_id="e1", active=False
    )
    assert emulator.journal.of("createSCIMUser")[0].body == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ann",
        "active": False,
        "externalId": "e1",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [{"value": "ann@example.com", "primary": True}, {"value": "a@example.com", "primary": False}],
    }
    assert await astra.scim.get_user(ann.id) == ann
    ann.active = True
    ann.name.family_name = "Li"
    replaced = await astra.scim.replace_user(ann)
    assert (replaced.active, replaced.name.family_name, replaced.external_id) == (True, "Li", "e1")
    changes = [
        ScimPatchOperation(op="replace", path="active", value=False),
        ScimPatchOperation(op="replace", path="name.givenName", value="Anne"),
        ScimPatchOperation(op="remove", path="externalId"),
    ]
    patched = await astra.scim.patch_user(ann.id, changes)
    assert (patched.active, patched.name.given_name, patched.external_id) == (False, "Anne", None)
    await astra.scim.delete_user(ann.id)
    with pytest.raises(errors.NotFoundError):
        await astra.scim.get_user(ann.id)


async def test_members_are_added_to_and_removed_from_a_group(astra: AsyncAstraDevOps) -> None:
    ann, bob, eve = [await astra.scim.create_user(name) for name in ("ann", "bob", "eve")]
    group = await astra.scim.create_group("readers", members=[ann.id, bob.id])
    assert [member.display for member in group.members] == ["ann", "bob"]
    add = ScimPatchOperation(op="add", path="members", value=[{"value": eve.id}])
    remove = ScimPatchOperation(op="remove", path=f"members[{scim_filter('value', 'eq', ann.id)}]")
    group = await astra.scim.patch_group(group.id, [add, remove])
    assert [member.value for member in group.members] == [bob.id, eve.id]
    group.display_name = "writers"
    group.members = group.members[:1]
    group = await astra.scim.replace_group(group)
    assert (group.display_name, [member.value for member in group.members]) == ("writers", [bob.id])
    await astra.scim.delete_user(bob.id)
    assert (await astra.scim.get_group(group.id)).members == []
    await astra.scim.delete_group(group.id)
    assert await astra.scim.list_groups().collect() == []


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(short_scim_pages=True), Quirks(no_resources_of_empty_page=True)])
async def test_lists_are_complete_however_short_the_pages(quirks: Any) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=quirks) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        users = [(await astra.scim.create_user(f"user{number}")).id for number in range(7)]
        groups = [(await astra.scim.create_group("alike")).id for _ in range(3)]
        for page_size in (None, 1, 3, 7, 1000):
            assert [user.id async for user in astra.scim.list_users(page_size=page_size)] == users
            assert [group.id async for group in astra.scim.list_groups(page_size=page_size)] == groups
        assert await astra.scim.list_users(filter=scim_filter("userName", "eq", "zoe")).collect() == []


async def test_pages_are_counted_from_one(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    for name in ("ann", "bob", "eve"):
        await astra.scim.create_user(name)
    emulator.journal.clear()
    await astra.scim.list_users(page_size=2).collect()
    assert [dict(exchange.query) for exchange in emulator.journal.of("listSCIMUsers")] == [
        {"startIndex": "1", "count": "2"},
        {"startIndex": "3", "count": "2"},
        {"startIndex": "4", "count": "2"},
    ]


async def test_a_quoted_value_stays_a_value(astra: AsyncAstraDevOps) -> None:
    names = ["ann", 'o"brien', "back\\slash", 'x" or userName pr', "ünï & co=?"]
    for name in names:
        await astra.scim.create_user(name)
    for name in names:
        users = await astra.scim.list_users(filter=scim_filter("userName", "eq", name)).collect()
        assert [user.user_name for user in users] == [name]


async def test_the_service_refuses_an_invalid_filter(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.BadRequestError):
        await astra.scim.list_users(filter="userName").collect()


async def test_a_user_name_that_is_taken_is_a_conflict(astra: AsyncAstraDevOps) -> None:
    await astra.scim.create_user("ann")
    with pytest.raises(errors.ConflictError):
        await astra.scim.create_user("Ann")


async def test_creations_and_patches_are_not_repeated(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    ann = await astra.scim.create_user("ann")
    group = await astra.scim.create_group("readers")
    change = [ScimPatchOperation(op="replace", path="active", value=False)]
    for operation, call in {
        "createSCIMUser": lambda: astra.scim.create_user("bob"),
        "createSCIMGroup": lambda: astra.scim.create_group("writers"),
        "patchSCIMUser": lambda: astra.scim.patch_user(ann.id, change),
        "patchSCIMGroup": lambda: astra.scim.patch_group(group.id, [ScimPatchOperation(op="replace", path="displayName", value="w")]),
    }.items():
        before = emulator.journal.count(operation)
        emulator.faults.reset_after_effect(operation)
        with pytest.raises(errors.OutcomeUnknownError):
            await call()
        assert emulator.journal.count(operation) == before + 1


async def test_lost_answers_to_replacing_and_deleting_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    ann, group = await astra.scim.create_user("ann"), await astra.scim.create_group("readers")
    emulator.faults.reset_after_effect("updateSCIMUser")
    assert (await astra.scim.replace_user(ann)).id == ann.id
    emulator.faults.reset_after_effect("deleteSCIMUser")
    await astra.scim.delete_user(ann.id)
    emulator.faults.reset_before_effect("deleteSCIMGroup")
    await astra.scim.delete_group(group.id)
    assert (emulator.journal.count("deleteSCIMUser"), emulator.journal.count("deleteSCIMGroup")) == (1, 2)


async def test_the_service_describes_its_support_of_scim(astra: AsyncAstraDevOps) -> None:
    assert (await astra.scim.service_provider_config()).patch.supported
    assert {schema.name for schema in await astra.scim.schemas()} == {"User", "Group"}
    assert {kind.endpoint for kind in await astra.scim.resource_types()} == {"/v2/scim/users", "/v2/scim/groups"}


async def test_optional_attributes_may_be_missing(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    plain = {"schemas": [], "id": "g", "displayName": "readers", "members": [{"value": "u"}]}
    emulator.faults.body("listSCIMGroups", {"schemas": [], "totalResults": 1, "Resources": [plain]})
    assert (await astra.scim.list_groups().collect())[0].members[0].ref is None
    user = {"schemas": [], "id": "u", "userName": "ann", "active": True, "emails": [{"value": "a@example.com"}]}
    emulator.faults.body("listSCIMUsers", {"schemas": [], "totalResults": 1, "Resources": [user]})
    assert (await astra.scim.list_users().collect())[0].emails[0].primary is None


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="page_size"):
        astra.scim.list_users(page_size=0)
    with pytest.raises(ValueError, match="page_size"):
        astra.scim.list_groups(page_size=1001)
    with pytest.raises(ValueError, match="filter"):
        astra.scim.list_users(filter="")
    with pytest.raises(ValueError, match="user_name"):
        await astra.scim.create_user("")
    with pytest.raises(TypeError, match="emails"):
        await astra.scim.create_user("ann", emails="ann@example.com")
    with pytest.raises(TypeError, match="members"):
        await astra.scim.create_group("readers", members="ann")
    with pytest.raises(TypeError, match="user must be a ScimUser"):
        await astra.scim.replace_user({"id": "u"})
    with pytest.raises(TypeError, match="group must be a ScimGroup"):
        await astra.scim.replace_group("g")
    with pytest.raises(ValueError, match="operations must not be empty"):
        await astra.scim.patch_user("u", [])
    with pytest.raises(TypeError, match="operations"):
        await astra.scim.patch_group("g", [{"op": "add"}])
    with pytest.raises(ValueError, match="user_id"):
        await astra.scim.delete_user("..")
    assert len(emulator.journal) == 0


@pytest.fixture
async def strict_emulator() -> AsyncIterator[Emulator]:
    async with Emulator(clock=VirtualClock(), quirks=Quirks(scim_media_type_required=True)) as emulator:
        yield emulator


@pytest.fixture
async def strict_astra(strict_emulator: Emulator) -> AsyncIterator[AsyncAstraDevOps]:
    async with AsyncAstraDevOps(strict_emulator.token, base_url=strict_emulator.url, clock=strict_emulator.clock) as astra:
        yield astra


async def test_every_call_sends_and_accepts_what_a_strict_service_wants(strict_emulator: Emulator, strict_astra: AsyncAstraDevOps) -> None:
    scim = strict_astra.scim
    await scim.service_provider_config()
    await scim.schemas()
    await scim.resource_types()
    ann = await scim.create_user("ann")
    await scim.get_user(ann.id)
    await scim.replace_user(ann)
    await scim.patch_user(ann.id, [ScimPatchOperation(op="replace", path="active", value=False)])
    assert [user.id async for user in scim.list_users()] == [ann.id]
    readers = await scim.create_group("readers", members=[ann.id])
    await scim.get_group(readers.id)
    await scim.replace_group(readers)
    await scim.patch_group(readers.id, [ScimPatchOperation(op="remove", path="members")])
    assert [group.id async for group in scim.list_groups()] == [readers.id]
    await scim.delete_group(readers.id)
    await scim.delete_user(ann.id)
    assert {exchange.status for exchange in strict_emulator.journal} <= {200, 201, 204}


async def test_an_accept_header_of_the_user_wins_in_any_case(strict_astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.APIStatusError, match="must accept"):
        await strict_astra.with_options(headers={"accept": "application/json"}).scim.schemas()
