"""An emulator in a thread of its own, for programs without an event loop."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager

import attrs


@attrs.define
class _Runner:
    """An emulator's loop in a thread of its own.

    ``problem`` is what went wrong in starting it, or later.
    """

    emulator: AbstractAsyncContextManager[object]
    ready: threading.Event = attrs.field(factory=threading.Event)
    problem: BaseException | None = None
    stop: Callable[[], object] | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as problem:
            self.problem = problem
        finally:
            self.stop = None
            self.ready.set()

    async def _serve(self) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        async with self.emulator:
            self.stop = lambda: loop.call_soon_threadsafe(over.set)
            self.ready.set()
            await over.wait()


@contextmanager
def in_thread(emulator: AbstractAsyncContextManager[object]) -> Generator[None]:
    """Run the emulator's loop in a thread until the block is left; what goes wrong in starting is raised here."""
    runner = _Runner(emulator)
    thread = threading.Thread(target=runner.run, name="astra-emulator", daemon=True)
    thread.start()
    runner.ready.wait()
    try:
        if runner.problem is not None:
            raise runner.problem
        yield
    finally:
        if runner.stop is not None:
            runner.stop()
        thread.join()
