"""Access lists of databases.

Existing entries are kept, a missing list is empty, and callers are not locked out by accident.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import AccessListEntry

pytestmark = pytest.mark.anyio


@pytest.fixture
def database_id(emulator: Emulator) -> Any:
    return emulator.add_database("orders")


async def addresses_and_status(astra: AsyncAstraDevOps, database_id: str) -> Any:
    access_list = await astra.access_lists.get(database_id)
    return [address.address for address in access_list.addresses], access_list.configurations.access_list_enabled


async def wait_for(call: Any) -> Any:
    return await (await call).wait()


@pytest.mark.parametrize("apart", [True, False])
async def test_only_one_block_may_reach_a_database(apart: bool) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(enabling_apart=apart)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        operation = await astra.access_lists.replace(emulator.add_database("orders"), ["10.0.0.0/8"], enabled=True, calling_from=None)
        access_list = await operation.wait()
        assert [address.address for address in access_list.addresses] == ["10.0.0.0/8"]
        assert access_list.configurations.access_list_enabled


async def test_a_missing_list_is_empty_and_disabled(astra: AsyncAstraDevOps, database_id: str) -> None:
    access_list = await astra.access_lists.get(database_id)
    assert (access_list.database_id, access_list.addresses, access_list.configurations.access_list_enabled) == (database_id, [], False)
    assert await astra.access_lists.list() == []


async def test_no_other_failure_is_taken_for_an_empty_list(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    with pytest.raises(errors.NotFoundError, match="not found"):
        await astra.access_lists.get("00000000-0000-4000-8000-000000000000")
    emulator.faults.status("GetAccessListForDatabase", 404, body={"errors": [{"message": "gone"}]})
    with pytest.raises(errors.NotFoundError, match="gone"):
        await astra.access_lists.get(database_id)
    emulator.faults.status("GetAccessListForDatabase", 500, times=None)
    with pytest.raises(errors.ServerError):
        await astra.access_lists.get(database_id)


async def test_without_access_to_the_database_a_missing_list_is_an_error(emulator: Emulator, database_id: str) -> None:
    token = emulator.add_token({"accesslist-read"})
    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        with pytest.raises(errors.PermissionDeniedError, match="org-db-view") as caught:
            await astra.access_lists.get(database_id)
    assert "the access list answered 404" in str(caught.value)


async def test_adding_keeps_existing_entries(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    described = AccessListEntry(address="203.0.113.7", enabled=True, description="office")
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8", described], calling_from=None))
    access_list = await wait_for(astra.access_lists.add(database_id, ["198.51.100.1"], calling_from=None))
    assert [address.address for address in access_list.addresses] == ["10.0.0.0/8", "203.0.113.7/32", "198.51.100.1/32"]
    assert access_list.addresses[1].description == "office"
    assert emulator.journal.of("AddAddressesToAccessListForDatabase")[1].body == [
        {"address": "198.51.100.1/32", "enabled": True, "description": ""}
    ]
    (other,) = await astra.access_lists.list()
    assert other == access_list


async def test_times_in_the_format_of_go_are_read(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    access_list = await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8"], calling_from=None))
    assert access_list.addresses[0].last_update_date_time == datetime(2026, 1, 1, tzinfo=UTC)
    document = {"addresses": [{"address": "10.0.0.0/8", "lastUpdateDateTime": "2021-08-03 15:20:29.008 +0000 UTC"}]}
    emulator.faults.body("GetAccessListForDatabase", document)
    access_list = await astra.access_lists.get(database_id)
    assert access_list.addresses[0].last_update_date_time == datetime(2021, 8, 3, 15, 20, 29, 8000, tzinfo=UTC)


async def test_several_addresses_are_removed_one_by_one(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8", "203.0.113.7", "198.51.100.1"], calling_from=None))
    access_list = await wait_for(astra.access_lists.remove(database_id, ["203.0.113.7", "10.0.0.0/8"], calling_from=None))
    assert [address.address for address in access_list.addresses] == ["198.51.100.1/32"]
    requests = emulator.journal.of("DeleteAddressesOrAccessListForDatabase")
    assert [request.query for request in requests] == [{"addresses": "203.0.113.7/32"}, {"addresses": "10.0.0.0/8"}]


async def test_the_service_removes_only_the_first_of_several_addresses(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str
) -> None:
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8", "203.0.113.7"], calling_from=None))
    query = {"addresses": ["10.0.0.0/8", "203.0.113.7/32"]}
    await astra.request("DeleteAddressesOrAccessListForDatabase", path={"databaseID": database_id}, query=query)
    emulator.clock.advance(10)
    assert await addresses_and_status(astra, database_id) == (["203.0.113.7/32"], False)


async def test_an_error_names_the_addresses_removed_before_it(astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8", "203.0.113.7"], calling_from=None))
    with pytest.raises(errors.NotFoundError) as caught:
        await astra.access_lists.remove(database_id, ["10.0.0.0/8", "192.0.2.1", "203.0.113.7"], calling_from=None)
    assert "while removing 192.0.2.1/32; removed before it: 10.0.0.0/8" in str(caught.value)


async def test_an_address_is_removed_in_the_format_of_the_list(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8"], calling_from=None))
    emulator.faults.body("GetAccessListForDatabase", {"addresses": [{"address": "10.1.2.3/8"}]})
    await astra.access_lists.remove(database_id, ["10.0.0.0/8"], calling_from=None)
    (exchange,) = emulator.journal.of("DeleteAddressesOrAccessListForDatabase")
    assert exchange.query == {"addresses": "10.1.2.3/8"}


async def test_enabling_and_disabling_keep_the_addresses(astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8"], calling_from=None))
    await wait_for(astra.access_lists.enable(database_id, calling_from="10.1.1.1"))
    assert await addresses_and_status(astra, database_id) == (["10.0.0.0/8"], True)
    await wait_for(astra.access_lists.disable(database_id))
    assert await addresses_and_status(astra, database_id) == (["10.0.0.0/8"], False)


@pytest.mark.parametrize("enabled", [True, False])
async def test_replacing_keeps_the_list_enabled_or_disabled(astra: AsyncAstraDevOps, database_id: str, enabled: bool) -> None:
    await astra.access_lists.replace(database_id, ["10.0.0.0/8"], enabled=enabled, calling_from=None)
    await wait_for(
        astra.access_lists.replace(database_id, ["203.0.113.7"], calling_from=None)
    )  # while the previous change does not show yet
    assert await addresses_and_status(astra, database_id) == (["203.0.113.7/32"], enabled)


async def test_updating_changes_only_the_given_entries(astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.replace(database_id, ["10.0.0.0/8", "203.0.113.7"], enabled=True, calling_from=None))
    entry = AccessListEntry(address="203.0.113.7", enabled=False, description="the old office")
    access_list = await wait_for(astra.access_lists.update(database_id, [entry], enabled=False, calling_from=None))
    assert [(address.enabled, address.description) for address in access_list.addresses] == [(True, ""), (False, "the old office")]
    assert not access_list.configurations.access_list_enabled


async def test_a_list_can_be_deleted_and_copied(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    access_list = await wait_for(astra.access_lists.replace(database_id, ["10.0.0.0/8"], enabled=True, calling_from=None))
    other = emulator.add_database("other")
    await wait_for(astra.access_lists.replace(other, access_list.addresses, enabled=True, calling_from=None))
    assert await addresses_and_status(astra, other) == (["10.0.0.0/8"], True)
    assert await wait_for(astra.access_lists.delete(database_id)) is None
    assert await addresses_and_status(astra, database_id) == ([], False)
    assert [access_list.database_id for access_list in await astra.access_lists.list()] == [other]


async def test_a_list_is_deleted_with_its_database(astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8"], calling_from=None))
    await wait_for(astra.databases.terminate(database_id))
    assert await astra.access_lists.list() == []


async def test_a_change_that_would_lock_out_the_caller_is_refused(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.replace(database_id, ["10.0.0.0/8", "203.0.113.0/24"], enabled=True, calling_from="203.0.113.7"))
    before = len(emulator.journal)
    off = AccessListEntry(address="203.0.113.0/24", enabled=False, description="")
    for refused in (
        astra.access_lists.replace(database_id, ["10.0.0.0/8"], calling_from="203.0.113.7"),
        astra.access_lists.replace(database_id, ["10.0.0.0/8"], enabled=True, calling_from="203.0.113.7"),
        astra.access_lists.replace(database_id, [], enabled=True, calling_from="203.0.113.7"),
        astra.access_lists.remove(database_id, ["203.0.113.0/24"], calling_from="203.0.113.7"),
        astra.access_lists.update(database_id, [off], calling_from="203.0.113.7"),
        astra.access_lists.add(database_id, ["192.0.2.1"], calling_from="192.0.2.2"),
        astra.access_lists.enable(database_id, calling_from="192.0.2.2"),
    ):
        with pytest.raises(ValueError, match=r"calling_from .* would be locked out"):
            await refused
    assert {emulator.journal[index].method for index in range(before, len(emulator.journal))} == {"GET"}


async def test_a_change_that_does_not_lock_out_the_caller_is_allowed(astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.replace(database_id, ["10.0.0.0/8"], enabled=False, calling_from="203.0.113.7"))
    await wait_for(astra.access_lists.add(database_id, ["192.0.2.1"], calling_from="203.0.113.7"))
    await astra.access_lists.add(database_id, ["203.0.113.0/24"], calling_from=None)
    await wait_for(astra.access_lists.enable(database_id, calling_from="203.0.113.7"))  # although the addition does not show yet
    await wait_for(astra.access_lists.remove(database_id, ["192.0.2.1"], calling_from="203.0.113.7"))
    assert await addresses_and_status(astra, database_id) == (["10.0.0.0/8", "203.0.113.0/24"], True)


async def test_a_change_that_never_shows_is_reported_once(astra: AsyncAstraDevOps, database_id: str) -> None:
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8"], calling_from=None))
    await astra.access_lists.add(database_id, ["203.0.113.7"], calling_from=None)
    await astra.request("DeleteAddressesOrAccessListForDatabase", path={"databaseID": database_id})  # by another client
    with pytest.raises(errors.OperationTimeoutError) as caught:
        await astra.access_lists.remove(database_id, ["10.0.0.0/8"], calling_from=None)
    assert "could undo it" in str(caught.value)
    with pytest.raises(errors.NotFoundError):
        await astra.access_lists.remove(database_id, ["10.0.0.0/8"], calling_from=None)


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_lost_answers_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, fault: str) -> None:
    getattr(emulator.faults, fault)("AddAddressesToAccessListForDatabase")
    await wait_for(astra.access_lists.add(database_id, ["10.0.0.0/8", "203.0.113.7"], calling_from=None))
    getattr(emulator.faults, fault)("UpsertAccessListForDatabase")
    getattr(emulator.faults, fault)("UpdateAccessListForDatabase")
    await wait_for(astra.access_lists.replace(database_id, ["10.0.0.0/8", "203.0.113.7"], enabled=True, calling_from=None))
    getattr(emulator.faults, fault)("DeleteAddressesOrAccessListForDatabase")
    await wait_for(astra.access_lists.remove(database_id, ["203.0.113.7"], calling_from=None))
    assert await addresses_and_status(astra, database_id) == (["10.0.0.0/8"], True)
    getattr(emulator.faults, fault)("DeleteAddressesOrAccessListForDatabase")
    await wait_for(astra.access_lists.delete(database_id))
    assert await addresses_and_status(astra, database_id) == ([], False)
    posts = emulator.journal.count("AddAddressesToAccessListForDatabase")
    assert posts == (1 if fault == "reset_after_effect" else 2)


async def test_an_error_while_enabling_says_that_the_addresses_were_replaced(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str
) -> None:
    emulator.faults.status("UpdateAccessListForDatabase", 403)
    with pytest.raises(errors.PermissionDeniedError, match="accesslist-write") as caught:
        await astra.access_lists.replace(database_id, ["10.0.0.0/8"], enabled=True, calling_from=None)
    assert "the addresses were replaced" in str(caught.value)


async def test_a_wait_can_be_resumed_elsewhere_and_ends_in_time(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    operation = await astra.access_lists.add(database_id, ["10.0.0.0/8"], calling_from=None)
    assert operation.ids == {"database_id": database_id, "including": "10.0.0.0/8"}
    resumed = await astra.resume(operation.resume_token)
    assert (await resumed.wait()).addresses[0].address == "10.0.0.0/8"
    operation = await astra.access_lists.remove(database_id, ["10.0.0.0/8"], calling_from=None)
    await astra.access_lists.add(database_id, ["10.0.0.0/8"], calling_from=None)
    with pytest.raises(errors.OperationTimeoutError, match="disabled"):
        await operation.wait(timeout=60)


async def test_waiting_needs_no_permission_to_view_databases(emulator: Emulator, database_id: str) -> None:
    token = emulator.add_token({"accesslist-read", "accesslist-write"})
    async with AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock) as astra:
        await wait_for(astra.access_lists.replace(database_id, ["10.0.0.0/8"], enabled=True, calling_from=None))
        await wait_for(astra.access_lists.delete(database_id))
    assert emulator.journal.count("getDatabase") == 0


async def test_validation_and_template(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    validation = await astra.access_lists.validate(["10.0.0.0/8"], enabled=True)
    assert (validation.valid, validation.validation_failures) == (True, [])
    definition = await astra.access_lists.template()
    assert definition.addresses[0].enabled
    assert (await astra.access_lists.validate(definition.addresses)).valid
    answer = await astra.request("ValidateAccessList", body={"addresses": [{"address": "999.0.0.1"}]})
    assert not answer.value.valid


BAD = {
    "one string": ("10.0.0.0/8", TypeError),
    "nothing": ([], ValueError),
    "no address": (["office"], ValueError),
    "IPv6": (["::1"], ValueError),
    "host bits": (["10.1.2.3/8"], ValueError),
    "twice": (["10.0.0.1", "10.0.0.1/32"], ValueError),
    "a number": ([5], TypeError),
    "an entry without address": ([AccessListEntry(address="", enabled=True, description="")], ValueError),
}


@pytest.mark.parametrize("bad", BAD)
async def test_bad_addresses_are_refused_before_anything_is_sent(emulator: Emulator, astra: AsyncAstraDevOps, bad: Any) -> None:
    addresses, error = BAD[bad]
    for method in ("add", "remove", "update"):
        with pytest.raises(error, match="addresses"):
            await getattr(astra.access_lists, method)("d", addresses, calling_from=None)
    with pytest.raises((ValueError, TypeError), match="calling_from"):
        await astra.access_lists.replace("d", ["10.0.0.0/8"], enabled=True, calling_from="somewhere")
    assert len(emulator.journal) == 0


async def test_a_review_has_every_database_and_says_which_are_open_to_all(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    names = ("bare", "closed", "disabled", "everywhere")
    bare, closed, disabled, everywhere = (emulator.add_database(name) for name in names)
    block, everything = (
        AccessListEntry(address="10.0.0.0/8", enabled=True, description=""),
        AccessListEntry(address="0.0.0.0/0", enabled=True, description=""),
    )
    asleep = AccessListEntry(address="10.1.0.0/16", enabled=False, description="")
    await wait_for(astra.access_lists.replace(closed, [block, asleep], enabled=True, calling_from=None))
    await wait_for(astra.access_lists.replace(disabled, [block], enabled=False, calling_from=None))
    await wait_for(astra.access_lists.replace(everywhere, [everything], enabled=True, calling_from=None))

    found = {entry.database_id: entry for entry in await astra.access_lists.review()}

    assert [found[id_].name for id_ in (bare, closed, disabled, everywhere)] == list(names)
    assert [id_ for id_ in found if not found[id_].open_to_all] == [closed]
    assert (found[closed].enforced, found[closed].addresses) == (True, ["10.0.0.0/8"])
    assert (found[bare].has_list, found[disabled].has_list, found[disabled].enforced) == (False, True, False)
    (row,) = [row for row in (await astra.access_lists.review()).records() if row["open_to_all"] is False]
    assert row["status"] == "ACTIVE"
