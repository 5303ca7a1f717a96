"""Programs for other public Python clients: each sees what it should.

Each client has its packages in a directory of its own.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from os import environ
from pathlib import Path

import pytest

from astra_devops.emulator import Emulator

HERE = Path(__file__).parent
DONE = {"ok": 1}

pytestmark = pytest.mark.timeout(180)


def run(program: str, packages: Path, emulator: Emulator, *arguments: str) -> dict[str, object]:
    """Run a program with a peer's packages before all others, and read what it prints."""
    command = [sys.executable, str(HERE / program), emulator.url, emulator.token, *arguments]
    done = subprocess.run(command, env=environ | {"PYTHONPATH": str(packages)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, object] = json.loads(done.stdout)
    return seen


def test_the_second_generation_of_astrapy(emulator: Emulator, installed: Callable[[str], Path]) -> None:
    emulator.add_database("shared", cloud_provider="AWS", region="us-east-2")
    assert run("astrapy_1_program.py", installed("astrapy==1.5.2"), emulator) == {
        "blocking": [["orders", "us-east-2", "ACTIVE", "shop"], ["shop"], DONE, ["shop", "second"], DONE, ["shop"], DONE, False],
        "async": ["ACTIVE", ["default_keyspace"], DONE, DONE, ["second"], DONE, False],
        "not waited for": [True, DONE, DONE, "TERMINATING"],
        "paged": [60, 60, ["TERMINATED", "TERMINATED"]],
        "refused": {
            "unknown id": 404,
            "dropping an unknown id": 404,
            "wrong token": 401,
            "no such region": 422,
            "keyspace that is there": 409,
            # The name in the message is the client's own slip.
            "keyspace that is not": "keyspace deletion ('<built-in function id>') failed: API returned HTTP 204 instead of 202 - Created",
        },
    }
    assert emulator.journal.count("listDatabases") >= 6


def test_the_first_generation_of_astrapy(emulator: Emulator, installed: Callable[[str], Path]) -> None:
    seen = run("astrapy_0_program.py", installed("astrapy==0.7.7"), emulator)
    serverless = next(database.id for database in emulator.databases.values() if database.name == "orders")
    never_accepted = [404, '"endpoint vpce-0a1b2c3d4e5f60718 not found"']
    assert seen == {
        "organization": ["id"],
        "databases": ["billing", "orders"],
        "keyspaces": [201, ["shop", "second"], 409],
        "datacenters": [[201, ""], "us-east-2", "us-west-2", [202, ""], ["us-east-2"]],
        "access lists": [
            [404, f"no access list found for database {serverless}"],
            *[[204, ""]] * 3,
            {"accessListEnabled": True},
            [True],
            [204, ""],
            # The client GETs what the service has as POST.
            [405, "Method Not Allowed\n"],
            {"valid": True, "validationFailures": []},
        ],
        "private links": [
            ["allowedPrincipals", "serviceName"],
            404,
            ["allowedPrincipals", "datacenterID", "endpoints", "serviceName"],
            1,
            1,
            never_accepted,
            never_accepted,
        ],
        "regions": [True, "standard"],
        "roles": [["ID", "LastUpdateDateTime", "LastUpdateUserID", "Name", "OrgID", "Policy"], [200, ""], True, ["org-db-view"], [204, ""]],
        "users": [[200, ""], "new@example.com", [204, ""], [204, ""], 1],
        "tokens": [
            ["clientId", "description", "generatedOn", "orgId", "roles", "secret", "token", "tokenExpiry"],
            True,
            True,
            # The client asks for ".../clientIdSecret/...", in the singular.
            [404, "404 page not found"],
        ],
        "classic": [[202, ""], "PARKED", [202, ""], "ACTIVE", [202, ""], 2, [202, ""]],
        "bundle": [
            "cloudProvider",
            "datacenterID",
            "datcenterID",
            "downloadURL",
            "downloadURLInternal",
            "downloadURLMigrationProxy",
            "downloadURLMigrationProxyInternal",
            "region",
        ],
        "terminated": [True, "orders"],
        "unknown": [
            [404, '{"errors":[{"message":"Database 11111111-2222-4333-8444-555555555555 could not be found."}]}'],
            None,
        ],
        # Another API, which the emulator is not.
        "streaming": [404, "404 page not found"],
    }
    assert len({exchange.operation for exchange in emulator.journal} - {None}) >= 40


def test_cassio_fetches_bundles(emulator: Emulator, installed: Callable[[str], Path]) -> None:
    database_id = emulator.add_database("shared", keyspaces=["shop"])
    assert run("cassio_program.py", installed("cassio==0.1.10"), emulator, database_id) == {
        "wrong token": "Generic error when fetching the URL to the secure-bundle.",
        "unknown id": "Generic error when fetching the URL to the secure-bundle.",
        "fetched": None,
        "keyspace": "shop",
        "packed again": [True, "shop"],
    }
    assert [exchange.status for exchange in emulator.journal] == [401, 404, 200, 200]


def test_cassandra_connector(emulator: Emulator, installed: Callable[[str], Path]) -> None:
    database = emulator.add_database("orders", cloud_provider="AWS", region="us-east-2", keyspaces=["shop"])
    assert run("cassandra_connector_program.py", installed("cassandra-connector==0.3.0"), emulator, database) == {
        "by id": "shop",
        "by endpoint": "shop",
        "other region": "ValueError",
        "unknown id": 404,
        "wrong token": 401,
    }


def test_scim2_client(emulator: Emulator, installed: Callable[[str], Path]) -> None:
    refused = "The server answered {} without a SCIM error".format
    assert run("scim2_program.py", installed("scim2-client[httpx2]==0.13.2"), emulator) == {
        "discovered": [["Group", "User"], True],
        # The published file requires the id in the body of a replacement. The client leaves it out,
        # as RFC 7644 lets it. The errors of the service are no SCIM errors.
        "users": ["new@example.com", True, 1, ["new@example.com"], refused(400), "User", None, refused(404)],
        "groups": ["operators", "Group", [True], refused(400), ["operators"], None, refused(404), None],
        "refused": {"user that exists": refused(409), "unknown id": refused(404)},
    }
    assert len({exchange.operation for exchange in emulator.journal}) == 15
