"""A TCP proxy that spoils what passes it, in ways that no service would."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Final

_PAGE: Final = b"<html><title>Please log in</title></html>"
_BOUND: Final = 10.0
"""Real seconds after which a connection is given up."""


def answer(status: int, body: bytes = b"", content_type: str = "application/json", *, length: int | None = None) -> bytes:
    """Return an answer as it is on the wire, with any Content-Length."""
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status} Spoiled\r\nContent-Type: {content_type}\r\nContent-Length: {size}\r\n\r\n".encode() + body


def with_length(raw: bytes, change: int) -> bytes:
    """Return an answer that announces a body longer or shorter than it is."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"Content-Length: %d" % max(len(body) + change, 0)]) + b"\r\n\r\n" + body


def chunked(raw: bytes) -> bytes:
    """Return an answer as chunks whose end is missing."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + b"\r\n\r\n%x\r\n" % (len(body) + 1) + body


INSTEAD: Final[dict[str, bytes | None]] = {
    "reset before": None,
    "429": answer(429, b'{"errors": [{"message": "slow down"}]}'),
    "503 before": answer(503),
    "page before": answer(200, _PAGE, "text/html"),
    "proxy's refusal": answer(407, _PAGE, "text/html"),
    "redirection": answer(302, _PAGE, "text/html"),
}
"""What is sent without asking the service; None cuts the connection."""
AFTER: Final[dict[str, Callable[[bytes], bytes]]] = {
    "reset after": lambda raw: b"",
    "cut in the status": lambda raw: raw[:7],
    "cut in the headers": lambda raw: raw[: raw.index(b"\r\n\r\n") - 5],
    "cut in the body": lambda raw: raw[:-1] if raw.endswith(b"}") else raw[: raw.index(b"\r\n\r\n")],
    "502 after": lambda raw: answer(502, _PAGE, "text/html"),
    "504 after": lambda raw: answer(504),
    "page after": lambda raw: answer(200, _PAGE, "text/html"),
    "too long": lambda raw: with_length(raw, 7),
    "too short": lambda raw: with_length(raw, -7),
    "twice": lambda raw: raw + raw,
    "early hints": lambda raw: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + raw,
    "half a chunk": chunked,
    "no HTTP": lambda raw: b"\x16\x03\x01\x02\x00" + raw,
    "broken JSON": lambda raw: answer(200, b'{"id": "'),
    "null": lambda raw: answer(200, b"null"),
    "NUL in a header": lambda raw: raw.replace(b"\r\n", b"\r\nX-Bad: a\0b\r\n", 1),
}
"""What is sent instead of the service's answer; the connection is closed after it."""
SLOW: Final = "silence"
"""The service's answer never arrives."""
WAYS: Final = (*INSTEAD, *AFTER, SLOW)


class SpoilingProxy:
    """Passes each request on, and spoils it in the next way of a schedule; None passes it whole."""

    def __init__(self, target: str) -> None:
        host, _, port = target.removeprefix("http://").rpartition(":")
        self._target = host, int(port)
        self._schedule: Iterator[str | None] = iter(())
        self._tasks: set[asyncio.Task[None]] = set()
        self.url: str = ""

    def spoil(self, schedule: list[str | None]) -> None:
        """Start a schedule; requests after its end pass whole."""
        self._schedule = iter(schedule)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SpoilingProxy"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
                while await self._pass_on(reader, writer):
                    pass
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request, and return whether the connection stays open."""
        request = await read_message(reader)
        way = next(self._schedule, None)
        if way in INSTEAD:
            if (spoiled := INSTEAD[way]) is None:
                reset(writer)
                return False
            writer.write(spoiled)
            return True
        raw = await bounded(self._ask(request))
        if way == SLOW:
            await reader.read()
            return False
        writer.write(raw if way is None else AFTER[way](raw))
        await writer.drain()
        return way is None

    async def _ask(self, request: bytes) -> bytes:
        """Send a request to the service, and return its answer."""
        reader, writer = await asyncio.open_connection(*self._target)
        try:
            head, _, body = request.partition(b"\r\n\r\n")
            lines = [
                b"Host: %s:%d" % (self._target[0].encode(), self._target[1]) if line.lower().startswith(b"host:") else line
                for line in head.split(b"\r\n")
            ]
            writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            return await read_message(reader)
        finally:
            writer.close()


async def bounded(work: Awaitable[bytes]) -> bytes:
    return await asyncio.wait_for(work, _BOUND)


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """Read one request or answer; all of them have a Content-Length or no body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a TCP reset."""
    transport_socket = writer.get_extra_info("socket")
    transport_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
