"""Requests through a proxy: what fails there was not sent, and shows no password."""

import asyncio
import contextlib
import pickle
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from astra_devops import AsyncAstraDevOps, RetryPolicy, errors
from astra_devops.emulator import Emulator, VirtualClock

pytestmark = pytest.mark.anyio

TOKEN = "AstraCS:" + "a" * 24 + ":" + "b" * 64
QUICK = RetryPolicy(max_attempts=2, base_delay=0.01)
ADDRESS = "https://api.example.invalid"


@contextlib.asynccontextmanager
async def proxy(answer: bytes) -> AsyncIterator[str]:
    """A proxy that gives one answer to everything, and then closes the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def failure_of_create(**settings: object) -> errors.RequestNotSentError:
    async with AsyncAstraDevOps(TOKEN, retry=QUICK, **{"base_url": ADDRESS, "clock": VirtualClock(), **settings}) as astra:
        with pytest.raises(errors.RequestNotSentError) as caught:
            await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    return caught.value


@pytest.mark.parametrize(
    ("answer", "attempts", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", 1, "answered 407 Proxy Authentication Required"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 1, "answered 403 Forbidden"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 2, "answered 502 Bad Gateway"),
        (b"SSH-2.0-CANARY\r\n\r\n", 2, "through the proxy"),
        (b"", 2, "through the proxy"),
    ],
)
async def test_what_fails_at_the_proxy_was_not_sent_and_names_the_proxy(answer: bytes, attempts: int, words: str) -> None:
    async with proxy(answer) as place:
        error = await failure_of_create(proxy=f"http://me:CANARY@{place}")
    assert place in str(error)
    assert words in str(error)
    assert error.attempts == attempts
    assert "CANARY" not in str(error) + repr(error) + str(pickle.dumps(error)) + str(getattr(error, "__notes__", ""))


async def test_the_proxy_of_the_environment_is_used_unless_it_is_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxy(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n") as place:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:CANARY@{place}")
        assert f"the proxy {place} answered 407 Who are you" in str(await failure_of_create())
        assert place not in str(await failure_of_create(trust_env=False))
        monkeypatch.setenv("NO_PROXY", "example.invalid")
        assert place not in str(await failure_of_create())


async def test_this_machine_is_reached_without_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url) as astra:
        assert await astra.databases.list().collect() == []


async def test_a_variable_that_names_no_http_proxy_ends_the_call_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://me:CANARY@127.0.0.1:1")
    async with AsyncAstraDevOps(TOKEN, base_url=ADDRESS) as astra:
        with pytest.raises(errors.ConfigurationError, match="ALL_PROXY must be an http or https URL") as caught:
            await astra.organizations.current()
    assert "CANARY" not in str(caught.value)


async def test_a_proxy_may_pass_on_plain_http_to_a_named_host() -> None:
    requests: list[str] = []

    async def forward(request: web.BaseRequest) -> web.Response:
        requests.append(f"{request.method} {request.raw_path}")
        return web.json_response([]) if request.method == "GET" else web.Response(status=407, reason="Who are you")

    runner = web.ServerRunner(web.Server(forward))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    place = f"http://127.0.0.1:{runner.addresses[0][1]}"
    with pytest.warns(UserWarning, match="allow_http: the token is sent to emulator.example unencrypted"):
        astra = AsyncAstraDevOps(TOKEN, base_url="http://emulator.example:8000", allow_http=True, proxy=place)
    async with astra:
        assert await astra.roles.list() == []
        with pytest.raises(errors.RequestNotSentError, match="answered 407 Who are you") as caught:
            await astra.keyspaces.create("d", "sales")
    assert caught.value.attempts == 1
    assert [line.partition("/v2/")[0] for line in requests] == ["GET http://emulator.example:8000", "POST http://emulator.example:8000"]
    await runner.cleanup()
