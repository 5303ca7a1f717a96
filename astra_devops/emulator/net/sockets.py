"""A server on one socket, for the recorder and the replay, and a way to cut connections."""

import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from astra_devops.emulator.net.addresses import Names
from astra_devops.emulator.net.logs import logger

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_NO_LINGER: Final = struct.pack("ii", 1, 0)


async def listen(handler: Handler, host: str, port: int) -> web.ServerRunner:
    """Listen on a socket and pass each request to ``handler``; close the runner to stop.

    On loopback, requests to other names are refused.
    """
    names = Names(host)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        refusal = names.refusal(request.headers.get("Host"))
        return await handler(request) if refusal is None else web.Response(status=421, text=refusal)

    # handler_cancellation: otherwise a slow answer would delay closing. shutdown_timeout: 0 would
    # mean to wait without limit.
    server = web.Server(answer, access_log=None, keepalive_timeout=75, handler_cancellation=True, logger=logger)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner


def port_of(runner: web.ServerRunner) -> int:
    """Return the port that a runner listens on."""
    return int(runner.addresses[0][1])


def cut(request: web.BaseRequest) -> web.StreamResponse:
    """Abort the connection of a request: the client sees a reset instead of an orderly end."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    return web.Response()
