"""The vendor's two clients for Node.js against the emulator."""

import pytest

from astra_devops.emulator import Emulator
from tests.peers.node.conftest import Node


@pytest.mark.timeout(180)
def test_the_typescript_client_finds_what_it_expects(emulator: Emulator, node: Node) -> None:
    emulator.add_pcu_group("analytics")
    unknown = ["DevOpsAPIResponseError", 404, [None]]
    assert node("astra_db_ts_program.mjs", ["@datastax/astra-db-ts@2.3.0"], emulator.url, emulator.token) == {
        "regions": [True, ["AWS", "AZURE", "GCP"]],
        "created": ["orders", "ACTIVE", ["shop"], ["us-east-2"], True],
        "keyspaces": [["shop", "second"], ["shop"]],
        "not waited for": ["ACTIVE", True, "TERMINATING", ["orders"] * 3],
        # Before it creates, the client looks for the group under "id"; the service, and every other
        # client, call that "uuid".
        "groups": ["analytics", "CREATED", 0, "Error"],
        "paged": [30, 30, 0],
        "keyspace that is there": ["DevOpsAPIResponseError", 409, [None]],
        # 204 is no error to this client.
        "keyspace that is not": "not refused",
        "dropped": [False, "TERMINATED"],
        "unknown id": unknown,
        "dropping an unknown id": unknown,
        "no such region": ["DevOpsAPIResponseError", 422, [2000013]],
        "wrong token": ["DevOpsAPIResponseError", 401, [340018]],
    }
    assert {exchange.operation for exchange in emulator.journal} == {
        "addKeyspace",
        "createDatabase",
        "getDatabase",
        "listDatabases",
        "listServerlessRegions",
        "pcuGet",
        "removeKeyspace",
        "terminateDatabase",
    }


@pytest.mark.timeout(180)
def test_the_client_for_mongoose_finds_what_it_expects(emulator: Emulator, node: Node) -> None:
    first = emulator.add_database("first")
    packages = ["@datastax/astra-mongoose@1.6.0", "mongoose@9.12.1"]
    assert node("astra_mongoose_program.mjs", packages, emulator.url, emulator.token, first) == {
        "regions": True,
        "databases": ["first", "orders"],
        "created": ["orders", "ACTIVE", True],
        "keyspaces": [["shop"], ["shop", "second"], ["shop"]],
        "keyspace that is there": ["DevOpsAPIResponseError", 409, [None]],
        "dropped": "TERMINATED",
        "keyspace of what is dropped": ["DevOpsAPIResponseError", 404, [None]],
        "unknown id": ["DevOpsAPIResponseError", 404, [None]],
        "wrong token": ["DevOpsAPIResponseError", 401, [340018]],
    }
    assert {database.status for database in emulator.databases.values() if database.id != first} == {"TERMINATED"}
