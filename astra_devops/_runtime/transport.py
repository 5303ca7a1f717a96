"""The connection to the service: the only module that imports aiohttp's client."""

import asyncio
import inspect
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Final

import aiohttp
from yarl import URL

from astra_devops._runtime.outcome import Lost, NotSent, RawAnswer, Received
from astra_devops._runtime.request import Request
from astra_devops._secret import redact

SessionFactory = Callable[[], aiohttp.ClientSession | Awaitable[aiohttp.ClientSession]]
Sink = Callable[[bytes, int | None], Awaitable[None]]
"""Called with a piece of a download, and the total length if the host sends it."""

LARGEST_BODY: Final = 64 * 1024 * 1024
# Slightly less than the 60 s after which common load balancers drop an idle connection: a request
# sent while one is being dropped is lost.
_KEEPALIVE: Final = 55.0
_LONGEST_CONNECT: Final = 10.0

_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.InvalidURL,
    ssl.CertificateError,
)


class _Broken(aiohttp.ClientError):
    """Carries a connection error past aiohttp, which would silently send the request again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Middleware that sends a request at most once: our caller decides whether to repeat it."""
    try:
        return await handler(request)
    except _NOT_SENT:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        reason = _reason(error)
    raise _Broken(reason)


_ONCE: Final = (_once,)


@lru_cache(maxsize=64)
def _timeout(limit: float) -> aiohttp.ClientTimeout:
    """Return the time limits of one attempt.

    The limit for connecting is the shorter one. So if the limit of the whole attempt is exceeded,
    the request has been sent.
    """
    return aiohttp.ClientTimeout(total=limit, connect=min(_LONGEST_CONNECT, limit / 2))


class Transport:
    """One aiohttp session, created in the running loop when it is first used, and bound to it."""

    def __init__(
        self,
        *,
        origin: str,
        max_connections: int,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        session_factory: SessionFactory | None = None,
    ) -> None:
        self._origin = origin
        self._max_connections = max_connections
        self._proxy = proxy
        self._ssl: ssl.SSLContext | bool = ssl_context if ssl_context is not None else True
        self._session_factory = session_factory
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pool: asyncio.Semaphore | None = None
        self._opening: asyncio.Lock | None = None
        self._closed = False

    @property
    def origin(self) -> str:
        """The base URL of the service."""
        return self._origin

    async def send(self, request: Request, headers: Mapping[str, str], limit: float, origin: str | None = None) -> Received:
        """Send a request once, within ``limit`` seconds that include the wait for a connection.

        It goes to ``origin``, or to the service by default.
        """
        url = URL((origin or self._origin) + request.target, encoded=True)
        session, pool = await self._open()
        if pool.locked():
            began = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(limit):
                    await pool.acquire()
            except TimeoutError:
                return NotSent(f"none of {self._max_connections} connections became free within {limit:.3g} s")
            limit = max(limit - (asyncio.get_running_loop().time() - began), 0.001)
        else:
            await pool.acquire()
        try:
            return await self._exchange(session, url, request, headers, limit)
        finally:
            pool.release()

    async def _exchange(
        self, session: aiohttp.ClientSession, url: URL, request: Request, headers: Mapping[str, str], limit: float
    ) -> Received:
        try:
            async with session.request(
                request.method,
                url,
                data=request.body,
                headers=headers,
                allow_redirects=False,
                timeout=_timeout(limit),
                ssl=self._ssl,
                proxy=self._proxy,
                middlewares=_ONCE,
            ) as response:
                return await _read(response)
        except _NOT_SENT as error:
            return NotSent(_reason(error))
        except _Broken as error:
            return Lost(error.reason)
        except TimeoutError:
            return Lost(f"no complete answer within {limit:.3g} s")
        except (aiohttp.ClientError, OSError) as error:
            return Lost(_reason(error))

    async def download(self, url: str, sink: Sink, *, idle: float) -> Received:
        """Download a presigned URL of another host, without the token and the client's headers.

        ``idle`` limits each read, in seconds. The body of a 200 goes to ``sink`` piece by piece,
        and the returned answer has an empty one.
        """
        session, _ = await self._open()
        try:
            async with session.get(
                URL(url, encoded=True),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, connect=_LONGEST_CONNECT, sock_read=idle),
                ssl=self._ssl,
                proxy=self._proxy,
                middlewares=_ONCE,
            ) as response:
                if response.status != 200:
                    return await _read(response)
                async for piece in response.content.iter_any():
                    await sink(piece, response.content_length)
                return RawAnswer(response.status, response.headers, b"")
        except _NOT_SENT as error:
            return NotSent(_reason(error))
        except _Broken as error:
            return Lost(error.reason)
        except (aiohttp.ClientError, OSError) as error:
            return Lost(_reason(error))

    async def _open(self) -> tuple[aiohttp.ClientSession, asyncio.Semaphore]:
        loop = asyncio.get_running_loop()
        if self._session is not None and self._pool is not None and self._loop is loop and not self._closed:
            return self._session, self._pool
        if self._closed:
            raise RuntimeError("this client is closed; create a new one")
        if self._loop is not None and self._loop is not loop:
            raise RuntimeError("this client belongs to another event loop; create one client per loop, or use the blocking client")
        self._loop = loop
        if self._opening is None:
            self._opening = asyncio.Lock()
        async with self._opening:
            if self._session is None:
                self._session = await self._new_session()
                self._pool = asyncio.Semaphore(self._max_connections)
        assert self._pool is not None
        return self._session, self._pool

    async def _new_session(self) -> aiohttp.ClientSession:
        if self._session_factory is not None:
            session = self._session_factory()
            return await session if inspect.isawaitable(session) else session
        # The semaphore limits the number of connections: waiting for one must not count as time
        # spent connecting.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEPALIVE)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """Close the session, if it is open."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()


async def _read(response: aiohttp.ClientResponse) -> RawAnswer:
    headers = response.headers
    length = response.content_length
    if length is not None and length <= LARGEST_BODY and "content-encoding" not in headers:
        return RawAnswer(response.status, headers, await response.read())
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            response.close()
            return RawAnswer(response.status, headers, bytes(body[:LARGEST_BODY]), oversized=True)
    return RawAnswer(response.status, headers, bytes(body))


def _reason(error: BaseException) -> str:
    text = redact(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
