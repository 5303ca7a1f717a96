"""A proxy cuts the line around the request that creates a database, at every place where a line can break.

The service runs as a process of its own and the client goes by the system's clock, as it would far
away from it.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from astra_devops import AsyncAstraDevOps, errors

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
    """Passes connections on, and cuts the first one that carries ``POST /v2/databases``, at the place asked for."""

    def __init__(self, upstream: str, place: str) -> None:
        self._port = int(upstream.rpartition(":")[2])
        self._place = place
        self.cuts = 0
        self.posts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer, upstream_reader, upstream_writer):
                pass
        for each in (writer, upstream_writer):
            each.transport.abort()

    async def _exchange(self, reader, writer, upstream_reader, upstream_writer) -> bool:
        request = await read_message(reader)
        is_create = request.startswith(b"POST /v2/databases HTTP")
        self.posts += is_create
        cut = is_create and not self.cuts
        self.cuts += cut
        if cut and self._place == "before the request":
            return False
        if cut and self._place == "in the request":
            upstream_writer.write(request[:-10])
            await upstream_writer.drain()
            return False
        upstream_writer.write(request)
        await upstream_writer.drain()
        answer = await read_message(upstream_reader)
        if cut and self._place == "before the answer":
            return False
        if cut and self._place == "gateway":
            answer = b"HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
        if cut and self._place == "in the answer":
            answer = answer[: len(answer) // 2]
        writer.write(answer)
        await writer.drain()
        return not (cut and self._place == "in the answer")


async def read_message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + await reader.readexactly(int(lengths[0]) if lengths else 0)


@contextlib.asynccontextmanager
async def through(service: Service, place: str) -> AsyncIterator[tuple[Proxy, AsyncAstraDevOps]]:
    proxy = Proxy(service["url"], place)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1")
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with AsyncAstraDevOps(service["token"], base_url=address) as astra:
            yield proxy, astra


@pytest.mark.parametrize("warm", [True, False], ids=["on a kept connection", "on a new connection"])
@pytest.mark.parametrize("place", ["before the answer", "in the answer", "gateway"])
async def test_what_was_created_is_adopted(service, place, warm):
    name = f"{place}-{warm}".replace(" ", "-")
    async with through(service, place) as (proxy, astra):
        if warm:
            await astra.regions.list()
        operation = await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")
        made = [database async for database in astra.databases.list(include="all") if database.info.name == name]
        assert [database.id for database in made] == [operation.resource_id]
        assert (proxy.cuts, proxy.posts) == (1, 1)
        assert (await operation.wait(interval=0.05)).status == "ACTIVE"


@pytest.mark.parametrize("place", ["before the request", "in the request"])
async def test_what_was_not_created_is_not_made_up_and_not_repeated(service, place):
    name = place.replace(" ", "-")
    async with through(service, place) as (proxy, astra):
        hurried = astra.with_options(timeout=2)
        with pytest.raises(errors.OutcomeUnknownError):
            await hurried.databases.create(name, cloud_provider="AWS", region="us-east-2")
        assert (proxy.cuts, proxy.posts) == (1, 1)
        assert await astra.databases.find(name) is None
