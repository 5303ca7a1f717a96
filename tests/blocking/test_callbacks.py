"""Callbacks in the blocking client.

Plain functions run in a worker thread, and may call the client that calls them.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from astra_devops import AstraDevOps
from astra_devops.blocking import Bridge
from astra_devops.emulator import Emulator


def test_a_progress_callback_may_call_the_client(astra: AstraDevOps, emulator: Emulator, tmp_path: Path) -> None:
    database_id = emulator.add_database("orders")
    thread_names: set[str] = set()
    ids: set[str] = set()

    def progress(received: int, total: int | None) -> None:
        thread_names.add(threading.current_thread().name)
        ids.add(astra.databases.get(database_id).id)

    bundle = astra.secure_bundles.download(database_id, tmp_path / "bundle.zip", progress=progress)
    assert bundle.exists()
    assert ids == {database_id}
    assert all("event loop" not in name and name != threading.main_thread().name for name in thread_names)


def test_an_async_callback_runs_on_the_loop(astra: AstraDevOps, emulator: Emulator, tmp_path: Path) -> None:
    thread_names: set[str] = set()

    async def progress(received: int, total: int | None) -> None:
        await asyncio.sleep(0)
        thread_names.add(threading.current_thread().name)

    astra.secure_bundles.download(emulator.add_database("orders"), tmp_path, progress=progress)
    assert thread_names == {"AstraDevOps event loop"}


def test_an_error_in_progress_does_not_end_the_download(astra: AstraDevOps, emulator: Emulator, tmp_path: Path) -> None:
    def progress(received: int, total: int | None) -> None:
        raise LookupError("mine")

    path = astra.secure_bundles.download(emulator.add_database("orders"), tmp_path, progress=progress)
    assert list(tmp_path.iterdir()) == [path]


def test_a_token_provider_may_use_another_client(emulator: Emulator, astra: AstraDevOps) -> None:
    def provide() -> str:
        assert astra.databases.list().collect() == []
        return emulator.token

    with AstraDevOps(provide, base_url=emulator.url) as other:
        assert other.databases.list().collect() == []


def test_a_callback_may_close_the_client(emulator: Emulator) -> None:
    def provide() -> str:
        astra.close()
        return emulator.token

    astra = AstraDevOps(provide, base_url=emulator.url)
    with pytest.raises(RuntimeError, match="AstraDevOps is closed"):
        astra.databases.list().collect()
    astra.close()


async def await_callback(callback: Callable[[], Any]) -> int:
    result: int = await callback()
    return result


def test_callbacks_that_wait_for_callbacks_never_run_out_of_threads() -> None:
    with Bridge() as bridge:

        def nested(depth: int) -> int:
            return bridge.call(await_callback, bridge.callback(partial(nested, depth - 1))) + 1 if depth else 0

        assert nested(60) == 60


class AsyncCallable:
    async def __call__(self) -> int:
        return threading.get_ident()


def test_anything_but_a_plain_function_is_returned_unchanged() -> None:
    async def coroutine_function() -> None: ...

    for value in (None, "AstraCS:...", coroutine_function, AsyncCallable(), partial(coroutine_function)):
        assert Bridge.callback(value) is value


def test_a_plain_function_may_return_an_awaitable() -> None:
    async def loop_thread() -> int:
        return threading.get_ident()

    with Bridge() as bridge:
        assert bridge.call(await_callback, Bridge.callback(lambda: loop_thread())) == bridge.call(loop_thread)
