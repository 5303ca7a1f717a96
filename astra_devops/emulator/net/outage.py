"""Outages: a port refuses connections for a given time, or until the outage is ended."""

import asyncio
from collections.abc import Callable

from astra_devops.emulator.net.ports import Port
from astra_devops.emulator.time.timekeeping import Timekeeper


class Outage:
    """The outage of a port. It may be started and ended from any thread."""

    def __init__(self, port: Port, time: Timekeeper, loop: asyncio.AbstractEventLoop) -> None:
        self._port = port
        self._time = time
        self._loop = loop
        self._timer: asyncio.Task[None] | None = None

    def begin(self, seconds: float | None) -> None:
        """Refuse connections for this many seconds of the clock, or until :meth:`end` if None."""
        self._on_loop(lambda: self._refuse(seconds))

    def end(self) -> None:
        """Accept connections again."""
        self._on_loop(self._accept)

    def _refuse(self, seconds: float | None) -> None:
        self._cancel_timer()
        self._port.refuse()
        if seconds is not None:
            self._timer = self._loop.create_task(self._accept_after(seconds))

    def _accept(self) -> None:
        self._cancel_timer()
        self._port.accept()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def close(self) -> None:
        """Close the port."""
        self._cancel_timer()
        await self._port.close()

    async def _accept_after(self, seconds: float) -> None:
        await self._time.sleep_passively(seconds)
        self._timer = None
        self._port.accept()

    def _on_loop(self, action: Callable[[], None]) -> None:
        """Act on the loop of the port, and return when that is done."""

        async def act() -> None:
            action()

        try:
            current_loop = asyncio.get_running_loop()
        except RuntimeError:
            current_loop = None
        if current_loop is self._loop:
            action()
        elif not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(act(), self._loop).result()
