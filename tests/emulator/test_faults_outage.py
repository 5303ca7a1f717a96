"""Outages: the port refuses connections for a while, then accepts them again."""

import asyncio
from typing import Any

import aiohttp
import pytest

from astra_devops.emulator import Emulator, Faults

pytestmark = pytest.mark.anyio


async def test_connections_are_refused_for_a_time_of_the_clock_without_being_recorded(api: Any) -> None:
    assert (await api("GET", "/v2/databases")).status == 200
    api.emulator.faults.refuse_connections(30)
    with pytest.raises(aiohttp.ClientConnectorError, match=r"refused|Connect call failed"):
        await api("GET", "/v2/databases")
    await api.emulator.clock.sleep(29)
    with pytest.raises(aiohttp.ClientConnectorError):
        await api("GET", "/v2/databases")
    await api.emulator.clock.sleep(1)
    assert (await api("GET", "/v2/databases")).status == 200
    assert len(api.emulator.journal) == 2


async def test_an_outage_does_not_end_while_time_stands_still(api: Any) -> None:
    """While nothing sleeps, virtual time stands still, however often the loop runs."""
    api.emulator.faults.refuse_connections(1)
    for _ in range(200):
        await asyncio.sleep(0)
    assert api.emulator.clock.monotonic() == 0
    with pytest.raises(aiohttp.ClientConnectorError):
        await api("GET", "/v2/databases")


async def test_an_outage_without_a_limit_can_be_ended(api: Any) -> None:
    for end in (api.emulator.faults.accept_connections, api.emulator.faults.clear):
        api.emulator.faults.refuse_connections()
        with pytest.raises(aiohttp.ClientConnectorError):
            await api("GET", "/v2/databases")
        end()
        assert (await api("GET", "/v2/databases")).status == 200
    api.emulator.faults.accept_connections()


async def test_a_request_in_progress_gets_no_answer(api: Any) -> None:
    api.emulator.faults.slow_headers("listDatabases", 60)
    call = asyncio.create_task(api("GET", "/v2/databases"))
    await api.emulator.clock.sleep(1)
    api.emulator.faults.refuse_connections()
    with pytest.raises(aiohttp.ClientError):
        await call
    with pytest.raises(aiohttp.ClientConnectorError):
        await api("GET", "/v2/databases")


async def test_a_second_outage_replaces_the_first(api: Any) -> None:
    api.emulator.faults.refuse_connections(10)
    api.emulator.faults.refuse_connections(50)
    await api.emulator.clock.sleep(20)
    with pytest.raises(aiohttp.ClientConnectorError):
        await api("GET", "/v2/databases")


async def test_an_emulator_can_be_left_during_an_outage() -> None:
    async with Emulator() as emulator:
        emulator.faults.refuse_connections(10)
    with pytest.raises(RuntimeError, match="running"):
        emulator.faults.refuse_connections(10)
    with pytest.raises(RuntimeError, match="running"):
        Faults().refuse_connections()
    Faults().accept_connections()


def test_an_outage_can_be_started_from_another_thread() -> None:
    async def get_status(emulator: Emulator) -> int:
        headers = {"Authorization": f"Bearer {emulator.token}"}
        async with aiohttp.ClientSession() as session, session.get(f"{emulator.url}/v2/databases", headers=headers) as response:
            return response.status

    with Emulator.running() as emulator:
        emulator.faults.refuse_connections(30)
        with pytest.raises(aiohttp.ClientConnectorError):
            asyncio.run(get_status(emulator))
        emulator.faults.clear()
        assert asyncio.run(get_status(emulator)) == 200
