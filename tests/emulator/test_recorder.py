"""The recorder and the replay: what is recorded, what never is, and that it can be replayed."""

import gzip
import json
import re
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import attrs
import pytest

from astra_devops.emulator import Emulator, Recorder, Replay
from astra_devops.emulator.recording.file import read
from astra_devops.emulator.recording.scrubbing import Scrubber, SecretLeft

pytestmark = pytest.mark.anyio

ORDERS: Final = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
REMOTE: Final = {
    "prometheus_remote": {"endpoint": "https://metrics.example.com/write", "auth_strategy": "basic", "user": "u", "password": "canary-pw-1"}
}


@attrs.frozen
class Proxied:
    """A recorder in front of an emulator, with a plain HTTP client."""

    emulator: Emulator
    recorder: Recorder
    session: aiohttp.ClientSession
    path: Path

    async def __call__(self, method: str, path: str, *, json: object = None, **headers: str) -> tuple[int, Any, bytes]:
        headers = {"Authorization": f"Bearer {self.emulator.token}"} | headers
        async with self.session.request(method, self.recorder.url + path, headers=headers, json=json, allow_redirects=False) as response:
            return response.status, response.headers, await response.read()

    @property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def exchanges(self) -> list[Any]:
        return [json.loads(line) for line in self.path.read_bytes().splitlines()[1:]]


@pytest.fixture
async def proxied(emulator: Emulator, session: aiohttp.ClientSession, tmp_path: Path) -> AsyncIterator[Proxied]:
    path = tmp_path / "recorded.jsonl"
    async with Recorder(emulator.url, path) as recorder:
        yield Proxied(emulator, recorder, session, path)


async def test_requests_and_answers_are_forwarded_unchanged(proxied: Proxied) -> None:
    status, headers, body = await proxied("POST", "/v2/databases", json=ORDERS)
    (request,) = proxied.emulator.journal
    assert (status, body, request.body) == (201, b"", ORDERS)
    database_id = headers["Location"]
    assert headers["X-Request-Id"]
    status, _, body = await proxied("GET", f"/v2/databases/{database_id}?a=b&a=%2F")
    assert (status, json.loads(body)["id"]) == (200, database_id)
    assert proxied.emulator.journal[-1].query == {"a": "/"}
    status, _, body = await proxied("GET", "/v2//databases")
    assert (status, proxied.emulator.journal[-1].path) == (301, "/v2//databases")
    assert proxied.recorder.written == 3


async def test_ids_and_names_are_recorded(proxied: Proxied) -> None:
    _, headers, _ = await proxied("POST", "/v2/databases", json=ORDERS)
    await proxied("GET", f"/v2/databases/{headers['Location']}")
    first, second = proxied.exchanges
    assert first["request"] == ORDERS
    assert (first["status"], first["headers"]["Location"]) == (201, headers["Location"])
    assert second["body"]["id"] == headers["Location"]
    assert second["body"]["info"]["name"] == "orders"


async def test_the_replacement_of_a_secret_is_of_the_same_kind(proxied: Proxied) -> None:
    await proxied("POST", "/v2/databases", json=ORDERS)
    await proxied("GET", "/v2/databases")
    proxied.emulator.clock.advance(600)  # type: ignore[attr-defined]
    await proxied("GET", "/v2/databases")
    await proxied("POST", "/v2/tokens", json={"roles": []})
    _, early, late, made = proxied.exchanges
    links = [exchange["body"][0]["info"]["datacenters"][0]["secureBundleUrl"] for exchange in (early, late)]
    assert links == ["", "https://removed.example/"]
    assert re.fullmatch(r"AstraCS:\w{24}:[0-9a-f]{64}", made["body"]["token"])


async def test_no_secret_is_recorded(proxied: Proxied) -> None:
    database_id = proxied.emulator.add_database("orders")
    role_id = json.loads((await proxied("GET", "/v2/organizations/roles"))[2])[0]["ID"]
    _, _, made = await proxied("POST", "/v2/tokens", json={"roles": [role_id]})
    token = json.loads(made)
    _, _, bundle = await proxied("POST", f"/v2/databases/{database_id}/secureBundleURL")
    link = json.loads(bundle)["downloadURL"]
    await proxied("GET", f"/v2/databases/{database_id}", Cookie="session=canary-cookie", Token="canary-token-header")
    await proxied("POST", f"/v2/databases/{database_id}/telemetry/metrics", json=REMOTE)
    await proxied("GET", "/v2/databases", Authorization=f"Bearer {token['token']}")
    assert token["clientId"] in proxied.text
    for secret in (proxied.emulator.token, token["token"], token["secret"], link, "canary", "X-Amz-", "AstraCS:" + token["clientId"]):
        assert secret not in proxied.text, secret
    assert proxied.recorder.withheld == 0


@pytest.mark.parametrize(
    "body",
    [
        {"description": "rotated, was canary-0123456789", "password": "canary-0123456789"},
        {"nested": [{"clientSecret": ["canary-0123456789", {"deep": "canary-0123456789"}]}]},
        {"unheard_of_api_key": "canary-0123456789"},
        {"note": "use AstraCS:canary-0123456789:abcdef now"},
        {"link": "see https://s3.example.com/canary?X-Amz-Signature=canary-0123456789&x=1 for it"},
        {"link": "X-Amz-Credential=canary-0123456789"},
        {"endpoint": "https://ann:canary-0123456789@prometheus.example.com/push", "note": "with canary-0123456789"},
        {"document": '{"token": "canary-0123456789"}'},
        {"AstraCS:canary-0123456789": 1},
        "plain text, AstraCS:canary-0123456789",
    ],
)
async def test_secrets_are_removed_anywhere_in_an_answer(proxied: Proxied, body: object) -> None:
    proxied.emulator.faults.status("listDatabases", 200, body=body, headers={"Set-Cookie": "crumb=canary-crumb; Path=/"})
    _, headers, received = await proxied("GET", "/v2/databases")
    assert b"canary-0123456789" in received
    assert "canary-crumb" in headers["Set-Cookie"]
    assert "canary" not in proxied.text
    assert proxied.recorder.written == 1


async def test_secrets_in_a_request_line_are_removed(proxied: Proxied) -> None:
    await proxied("GET", "/v2/AstraCS%3Acanary%3A1/x?token=canary-in-query&X-Amz-Signature=canary-sig&who=ann%40example.org&limit=3")
    (exchange,) = proxied.exchanges
    assert "canary" not in proxied.text
    assert exchange["query"] == [["token", "removed"], ["X-Amz-Signature", "removed"], ["who", "someone@example.com"], ["limit", "3"]]


async def test_email_addresses_are_replaced(proxied: Proxied) -> None:
    await proxied("GET", "/v2/organizations/users")
    assert "owner@example.com" not in proxied.text
    assert "someone@example.com" in proxied.text


async def test_an_exchange_with_a_secret_that_cannot_be_removed_is_withheld(proxied: Proxied) -> None:
    secret = "canary/secret"  # also in the answer as base64, where it cannot be recognized
    proxied.emulator.faults.status("listDatabases", 200, body={"password": secret, "note": "Y2FuYXJ5L3NlY3JldA=="})
    _, _, received = await proxied("GET", "/v2/databases")
    assert secret.encode() in received
    assert (proxied.recorder.written, proxied.recorder.withheld) == (0, 1)
    assert proxied.exchanges == [{"withheld": "SecretLeft"}]
    assert read(proxied.path) == []


async def test_compressed_answers_are_forwarded_compressed_and_recorded_plain(proxied: Proxied) -> None:
    for number in range(30):
        proxied.emulator.add_database(f"database {number}")
    headers = {"Authorization": f"Bearer {proxied.emulator.token}", "Accept-Encoding": "gzip, br"}
    async with (
        aiohttp.ClientSession(auto_decompress=False) as raw,
        raw.get(f"{proxied.recorder.url}/v2/databases", headers=headers) as answer,
    ):
        assert answer.headers["Content-Encoding"] == "gzip"
        listed = json.loads(gzip.decompress(await answer.read()))
    assert len(listed) == len(proxied.exchanges[0]["body"]) > 20
    assert "X-Amz-" not in proxied.text


async def test_a_body_that_cannot_be_read_is_counted_but_not_recorded(proxied: Proxied) -> None:
    proxied.emulator.faults.truncated_gzip("listDatabases")
    await proxied("GET", "/v2/databases")
    proxied.emulator.faults.body("listDatabases", b"\xff\xfe\x00", content_type="application/octet-stream")
    await proxied("GET", "/v2/databases")
    first, second = proxied.exchanges
    assert first["omitted"] > 0
    assert second["omitted"] == 3
    assert "body" not in first


async def test_errors_are_recorded_unchanged(proxied: Proxied) -> None:
    proxied.emulator.faults.rate_limit("listDatabases", retry_after="7")
    proxied.emulator.faults.status("listDatabases", 502, body="<html>bad gateway</html>", content_type="text/html")
    proxied.emulator.faults.status("listDatabases", 401, body=b"null")
    assert [(await proxied("GET", "/v2/databases"))[0] for _ in range(3)] == [429, 502, 401]
    limited, gateway, refused = proxied.exchanges
    assert (limited["status"], limited["headers"]["Retry-After"]) == (429, "7")
    assert (gateway["text"], gateway["headers"]["Content-Type"]) == ("<html>bad gateway</html>", "text/html")
    assert (refused["status"], refused["body"]) == (401, None)


async def test_a_cut_connection_is_recorded_and_cut_for_the_client_too(proxied: Proxied) -> None:
    proxied.emulator.faults.reset_after_effect("createDatabase")
    with pytest.raises(aiohttp.ClientError):
        await proxied("POST", "/v2/databases", json=ORDERS)
    assert len(proxied.emulator.databases) == 1
    assert proxied.exchanges == [{"method": "POST", "path": "/v2/databases", "request": ORDERS, "failure": "reset"}]


async def test_a_service_that_is_down_is_recorded(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with Emulator() as emulator:
        url = emulator.url
    async with Recorder(url, tmp_path / "recorded.jsonl") as recorder:
        with pytest.raises(aiohttp.ClientError):
            await session.post(f"{recorder.url}/v2/databases", json=ORDERS)
    assert [recorded.failure for recorded in read(tmp_path / "recorded.jsonl")] == ["not connected"]


async def test_a_recording_is_readable_by_its_owner_only_and_never_overwritten(proxied: Proxied) -> None:
    assert stat.S_IMODE(proxied.path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        async with Recorder(proxied.emulator.url, proxied.path):
            pass


@pytest.mark.parametrize("upstream", ["http://api.example.com", "ftp://localhost", "https://u:p@host", "https://host/?q=1", "nothing"])
def test_only_safe_upstreams_are_accepted(upstream: str) -> None:
    with pytest.raises(ValueError, match="upstream"):
        Recorder(upstream, "never-written")


def test_a_time_is_recorded_although_its_name_has_a_secret_word() -> None:
    document = {"tokenExpiry": "2026-01-01T00:00:00Z", "token": "AstraCS:a:b", "credentialExpiration": None}
    cleaned = Scrubber(frozenset({"token"})).clean(document)
    assert cleaned["tokenExpiry"] == "2026-01-01T00:00:00Z"
    assert cleaned["token"] != "AstraCS:a:b"


async def test_the_scrubber_does_not_reveal_a_secret_that_is_left() -> None:
    scrubber = Scrubber(frozenset())
    scrubber.learn("hunter2!")
    with pytest.raises(SecretLeft) as caught:
        scrubber.check(b'{"a": "hunter2!"}')
    assert "hunter2" not in f"{caught.value} {scrubber!r}"


async def test_a_replay_answers_in_the_recorded_order(proxied: Proxied) -> None:
    _, headers, _ = await proxied("POST", "/v2/databases", json=ORDERS)
    path = f"/v2/databases/{headers['Location']}"
    first = (await proxied("GET", path))[2]
    await proxied.emulator.clock.sleep(130)
    second = (await proxied("GET", path))[2]
    async with Replay(proxied.path) as replay:
        assert len(replay.left) == 3

        async def ask(method: str, path: str) -> tuple[int, Any, bytes]:
            async with proxied.session.request(method, replay.url + path, headers={"Authorization": f"Bearer {replay.token}"}) as response:
                return response.status, response.headers, await response.read()

        status, again, body = await ask("POST", "/v2/databases")
        assert (status, again["Location"], body) == (201, headers["Location"], b"")
        statuses = [json.loads((await ask("GET", path))[2])["status"] for _ in range(3)]
        assert statuses == [json.loads(first)["status"], json.loads(second)["status"], "ACTIVE"]
        assert replay.left == []
        status, _, body = await ask("POST", "/v2/databases")
        assert (status, "1 time(s)" in json.loads(body)["errors"][0]["message"]) == (501, True)
        status, _, body = await ask("GET", f"{path}?other=1")
        assert (status, "not recorded" in json.loads(body)["errors"][0]["message"]) == (501, True)
        assert [exchange.status for exchange in replay.journal] == [201, 200, 200, 200, 501, 501]


async def test_a_replay_recognizes_a_request_without_its_secrets(proxied: Proxied) -> None:
    path = "/v2/ann%40example.org/x?password=hunter22&b=2&a=1"
    await proxied("GET", path)
    async with (
        Replay(proxied.path) as replay,
        proxied.session.get(f"{replay.url}/v2/ann@example.org/x?a=1&password=hunter22&b=2") as answer,
    ):
        assert (answer.status, await answer.text()) == (404, "404 page not found")


async def test_a_replay_cuts_the_connection_where_it_was_cut(proxied: Proxied) -> None:
    proxied.emulator.faults.reset_before_effect("createDatabase")
    with pytest.raises(aiohttp.ClientError):
        await proxied("POST", "/v2/databases", json=ORDERS)
    await proxied("POST", "/v2/databases", json=ORDERS)
    async with Replay(proxied.path) as replay, aiohttp.ClientSession(replay.url) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.post("/v2/databases", json=ORDERS)
        async with session.post("/v2/databases", json=ORDERS) as answer:
            assert answer.status == 201


async def test_the_recorder_does_not_repeat_a_request_that_is_cut(proxied: Proxied) -> None:
    proxied.emulator.faults.reset_before_effect("listDatabases", times=None)
    with pytest.raises(aiohttp.ClientError):
        await proxied("GET", "/v2/databases")  # aiohttp repeats the GET of this client
    assert proxied.emulator.journal.count("listDatabases") == len(proxied.exchanges) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"not json",
        b'{"format": "astra-devops recording", "version": 2}',
        b'{"format": "astra-devops recording", "version": 1}\n[]',
        b'{"format": "astra-devops recording", "version": 1}\n{"method": "GET", "path": "/"}',
        b'{"format": "astra-devops recording", "version": 1}\n{"method": "GET", "path": "/", "status": 200, "surprise": 1}',
    ],
)
def test_an_invalid_recording_is_refused_and_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.jsonl"):
        Replay(path)


def test_a_recorder_has_no_url_before_it_runs(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = Recorder("https://api.example.com", tmp_path / "x").url


def test_both_are_programs(tmp_path: Path) -> None:
    path = tmp_path / "recorded.jsonl"
    with Emulator.running() as emulator, started("record", "--upstream", emulator.url, "--out", str(path)) as recorder:
        assert ask(announced(recorder)["url"], emulator.token) == []
        assert stopped(recorder) == (0, "")
    with started("replay", str(path)) as replay:
        place = announced(replay)
        assert set(place) == {"url", "token"}
        assert ask(place["url"], place["token"]) == []
        assert stopped(replay) == (0, "")
    with started("replay", str(tmp_path / "nothing")) as missing:
        _, output = missing.communicate()
    assert (missing.returncode, len(output.splitlines())) == (1, 1)


def started(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "error", "-m", "astra_devops.emulator", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def announced(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def stopped(process: "subprocess.Popen[str]") -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, output = process.communicate()
    return process.returncode, output


def ask(url: str, token: str) -> Any:
    import urllib.request

    request = urllib.request.Request(f"{url}/v2/databases", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


async def test_recorder_and_replay_answer_to_allowed_hosts(proxied: Proxied, session: aiohttp.ClientSession, tmp_path: Path) -> None:
    async def status(url: str, host: str) -> int:
        async with session.get(f"{url}/v2/databases", headers={"Host": host}) as answer:
            return answer.status

    async with (
        Recorder(proxied.emulator.url, tmp_path / "another.jsonl", allowed_hosts=["Recorder.test"]) as recorder,
        Replay(proxied.path, allowed_hosts=["replay.test"]) as replay,
    ):
        assert [await status(recorder.url, host) for host in ("recorder.test:80", "replay.test")] == [401, 421]
        assert [await status(replay.url, host) for host in ("recorder.test:80", "replay.test")] == [421, 501]
    with pytest.raises(TypeError, match="allowed_hosts must be a list of names"):
        Replay(proxied.path, allowed_hosts="replay.test")
    with pytest.raises(ValueError, match="each of allowed_hosts must be an address or a host name"):
        Recorder(proxied.emulator.url, "never-written", allowed_hosts=["http://recorder.test"])


@pytest.mark.parametrize("host", ["localhost", "emulator.localhost", "127.0.0.2", "[::1]"])
def test_plain_http_to_this_machine_can_be_recorded(host: str) -> None:
    Recorder(f"http://{host}:8000", "never-written")
