"""The recorder: a proxy that writes down what a client and the service say to each other, without their secrets."""

import asyncio
import ipaddress
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import aiohttp
import orjson
from aiohttp import web
from yarl import URL

from astra_devops import _contract
from astra_devops.emulator.net import sockets
from astra_devops.emulator.recording import file
from astra_devops.emulator.recording.file import Recorded
from astra_devops.emulator.recording.scrubbing import Scrubber, SecretLeft, secret_names

HOP_BY_HOP = frozenset(
    """
    accept-encoding connection content-length host keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade
    """.split()  # noqa: SIM905 - a table of words
)
"""Headers of one connection only, and those that each side sets for itself."""
KEPT = ("Content-Type", "Date", "Location", "Retry-After", "Allow", "X-Request-Id")
"""The headers of an answer that are written down; no others are."""
TIMEOUT = aiohttp.ClientTimeout(total=300)
LARGEST = 8 * 1024 * 1024
"""Bytes of a body up to which it is written down."""

Answer = tuple[int, Mapping[str, str], bytes]


class Recorder:
    """A proxy on this machine.

    Point a client at its ``url``; it passes everything on and writes it to a new file.

    Tokens, cookies, whatever the contract marks as secret, presigned URLs and e-mail addresses are
    replaced; ids and names stay. An exchange in which a secret is still found after that is
    withheld.

    .. code-block:: python

        async with Recorder("https://api.astra.datastax.com", "recorded.jsonl") as recorder:
            async with AsyncAstraDevOps(base_url=recorder.url) as astra:
                await astra.databases.list().collect()

    Args:
        upstream: the base URL of the service; https unless it is on this machine.
        path: the file to write, which must not exist.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.

    Raises:
        ValueError: ``upstream`` is no such URL.
        FileExistsError: there is such a file; raised when the recorder is entered.
    """

    def __init__(self, upstream: str, path: str | os.PathLike[str], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._upstream = _checked(upstream)
        self._path = Path(path)
        self._address = (host, port)
        self._names = secret_names(_contract.load())
        self._runner: web.ServerRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._url: str | None = None
        self.written: int = 0
        self.withheld: int = 0

    @property
    def url(self) -> str:
        """The base URL for the client.

        Raises:
            RuntimeError: the recorder has not been entered.
        """
        if self._url is None:
            raise RuntimeError("the recorder is not running: enter 'async with Recorder(...)'")
        return self._url

    async def __aenter__(self) -> Self:
        self._runner = await sockets.listen(self._pass_on, *self._address)
        try:
            self._begin_file()
        except BaseException:
            await self._runner.cleanup()
            raise
        # A connection of its own for each request, for one that had been idle too long would look
        # as if the service had cut it.
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, timeout=TIMEOUT, middlewares=(_once,)
        )
        self._url = f"http://{self._address[0]}:{sockets.port_of(self._runner)}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _pass_on(self, request: web.BaseRequest) -> web.StreamResponse:
        sent = await request.read()
        try:
            status, headers, received = await self._ask(request, sent)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            self._note(request, sent, failure=_failure(problem))
            return sockets.cut(request)
        except asyncio.CancelledError:
            self._note(request, sent, failure="the client went away")
            raise
        self._note(request, sent, answer=(status, headers, received))
        response = web.Response(status=status, body=received)
        for name, value in headers.items():
            if name.lower() not in HOP_BY_HOP:
                response.headers.add(name, value)
        return response

    async def _ask(self, request: web.BaseRequest, sent: bytes) -> Answer:
        assert self._session is not None
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP]
        # What cannot be unpacked cannot be searched for secrets, so only gzip is asked for.
        headers.append(("Accept-Encoding", "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "identity"))
        url = URL(self._upstream + request.raw_path, encoded=True)
        async with self._session.request(request.method, url, headers=headers, data=sent or None, allow_redirects=False) as response:
            return response.status, response.headers, await response.read()

    def _note(self, request: web.BaseRequest, sent: bytes, *, answer: Answer | None = None, failure: str | None = None) -> None:
        """Write an exchange down, or that it was withheld."""
        try:
            line = _line(Scrubber(self._names), request, sent, answer or (0, {}, b""), failure)
            self.written += 1
        except (SecretLeft, RecursionError) as problem:
            line = orjson.dumps({"withheld": type(problem).__name__})
            self.withheld += 1
        with self._path.open("ab") as stream:
            stream.write(line + b"\n")

    def _begin_file(self) -> None:
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.heading(self._upstream) + b"\n")

    def __repr__(self) -> str:
        return f"Recorder({self._upstream!r}, {str(self._path)!r}, written={self.written}, withheld={self.withheld})"


class _Cut(aiohttp.ClientError):
    """Stands for a connection that was cut."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from asking once more after a reset, which it does unseen unless the error is one that it does not know."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as problem:
        raise _Cut from problem


def _line(scrubber: Scrubber, request: web.BaseRequest, sent: bytes, answer: Answer, failure: str | None) -> bytes:
    """Spell an exchange without its secrets.

    Raises:
        SecretLeft: one is still there.
    """
    status, headers, received = answer
    for name, value in (*request.headers.items(), *headers.items()):
        _learn_from_header(scrubber, name, value)
    path, _, query = request.raw_path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    (asked, asked_text, _), (body, text, omitted) = _read(sent, request.headers), _read(received, headers)
    scrubber.learn_from([unquote(path), [{name: value} for name, value in pairs], asked, asked_text, body, text])
    recorded = Recorded(
        method=request.method,
        path=scrubber.clean_quoted(path),
        query=scrubber.clean_query(pairs),
        request=scrubber.clean(asked_text or asked),
        status=status,
        headers={name: scrubber.clean_quoted(headers[name]) for name in KEPT if name in headers},
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
        raise ValueError("upstream must be an http or https URL of a host, and perhaps a path, without credentials or query")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise ValueError("upstream must be https unless it is on this machine")
    return upstream.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _learn_from_header(scrubber: Scrubber, name: str, value: str) -> None:
    """Note what is secret in a header: credentials with and without their scheme, and each value of a cookie."""
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
    """Read a body as a document, else as text, else as so many bytes."""
    coding = headers.get("Content-Encoding", "identity")
    if len(raw) > LARGEST or coding not in ("identity", "gzip"):
        return None, None, len(raw)
    try:
        plain = _unpacked(raw) if coding == "gzip" else raw
        text = plain.decode()
    except (zlib.error, ValueError):
        return None, None, len(raw)
    try:
        return orjson.loads(plain), None, None
    except orjson.JSONDecodeError:
        return None, text, None


def _unpacked(raw: bytes) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    plain = unpacker.decompress(raw, LARGEST)
    if not unpacker.eof:
        raise ValueError("the stream ends in the middle, or is too long")
    return plain


def _failure(problem: Exception) -> str:
    """Say how a line was cut, in words that hold nothing of what was said."""
    if isinstance(problem, aiohttp.ClientConnectorError):
        return "not connected"
    if isinstance(problem, TimeoutError):
        return "timeout"
    return "reset"
