"""The access list of the DevOps API: callers are not locked out by accident."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import AccessListEntry

pytestmark = pytest.mark.anyio

HERE = "127.0.0.1"
"""The address from which the emulator sees these tests."""


def addresses(access_list: Any) -> Any:
    return [address.address for address in access_list.addresses]


async def test_without_a_list_every_address_is_admitted(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    assert (await astra.devops_access_lists.get()).addresses == []
    assert (await astra.devops_access_lists.get(organization_id=emulator.organization_id)).addresses == []
    with pytest.raises(errors.NotFoundError):
        await astra.devops_access_lists.get(organization_id="another")


async def test_a_list_without_the_caller_locks_it_out_unless_calling_from_is_given(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match=r"calling_from 127\.0\.0\.1 would be locked out"):
        await astra.devops_access_lists.add(["10.0.0.0/8"], calling_from=HERE)
    assert (await astra.devops_access_lists.get()).addresses == []

    await astra.devops_access_lists.add(["10.0.0.0/8"], calling_from=None)
    for call in (astra.devops_access_lists.get(), astra.databases.list().collect(), astra.devops_access_lists.delete()):
        with pytest.raises(errors.PermissionDeniedError, match="127"):
            await call
    emulator.reset()
    assert await astra.databases.list().collect() == []


async def test_adding_keeps_existing_entries(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    entry = AccessListEntry(address="127.0.0.0/8", enabled=True, description="this machine")
    await astra.devops_access_lists.add([entry], calling_from=HERE)
    access_list = await astra.devops_access_lists.add(["203.0.113.7", "2001:db8::1"], calling_from=HERE)
    assert addresses(access_list) == ["127.0.0.0/8", "203.0.113.7/32", "2001:db8::1/128"]
    assert access_list.addresses[0].description == "this machine"
    assert access_list == await astra.devops_access_lists.get(organization_id=emulator.organization_id)
    with pytest.raises(errors.ConflictError):
        await astra.devops_access_lists.add(["203.0.113.7"], calling_from=None)
    assert emulator.journal.count("addDevOpsAccessListAddresses") == 3


async def test_every_change_checks_calling_from(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await astra.devops_access_lists.replace(["127.0.0.0/8", "10.0.0.0/8"], calling_from=HERE)
    for call in (
        astra.devops_access_lists.replace(["10.0.0.0/8"], calling_from=HERE),
        astra.devops_access_lists.update("127.0.0.0/8", enabled=False, calling_from=HERE),
        astra.devops_access_lists.remove(["127.0.0.0/8"], calling_from=HERE),
        astra.devops_access_lists.add(["192.0.2.1"], calling_from="198.51.100.1"),
    ):
        with pytest.raises(ValueError, match=r"calling_from .* would be locked out"):
            await call
    assert addresses(await astra.devops_access_lists.get()) == ["127.0.0.0/8", "10.0.0.0/8"]


async def test_updating_one_entry_keeps_the_other_fields(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    entry = AccessListEntry(address="10.0.0.0/8", enabled=False, description="office")
    await astra.devops_access_lists.replace(["127.0.0.1", entry], calling_from=HERE)
    access_list = await astra.devops_access_lists.update("10.0.0.0/8", enabled=True, calling_from=HERE)
    assert [(address.description, address.enabled) for address in access_list.addresses] == [("", True), ("office", True)]
    assert emulator.journal.of("updateDevOpsAccessListAddress")[0].body == {
        "address": "10.0.0.0/8",
        "description": "office",
        "enabled": True,
    }
    access_list = await astra.devops_access_lists.update("127.0.0.1", description="me", calling_from=HERE)
    assert access_list.addresses[0].description == "me"
    with pytest.raises(errors.NotFoundError):
        await astra.devops_access_lists.update("192.0.2.1", description="unknown", calling_from=HERE)


async def test_removing_replaces_the_list_with_the_rest(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    entry = AccessListEntry(address="127.0.0.1", enabled=True, description="me")
    await astra.devops_access_lists.replace([entry, "10.0.0.0/8", "192.0.2.1"], calling_from=HERE)
    access_list = await astra.devops_access_lists.remove(["192.0.2.1", "10.0.0.0/8"], calling_from=HERE)
    assert [(address.address, address.description) for address in access_list.addresses] == [("127.0.0.1/32", "me")]
    with pytest.raises(ValueError, match=r"these are not: 192\.0\.2\.1/32"):
        await astra.devops_access_lists.remove(["192.0.2.1"], calling_from=HERE)
    with pytest.raises(ValueError, match="must not be the whole list"):
        await astra.devops_access_lists.remove(["127.0.0.1"], calling_from=None)


async def test_deleting_admits_every_address_again(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await astra.devops_access_lists.add(["127.0.0.1"], calling_from=HERE)
    operation = await astra.devops_access_lists.delete()
    assert operation.resource_id == emulator.organization_id
    assert not (await operation.refresh()).done
    assert await operation.wait() is None
    assert (await astra.devops_access_lists.get()).addresses == []


async def test_entries_that_are_being_deleted_do_not_count(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await astra.devops_access_lists.add(["127.0.0.1"], calling_from=HERE)
    await astra.devops_access_lists.delete()
    with pytest.raises(ValueError, match="locked out"):
        await astra.devops_access_lists.add(["10.0.0.0/8"], calling_from=HERE)


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_lost_answers_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps, fault: str) -> None:
    lose = getattr(emulator.faults, fault)
    for operation in ("addDevOpsAccessListAddresses", "replaceDevOpsAccessList", "updateDevOpsAccessListAddress", "deleteDevOpsAccessList"):
        lose(operation)
    assert addresses(await astra.devops_access_lists.add(["127.0.0.1"], calling_from=HERE)) == ["127.0.0.1/32"]
    await astra.devops_access_lists.replace(["127.0.0.1", "10.0.0.0/8"], calling_from=HERE)
    await astra.devops_access_lists.update("10.0.0.0/8", enabled=False, calling_from=HERE)
    await (await astra.devops_access_lists.delete()).wait()
    assert emulator.journal.count("addDevOpsAccessListAddresses") == (1 if fault == "reset_after_effect" else 2)


async def test_the_emulator_need_not_enforce_the_list() -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(enforce_devops_access_list=False)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        await astra.devops_access_lists.add(["10.0.0.0/8"], calling_from=None)
        assert addresses(await astra.devops_access_lists.get()) == ["10.0.0.0/8"]


async def test_bad_arguments_are_refused_before_anything_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    lists = astra.devops_access_lists
    for call, name in (
        (lists.add([], calling_from=HERE), "addresses"),
        (lists.replace([], calling_from=None), "addresses"),
        (lists.add(["nowhere"], calling_from=HERE), "addresses"),
        (lists.update("nowhere", enabled=True, calling_from=HERE), "address"),
        (lists.update("10.0.0.0/8", calling_from=HERE), "description or enabled"),
        (lists.replace(["10.0.0.0/8"], calling_from="office"), "calling_from"),
        (lists.get(organization_id=""), "organization_id"),
    ):
        with pytest.raises(ValueError, match=name):
            await call
    with pytest.raises(TypeError, match="calling_from"):
        await lists.add(["10.0.0.0/8"])
    assert len(emulator.journal) == 0
