"""Connections that have not sent a whole request yet: limits on their time and number."""

import asyncio
from typing import Final

from aiohttp import web

LONGEST: Final = 20.0
"""Seconds for the head of the first request, and for the body of each. Real time."""
_MOST: Final = 512


class HalfOpen:
    """The connections of one server that have not sent the head of a request yet."""

    def __init__(self, server: web.Server, longest: float = LONGEST, most: int = _MOST) -> None:
        self._server = server
        self._longest = longest
        self._most = most
        self._timers: dict[web.RequestHandler, asyncio.TimerHandle] = {}

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""
        connection = self._server()
        if len(self._timers) >= self._most:
            self._end(next(iter(self._timers)))
        self._timers[connection] = asyncio.get_running_loop().call_later(self._longest, self._end, connection)
        return connection

    def has_requested(self, connection: web.RequestHandler) -> None:
        """Note that a connection has sent the head of a request."""
        timer = self._timers.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Cancel all timers. The server itself closes the connections."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _end(self, connection: web.RequestHandler) -> None:
        self._timers.pop(connection).cancel()
        connection.force_close()
