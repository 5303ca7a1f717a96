"""Connections that the service has closed while the event loop of the client stood still."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


class Impatient:
    """A server on a thread of its own that closes every connection soon after it has answered."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.closed = threading.Semaphore(0)
        self.port = 0
        self._ready = threading.Event()
        self._done: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._done.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head.split(b" ")[0].decode())
        is_read = head.startswith(b"GET")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]" if is_read else b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
        )
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await writer.wait_closed()
        self.closed.release()


@pytest.fixture
def impatient() -> Iterator[Impatient]:
    server = Impatient()
    server.start()
    yield server
    server.stop()


async def test_a_write_does_not_go_out_on_a_connection_that_has_ended(emulator: Emulator, impatient: Impatient) -> None:
    async with AsyncAstraDevOps(emulator.token, base_url=f"http://127.0.0.1:{impatient.port}") as astra:
        for _ in range(3):
            await asyncio.gather(*(astra.request("getOrganizationRoles") for _ in range(4)))
            for _ in range(4):
                impatient.closed.acquire()  # blocks the loop, as a slow function or a frozen process does
            time.sleep(0.01)  # noqa: ASYNC251 - the kernel delivers the end of the connections
            await asyncio.gather(*(astra.request("pcuAssociationTransfer", body={}) for _ in range(4)))
            for _ in range(4):
                impatient.closed.acquire()
    assert impatient.requests == (["GET"] * 4 + ["POST"] * 4) * 3
