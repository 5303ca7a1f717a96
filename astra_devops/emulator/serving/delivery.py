"""Sending a reply over HTTP: as it is, or changed by a fault."""

import asyncio
import gzip
from collections.abc import Callable
from typing import Final

import attrs
from aiohttp import web

from astra_devops.emulator.faults.entries import Fault
from astra_devops.emulator.journal import Exchange
from astra_devops.emulator.net.sockets import cut
from astra_devops.emulator.replies import Reply
from astra_devops.emulator.time.timekeeping import Timekeeper

_COMPRESSED_FROM: Final = 8_192
"""Bytes from which a body is compressed for a client that accepts gzip."""
_CHUNK: Final = b"x" * 65_536


async def reply_to(
    request: web.BaseRequest, exchange: Exchange, fault: Fault | None, act: Callable[[], Reply], time: Timekeeper
) -> web.StreamResponse:
    """Act on a request and send the reply, with the fault that applies to the request."""
    if fault is not None and fault.moment == "instead":
        if fault.reply is not None:
            exchange.outcome = "answered by a fault"
            return await _send(request, exchange, fault.reply, time)
        return await _never_answer(exchange, time) if fault.silent else _cut(request, exchange, "reset before the effect")
    reply = act()
    exchange.own_status = reply.status
    if fault is None:
        return await _send(request, exchange, reply, time)
    if fault.reset:
        return _cut(request, exchange, "reset after the effect")
    if fault.silent:
        return await _never_answer(exchange, time)
    if fault.reply is not None:
        exchange.outcome = "answered by a fault after the effect"
        return await _send(request, exchange, fault.reply, time)
    if fault.body is not None:
        reply = attrs.evolve(reply, body=fault.body)
    if fault.content_type is not None:
        reply = attrs.evolve(reply, content_type=fault.content_type)
    if fault.slow_headers:
        await time.pause(fault.slow_headers)
    if fault.truncated_gzip:
        return await _send_truncated(request, exchange, reply, time)
    if fault.oversized:
        return await _send_oversized(request, exchange, reply, fault.oversized, time)
    if fault.slow_body:
        return await _send_slowly(request, exchange, reply, fault.slow_body, time)
    return await _send(request, exchange, reply, time)


def _cut(request: web.BaseRequest, exchange: Exchange, outcome: str) -> web.StreamResponse:
    """Cut the connection, and record why."""
    exchange.outcome = outcome
    return cut(request)


async def _never_answer(exchange: Exchange, time: Timekeeper) -> web.StreamResponse:
    """Wait until the client gives up, and record why."""
    exchange.outcome = "never answered"
    with time.release():
        await asyncio.Event().wait()
    raise AssertionError  # Nothing sets the event.


def _headers(reply: Reply, time: Timekeeper) -> dict[str, str]:
    headers = {"Date": time.http_date(), "Server": "istio-envoy", "X-Request-Id": time.request_id(), "x-envoy-upstream-service-time": "4"}
    if reply.body:
        headers["Content-Type"] = reply.content_type
    return headers | dict(reply.headers)


async def _send(request: web.BaseRequest, exchange: Exchange, reply: Reply, time: Timekeeper) -> web.StreamResponse:
    exchange.answered(reply.status, reply.body)
    headers, body = _headers(reply, time), reply.body
    if len(body) >= _COMPRESSED_FROM and "gzip" in request.headers.get("Accept-Encoding", "") and reply.content_type != "application/zip":
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=1, mtime=0)
    return web.Response(status=reply.status, body=body, headers=headers)


async def _send_truncated(request: web.BaseRequest, exchange: Exchange, reply: Reply, time: Timekeeper) -> web.StreamResponse:
    packed = gzip.compress(reply.body or b"{}", mtime=0)
    half = attrs.evolve(reply, body=packed[: len(packed) // 2], headers={**reply.headers, "Content-Encoding": "gzip"})
    exchange.status = reply.status
    return web.Response(status=half.status, body=half.body, headers=_headers(half, time))


async def _send_oversized(request: web.BaseRequest, exchange: Exchange, reply: Reply, size: int, time: Timekeeper) -> web.StreamResponse:
    response = await _start(request, exchange, attrs.evolve(reply, body=b'""', content_type="application/json"), time)
    with time.release():  # a client that has seen enough may stop reading, and time must not wait for it
        await response.write(b'"')
        remaining = size - 2
        while remaining > 0:
            await response.write(_CHUNK[:remaining])
            remaining -= len(_CHUNK)
        await response.write(b'"')
        await response.write_eof()
    return response


async def _send_slowly(request: web.BaseRequest, exchange: Exchange, reply: Reply, seconds: float, time: Timekeeper) -> web.StreamResponse:
    response = await _start(request, exchange, reply, time, length=len(reply.body))
    half = len(reply.body) // 2
    if half:
        await response.write(reply.body[:half])
    await time.pause(seconds)
    await response.write(reply.body[half:])
    await response.write_eof()
    return response


async def _start(
    request: web.BaseRequest, exchange: Exchange, reply: Reply, time: Timekeeper, length: int | None = None
) -> web.StreamResponse:
    exchange.status = reply.status
    response = web.StreamResponse(status=reply.status, headers=_headers(reply, time))
    if length is None:
        response.enable_chunked_encoding()
    else:
        response.content_length = length
    await response.prepare(request)
    return response
