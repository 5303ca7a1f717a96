"""A call that is canceled after 0, 1, 2, ... turns of the event loop, up to its end.

Wherever it was, it leaves no task, descriptor or file, what the service has accepted is told, and
the client still works.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio

MOST_TURNS = 3_000
Scene = Callable[[Emulator, AsyncAstraDevOps, Path], Awaitable[object]]


async def create(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    return await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")


async def lose_a_creation(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    emulator.faults.reset_after_effect("createDatabase")
    return await create(emulator, astra, folder)


async def wait(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    (database_id,) = emulator.databases
    return await (await astra.keyspaces.create(database_id, "sales")).wait()


async def list_databases(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    return await astra.databases.list(page_size=1).collect()


async def download(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    (database_id,) = emulator.databases
    return await astra.secure_bundles.download(database_id, folder / "bundle.zip")


async def rotate(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    (client_id,) = (info.client_id for info in await astra.tokens.list() if info.description == "old")
    return await astra.tokens.rotate(client_id, on_new=lambda new: None)


SCENES: dict[str, tuple[Scene, set[str]]] = {
    "create": (create, {"createDatabase"}),
    "lose a creation": (lose_a_creation, {"createDatabase"}),
    "wait": (wait, {"addKeyspace"}),
    "list": (list_databases, set()),
    "download": (download, set()),
    "rotate": (rotate, {"createToken", "deleteTokenForClient"}),
}
"""Each with the writes that it makes."""


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def settle() -> None:
    """Let the loop do what is due, such as closing a connection on both sides."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("name", SCENES)
async def test_a_call_may_be_canceled_at_any_moment(name: str, tmp_path: Path) -> None:
    scene, writes = SCENES[name]
    async with Emulator() as emulator:
        emulator.add_database("stock")
        async with emulator.async_client() as astra:
            await astra.tokens.create(["UI View Only"], description="old")
            # All that is made once, such as models and the pool of threads, is made before counting.
            state = emulator.snapshot()
            await scene(emulator, astra, tmp_path)
            for path in tmp_path.iterdir():
                path.unlink()
            await settle()
            tasks, open_before = asyncio.all_tasks(), descriptors()
            for turns in range(MOST_TURNS):
                emulator.restore(state)
                emulator.faults.clear()
                emulator.journal.clear()
                if await cancel_after(turns, scene(emulator, astra, tmp_path), emulator, writes):
                    break
                await settle()
                assert not list(tmp_path.iterdir()), f"{turns} turns: a file is left"
                assert (await astra.organizations.current()).id == emulator.organization_id
                await settle()
                # What belongs to a connection of the emulator ends a little later.
                left = {task for task in asyncio.all_tasks() - tasks if "astra_devops/emulator" not in repr(task) and "aiohttp" not in repr(task)}
                assert not left, f"{turns} turns: {left}"
                assert descriptors() <= open_before + 8, f"{turns} turns: descriptors are left"
            else:
                pytest.fail(f"the call did not end within {MOST_TURNS} turns")
        print(name, turns)


async def cancel_after(turns: int, call: Awaitable[object], emulator: Emulator, writes: set[str]) -> bool:
    """Cancel a call after some turns of the loop, and return whether it had ended before."""
    task = asyncio.ensure_future(call)
    for _ in range(turns):
        await asyncio.sleep(0)
    if task.done():
        task.result()
        return True
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    told = " ".join(getattr(caught.value, "__notes__", []))
    # A request that is still on its way to a handler may take effect after the cancellation.
    await settle()
    accepted = {one.operation for one in emulator.journal if one.operation in writes and one.own_status in range(200, 300)}
    for operation in accepted:
        assert operation in told, f"{turns} turns: {operation} was accepted, but the error says: {told or 'nothing'}"
    return False
