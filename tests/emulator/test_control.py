"""Control over HTTP, as a program in another language uses it."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from astra_devops.emulator import Emulator, ScaledClock, VirtualClock

pytestmark = pytest.mark.anyio


@pytest.fixture
async def emulator() -> Any:
    async with Emulator(clock=VirtualClock(auto=False)) as emulator:
        yield emulator


def message(answer: Any) -> str:
    (error,) = answer.json["errors"]
    return str(error["message"])


async def test_health_needs_no_token(api: Any) -> None:
    answer = await api("GET", "/_emulator/health", headers={"Authorization": ""})
    assert (answer.status, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "clock"),
        ("POST", "clock/advance"),
        ("GET", "faults"),
        ("POST", "faults"),
        ("DELETE", "faults"),
        ("DELETE", "faults/1"),
        ("GET", "journal"),
        ("DELETE", "journal"),
        ("GET", "journal/permissions"),
        ("GET", "snapshot"),
        ("PUT", "snapshot"),
        ("POST", "reset"),
        ("POST", "databases"),
        ("POST", "databases/x/hibernate"),
    ],
)
async def test_everything_else_needs_the_token_of_the_emulator(emulator: Emulator, api: Any, method: str, path: str) -> None:
    for token in (emulator.add_token(), "\udcff", ""):
        answer = await api(method, f"/_emulator/{path}", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "Authorization: Bearer" in message(answer)


async def test_a_manual_clock_moves_only_when_it_is_advanced(api: Any) -> None:
    database_id = await api.create()
    assert await api.status(database_id) == "PENDING"
    answer = await api("POST", "/_emulator/clock/advance", json={"seconds": 600})
    assert answer.json == {"kind": "manual", "now": "2026-01-01T00:10:00Z", "seconds": 600.0}
    assert await api.status(database_id) == "ACTIVE"
    assert (await api("GET", "/_emulator/clock")).json == answer.json


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the body must be JSON, but it is empty"),
        (b"{", "the body must be JSON"),
        (b"[]", "the body must be a JSON object with seconds"),
        (b"{}", "'seconds' is missing"),
        (b'{"seconds": -1}', "seconds must be a number of seconds from 0"),
        (b'{"seconds": true}', "seconds must be a number"),
        (b'{"seconds": 1e300}', "seconds must be a number"),
        (b'{"minutes": 1}', "'minutes' is not an argument; the arguments are seconds"),
    ],
)
async def test_a_bad_argument_is_named(api: Any, body: bytes, words: str) -> None:
    answer = await api("POST", "/_emulator/clock/advance", data=body)
    assert answer.status == 400
    assert words in message(answer)


async def test_a_clock_that_moves_by_itself_cannot_be_advanced(api_of: Any) -> None:
    async with Emulator(clock=ScaledClock(60)) as emulator:
        answer = await api_of(emulator)("POST", "/_emulator/clock/advance", json={"seconds": 1})
    assert answer.status == 409
    assert "--clock manual" in message(answer)


async def test_a_fault_is_added_listed_met_and_taken_back(api: Any) -> None:
    answer = await api("POST", "/_emulator/faults", json={"status": {"operation": "listDatabases", "status": 503, "times": None}})
    assert (answer.status, answer.json) == (201, {"ids": ["1"]})
    assert (await api("GET", "/v2/databases")).status == 503
    assert (await api("GET", "/_emulator/faults")).json == {"faults": [{"id": "1", "description": "listDatabases: answers 503"}]}
    assert (await api("DELETE", "/_emulator/faults/1")).status == 204
    assert (await api("GET", "/v2/databases")).status == 200
    answer = await api("DELETE", "/_emulator/faults/1")
    assert (answer.status, message(answer)) == (404, "no active fault has the id '1'; it may have been used up, or removed")


async def test_several_faults_are_added_at_once_and_cleared(api: Any) -> None:
    faults = [
        {"list_lag": {"seconds": 5}},
        {"not_found_after_create": {"times": 2}},
        {"throttle": {"rate": 1}},
        {"null_body": {"operation": "*"}},
    ]
    added = (await api("POST", "/_emulator/faults", json=faults)).json["ids"]
    assert added == ["list_lag", "not_found_after_create", "throttle:*", "1"]
    for fault_id in added[:3]:
        assert (await api("DELETE", f"/_emulator/faults/{fault_id}")).status == 204
    assert [fault["id"] for fault in (await api("GET", "/_emulator/faults")).json["faults"]] == ["1"]
    assert (await api("DELETE", "/_emulator/faults")).status == 204
    assert (await api("GET", "/_emulator/faults")).json == {"faults": []}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": {"operation": "listDatabases"}}, "status: 'status' is missing"),
        ({"status": {"operation": "listDatabase", "status": 503}}, "did you mean 'listDatabases'?"),
        ({"clear": {}}, "'clear' is not a kind of fault"),
        ([5], "an entry must be one kind of fault"),
    ],
)
async def test_a_bad_fault_is_explained(api: Any, fault: object, words: str) -> None:
    answer = await api("POST", "/_emulator/faults", json=fault)
    assert answer.status == 400
    assert words in message(answer)


async def test_the_journal_has_headers_without_credentials(emulator: Emulator, api: Any) -> None:
    secret = {"X-Cassandra-Token": "hidden", "Cookie": "a=hidden", "X-Note": f"see {emulator.token}", "User-Agent": "Go-http-client/2.0"}
    await api("POST", "/v2/databases", json={"name": "orders"}, headers=secret)
    await api("GET", "/v2/databases")
    document = (await api("GET", "/_emulator/journal?operation=createDatabase")).json
    (entry,) = document["requests"]
    assert document["total"] == 2
    assert entry["body"] == {"name": "orders"}
    assert entry["status"] == 422
    assert "unsupported cloud provider" in entry["error"]
    assert entry["headers"]["User-Agent"] == "Go-http-client/2.0"
    assert (entry["headers"]["Authorization"], entry["headers"]["X-Note"]) == ("(secret)", "see (a token)")
    (exchange,) = emulator.journal.of("createDatabase")
    assert exchange.headers["user-agent"] == "Go-http-client/2.0"
    assert "hidden" not in str(document) + repr(dict(exchange.headers))
    assert emulator.token not in str(document) + repr(dict(exchange.headers))


async def test_requests_that_are_no_text_can_be_read_too(emulator: Emulator, api: Any) -> None:
    host, port = emulator.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /v2/\xff?a=\xff&\xfe=1 HTTP/1.1\r\nHost: localhost\r\nX-Odd: \xff\r\nConnection: close\r\n\r\n")
    await reader.read()
    writer.close()
    await writer.wait_closed()
    await api("POST", "/v2/databases", data=b"\xff")
    for path in ("/_emulator/journal", "/_emulator/state.json", "/_emulator"):
        answer = await api("GET", path)
        assert answer.status == 200
        assert "/v2/" in answer.body.decode()


async def test_the_permissions_are_those_of_the_journal(emulator: Emulator, api: Any) -> None:
    database = emulator.add_database("orders")
    await api("GET", f"/v2/databases/{database}")
    await api("POST", "/v2/pcus/actions/get", json={})
    document = (await api("GET", "/_emulator/journal/permissions?description=Tests&any_database=false")).json
    permissions = emulator.journal.permissions()
    assert document == {
        "actions": ["org-db-view"],
        "unknown": ["pcuGet"],
        "policy": permissions.policy("Tests", any_database=False),
    }
    assert document["policy"]["resources"] == [f"drn:astra:org:__ORG_ID__:db:{database}"]
    assert (await api("DELETE", "/_emulator/journal")).status == 204
    assert (await api("GET", "/_emulator/journal/permissions")).json["policy"]["actions"] == []
    refused = await api("GET", "/_emulator/journal/permissions?any_database=yes")
    assert (refused.status, message(refused)) == (400, "any_database must be true or false, not 'yes'")
    assert (await api("GET", "/_emulator/journal/permissions?what=1")).status == 400


async def test_the_journal_can_be_read_by_operation_and_cleared(api: Any) -> None:
    answer = await api("GET", "/_emulator/journal?operation=listDatabase")
    assert (answer.status, "did you mean 'listDatabases'?" in message(answer)) == (400, True)
    assert (await api("GET", "/_emulator/journal?status=200")).status == 400
    await api("GET", "/v2/databases")
    assert (await api("DELETE", "/_emulator/journal")).status == 204
    assert (await api("GET", "/_emulator/journal")).json == {"total": 1, "requests": []}


async def test_a_snapshot_is_taken_and_restored(emulator: Emulator, api: Any) -> None:
    emulator.add_database("orders")
    saved = (await api("GET", "/_emulator/snapshot")).json
    assert saved == emulator.snapshot()
    assert (await api("POST", "/_emulator/reset")).status == 204
    assert emulator.databases == {}
    assert (await api("PUT", "/_emulator/snapshot", json=saved)).status == 204
    assert [database.name for database in emulator.databases.values()] == ["orders"]
    answer = await api("PUT", "/_emulator/snapshot", json={"version": 0})
    assert (answer.status, "not a state of the emulator" in message(answer)) == (400, True)


async def test_a_large_snapshot_can_be_restored(emulator: Emulator, api: Any) -> None:
    for number in range(1_000):
        emulator.add_database(f"database {number}", keyspaces=["x" * 1_000])
    saved = (await api("GET", "/_emulator/snapshot")).json
    content = io.BytesIO(json.dumps(saved).encode())
    assert len(content.getvalue()) > 2**20
    assert (await api("PUT", "/_emulator/snapshot", data=content)).status == 204
    assert len(emulator.databases) == 1_000


async def test_a_body_without_end_is_not_read_to_its_end(emulator: Emulator, api: Any) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(2**20)

    with suppress(aiohttp.ClientError):  # the emulator may close the connection while the body is being sent
        assert (await api("PUT", "/_emulator/snapshot", data=endless())).status == 413
    assert (await api("GET", "/_emulator/health")).status == 200


async def test_a_database_is_added_and_hibernated(emulator: Emulator, api: Any) -> None:
    body = {"name": "old", "keyspaces": ["a"], "created": "2025-12-01T00:00:00Z", "last_used": "2025-12-24T18:00:00+01:00"}
    database_id = (await api("POST", "/_emulator/databases", json=body)).json["id"]
    shown = await api.look(database_id)
    assert (shown["creationTime"], shown["lastUsageTime"]) == ("2025-12-01T00:00:00Z", "2025-12-24T17:00:00Z")
    assert (await api("POST", f"/_emulator/databases/{database_id}/hibernate")).status == 204
    emulator.clock.advance(3_600)  # type: ignore[attr-defined]
    assert await api.status(database_id) == "HIBERNATED"
    assert (await api("POST", "/_emulator/databases/nothing/hibernate")).status == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": 5}, "name must be a string"),
        ({"keyspaces": "a"}, "keyspaces must be a list of strings"),
        ({"status": "SLEEPY"}, "status must be a state of a database"),
        ({"created": "yesterday"}, "created must be a time such as"),
        ({"created": "2025-12-01T00:00:00"}, "created must have a time zone"),
        ({"created": "2026-12-01T00:00:00Z"}, "created must not be after the time of the emulator's clock"),
        ({"created": "2025-12-02T00:00:00Z", "last_used": "2025-12-01T00:00:00Z"}, "last_used must not be before created"),
        ({"size": "big"}, "'size' is not an argument"),
    ],
)
async def test_a_bad_database_is_explained(api: Any, change: dict[str, object], words: str) -> None:
    answer = await api("POST", "/_emulator/databases", json={"name": "orders"} | change)
    assert answer.status == 400
    assert words in message(answer)


async def test_an_unknown_path_lists_those_that_exist(api: Any) -> None:
    answer = await api("GET", "/_emulator/fault")
    assert answer.status == 404
    assert "/_emulator/faults" in message(answer)
    answer = await api("DELETE", "/_emulator/reset")
    assert (answer.status, answer.headers["Allow"], message(answer)) == (405, "POST", "/_emulator/reset accepts POST, not DELETE.")


async def test_control_leaves_no_trace_and_counts_as_a_change(emulator: Emulator, api: Any) -> None:
    emulator.faults.status("*", 503, times=None)
    await api("GET", "/_emulator/faults")
    assert (len(emulator.journal), emulator.changes) == (0, 0)
    await api("POST", "/_emulator/databases", json={"name": "orders"})
    assert (len(emulator.journal), emulator.changes) == (0, 1)


async def test_the_root_leads_to_the_page(api: Any) -> None:
    answer = await api("GET", "/")
    assert (answer.status, answer.headers["Location"]) == (302, "/_emulator")


def test_the_times_of_an_added_database_must_be_datetimes() -> None:
    with pytest.raises(TypeError, match="created must be a datetime with a time zone, not str"):
        Emulator().add_database("orders", created="2025-12-01")  # type: ignore[arg-type]
    database_id = (emulator := Emulator()).add_database("orders", created=datetime(2025, 12, 1, tzinfo=UTC))
    assert emulator.databases[database_id].created.year == 2025
