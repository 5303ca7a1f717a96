"""Custom domains: the service replaces all of them, users also add and remove single ones."""

from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock

pytestmark = pytest.mark.anyio


async def wait_for(call: Any) -> Any:
    return await (await call).wait()


async def test_domains_are_listed_once_they_are_in_force(astra: AsyncAstraDevOps) -> None:
    assert await astra.custom_domains.list() == []
    operation = await astra.custom_domains.replace(["b.example.com", "a.example.com"])
    assert await astra.custom_domains.list() == []
    assert await operation.wait() is None
    assert await astra.custom_domains.list() == ["b.example.com", "a.example.com"]
    assert operation.resource_id is None
    await wait_for(astra.custom_domains.replace([]))
    assert await astra.custom_domains.list() == []


async def test_adding_and_removing_keep_the_others(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await wait_for(astra.custom_domains.replace(["a.example.com", "b.example.com"]))
    await wait_for(astra.custom_domains.add(["c.example.com"]))
    await wait_for(astra.custom_domains.remove(["A.example.com"]))
    assert await astra.custom_domains.list() == ["b.example.com", "c.example.com"]
    assert [exchange.body for exchange in emulator.journal.of("setCustomDomains")][1:] == [
        ["a.example.com", "b.example.com", "c.example.com"],
        ["b.example.com", "c.example.com"],
    ]


async def test_changes_in_a_row_do_not_undo_each_other(astra: AsyncAstraDevOps) -> None:
    await astra.custom_domains.replace(["a.example.com"])
    view = astra.with_options(timeout=100)
    await view.custom_domains.add(["b.example.com"])
    await astra.custom_domains.add(["c.example.com"])
    await wait_for(astra.custom_domains.remove(["a.example.com"]))
    assert await astra.custom_domains.list() == ["b.example.com", "c.example.com"]


async def test_where_nothing_changes_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    await wait_for(astra.custom_domains.replace(["a.example.com"]))
    await wait_for(astra.custom_domains.add(["A.example.com"]))
    await wait_for(astra.custom_domains.remove(["b.example.com"]))
    assert emulator.journal.count("setCustomDomains") == 1


async def test_a_change_that_never_takes_effect_is_reported_once(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.fail_state("setCustomDomains")
    operation = await astra.custom_domains.replace(["a.example.com"])
    with pytest.raises(errors.OperationTimeoutError) as caught:
        await astra.custom_domains.add(["b.example.com"])
    assert "could undo it" in str(caught.value)
    assert caught.value.resume_token == operation.resume_token
    await wait_for(astra.custom_domains.add(["b.example.com"]))
    with pytest.raises(errors.OperationTimeoutError):
        await operation.wait(timeout=60)


@pytest.mark.parametrize("body", [b"", "null", "[]"])
async def test_an_empty_list_is_read_in_several_forms(emulator: Emulator, astra: AsyncAstraDevOps, body: bytes | str) -> None:
    emulator.faults.body("getCustomDomains", body)
    assert await astra.custom_domains.list() == []


async def test_the_empty_list_of_other_editions_is_read_too() -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(empty_custom_domains=False)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        assert await astra.custom_domains.list() == []


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_lost_answers_are_sent_again(emulator: Emulator, astra: AsyncAstraDevOps, fault: str) -> None:
    getattr(emulator.faults, fault)("setCustomDomains")
    await wait_for(astra.custom_domains.replace(["a.example.com"]))
    assert await astra.custom_domains.list() == ["a.example.com"]
    assert emulator.journal.count("setCustomDomains") == 2


async def test_a_wait_can_be_resumed_elsewhere(astra: AsyncAstraDevOps) -> None:
    operation = await astra.custom_domains.replace(["a.example.com"])
    await (await astra.resume(operation.resume_token)).wait()
    assert await astra.custom_domains.list() == ["a.example.com"]


@pytest.mark.parametrize("bad", ["a.example.com", [""], ["a b"], ["https://a.example.com"], [None]])
async def test_bad_domains_are_refused_before_anything_is_sent(emulator: Emulator, astra: AsyncAstraDevOps, bad: Any) -> None:
    for method in ("replace", "add", "remove"):
        with pytest.raises((TypeError, ValueError), match="domains"):
            await getattr(astra.custom_domains, method)(bad)
    assert len(emulator.journal) == 0
