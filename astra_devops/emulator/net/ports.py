"""A listening port that can refuse connections for a while and still keep its address."""

import asyncio
import socket
from typing import Final

from aiohttp import web

from astra_devops.emulator.net.half_open import HalfOpen

_BACKLOG: Final = 128


class Port:
    """The listening side of a server, on one event loop.

    To refuse connections, it closes the listening sockets and keeps their addresses with sockets
    that are bound but do not listen, so that no other program can take the port. The operating
    system then answers each attempt with a reset, and the emulator never sees it. That is why
    attempts cannot be counted.
    """

    def __init__(self, server: web.Server) -> None:
        self.half_open: HalfOpen = HalfOpen(server)
        self._server = server
        self._listening: list[asyncio.Server] = []
        self._bound: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        listening = await asyncio.get_running_loop().create_server(self.half_open, host, port, backlog=_BACKLOG)
        self._listening.append(listening)
        return int(listening.sockets[0].getsockname()[1])

    def refuse(self) -> None:
        """Refuse connections from now on, and close the open ones even during a request."""
        for listening in self._listening:
            addresses = [(entry.family, entry.getsockname()) for entry in listening.sockets]
            listening.close()
            self._bound += [_bind(*address) for address in addresses]
        self._listening.clear()
        for connection in self._server.connections:
            connection.force_close()

    def accept(self) -> None:
        """Accept connections again.

        Clients can connect at once: the operating system accepts connections before the server is
        ready for them.
        """
        while self._bound:
            bound = self._bound.pop()
            bound.listen(_BACKLOG)
            task = asyncio.get_running_loop().create_task(self._serve(bound))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Close all sockets of the port. The server itself closes the connections."""
        self.half_open.close()
        for task in [*self._tasks]:
            await task
        for listening in self._listening:
            listening.close()
        for bound in self._bound:
            bound.close()
        self._listening.clear()
        self._bound.clear()

    async def _serve(self, bound: socket.socket) -> None:
        self._listening.append(await asyncio.get_running_loop().create_server(self.half_open, sock=bound, backlog=_BACKLOG))


def _bind(family: int, address: tuple[str, int]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    bound.setblocking(False)
    bound.bind(address)
    return bound
