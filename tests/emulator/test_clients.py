"""The clients that an emulator makes of itself."""

import pytest

from astra_devops.emulator import Emulator, ScaledClock


def test_the_blocking_client_waits_on_the_emulators_clock() -> None:
    with Emulator.running() as emulator, emulator.client() as astra:
        database = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2").wait()
        assert database.status == "ACTIVE"


async def test_the_async_client_waits_on_the_emulators_clock() -> None:
    async with Emulator() as emulator, emulator.async_client() as astra:
        operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
        assert (await operation.wait()).status == "ACTIVE"


def test_settings_override_those_of_the_emulator() -> None:
    events: list[object] = []
    with Emulator.running(clock=ScaledClock(1000)) as emulator:
        token = emulator.add_token(["org-db-view"])
        with emulator.client(token=token, observer=events.append, timeout=5) as astra:
            assert astra.can("org-db-create") is not True
        with pytest.raises(TypeError, match="color"):
            emulator.client(color="red")
    assert events


def test_there_are_no_clients_before_the_start() -> None:
    for make in (Emulator().client, Emulator().async_client):
        with pytest.raises(RuntimeError, match="the emulator is not running"):
            make()


async def test_a_blocking_client_is_refused_on_the_loop_that_runs_the_emulator() -> None:
    async with Emulator() as emulator:
        with pytest.raises(RuntimeError, match=r"use async_client\(\)"):
            emulator.client()
