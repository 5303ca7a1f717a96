"""Waits and looks that begin together share their requests."""

import asyncio

import pytest

from astra_devops import AsyncAstraDevOps, Event, RequestEvent, errors
from astra_devops.emulator import Emulator

UNKNOWN = "00000000-0000-4000-8000-000000000000"
PLACE = {"cloud_provider": "AWS", "region": "us-east-2"}


async def test_waits_that_begin_together_share_the_first_reading_of_the_list(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    operations = [await astra.databases.create(f"orders-{number}", **PLACE) for number in range(50)]
    seen = emulator.journal.total
    await asyncio.gather(*(operation.refresh() for operation in operations))
    assert emulator.journal.count("getDatabase") <= 4, "before there is a reason to expect many waits"
    assert emulator.journal.total - seen <= 8


async def test_refusals_at_once_share_a_look_at_the_roles(emulator: Emulator) -> None:
    token = emulator.add_token({"org-token-read", "org-role-read"})
    async with emulator.async_client(token=token) as astra:
        results = await asyncio.gather(*(astra.databases.create(f"orders-{n}", **PLACE) for n in range(20)), return_exceptions=True)
    assert all(str(error).endswith("the roles of this token do not grant it") for error in results), results
    assert emulator.journal.count("getClientsForOrg") == 1


async def test_a_canceled_call_does_not_take_the_look_from_others(emulator: Emulator) -> None:
    token = emulator.add_token({"org-token-read", "org-role-read"})
    look_has_begun = asyncio.Event()

    def observe(event: Event) -> None:
        if isinstance(event, RequestEvent) and event.operation == "getClientsForOrg":
            look_has_begun.set()

    async with emulator.async_client(token=token, observer=observe) as astra:
        emulator.faults.slow_headers("getClientsForOrg", 0.3)
        calls = [asyncio.create_task(astra.databases.get(UNKNOWN)) for _ in range(2)]
        await look_has_begun.wait()
        calls[0].cancel()
        with pytest.raises(errors.PermissionDeniedError, match="do not grant it"):
            await calls[1]
    assert calls[0].cancelled()
    assert emulator.journal.count("getClientsForOrg") == 1


async def test_a_look_takes_no_longer_than_the_deadline_of_each_call(emulator: Emulator) -> None:
    token = emulator.add_token({"org-token-read", "org-role-read"})
    emulator.faults.no_answer("getClientsForOrg", times=None)
    async with emulator.async_client(token=token) as astra:
        in_a_hurry = astra.with_options(timeout=0.5, attempt_timeout=0.5).databases.create("orders", **PLACE)
        with pytest.raises(errors.PermissionDeniedError, match=r"the operation needs org-db-create$"):
            await asyncio.wait_for(in_a_hurry, 5)
