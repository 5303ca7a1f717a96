"""A server on one socket, for the recorder and the replay, and a way to cut connections."""

import socket
import struct
from collections.abc import Awaitable, Callable, Collection
from typing import Final

import attrs
from aiohttp import web

from astra_devops.emulator.net.addresses import Names
from astra_devops.emulator.net.logs import logger
from astra_devops.emulator.net.ports import Port

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_NO_LINGER: Final = struct.pack("ii", 1, 0)


@attrs.frozen
class Listener:
    """A server on one socket."""

    port: int
    _listening: Port
    _runner: web.ServerRunner

    async def close(self) -> None:
        """Close the socket and all connections."""
        await self._listening.close()
        await self._runner.cleanup()


async def listen(handler: Handler, host: str, port: int, allowed_hosts: Collection[str] = ()) -> Listener:
    """Listen on a socket and pass each request to ``handler``.

    On loopback, requests to other names are refused, except to those that are allowed.
    """
    names = Names(host, allowed_hosts)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        listening.half_open.has_requested(request.protocol)
        refusal = names.refusal(request.headers.get("Host"))
        return await handler(request) if refusal is None else web.Response(status=421, text=refusal)

    # handler_cancellation: otherwise a slow answer would delay closing. shutdown_timeout: 0 would
    # mean to wait without limit.
    server = web.Server(answer, access_log=None, keepalive_timeout=75, handler_cancellation=True, logger=logger)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    listening = Port(server)
    try:
        await runner.setup()
        return Listener(await listening.open(host, port), listening, runner)
    except BaseException:
        await runner.cleanup()
        raise


def cut(request: web.BaseRequest) -> web.StreamResponse:
    """Abort the connection of a request: the client sees a reset instead of an orderly end."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    return web.Response()
