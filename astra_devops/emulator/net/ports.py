"""A port that listens, and that can refuse connections for a while without being lost to another program."""

import asyncio
import socket

from aiohttp import web

BACKLOG = 128


class Port:
    """The listening side of a server, on one loop.

    To refuse, it closes what listens and keeps the address with sockets that are bound only: the
    system then answers each attempt with a reset, and nobody here ever hears of it. That is why
    attempts cannot be counted.
    """

    def __init__(self, server: web.Server) -> None:
        self._server = server
        self._listening: list[asyncio.Server] = []
        self._bound: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen, and give the port."""
        listening = await asyncio.get_running_loop().create_server(self._server, host, port, backlog=BACKLOG)
        self._listening.append(listening)
        return int(listening.sockets[0].getsockname()[1])

    def refuse(self) -> None:
        """Refuse connections from now on, and close those that are open, whatever is under way on them."""
        for listening in self._listening:
            places = [(entry.family, entry.getsockname()) for entry in listening.sockets]
            listening.close()
            self._bound += [_bind(*place) for place in places]
        self._listening.clear()
        for connection in self._server.connections:
            connection.force_close()

    def accept(self) -> None:
        """Accept connections again: at once as far as a client can tell, since the system takes them before we do."""
        while self._bound:
            bound = self._bound.pop()
            bound.listen(BACKLOG)
            task = asyncio.get_running_loop().create_task(self._serve(bound))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Close what listens and what is bound; the connections are the server's affair."""
        for task in [*self._tasks]:
            await task
        for listening in self._listening:
            listening.close()
        for bound in self._bound:
            bound.close()
        self._listening.clear()
        self._bound.clear()

    async def _serve(self, bound: socket.socket) -> None:
        self._listening.append(await asyncio.get_running_loop().create_server(self._server, sock=bound, backlog=BACKLOG))


def _bind(family: int, address: tuple[str, int]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    bound.setblocking(False)
    bound.bind(address)
    return bound
