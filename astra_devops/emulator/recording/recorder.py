"""The recorder: a proxy that records what a client and the service exchange, without secrets."""

import asyncio
import os
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from astra_devops import _contract
from astra_devops._json_bytes import codec
from astra_devops.emulator.net import addresses, half_open, sockets
from astra_devops.emulator.recording import file
from astra_devops.emulator.recording.file import Recorded
from astra_devops.emulator.recording.scrubbing import Scrubber, SecretLeft, secret_names

_HOP_BY_HOP: Final = frozenset(
    """
    accept-encoding connection content-length host keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade
    """.split()  # noqa: SIM905 - a table of words
)
"""Headers that concern one connection only, and those that each side sets for itself."""
_RECORDED_HEADERS: Final = ("Content-Type", "Date", "Location", "Retry-After", "Allow", "X-Request-Id")
"""The only headers of an answer that are recorded."""
_TIMEOUT: Final = aiohttp.ClientTimeout(total=300)
_LARGEST_BODY: Final = 8 * 1024 * 1024
"""Bytes up to which a body is recorded."""

Answer = tuple[int, Mapping[str, str], bytes]


class Recorder:
    """A proxy on this machine that records to a new file.

    Use its ``url`` as the base URL of a client. Tokens, cookies, all fields that the contract marks
    as secret, presigned URLs and e-mail addresses are replaced; ids and names stay. An exchange
    that still has a secret after that is withheld.

    .. code-block:: python

        async with Recorder("https://api.astra.datastax.com", "recorded.jsonl") as recorder:
            async with AsyncAstraDevOps(base_url=recorder.url) as astra:
                await astra.databases.list().collect()

    Args:
        upstream: The base URL of the service; https unless it is on this machine.
        path: The file to write, which must not exist.
        host: The address to listen on.
        port: The port to listen on; 0 picks a free one.
        allowed_hosts: Further names that it answers to, if it listens on this machine only.

    Raises:
        TypeError: ``allowed_hosts`` is a single string.
        ValueError: ``upstream`` is not such a URL, or a host is not a name or an address.
        FileExistsError: The file exists. Raised when the recorder is entered.
    """

    def __init__(
        self, upstream: str, path: str | os.PathLike[str], *, host: str = "127.0.0.1", port: int = 0, allowed_hosts: Collection[str] = ()
    ) -> None:
        self._upstream = _checked(upstream)
        self._path = Path(path)
        self._address = (addresses.check_host(host), port)
        self._allowed_hosts = addresses.check_allowed(allowed_hosts)
        self._names = secret_names(_contract.load())
        self._listener: sockets.Listener | None = None
        self._session: aiohttp.ClientSession | None = None
        self._url: str | None = None
        self.written: int = 0
        self.withheld: int = 0

    @property
    def url(self) -> str:
        """The base URL for the client.

        Raises:
            RuntimeError: The recorder has not been entered.
        """
        if self._url is None:
            raise RuntimeError("the recorder is not running: enter 'async with Recorder(...)'")
        return self._url

    async def __aenter__(self) -> Self:
        self._listener = await sockets.listen(self._forward, *self._address, self._allowed_hosts)
        try:
            self._create_file()
        except BaseException:
            await self._listener.close()
            raise
        # Each request has its own connection: one that had been idle too long would look as if the
        # service had cut it.
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, timeout=_TIMEOUT, middlewares=(_once,)
        )
        self._url = addresses.url(self._address[0], self._listener.port)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._listener is not None:
            await self._listener.close()
        if self._session is not None:
            await self._session.close()

    async def _forward(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            async with asyncio.timeout(half_open.LONGEST):
                sent = await request.read()
        except TimeoutError:
            return web.Response(status=408, headers={"Connection": "close"})
        try:
            status, headers, received = await self._send(request, sent)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._record(request, sent, failure=_failure(error))
            return sockets.cut(request)
        except asyncio.CancelledError:
            self._record(request, sent, failure="the client went away")
            raise
        self._record(request, sent, answer=(status, headers, received))
        response = web.Response(status=status, body=received)
        for name, value in headers.items():
            if name.lower() not in _HOP_BY_HOP:
                response.headers.add(name, value)
        return response

    async def _send(self, request: web.BaseRequest, sent: bytes) -> Answer:
        assert self._session is not None
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP]
        # A body that cannot be decompressed cannot be searched for secrets, so gzip is the only
        # encoding that is accepted.
        headers.append(("Accept-Encoding", "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "identity"))
        url = URL(self._upstream + request.raw_path, encoded=True)
        async with self._session.request(request.method, url, headers=headers, data=sent or None, allow_redirects=False) as response:
            return response.status, response.headers, await response.read()

    def _record(self, request: web.BaseRequest, sent: bytes, *, answer: Answer | None = None, failure: str | None = None) -> None:
        """Record an exchange, or that it was withheld."""
        try:
            line = _line(Scrubber(self._names), request, sent, answer or (0, {}, b""), failure)
            self.written += 1
        except (SecretLeft, RecursionError) as error:
            line = codec.dumps({"withheld": type(error).__name__})
            self.withheld += 1
        with self._path.open("ab") as stream:
            stream.write(line + b"\n")

    def _create_file(self) -> None:
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.heading(self._upstream) + b"\n")

    def __repr__(self) -> str:
        return f"Recorder({self._upstream!r}, {str(self._path)!r}, written={self.written}, withheld={self.withheld})"


class _Cut(aiohttp.ClientError):
    """An error for a connection that was cut, which aiohttp does not know."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Stop aiohttp from silently repeating a request after a reset.

    It repeats only after errors that it knows, so they are raised as another one.
    """
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Cut from error


def _line(scrubber: Scrubber, request: web.BaseRequest, sent: bytes, answer: Answer, failure: str | None) -> bytes:
    """Return the line of an exchange, without secrets.

    Raises:
        SecretLeft: It still has one.
    """
    status, headers, received = answer
    for name, value in (*request.headers.items(), *headers.items()):
        _learn_from_header(scrubber, name, value)
    path, _, query = request.raw_path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    (sent_document, sent_text, _), (body, text, omitted) = _read(sent, request.headers), _read(received, headers)
    scrubber.learn_from([unquote(path), [{name: value} for name, value in pairs], sent_document, sent_text, body, text])
    recorded = Recorded(
        method=request.method,
        path=scrubber.clean_quoted(path),
        query=scrubber.clean_query(pairs),
        request=scrubber.clean(sent_text or sent_document),
        status=status,
        headers={name: scrubber.clean_quoted(headers[name]) for name in _RECORDED_HEADERS if name in headers},
        body=scrubber.clean(body),
        text=scrubber.clean(text),
        omitted=omitted,
        failure=failure,
    )
    line = file.line(recorded)
    scrubber.check(line)
    return line


def _checked(upstream: str) -> str:
    parts = urlsplit(upstream)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("upstream must be an http or https URL with a host, and without credentials, query or fragment")
    if parts.scheme == "http" and not addresses.is_loopback(parts.hostname):
        raise ValueError("upstream must be https unless it is on this machine")
    return upstream.rstrip("/")


def _learn_from_header(scrubber: Scrubber, name: str, value: str) -> None:
    """Learn the secrets in a header: credentials with and without their scheme, and cookies."""
    scrubber.learn_from({name: value})
    match name.lower():
        case "authorization" | "proxy-authorization" | "token":
            scrubber.learn(value)
            scrubber.learn(value.partition(" ")[2])
        case "cookie":
            for cookie in value.split(";"):
                scrubber.learn(cookie.partition("=")[2].strip())
        case "set-cookie":
            scrubber.learn(value.partition(";")[0].partition("=")[2].strip())


def _read(raw: bytes, headers: Mapping[str, str]) -> tuple[Any, str | None, int | None]:
    """Read a body: as a document, else as text, else only its number of bytes."""
    coding = headers.get("Content-Encoding", "identity")
    if len(raw) > _LARGEST_BODY or coding not in ("identity", "gzip"):
        return None, None, len(raw)
    try:
        plain = _decompressed(raw) if coding == "gzip" else raw
        text = plain.decode()
    except (zlib.error, ValueError):
        return None, None, len(raw)
    try:
        return codec.loads(plain), None, None
    except codec.JSONDecodeError:
        return None, text, None


def _decompressed(raw: bytes) -> bytes:
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
    plain = decompressor.decompress(raw, _LARGEST_BODY)
    if not decompressor.eof:
        raise ValueError("the stream ends in the middle, or is too long")
    return plain


def _failure(error: Exception) -> str:
    """Describe how a connection failed, without any content of the exchange."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return "not connected"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "reset"
