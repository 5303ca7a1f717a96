"""Running an emulator in a thread of its own, for programs without an event loop."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar, cast

import attrs

E = TypeVar("E")


@attrs.define
class _Runner:
    """The event loop of an emulator.

    ``error`` is what went wrong while it started or ran.
    """

    emulator: AbstractAsyncContextManager[object]
    ready: threading.Event = attrs.field(factory=threading.Event)
    error: BaseException | None = None
    stop: Callable[[], object] | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self.error = error
        finally:
            self.stop = None
            self.ready.set()

    async def _serve(self) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        async with self.emulator:
            self.stop = lambda: loop.call_soon_threadsafe(stopped.set)
            self.ready.set()
            await stopped.wait()


@contextmanager
def in_thread(emulator: E) -> Generator[E]:
    """Run an emulator in a thread until the block is left.

    An error while it starts is raised in the calling thread.
    """
    # E has no bound, because pyright would not take a class for the Callable[P, E] of
    # Emulator.running if it had one.
    runner = _Runner(cast("AbstractAsyncContextManager[object]", emulator))
    thread = threading.Thread(target=runner.run, name="astra-emulator", daemon=True)
    thread.start()
    runner.ready.wait()
    try:
        if runner.error is not None:
            raise runner.error
        yield emulator
    finally:
        if runner.stop is not None:
            runner.stop()
        thread.join()
