"""Sessions of the user: options that a call overrides, and those that are refused by name."""

import asyncio
from typing import Any

import aiohttp
import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_statuses_are_judged_by_the_client_whatever_the_session_does(emulator: Emulator) -> None:
    def factory() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(raise_for_status=True, auto_decompress=False)

    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, session_factory=factory) as astra:
        with pytest.raises(errors.NotFoundError):
            await astra.databases.get("nothing")
        assert await astra.regions.list()
    assert emulator.journal.count("getDatabase") == 1


async def raise_os_error() -> aiohttp.ClientSession:
    raise OSError("no sockets, me:CANARY@proxy")


@pytest.mark.parametrize(
    ("factory", "kind", "message"),
    [
        (lambda: 5, errors.ConfigurationError, "session_factory must return an aiohttp.ClientSession, not int"),
        (lambda: None, errors.ConfigurationError, "session_factory must return an aiohttp.ClientSession, not NoneType"),
        (lambda: aiohttp.ClientSession(headers={"authorization": "x"}), errors.ConfigurationError, "without an Authorization header"),
        (raise_os_error, errors.RequestNotSentError, r"session_factory raised OSError: no sockets, \*+@proxy"),
        (lambda: asyncio.sleep(3600), errors.RequestNotSentError, "session_factory did not return in time"),
    ],
)
async def test_a_session_that_cannot_be_used_is_refused_once(emulator: Emulator, factory: Any, kind: type[Exception], message: str) -> None:
    calls: list[int] = []

    def counting() -> Any:
        calls.append(1)
        return factory()

    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, session_factory=counting, timeout=0.2) as astra:
        with pytest.raises(kind, match=message):
            await astra.keyspaces.create("d", "sales")
    assert len(calls) == 1
    assert len(emulator.journal) == 0


async def test_a_creation_does_not_list_again_after_an_error_that_is_final(emulator: Emulator) -> None:
    calls: list[int] = []

    async def refuse() -> aiohttp.ClientSession:
        calls.append(1)
        return await raise_os_error()

    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, session_factory=refuse) as astra:
        with pytest.raises(errors.RequestNotSentError, match="createDatabase was not sent") as caught:
            await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    assert caught.value.is_final
    assert len(calls) == 2  # One for the list, and one for the request.


async def test_a_closed_session_and_one_of_another_loop_are_refused(emulator: Emulator) -> None:
    session = aiohttp.ClientSession()
    await session.close()
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, session_factory=lambda: session) as astra:
        with pytest.raises(errors.ConfigurationError, match="an open session"):
            await astra.regions.list()
