"""The HTTP server: a socket for the API, and one for the edge (bundles and data endpoints).

It records requests in the journal and applies faults. What the API answers is up to ``service``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl

import attrs
from aiohttp import web

from astra_devops.emulator import replies
from astra_devops.emulator.contract.routing import Match, Query
from astra_devops.emulator.control import submitted
from astra_devops.emulator.control.control import HOME, Control
from astra_devops.emulator.journal import EndpointKind, Exchange, headers_to_keep
from astra_devops.emulator.net import addresses
from astra_devops.emulator.net.half_open import LONGEST
from astra_devops.emulator.net.logs import logger
from astra_devops.emulator.net.outage import Outage
from astra_devops.emulator.net.ports import Port
from astra_devops.emulator.page import page
from astra_devops.emulator.permissions import Need, need_of
from astra_devops.emulator.serving import edge
from astra_devops.emulator.serving.delivery import reply_to
from astra_devops.emulator.serving.service import Service
from astra_devops.emulator.time.timekeeping import Timekeeper

_LARGEST_CONTROL: Final = 64 * 1024 * 1024
"""Bytes up to which the body of a control request is read."""
Action = Callable[[bytes], replies.Reply]
"""Returns the reply to a request with the given body."""


class HttpServer:
    """The sockets of an emulator: they receive requests, and send the replies of its service."""

    def __init__(self, service: Service, control: Control, time: Timekeeper, latency: float, names: addresses.Names) -> None:
        self._service = service
        self._control = control
        self._names = names
        self._journal = control.target.journal
        self._time = time
        self._latency = latency
        self._runners: list[web.ServerRunner] = []
        self._outages: list[Outage] = []

    async def open(self, host: str, port: int, edge_port: int) -> tuple[int, int]:
        """Open both sockets, and return the ports of the API and of the edge."""
        api, edge_port = await self._listen(self._api, host, port), await self._listen(self._edge, host, edge_port)
        self._service.platform.faults.outage = self._outages[0]
        return api, edge_port

    async def close(self) -> None:
        """Close all sockets and connections."""
        self._service.platform.faults.outage = None
        while self._outages:
            await self._outages.pop().close()
        while self._runners:
            await self._runners.pop().cleanup()

    async def _listen(self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], host: str, port: int) -> int:
        # handler_cancellation: otherwise a slow answer would delay closing. shutdown_timeout: 0
        # would mean to wait without limit.
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            listening.half_open.has_requested(request.protocol)
            header = request.headers.get("Host")
            if refusal := self._names.refusal(header):
                return web.json_response({"errors": [{"message": refusal}]}, status=421)
            if addresses.is_any(host) and header:
                addresses.requested_host.set(addresses.host_of(header))
            return await handler(request)

        server = web.Server(answer, access_log=None, keepalive_timeout=75, handler_cancellation=True, logger=logger)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        self._runners.append(runner)
        await runner.setup()
        listening = Port(server)
        self._outages.append(Outage(listening, self._time, asyncio.get_running_loop()))
        return await listening.open(host, port)

    async def _api(self, request: web.BaseRequest) -> web.StreamResponse:
        path, query = _split(request)
        if path in ("/", page.PAGE) or path.startswith(HOME):
            return await self._control_or_page(request, path, query)
        match = self._service.route(request.method, path)
        if not isinstance(match, Match):
            return await self._serve(request, "devops", None, path, query, lambda body: match)
        headers, sender, need = request.headers, request.remote or "", need_of(match)
        return await self._serve(
            request, "devops", need.operation, path, query, lambda body: self._service.answer(match, headers, query, body, sender), need
        )

    async def _control_or_page(self, request: web.BaseRequest, path: str, query: Query) -> web.StreamResponse:
        """Answer without a trace: no journal, no fault, no latency."""
        if path == "/" or (path == page.FORMS and request.method in ("GET", "HEAD")):
            return web.Response(status=302, headers={"Location": page.PAGE})
        try:
            async with asyncio.timeout(LONGEST):
                body = await _read(request)
        except (TimeoutError, web.RequestPayloadError):
            return web.Response(status=400, headers={"Connection": "close"}, text="The body cannot be read.")
        if body is None:
            return web.Response(status=413, headers={"Connection": "close"}, text=f"The body has more than {_LARGEST_CONTROL} bytes.")
        with self._service.lock:
            reply = self._reply_of_page(request, path, query, body)
            reply = reply or self._control.serve(request.method, path, request.headers, query, body)
        headers = {"Content-Type": reply.content_type} if reply.body else {}
        return web.Response(status=reply.status, body=reply.body, headers={**headers, **reply.headers})

    def _reply_of_page(self, request: web.BaseRequest, path: str, query: Query, body: bytes) -> replies.Reply | None:
        """Show the page, after executing a form of it. Returns None for any other path."""
        host = request.headers.get("Host", "")
        is_local = addresses.is_loopback(addresses.host_of(host))
        view = page.View(self._control.guard.form_token, host, is_local, query.get("filter", ""))
        if path != page.FORMS or request.method != "POST":
            return page.serve(self._service.platform, self._journal, request.method, path, view)
        refused = submitted.submit(self._control, request.headers, body)
        if refused is None:
            return replies.Reply(303, headers={"Location": page.PAGE})
        view = attrs.evolve(view, notice=refused.message)
        shown = page.serve(self._service.platform, self._journal, "GET", page.PAGE, view)
        return shown and attrs.evolve(shown, status=refused.status, headers={**shown.headers, **refused.headers})

    async def _edge(self, request: web.BaseRequest) -> web.StreamResponse:
        path, query = _split(request)
        if path.startswith(edge.DATA):
            return await self._serve(request, "data", "dataApi", path, query, lambda body: self._service.data(path), Need("dataApi", ()))
        return await self._serve(request, "bundle", "downloadBundle", path, query, lambda body: self._service.bundle(path, query))

    async def _serve(
        self,
        request: web.BaseRequest,
        endpoint_kind: EndpointKind,
        operation: str | None,
        path: str,
        query: Mapping[str, str],
        act: Action,
        need: Need | None = None,
    ) -> web.StreamResponse:
        with self._time.hold():
            if self._latency:
                await self._time.pause(self._latency)
            try:
                async with asyncio.timeout(LONGEST):
                    body = await request.read()
            except TimeoutError:
                return web.Response(status=408, headers={"Connection": "close"})
            except web.RequestPayloadError:
                return web.Response(status=400, headers={"Connection": "close"}, text="The body cannot be read.")
            authorized = "Authorization" in request.headers or "Token" in request.headers
            exchange = Exchange(endpoint_kind, request.method, path, operation, self._time.clock.now(), authorized, query, body)
            exchange.headers, exchange.need = headers_to_keep(request.headers), need
            self._journal.add(exchange)
            fault = self._service.platform.faults.take(operation or "", self._time.clock.monotonic())
            return await reply_to(request, exchange, fault, lambda: act(body), self._time)


async def _read(request: web.BaseRequest) -> bytes | None:
    """Read the body of a control request, which may be a long snapshot. Returns None if too long.

    The limit of aiohttp is for the other requests.
    """
    body = bytearray()
    while part := await request.content.readany():
        body += part
        if len(body) > _LARGEST_CONTROL:
            return None
    return bytes(body)


def _split(request: web.BaseRequest) -> tuple[str, Query]:
    """Split the request target into path and query.

    A URL class would also normalize it, which must not happen.
    """
    path, _, query = request.raw_path.partition("?")
    return path, Query(parse_qsl(query, keep_blank_values=True) if query else ())
