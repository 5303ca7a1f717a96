"""The vendor's Go client against the emulator: each of its operations, in a seeded world.

Go builds ``main.go`` with the client from the module proxy. Where the proxy does not have the
client, ``ASTRA_GO_PEER`` is that program, built.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from astra_devops import _contract
from astra_devops.emulator import Emulator, VirtualClock
from tests.fuzzing.seeded_world import World, seed_world
from tests.fuzzing.valid_requests import Request, valid_requests

PROGRAM = Path(__file__).with_name("main.go")
CLIENT = "github.com/datastax/astra-client-go/v2@v2.3.0"
RENAMED = {
    "CreateKey": "CreateServerlessKey",
    "DropKeyspace": "removeKeyspace",
    "GenerateAppTokenForClient": "createToken",
    "GetCDCTableStatus": "getCDCStatus",
    "GetCloudAccounts": "GetServerlessCloudAccounts",
    "ListKeys": "ListServerlessKeys",
}
"""Operations that the client calls otherwise than the contract."""
GONE = {"AuthenticateServiceAccountToken", "ConfigureMetricsExport"}
"""Operations of older editions of the API, which the emulator does not have."""
UNDECLARED = {"PcuAssociationCreate", "PcuAssociationTransfer"}
"""Operations with a body for which the client has no type."""
UNREAD = {
    *("OrgID", "LastUpdateDateTime", "LastUpdateUserID"),
    *("cloudAccount", "dateCreated", "isPrimary", "requestedNodeCount", "targetAccount"),
    *("cloudProvider", "region"),
    *("cost", "costPerReadGbCents", "costPerWrittenGbCents"),
    *("displayStorage", "engineType", "keyspaces", "lastUsageTime", "metrics", "observedStatus", "studioUrl"),
    *("pcuType", "pcu_types", "regionContinent", "regionDisplay"),
}
"""Fields that the client does not know in some answer."""


class Client:
    """The running program: a line for each call and each result."""

    def __init__(self, program: Path, url: str, token: str) -> None:
        self._process = subprocess.Popen([program, url, token], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.operations: list[str] = self._read()

    def call(self, operation: str, request: Request, path: list[str], *, raw: bool = False) -> dict[str, Any]:
        body = {} if request.body is None else {"body": request.body}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"operation": operation, "path": path, "query": request.query, "raw": raw, **body}) + "\n")
        self._process.stdin.flush()
        result: dict[str, Any] = self._read()
        return result

    def close(self) -> None:
        self._process.communicate(timeout=10)

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built program."""
    if built := os.environ.get("ASTRA_GO_PEER"):
        return Path(built)
    directory = tmp_path_factory.mktemp("go")
    shutil.copy(PROGRAM, directory)
    # Elsewhere: "go mod tidy" takes downloads below its directory for its own packages.
    downloads = tmp_path_factory.mktemp("go-downloads")
    environment = os.environ | {"GOMODCACHE": str(downloads / "modules"), "GOCACHE": str(downloads / "cache"), "GOFLAGS": "-modcacherw"}
    for words in (("mod", "init", "peers"), ("get", CLIENT), ("mod", "tidy"), ("build", "-o", "peer", ".")):
        done = subprocess.run(["go", *words], cwd=directory, env=environment, capture_output=True, text=True, check=False)
        hint = "where the module proxy does not have the client, ASTRA_GO_PEER must be main.go as a built program"
        assert done.returncode == 0, f"go {' '.join(words)}: {done.stderr}\n{hint}"
    return directory / "peer"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Emulator.running(clock=VirtualClock()) as emulator:
        world = seed_world(emulator)
        yield world
        world.session.close()


def requests_of(world: World) -> dict[str, Request]:
    """Return requests that the client can make, by the name of the operation in lower case."""
    token = Request(body={"roles": [world["role"]], "orgId": world["organization"]})
    requests = valid_requests(world) | {"createToken": token, "generateTokenForClient": token}
    return {name.lower(): request for name, request in requests.items()}


def paths() -> dict[str, str]:
    """Return the paths of the contract by the name of the operation in lower case."""
    return {
        operation["operationId"].lower(): path
        for path, item in _contract.load()["paths"].items()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def results(world: World, program: Path, token: str) -> dict[str, dict[str, Any]]:
    """Call each operation of the client in a fresh world."""
    client = Client(program, world.emulator.url, token)
    requests, routes, seen = requests_of(world), paths(), {}
    for operation in sorted(set(client.operations) - GONE):
        world.restore()
        name = RENAMED.get(operation, operation).lower()
        request = requests[name]
        path = [request.path[variable] for variable in re.findall(r"{(\w+)}", routes[name])]
        # The client's type for the body of this one has no field that a caller could set.
        seen[operation] = client.call(operation, request, path, raw=operation == "CreateVPCPeeringConnection")
    for operation in sorted(GONE):
        path = [world["orders"]] if operation == "ConfigureMetricsExport" else []
        seen[operation] = client.call(operation, Request(body={}), path)
    client.close()
    return seen


def unread(body: Any, value: Any) -> set[str]:
    """Return the names of the fields that are in the body and not in the client's value of it."""
    match body:
        case dict():
            values = {name.lower(): item for name, item in value.items()}
            missing = {name for name in body if name.lower() not in values}
            return missing.union(*(unread(body[name], values[name.lower()]) for name in body.keys() - missing))
        case list():
            assert len(body) == len(value)
            return set().union(*map(unread, body, value))
        case _:
            assert body == value
            return set()


@pytest.mark.timeout(300)
def test_each_operation_of_the_go_client_succeeds_and_its_answer_is_read(world: World, program: Path) -> None:
    seen = results(world, program, world.emulator.token)
    assert len(seen) == 76
    assert {operation: result for operation, result in seen.items() if result["Error"]} == {}
    assert {operation for operation, result in seen.items() if not 200 <= result["Status"] < 300} == GONE
    assert {operation for operation in seen.keys() - GONE if seen[operation]["Body"] and not seen[operation]["Field"]} == UNDECLARED
    read = {operation: result for operation, result in seen.items() if result["Field"] and operation not in GONE}
    assert len(read) == 39
    assert set().union(*(unread(json.loads(result["Body"]), result["Value"]) for result in read.values())) == UNREAD


@pytest.mark.timeout(300)
def test_each_operation_of_the_go_client_reads_a_refusal(world: World, program: Path) -> None:
    seen = results(world, program, world.tokens["unknown"])
    refused = {operation: result for operation, result in seen.items() if operation not in GONE}
    assert {result["Status"] for result in refused.values()} == {401}
    assert {result["Error"] for result in refused.values()} == {""}
    # For the others the client declares no body of this status, and keeps the text.
    assert len({operation for operation, result in refused.items() if result["Field"] == "JSON401"}) == 21
