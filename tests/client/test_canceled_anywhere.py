"""A call that is canceled after 0, 1, 2, ... turns of the event loop, up to its end.

Wherever it was, it leaves no task, descriptor or file, the error says what the service has
accepted, and the client still works.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator, VirtualClock

pytestmark = pytest.mark.anyio

MOST_TURNS = 3_000
SECONDS_A_TURN = 0.2
"""Time does not jump, since the loop is never idle."""
Scene = Callable[[Emulator, AsyncAstraDevOps, Path], Awaitable[object]]


async def create(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    return await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")


async def lose_a_creation(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    emulator.faults.reset_after_effect("createDatabase")
    return await create(emulator, astra, folder)


async def wait(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    database_id = next(iter(emulator.databases))
    return await (await astra.keyspaces.create(database_id, "sales")).wait()


async def list_databases(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    return await astra.databases.list(page_size=1).collect()


async def download(emulator: Emulator, astra: AsyncAstraDevOps, folder: Path) -> object:
    database_id = next(iter(emulator.databases))
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
OTHER_WORDS = {
    "addKeyspace": r"resume token: \S+",
    "createToken": r"new token, client id \w{24}|new one, client id \w{24}|createToken",
    "deleteTokenForClient": r"which was deleted|old one, client id \w{24}, may still be valid",
}
"""What an error may say instead of the operation that was accepted."""


def turn(emulator: Emulator) -> None:
    """Move the emulator's time, before a turn of the loop."""
    assert isinstance(emulator.clock, VirtualClock)
    emulator.clock.advance(SECONDS_A_TURN)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def settle() -> None:
    """Do the loop do what is due, such as closing a connection on both sides."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("name", SCENES)
async def test_a_call_may_be_canceled_at_any_moment(name: str, tmp_path: Path) -> None:
    scene, writes = SCENES[name]
    async with Emulator(clock=VirtualClock(auto=False)) as emulator:
        for database in ("stock", "sales", "staff"):
            emulator.add_database(database)
        async with emulator.async_client() as astra:
            await astra.tokens.create(["UI View Only"], description="old")
        state = emulator.snapshot()
        # What is made once, such as models and threads, is made before anything is counted.
        await cancel_after(MOST_TURNS, scene, emulator, writes, tmp_path)
        tasks, open_before = asyncio.all_tasks(), descriptors()
        for turns in range(MOST_TURNS):
            emulator.restore(state)
            has_ended = await cancel_after(turns, scene, emulator, writes, tmp_path)
            assert asyncio.all_tasks() == tasks, f"{turns} turns: a task is left"
            assert descriptors() <= open_before, f"{turns} turns: a descriptor is left"
            if has_ended:
                break
        else:
            pytest.fail(f"the call did not end within {MOST_TURNS} turns")


async def cancel_after(turns: int, scene: Scene, emulator: Emulator, writes: set[str], folder: Path) -> bool:
    """Cancel a call after some turns of the loop, and return whether it had ended before."""
    emulator.faults.clear()
    emulator.journal.clear()
    caught = None
    async with emulator.async_client() as astra:
        task = asyncio.ensure_future(scene(emulator, astra, folder))
        for _ in range(turns):
            if task.done():
                break
            turn(emulator)
            await asyncio.sleep(0)
        if task.done():
            task.result()
            for path in folder.iterdir():
                path.unlink()
        else:
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            # A request that had arrived takes effect also after that.
            await settle()
            check_notes(caught.value, {one.operation for one in emulator.journal if one.own_status in range(200, 300)} & writes, turns)
            assert not list(folder.iterdir()), f"{turns} turns: a file is left"
        assert (await astra.organizations.current()).id == emulator.organization_id
    await settle()
    return caught is None


def check_notes(error: BaseException, accepted: set[str | None], turns: int) -> None:
    """Check that the error of a canceled call says what the service has accepted."""
    notes = " ".join(getattr(error, "__notes__", []))
    for operation in accepted:
        assert re.search(f"{operation}|{OTHER_WORDS.get(str(operation), operation)}", notes), (
            f"{turns} turns: {operation} was accepted, but the error says: {notes or 'nothing'}"
        )
