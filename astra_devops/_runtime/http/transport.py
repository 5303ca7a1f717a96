"""The connection to the service: the only module that sends requests by aiohttp."""

import asyncio
import ssl
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import aiohttp
from yarl import URL

from astra_devops._runtime.clock import running_loop
from astra_devops._runtime.http.connection_errors import failure, place_of, refusal_of_proxy, was_not_sent, without_frames
from astra_devops._runtime.http.content_coding import unpack
from astra_devops._runtime.http.proxies import EnvironmentProxies
from astra_devops._runtime.http.sessions import (
    PASSWORD_OF_NETRC,
    SessionFactory,
    is_password_of_netrc,
    new_session,
    session_of,
    uses_other_proxies,
)
from astra_devops._runtime.http.time_limits import Slots, TimeLimits
from astra_devops._runtime.outcome import Lost, NotSent, RawAnswer, Received
from astra_devops._runtime.request import Request
from astra_devops._secret import Secret
from astra_devops.errors import ConfigurationError

Sink = Callable[[memoryview, int | None], Awaitable[None]]
"""Called with a piece of a download, and the total length if the host sends it."""

# The largest list that comes in one piece is that of the tokens: 16 MiB hold 30,000 of them. A page
# of 100 databases has some 300 KB.
LARGEST_BODY: Final = 16 * 1024 * 1024
_LONGEST_CONNECT: Final = 10.0
# Reads are repeated if they meet a connection that has ended, so they look only after a pause.
_PAUSE: Final = 0.02
_LOOKS: Final = 3


class _Broken(aiohttp.ClientError):
    """Carries an outcome past aiohttp, which would silently send the request again."""

    def __init__(self, outcome: NotSent | Lost) -> None:
        super().__init__()
        self.outcome = outcome


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Middleware that sends a request at most once: our caller decides whether to repeat it."""
    try:
        return await handler(request)
    except (aiohttp.ClientError, OSError) as error:
        if isinstance(error, TimeoutError) and not was_not_sent(error):
            raise
        outcome = failure(error, place_of(request.proxy))
    raise _Broken(outcome)


# What a session of the user's may have set otherwise. Redirects would repeat a write elsewhere.
_OPTIONS: Final[Mapping[str, Any]] = {"allow_redirects": False, "middlewares": (_once,), "raise_for_status": False}


@lru_cache(maxsize=64)
def _connect_limit(seconds: float) -> aiohttp.ClientTimeout:
    """Return the time limit for connecting; :class:`TimeLimits` limits the rest."""
    return aiohttp.ClientTimeout(total=None, connect=seconds)


@lru_cache(maxsize=64)
def _base(origin: str) -> tuple[URL, str]:
    """Return the parsed origin, and the path that it may have."""
    url = URL(origin, encoded=True)
    return url, url.raw_path.removesuffix("/")


def _url(origin: str, target: str) -> URL:
    """Return the address of a target. That of a path is cheaper to make from one that is parsed."""
    if "?" in target:
        return URL(origin + target, encoded=True)
    base, prefix = _base(origin)
    return base.with_path(prefix + target, encoded=True)


class Transport:
    """One aiohttp session, created in the running loop when it is first used, and bound to it."""

    def __init__(
        self,
        *,
        origin: str | Callable[[], str],
        max_connections: int,
        proxy: Secret | None = None,
        trust_env: bool = True,
        ssl_context: ssl.SSLContext | None = None,
        session_factory: SessionFactory | None = None,
        plain_hosts: frozenset[str] = frozenset(),
    ) -> None:
        self.plain_hosts = plain_hosts
        # A function, where the origin depends on the profile that the token is read from. The token
        # is always read before the first request.
        self._origin = origin if callable(origin) else lambda: origin
        self._max_connections = max_connections
        self._proxy = proxy
        self._environment = EnvironmentProxies() if trust_env and proxy is None else None
        self._ssl: ssl.SSLContext | bool = ssl_context if ssl_context is not None else True
        self._session_factory = session_factory
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots = Slots(max_connections)
        self._limits: TimeLimits | None = None
        self._opening: asyncio.Lock | None = None
        self._closed = False
        self._last_use = 0.0

    @property
    def max_connections(self) -> int:
        """Number of requests that may run at once."""
        return self._max_connections

    @property
    def proxy(self) -> Secret | None:
        """The proxy that was given."""
        return self._proxy

    @property
    def trust_env(self) -> bool:
        """Whether the environment decides on a proxy."""
        return self._environment is not None

    @property
    def has_local_parts(self) -> bool:
        """Whether it has an SSL context or sessions of the user's, which belong to this process."""
        return self._ssl is not True or self._session_factory is not None

    @property
    def origin(self) -> str:
        """URL of the service, to which paths are appended."""
        return self._origin()

    async def send(self, request: Request, headers: Mapping[str, str], limit: float, origin: str | None = None) -> Received:
        """Send a request once, within ``limit`` seconds that include the wait for a connection.

        It goes to ``origin``, or to that of the request, or to the service.
        """
        origin = origin or request.origin or self._origin()
        ends = time.monotonic() + limit
        loop = asyncio.get_running_loop()
        session = self._open_session(loop) or await self._open(loop, limit)
        if isinstance(session, NotSent):
            return session
        task, limits = asyncio.current_task(), self._limits
        assert task is not None
        assert limits is not None
        cancelled_before = task.cancelling()
        handled_before = sys.exception()
        has_slot = self._slots.take()
        limits.start(task, ends - time.monotonic())
        try:
            if not has_slot:
                await self._slots.wait()
                has_slot = True
            if request.method != "GET" or time.monotonic() - self._last_use > _PAUSE:
                await _look_at_sockets()
            proxy = self._proxy_for(session, origin)
            remaining = ends - time.monotonic()
            response = await session.request(
                request.method,
                _url(origin, request.target),
                data=request.body,
                headers=headers,
                # The limit for connecting is the shorter one. So if the limit of the whole attempt
                # is exceeded, the request has been sent.
                timeout=_connect_limit(_LONGEST_CONNECT if remaining >= 2 * _LONGEST_CONNECT else max(remaining / 2, 0.001)),
                ssl=self._ssl,
                proxy=None if proxy is None else proxy.reveal(),
                auto_decompress=False,
                **_OPTIONS,
            )
            # A short answer is complete when its head is, and its connection is free again.
            if proxy is None and response.content.is_eof() and "content-encoding" not in response.headers:
                return RawAnswer(response.status, response.headers, response.content.read_nowait())
            return await _read(response, proxy)
        except BaseException as error:
            if limits.stop(task) and task.cancelling() <= cancelled_before and isinstance(error, asyncio.CancelledError):
                if has_slot:
                    return Lost(f"no complete answer within {limit:.3g} s")
                return NotSent(f"none of {self._max_connections} connections became free within {limit:.3g} s", is_local=True)
            if (outcome := _outcome_of(error)) is not None:
                return outcome
            without_frames(error, handled_before)
            raise
        finally:
            limits.stop(task)
            if has_slot:
                self._slots.give_back()
            self._last_use = time.monotonic()

    async def download(self, url: Secret, sink: Sink, *, idle: float) -> Received:
        """Download a presigned URL of another host, without the token and the client's headers.

        ``idle`` limits each read, in seconds. The body of a 200 goes to ``sink`` piece by piece,
        and the returned answer has an empty one.
        """
        handled_before = sys.exception()
        loop = running_loop()
        session = self._open_session(loop) or await self._open(loop, idle)
        if isinstance(session, NotSent):
            return session
        try:
            proxy = self._proxy_for(session, str(URL(url.reveal(), encoded=True).origin()))
            async with session.get(
                URL(url.reveal(), encoded=True),
                timeout=aiohttp.ClientTimeout(total=None, connect=_LONGEST_CONNECT, sock_read=idle),
                ssl=self._ssl,
                proxy=None if proxy is None else proxy.reveal(),
                auto_decompress=True,
                **_OPTIONS,
            ) as response:
                if response.status != 200:
                    return await _read(response)
                # A view does not show its bytes, which hold keys, in a traceback.
                while piece := memoryview(await response.content.readany()):
                    await sink(piece, response.content_length)
                return RawAnswer(response.status, response.headers, b"")
        except BaseException as error:
            if (outcome := _outcome_of(error)) is not None:
                return outcome
            without_frames(error, handled_before)
            raise

    def _proxy_for(self, session: aiohttp.ClientSession, origin: str) -> Secret | None:
        """Return the proxy for the URLs that begin with an origin.

        Raises:
            ConfigurationError: That of the environment cannot be used.
        """
        if self._environment is None or (self._session_factory is not None and uses_other_proxies(session)):
            return self._proxy
        return self._environment.proxy_for(origin)

    def _open_session(self, loop: asyncio.AbstractEventLoop) -> aiohttp.ClientSession | None:
        """Return the session, or None if it has yet to be made."""
        if self._closed:
            raise RuntimeError("this client is closed; create a new one")
        if self._loop is not None and self._loop is not loop:
            raise RuntimeError("this client belongs to another event loop; create one client per loop, or use the blocking client")
        return self._session

    async def _open(self, loop: asyncio.AbstractEventLoop, limit: float) -> aiohttp.ClientSession | NotSent:
        self._loop = loop
        if self._opening is None:
            self._opening, self._limits = asyncio.Lock(), TimeLimits(loop)
        async with self._opening:
            if self._session is None:
                session = new_session() if self._session_factory is None else await session_of(self._session_factory, limit)
                if isinstance(session, NotSent):
                    return session
                self._session = session
        return self._session

    async def close(self) -> None:
        """Close the session, if it is open."""
        self._closed = True
        session, self._session = self._session, None
        if self._limits is not None:
            self._limits.close()
        if session is not None:
            await session.close()


async def _look_at_sockets() -> None:
    """Yield to the loop, so that it sees which connections the service has closed.

    While the loop stood still, as between two invocations of a function, it could not see them. The
    first turn reads the end of a connection, the others close it.
    """
    for _ in range(_LOOKS):
        await asyncio.sleep(0)


def _outcome_of(error: BaseException) -> NotSent | Lost | None:
    """Return what an exception means for a request; None if that is not for us to say."""
    match error:
        case _Broken(outcome=outcome):
            return outcome
        case ConfigurationError():
            return NotSent(str(error), final=True, is_local=True, cause=error)
        case aiohttp.ClientError() | OSError():
            return failure(error, None)
        case ValueError() if is_password_of_netrc(error):
            return NotSent(PASSWORD_OF_NETRC, final=True, is_local=True)
    return None


async def _read(response: aiohttp.ClientResponse, proxy: Secret | None = None) -> Received:
    """Read an answer, unless it is that of the proxy, which demands a password."""
    async with response:
        if response.status == 407 and proxy is not None and response.url.scheme == "http":
            response.close()
            return refusal_of_proxy(place_of(URL(proxy.reveal())) or "", 407, response.reason)
        return await _read_body(response)


async def _read_body(response: aiohttp.ClientResponse) -> Received:
    headers = response.headers
    length = response.content_length
    if length is not None and length <= LARGEST_BODY:
        body = await response.read()
    else:
        pieces = bytearray()
        async for piece in response.content.iter_any():
            pieces += piece
            if len(pieces) > LARGEST_BODY:
                response.close()
                return RawAnswer(response.status, headers, bytes(pieces[:LARGEST_BODY]), oversized=True)
        body = bytes(pieces)
    if coding := headers.get("content-encoding"):
        try:
            body = await unpack(body, coding, LARGEST_BODY)
        except ValueError as error:
            return Lost(f"the body cannot be unpacked: {error}")
    return RawAnswer(response.status, headers, body[:LARGEST_BODY], oversized=len(body) > LARGEST_BODY)
