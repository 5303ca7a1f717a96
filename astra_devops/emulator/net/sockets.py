"""A socket that passes each request to a function, and a connection that is cut."""

import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
LINGER_NOT = struct.pack("ii", 1, 0)


async def listen(handler: Handler, host: str, port: int) -> web.ServerRunner:
    """Open a socket; the runner knows its address, and closes it."""
    # Without cancellation, a slow answer would hold up the closing; a shutdown timeout of 0 would
    # mean to wait for ever.
    server = web.Server(handler, access_log=None, keepalive_timeout=75, handler_cancellation=True)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner


def port_of(runner: web.ServerRunner) -> int:
    """Tell the port that a runner listens on."""
    return int(runner.addresses[0][1])


def cut(request: web.BaseRequest) -> web.StreamResponse:
    """Abort the connection so that the peer sees a reset, not an orderly end."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        transport.abort()
    return web.Response()
