"""The blocking client and event loops: the user's and its own."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from astra_devops import AstraDevOps, deadline, errors
from astra_devops.blocking import Bridge
from astra_devops.emulator import Emulator, ScaledClock

from .conftest import Scripts


def test_the_client_works_inside_a_running_loop(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        import warnings

        warnings.simplefilter("ignore", RuntimeWarning)

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
    assert set(lines) == {"True", "<class 'astra_devops._runtime.pages.Page'>"}


def test_a_call_from_the_loop_of_another_client_works(emulator: Emulator, astra: AstraDevOps) -> None:
    async def provide() -> str:
        astra.databases.list().collect()
        return emulator.token

    with AstraDevOps(provide, base_url=emulator.url) as other, pytest.warns(RuntimeWarning, match="AsyncAstraDevOps"):
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


def test_a_call_on_a_running_loop_warns_once_for_each_place(scripts: Scripts) -> None:
    lines = scripts.check(
        """
        import warnings

        async def main():
            with warnings.catch_warnings(record=True) as caught, connect() as astra:
                warnings.simplefilter("always")
                for _ in range(3):
                    list(astra.databases.list())
                astra.databases.list().collect()
                await asyncio.to_thread(astra.databases.list().collect)
            places = [one.lineno for one in caught]
            say(len(places), places[1] - places[0], {one.filename for one in caught}, {one.category.__name__ for one in caught})
            say("AsyncAstraDevOps" in str(caught[0].message))

        asyncio.run(main(), debug=False)
        """
    )
    assert lines == ["2 1 {'<string>'} {'RuntimeWarning'}", "True"]


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_notebook_whose_loop_always_runs_is_not_warned(scripts: Scripts, ci: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", ci)
    lines = scripts.check(
        """
        import types, warnings

        class ZMQInteractiveShell: ...

        sys.modules["IPython"] = types.ModuleType("IPython")
        sys.modules["IPython"].get_ipython = ZMQInteractiveShell

        async def main():
            with warnings.catch_warnings(record=True) as caught, connect() as astra:
                warnings.simplefilter("always")
                astra.databases.list().collect()
            say(len(caught))

        asyncio.run(main(), debug=False)
        """
    )
    assert lines == ["0"]


def test_a_callback_in_a_worker_thread_does_not_warn(emulator: Emulator, astra: AstraDevOps) -> None:
    def provide() -> str:
        astra.databases.list().collect()
        return emulator.token

    with AstraDevOps(provide, base_url=emulator.url) as other:
        assert other.databases.list().collect() == []


async def test_a_call_on_the_loop_that_runs_the_emulator_is_refused() -> None:
    async with Emulator() as emulator:
        with AstraDevOps(emulator.token, base_url=emulator.url) as astra:
            with pytest.raises(RuntimeError, match=r"on the event loop that runs the emulator .* emulator\.async_client\(\)"):
                astra.databases.list().collect()
            assert await asyncio.to_thread(astra.databases.list().collect) == []


def test_a_wait_on_a_clock_of_its_own_is_refused_where_time_is_virtual(emulator: Emulator) -> None:
    with AstraDevOps(emulator.token, base_url=emulator.url, clock=ScaledClock(1000)) as astra:
        operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
        with pytest.raises(RuntimeError, match=r"stands still.*clock=emulator\.clock"):
            operation.wait()


def test_the_deadline_of_a_block_bounds_the_calls_of_threads(emulator: Emulator) -> None:
    def call() -> None:
        with deadline(0.2), pytest.raises(errors.OutcomeUnknownError):
            astra.databases.list().collect()

    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        AstraDevOps(emulator.token, base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=1000, attempt_timeout=1000) as astra,
        ThreadPoolExecutor(4) as pool,
    ):
        for one in [pool.submit(call) for _ in range(4)]:
            one.result()
