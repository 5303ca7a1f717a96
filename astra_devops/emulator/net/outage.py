"""An outage of the API's port: how it begins, how long it lasts, and how it ends."""

import asyncio
from collections.abc import Callable

from astra_devops.emulator.net.ports import Port
from astra_devops.emulator.time.timekeeping import Timekeeper


class Outage:
    """Has a port refuse connections; may be asked from any thread."""

    def __init__(self, port: Port, time: Timekeeper, loop: asyncio.AbstractEventLoop) -> None:
        self._port = port
        self._time = time
        self._loop = loop
        self._end: asyncio.Task[None] | None = None

    def begin(self, seconds: float | None) -> None:
        """Refuse connections for so many seconds of the clock, or until :meth:`end` if None."""
        self._on_loop(lambda: self._begin(seconds))

    def end(self) -> None:
        """Accept connections again."""
        self._on_loop(self._stop)

    def _begin(self, seconds: float | None) -> None:
        self._forget()
        self._port.refuse()
        if seconds is not None:
            self._end = self._loop.create_task(self._later(seconds))

    def _stop(self) -> None:
        self._forget()
        self._port.accept()

    def _forget(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None

    async def close(self) -> None:
        """Give up the port."""
        self._forget()
        await self._port.close()

    async def _later(self, seconds: float) -> None:
        await self._time.along(seconds)
        self._end = None
        self._port.accept()

    def _on_loop(self, act: Callable[[], None]) -> None:
        async def call() -> None:
            act()

        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is self._loop:
            act()
        elif not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(call(), self._loop).result()
