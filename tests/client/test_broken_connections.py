"""A proxy breaks the connection at every stage of the request that creates a database.

The emulator runs as a separate process. The client uses the system clock, as in production, in one
of these tests, and in the others a faster one: the search for a created database takes 15 seconds.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import ScaledClock

pytestmark = pytest.mark.anyio

Service = dict[str, str]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    command = [sys.executable, "-m", "astra_devops.emulator", "--port", "0", "--speed", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()
        process.stdout.read()
    assert process.returncode == 0


class Proxy:
    """Forwards connections, and breaks the first ``POST /v2/databases`` at one stage."""

    def __init__(self, upstream: str, stage: str) -> None:
        self._port = int(upstream.rpartition(":")[2])
        self._stage = stage
        self.broken = 0
        self.posts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer, upstream_reader, upstream_writer):
                pass
        for stream in (writer, upstream_writer):
            stream.transport.abort()

    async def _exchange(self, reader: Any, writer: Any, upstream_reader: Any, upstream_writer: Any) -> bool:
        request = await read_message(reader)
        is_create = request.startswith(b"POST /v2/databases HTTP")
        self.posts += is_create
        breaks = is_create and not self.broken
        self.broken += breaks
        if breaks and self._stage == "before the request":
            return False
        if breaks and self._stage == "in the request":
            upstream_writer.write(request[:-10])
            await upstream_writer.drain()
            return False
        upstream_writer.write(request)
        await upstream_writer.drain()
        answer = await read_message(upstream_reader)
        if breaks and self._stage == "before the answer":
            return False
        if breaks and self._stage == "gateway":
            answer = b"HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
        if breaks and self._stage == "in the answer":
            answer = answer[: len(answer) // 2]
        writer.write(answer)
        await writer.drain()
        return not (breaks and self._stage == "in the answer")


async def read_message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + await reader.readexactly(int(lengths[0]) if lengths else 0)


@contextlib.asynccontextmanager
async def proxied_client(service: Service, stage: str, **settings: Any) -> AsyncIterator[tuple[Proxy, AsyncAstraDevOps]]:
    proxy = Proxy(service["url"], stage)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1")
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with AsyncAstraDevOps(service["token"], base_url=address, **settings) as astra:
            yield proxy, astra


@pytest.mark.parametrize("kept_alive", [True, False], ids=["on a kept-alive connection", "on a new connection"])
@pytest.mark.parametrize("stage", ["before the answer", "in the answer", "gateway"])
async def test_a_created_database_is_adopted(service: Any, stage: str, kept_alive: bool) -> None:
    name = f"{stage}-{kept_alive}".replace(" ", "-")
    settings = {} if (stage, kept_alive) == ("before the answer", True) else {"clock": ScaledClock(30)}
    async with proxied_client(service, stage, **settings) as (proxy, astra):
        if kept_alive:
            await astra.regions.list()
        operation = await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")
        matches = [database async for database in astra.databases.list(include="all") if database.info.name == name]
        assert [database.id for database in matches] == [operation.resource_id]
        assert (proxy.broken, proxy.posts) == (1, 1)
        assert (await operation.wait(interval=0.05)).status == "ACTIVE"


@pytest.mark.parametrize("stage", ["before the request", "in the request"])
async def test_a_creation_that_did_not_happen_is_reported_and_not_repeated(service: Any, stage: str) -> None:
    name = stage.replace(" ", "-")
    async with proxied_client(service, stage) as (proxy, astra):
        impatient = astra.with_options(timeout=2)
        with pytest.raises(errors.OutcomeUnknownError):
            await impatient.databases.create(name, cloud_provider="AWS", region="us-east-2")
        assert (proxy.broken, proxy.posts) == (1, 1)
        assert await astra.databases.find(name) is None
