"""The blocking client and event loops: the user's and its own."""

import asyncio
from contextvars import ContextVar

import pytest

from astra_devops import AstraDevOps
from astra_devops.blocking import Bridge
from astra_devops.emulator import Emulator

from .conftest import Scripts


def test_the_client_works_inside_a_running_loop(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        async def main():
            with connect() as astra:
                operation = create(astra)
                say(operation.wait(interval=0.01).id == operation.resource_id)
                say([one.id for one in astra.databases.list()].count(operation.resource_id))
            async with AsyncAstraDevOps(TOKEN, base_url=URL) as other:
                say((await other.databases.get(operation.resource_id)).info.name)

        asyncio.run(main(), debug=False)
        """
    )
    assert lines == ["True", "1", "orders"]


def test_a_call_from_its_own_loop_is_refused_with_the_name_of_the_async_client(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        async def provide():
            for method in (astra.databases.list().collect, astra.close):
                try:
                    method()
                except RuntimeError as error:
                    say("AsyncAstraDevOps" in str(error))
            return TOKEN

        astra = AstraDevOps(provide, base_url=URL)
        say(type(astra.databases.list().collect()))
        """
    )
    assert set(lines) == {"True", "<class 'list'>"}


def test_a_call_from_the_loop_of_another_client_works(emulator: Emulator, astra: AstraDevOps) -> None:
    async def provide() -> str:
        astra.databases.list().collect()
        return emulator.token

    with AstraDevOps(provide, base_url=emulator.url) as other:
        assert other.databases.list().collect() == []


def test_a_task_sees_the_context_variables_of_the_thread_that_calls() -> None:
    variable: ContextVar[str] = ContextVar("variable")

    async def read() -> str:
        value = variable.get()
        variable.set("changed")
        await asyncio.sleep(0)
        return value

    with Bridge() as bridge:
        for value in ("one", "two"):
            variable.set(value)
            assert bridge.call(read) == value
            assert variable.get() == value


def test_clients_may_share_a_bridge(emulator: Emulator) -> None:
    with Bridge() as bridge:
        with AstraDevOps(emulator.token, base_url=emulator.url, bridge=bridge) as first:
            second = AstraDevOps(emulator.token, base_url=emulator.url, bridge=bridge)
            assert first.databases.list().collect() == second.databases.list().collect() == []
        with pytest.raises(RuntimeError, match=r"^AstraDevOps is closed$"):
            first.databases.list()
        assert second.databases.list().collect() == []
