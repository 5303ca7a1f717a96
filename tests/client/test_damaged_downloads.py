"""Downloads from hosts that send what no bundle is, late, or never."""

import asyncio
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web

from astra_devops import AsyncAstraDevOps, RetryPolicy, errors

pytestmark = pytest.mark.anyio

TOKEN = "AstraCS:" + "a" * 24 + ":" + "b" * 64
BODY = "config.json"


def archive(size: int = 10_000, files: int = 1, content: bytes | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for index in range(files):
            bundle.writestr(f"{index}-{BODY}", content if content is not None else os.urandom(50) * (size // 50))
    return buffer.getvalue()


def changed(change: Callable[[bytearray, int], object]) -> bytes:
    """Return a bundle after a change, which gets the place of the directory's first entry."""
    data = bytearray(archive())
    change(data, data.find(b"PK\x01\x02"))
    return bytes(data)


def flip(data: bytearray, at: int) -> None:
    data[70] ^= 0xFF
    data[71] ^= 0xFF


def encrypt(data: bytearray, at: int) -> None:
    data[6] |= 1
    data[at + 8] |= 1


def unknown_method(data: bytearray, at: int) -> None:
    data[8] = data[at + 10] = 99


def unknown_version(data: bytearray, at: int) -> None:
    data[at + 6] = 99


def other_method(method: int) -> Callable[[bytearray, int], None]:
    def change(data: bytearray, at: int) -> None:
        data[8] = data[at + 10] = method

    return change


def cut(data: bytearray, at: int) -> None:
    del data[at + 3 :]


def understate(data: bytearray, at: int) -> None:
    data[at + 24 : at + 28] = (5).to_bytes(4, "little")


DAMAGED = {
    "flipped": changed(flip),
    "encrypted": changed(encrypt),
    "unknown method": changed(unknown_method),
    "unknown version": changed(unknown_version),
    "not bzip2": changed(other_method(12)),
    "not lzma": changed(other_method(14)),
    "cut": changed(cut),
    "understated size": changed(understate),
    "empty archive": archive(files=0),
    "many files": archive(files=1001, content=b""),
    "large when unpacked": archive(content=b"\0" * (65 * 1024 * 1024)),
    "large": os.urandom(17 * 1024 * 1024),
    "nothing": b"",
    "a page": b"<html>please log in</html>",
}


class Host:
    """A service that signs URLs, and serves what ``answer`` returns for the nth request to one."""

    def __init__(self, answer: Callable[[web.Request, int], object]) -> None:
        self.answer = answer
        self.count = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return web.json_response({"downloadURL": f"http://{request.host}/b"})
        self.count += 1
        answer = self.answer(request, self.count)
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        return await answer  # type: ignore[misc, no-any-return]


@asynccontextmanager
async def client_of(host: Host, **options: float) -> AsyncIterator[AsyncAstraDevOps]:
    runner = web.ServerRunner(web.Server(host, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with AsyncAstraDevOps(TOKEN, base_url=url, retry=RetryPolicy(base_delay=0), **options) as astra:
            yield astra
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("kind", DAMAGED)
async def test_a_damaged_bundle_is_fetched_once_more_and_then_an_error(kind: str, tmp_path: Path) -> None:
    host = Host(lambda request, count: DAMAGED[kind])
    async with client_of(host) as astra:
        with pytest.raises(errors.ResponseDecodeError, match="not a valid zip file"):
            await astra.secure_bundles.download("db", tmp_path)
    assert host.count == 2
    assert not list(tmp_path.iterdir())


async def test_a_bundle_that_arrives_whole_at_the_second_attempt_is_taken(tmp_path: Path) -> None:
    good = archive()
    host = Host(lambda request, count: DAMAGED["large"] if count == 1 else good)
    async with client_of(host) as astra:
        path = await astra.secure_bundles.download("db", tmp_path)
    assert path.read_bytes() == good


async def drip(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    with suppress(OSError):
        while True:
            await answer.write(b"x")
            await asyncio.sleep(0.05)
    return answer


async def test_the_timeout_of_the_call_bounds_a_download_that_drips(tmp_path: Path) -> None:
    host = Host(lambda request, count: drip(request))
    async with client_of(host, timeout=0.5, attempt_timeout=0.3) as astra:
        with pytest.raises(errors.OutcomeUnknownError, match=r"not complete within 0\.5 s"):
            await astra.secure_bundles.download("db", tmp_path)
    assert host.count == 1
    assert not list(tmp_path.iterdir())


async def test_attempts_share_the_timeout_of_the_call(tmp_path: Path) -> None:
    async def stop(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await asyncio.sleep(10)
        return answer

    host = Host(lambda request, count: stop(request))
    async with client_of(host, timeout=0.5, attempt_timeout=0.2) as astra:
        with pytest.raises(errors.OutcomeUnknownError):
            await astra.secure_bundles.download("db", tmp_path)
    assert host.count <= 3


async def test_a_download_canceled_at_any_step_leaves_no_file_and_no_descriptor(tmp_path: Path) -> None:
    good = archive(200_000)
    async with client_of(Host(lambda request, count: good)) as astra:
        path = await astra.secure_bundles.download("db", tmp_path / "bundle.zip")
        path.unlink()
        before = set(os.listdir("/proc/self/fd"))
        completed = False
        for steps in range(2000):
            task = asyncio.ensure_future(astra.secure_bundles.download("db", path))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            completed = not task.cancelled()
            assert [entry.name for entry in tmp_path.iterdir()] == ["bundle.zip"] * completed
            if completed:
                break
        assert completed
        # Connections come and go; files do not.
        paths = [os.readlink(f"/proc/self/fd/{name}") for name in set(os.listdir("/proc/self/fd")) - before if _is_open(name)]
        assert not [one for one in paths if one.startswith(str(tmp_path))]


def _is_open(name: str) -> bool:
    return os.path.lexists(f"/proc/self/fd/{name}")


_ON_A_SLOW_DISK = """
import asyncio, contextlib, os, sys, tempfile, time
from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator, VirtualClock

slow_event = None
sys.addaudithook(lambda event, _: time.sleep(0.05) if event == slow_event else None)

async def main():
    global slow_event
    async with Emulator(clock=VirtualClock()) as emulator:
        async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra:
            database_id, folder = emulator.add_database("orders"), tempfile.mkdtemp()
            await astra.secure_bundles.download(database_id, folder + "/warm.zip")
            os.unlink(folder + "/warm.zip")
            before = len(os.listdir("/proc/self/fd"))
            for slow_event in ("tempfile.mkstemp", "open", "os.truncate"):
                for step in range(5):
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.02 * step):
                            await astra.secure_bundles.download(database_id, folder + "/b.zip")
                            os.unlink(folder + "/b.zip")
            print(os.listdir(folder), len(os.listdir("/proc/self/fd")) - before)

asyncio.run(main())
"""


def test_a_download_canceled_on_a_slow_disk_leaves_nothing() -> None:
    result = subprocess.run([sys.executable, "-c", _ON_A_SLOW_DISK], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout == "[] 0\n"


class Signer(Host):
    """A service with an ACTIVE database, whose bundle's URL is not there the first times."""

    def __init__(self, placeholder: str, times: int) -> None:
        super().__init__(lambda request, count: archive())
        self.placeholder = placeholder
        self.left = times

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("secureBundleURL") and self.left:
            self.left -= 1
            return web.Response(text=self.placeholder, content_type="application/json")
        if request.method == "GET" and "databases" in request.path:
            return web.json_response({"id": "db", "orgId": "o", "ownerId": "w", "status": "ACTIVE", "info": {}})
        return await super().__call__(request)


PLACEHOLDERS = ['{"downloadURL": "pending"}', '{"downloadURL": ""}', '{"downloadURL": null}', "{}", "null", "[]"]


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
async def test_a_bundle_that_is_not_ready_is_waited_for(placeholder: str, tmp_path: Path) -> None:
    async with client_of(Signer(placeholder, times=1)) as astra:
        assert zipfile.is_zipfile(await astra.secure_bundles.download("db", tmp_path))


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
async def test_a_bundle_that_is_never_ready_is_a_conflict(placeholder: str, tmp_path: Path) -> None:
    async with client_of(Signer(placeholder, times=1000), timeout=0.5) as astra:
        with pytest.raises(errors.ConflictError, match="not ready yet") as caught:
            await astra.secure_bundles.download("db", tmp_path)
        assert [bundle.download_url for bundle in await astra.secure_bundles.urls("db")] in ([], [None])
    assert "the database is in" not in str(caught.value)
    assert not list(tmp_path.iterdir())


async def test_placeholders_of_other_kinds_are_not_ready_either(tmp_path: Path) -> None:
    domains = '[{"domain": "d", "downloadURL": ""}]'
    body = f'{{"downloadURL": "https://example.com/b", "downloadURLInternal": "pending", "customDomainBundles": {domains}}}'
    async with client_of(Signer(body, times=1000), timeout=0.5) as astra:
        for choice in ({"kind": "internal"}, {"custom_domain": "d"}):
            with pytest.raises(errors.ConflictError, match="not ready yet"):
                await astra.secure_bundles.download("db", tmp_path, **choice)
        (bundle,) = await astra.secure_bundles.urls("db")
    assert bundle.download_url is not None
    assert bundle.download_url_internal is None
    assert bundle.custom_domain_bundles[0].download_url is None


@pytest.mark.parametrize("url", ["http://[bad", "http://example.com/b", "https://example.com:99999/", "https://", "ftp://example.com/b"])
async def test_an_address_that_cannot_be_used_is_no_fault_of_the_caller(url: str, tmp_path: Path) -> None:
    async with client_of(Signer(f'{{"downloadURL": "{url}"}}', times=1000), timeout=0.5) as astra:
        with pytest.raises(errors.ResponseDecodeError, match="URL of the bundle cannot be used"):
            await astra.secure_bundles.download("db", tmp_path)
