"""Comparing recordings with the contract: each difference is named once, without its values."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import attrs
import pytest

from astra_devops.emulator import Emulator, Quirks, Recorder
from astra_devops.emulator.recording.compare import Comparison, compare
from astra_devops.emulator.recording.differences import differences

pytestmark = pytest.mark.anyio

Use = Callable[["Recording"], Awaitable[object]]


class Recording:
    """Requests to an emulator through a recorder."""

    def __init__(self, emulator: Emulator, recorder: Recorder, session: aiohttp.ClientSession) -> None:
        self.emulator, self._recorder, self._session = emulator, recorder, session

    async def __call__(self, method: str, path: str, body: object = None) -> None:
        headers = {"Authorization": f"Bearer {self.emulator.token}"}
        async with self._session.request(method, self._recorder.url + path, headers=headers, json=body) as answer:
            await answer.read()


async def compared(tmp_path: Path, session: aiohttp.ClientSession, quirks: Quirks, use: Use) -> Comparison:
    path = tmp_path / "recorded.jsonl"
    async with Emulator(quirks=quirks) as emulator, Recorder(emulator.url, path) as recorder:
        await use(Recording(emulator, recorder, session))
    return compare(path)


async def read_much(call: Recording) -> None:
    database_id = call.emulator.add_database("orders", keyspaces=["shop"])
    call.emulator.add_pcu_group("analytics")
    for path in (
        "/v2/databases",
        f"/v2/databases/{database_id}",
        f"/v2/databases/{database_id}/datacenters",
        f"/v2/databases/{database_id}/access-list",
        "/v2/availableRegions",
        "/v2/regions/serverless",
        "/v2/currentOrg",
        "/v2/organizations/users",
        "/v2/clientIdSecrets",
        "/v2/scim/Schemas",
        "/v2/scim/users",
        "/v2/kms",
    ):
        await call("GET", path)
    await call("POST", "/v2/pcus/actions/get", {})
    await call("POST", f"/v2/databases/{database_id}/secureBundleURL")


async def test_an_emulator_that_keeps_the_contract_shows_no_difference(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    comparison = await compared(tmp_path, session, Quirks(), read_much)
    assert comparison.report() == "0 differences from the contract in 14 exchanges, 13 operations succeeded."


SWITCHES = {field.name: not field.default for field in attrs.fields(Quirks) if isinstance(field.default, bool)}


async def test_no_switch_of_the_emulator_leaves_the_contract(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """The overlay allows what answers to reads are known to be, in both settings."""
    flipped = Quirks(**{**SWITCHES, "scim_media_type_required": False})
    assert (await compared(tmp_path, session, flipped, read_much)).lines == ()


async def test_a_switch_that_leaves_the_contract_is_named(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    async def create(call: Recording) -> None:
        body = {"name": "orders", "tier": "serverless", "cloudProvider": "AWS", "region": "us-east-2", "capacityUnits": 1}
        await call("POST", "/v2/databases", body)

    found = await compared(tmp_path, session, Quirks(created_without_body=False), create)
    assert found.lines == ("createDatabase: answered 201 with a body of application/json, where the contract has none",)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ({"id": "a", "status": "ASLEEP"}, ["200 /status is 'ASLEEP', which the contract does not list"]),
        ({"id": "a", "Status": "ACTIVE"}, ["200 /status has the name Status"]),
        ({"id": "a", "new": [1]}, ["200 /new is not in the contract: an array"]),
        (
            {"id": "a", "info": {"datacenters": [{"region": "r", "capacityUnits": "1"}] * 3}},
            [
                "200 /info/datacenters/*/capacityUnits is a string, not an integer (3 times)",
                "200 /info/datacenters/*/cloudProvider is missing, although the contract requires it (3 times)",
                "200 /info/datacenters/*/status is missing, although the contract requires it (3 times)",
                "200 /info/datacenters/*/tier is missing, although the contract requires it (3 times)",
            ],
        ),
        ({"id": "a", "creationTime": "yesterday"}, ["200 /creationTime is not a time in a known form"]),
        ({"id": None}, ["200 /id is null, not a string"]),
        ({}, ["200 /id is missing, although the contract requires it, and identifies the object"]),
        ([], ["200 the body is an array, not an object"]),
        (b"", ["answered 200 with an empty body"]),
        (b"<html>", ["200 the body is a string, not an object"]),
    ],
)
async def test_each_difference_is_named(tmp_path: Path, session: aiohttp.ClientSession, body: object, lines: list[str]) -> None:
    async def use(call: Recording) -> None:
        call.emulator.faults.body("getDatabase", body)
        await call("GET", f"/v2/databases/{call.emulator.add_database('orders')}")

    always = {f"getDatabase: 200 /{name} is missing, although the contract requires it" for name in ("orgId", "ownerId", "info", "status")}
    found = set((await compared(tmp_path, session, Quirks(), use)).lines)
    assert {f"getDatabase: {line}" for line in lines} <= found
    assert found - {f"getDatabase: {line}" for line in lines} <= always


async def test_what_the_contract_does_not_have_is_named(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    async def use(call: Recording) -> None:
        await call("GET", "/v9/databases/12345")
        call.emulator.faults.status("getCurrentOrganization", 418)
        await call("GET", "/v2/currentOrg")
        call.emulator.faults.wrong_type("listSCIMUsers", "application/json")
        await call("GET", "/v2/scim/users")
        call.emulator.faults.status("listDatabases", 503)
        await call("GET", "/v2/databases")

    assert (await compared(tmp_path, session, Quirks(), use)).lines == (
        "GET /v9/databases/* is not in the contract (answered 404)",
        "getCurrentOrganization: answered 418, which the contract does not list",
        "listSCIMUsers: answered 200 as application/json, not application/scim+json",
    )


async def test_no_value_is_in_a_report(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    async def use(call: Recording) -> None:
        body = {"id": 4711, "status": "private words", "creationTime": "birthday", "ownerId": ["canary"], "more": {"a": "canary"}}
        call.emulator.faults.body("getDatabase", body)
        await call("GET", f"/v2/databases/{call.emulator.add_database('orders')}")

    report = (await compared(tmp_path, session, Quirks(), use)).report()
    assert not any(word in report for word in ("4711", "private", "birthday", "canary", "11111111"))


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "astra_devops.emulator", *words], capture_output=True, text=True, timeout=60, check=False)


async def test_the_program_compares(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    async def use(call: Recording) -> None:
        await call("GET", "/v2/currentOrg")
        await call("GET", "/v2/elsewhere")

    await compared(tmp_path, session, Quirks(), use)
    result = run("compare", str(tmp_path / "recorded.jsonl"))
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout == (
        "1 difference from the contract in 2 exchanges, 1 operation succeeded:\n- GET /v2/elsewhere is not in the contract (answered 404)\n"
    )
    missing = run("compare", str(tmp_path / "missing"))
    assert (missing.returncode, missing.stderr.splitlines()[0][:16]) == (2, "Cannot compare: ")


def test_parts_of_a_schema_are_taken_together() -> None:
    document = {"components": {"schemas": {"A": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"b": {"type": "integer"}}}]}
    assert differences({"a": "x", "b": 1}, schema, document) == []
    assert [found.place for found in differences({"b": "x", "c": 1}, schema, document)] == ["/b", "/c", "/a"]
    either = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "number"}}]}
    assert differences([1.5], either, {}) == []
    assert [found.words for found in differences(["x"], either, {})] == ["is an array, not a string"]
