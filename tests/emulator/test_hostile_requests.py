"""Requests to other names, half requests, what is not HTTP, and where an emulator is reached."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from astra_devops.emulator import Emulator
from astra_devops.emulator.net.half_open import HalfOpen

TOKEN = f"AstraCS:{'a' * 24}:{'0' * 64}"


async def status_for(session: aiohttp.ClientSession, emulator: Emulator, host: str, path: str = "/v2/databases", url: str = "") -> int:
    headers = {"Host": host, "Authorization": f"Bearer {emulator.token}"}
    async with session.get((url or emulator.url) + path, headers=headers) as response:
        return response.status


@pytest.mark.parametrize("path", ["/v2/databases", "/_emulator", "/_emulator/state.json", "/nothing"])
async def test_requests_to_other_names_are_refused(emulator: Emulator, session: aiohttp.ClientSession, path: str) -> None:
    port = emulator.url.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "[2001:db8::1]"):
        assert await status_for(session, emulator, host, path) == 421
    for host in (f"127.0.0.1:{port}", "localhost", f"LOCALHOST:{port}", "app.localhost", "[::1]", f"[::1]:{port}", "localhost."):
        assert await status_for(session, emulator, host, path) != 421
    assert len(emulator.journal) == (0 if path.startswith("/_emulator") else 7)


async def test_the_edge_refuses_other_names_too(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    assert await status_for(session, emulator, "evil.example", "/data/x", emulator.edge_url) == 421
    assert await status_for(session, emulator, "localhost", "/data/x", emulator.edge_url) != 421


async def test_other_names_can_be_allowed(session: aiohttp.ClientSession) -> None:
    async with Emulator(allowed_hosts=["Astra.test"]) as emulator:
        assert await status_for(session, emulator, "astra.TEST:80") == 200
        assert await status_for(session, emulator, "localhost") == 200
        assert await status_for(session, emulator, "evil.example") == 421
    with pytest.raises(TypeError, match="allowed_hosts must be a list of names, not a single string"):
        Emulator(allowed_hosts="astra.test")


async def test_on_all_addresses_any_name_is_served_and_appears_in_urls(session: aiohttp.ClientSession) -> None:
    async with Emulator(host="0.0.0.0") as emulator:
        assert emulator.url.startswith("http://127.0.0.1:")
        database_id = emulator.add_database("orders")
        headers = {"Host": "astra:1234", "Authorization": f"Bearer {emulator.token}"}
        async with session.get(f"{emulator.url}/v2/databases/{database_id}", headers=headers) as response:
            database = await response.json()
        edge_port = emulator.edge_url.rpartition(":")[2]
        assert database["dataEndpointUrl"].startswith(f"http://astra:{edge_port}/data/")
        async with emulator.async_client() as astra:
            assert (await astra.databases.get(database_id)).data_endpoint_url == database["dataEndpointUrl"].replace("astra:", "127.0.0.1:")


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "[::1]", "::"])
async def test_ipv6_addresses_have_brackets(host: str, tmp_path: Path) -> None:
    async with Emulator(host=host) as emulator:
        assert emulator.url.startswith("http://[::1]:")
        database_id = emulator.add_database("orders")
        async with emulator.async_client() as astra:
            assert (await astra.databases.get(database_id)).data_endpoint_url.startswith("http://[::1]:")
            await astra.secure_bundles.download(database_id, tmp_path)


async def test_what_is_not_http_is_one_line_in_the_log(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    host, port = emulator.url.removeprefix("http://").split(":")
    for garbage in (b"GET /x HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(garbage)
        assert (await reader.read()).startswith(b"HTTP/1.")
        writer.close()
        await writer.wait_closed()
    records = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(records) == 3
    for record in records:
        assert record.exc_info is None
        assert "is not valid HTTP" in record.getMessage()
        assert "\n" not in record.getMessage()


async def test_a_body_that_cannot_be_decompressed_is_one_line_in_the_log(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    host, port = emulator.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /v2/databases HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd")
    assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
    writer.close()
    await writer.wait_closed()
    assert [record.exc_info for record in caplog.records if record.levelno >= logging.WARNING] in ([], [None])
    assert len(emulator.journal) == 0


@pytest.mark.parametrize("host", ["http://a", "a:80", "a b", "a/b", "[a]", "[::1]:80", "-a", "a\n"])
def test_what_is_not_a_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="host must be an address or a host name without scheme and port, not"):
        Emulator(host=host)
    with pytest.raises(ValueError, match="each of allowed_hosts must be an address or a host name"):
        Emulator(allowed_hosts=[host])


async def test_half_open_connections_end_after_a_while_and_are_limited() -> None:
    async def answer(request: web.BaseRequest) -> web.Response:
        half_open.has_requested(request.protocol)
        return web.Response()

    server = web.Server(answer)
    half_open = HalfOpen(server, longest=0.1, most=3)
    listening = await asyncio.get_running_loop().create_server(half_open, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    halves = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
    for _, half in halves:
        half.write(b"GET / HT")
    assert [await half.read() for half, _ in halves] == [b""] * 5
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")  # This one has sent a request, and goes on.
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    for _, one in [*halves, (reader, writer)]:
        one.close()
    half_open.close()
    listening.close()
    await server.shutdown(0.1)


@contextmanager
def program(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    command = [sys.executable, "-m", "astra_devops.emulator", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline() or "{}")
        finally:
            process.kill()


def create_database(url: str, token: str) -> None:
    body = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/v2/databases", json.dumps(body).encode(), headers)) as response:
        assert response.status == 201


def test_the_token_of_the_program_is_random_unless_a_seed_or_a_token_is_given() -> None:
    def token(*options: str) -> str:
        with program(*options) as (_, place):
            return place["token"]

    assert token() != token()
    assert token("--seed", "3") == token("--seed", "3")
    assert token("--token", TOKEN) == TOKEN
    command = [sys.executable, "-m", "astra_devops.emulator", "--token", "AstraCS:hunter2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "argument --token: must be 'AstraCS:', 24 letters and digits" in done.stderr
    assert "hunter2" not in done.stderr


async def test_a_token_of_ones_own_owns_what_it_creates() -> None:
    async with Emulator(token=TOKEN) as emulator, emulator.async_client() as astra:
        assert emulator.token == TOKEN
        operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
        assert (await operation.wait()).owner_id == "a" * 24
    with pytest.raises(ValueError, match="token must be 'AstraCS:'"):
        Emulator(token="AstraCS:x")


def test_one_emulator_at_a_time_uses_a_state_file(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    command = [sys.executable, "-m", "astra_devops.emulator", "--state", str(state)]
    with program("--state", str(state)) as (first, _):
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 2
        assert "another emulator uses it" in second.stderr.splitlines()[-1]
        first.kill()  # The lock ends with the process, however it ends.
        first.wait()
    with program("--state", str(state)) as (third, place):
        assert place["url"]
        third.terminate()
        assert third.wait() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_a_killed_emulator_has_written_its_state(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with program("--state", str(state)) as (process, place):
        create_database(place["url"], place["token"])
        while "orders" not in state.read_text():  # The timeout of the test ends this, if nothing is ever written.
            time.sleep(0.1)
        process.kill()
    with program("--state", str(state)) as (process, again):
        assert again["token"] == place["token"]
        request = urllib.request.Request(f"{again['url']}/v2/databases", headers={"Authorization": f"Bearer {again['token']}"})
        with urllib.request.urlopen(request) as response:
            assert [database["info"]["name"] for database in json.load(response)] == ["orders"]
        process.kill()


@pytest.mark.parametrize(("content", "found"), [("null", "null"), ("[]", "list"), ("5", "int")])
def test_a_state_that_is_no_object_is_refused_and_kept(tmp_path: Path, content: str, found: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(content)
    command = [sys.executable, "-m", "astra_devops.emulator", "--state", str(state)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"must have a JSON object, not {found}" in done.stderr.splitlines()[-1]
    assert state.read_text() == content
