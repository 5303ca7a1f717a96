"""The vendor's TypeScript client against the emulator, on Node.js and npm from PyPI."""

import json
import shutil
import subprocess
import sys
from os import environ, pathsep
from pathlib import Path

import pytest

from astra_devops.emulator import Emulator

PROGRAM = Path(__file__).with_name("astra_db_ts_program.mjs")
PACKAGE = "@datastax/astra-db-ts@2.3.0"


def run(*command: str, directory: Path) -> str:
    """Run a program of the interpreter's environment, such as npm, and return its output."""
    place = Path(sys.executable).parent
    path = pathsep.join([str(place), environ["PATH"]])
    done = subprocess.run(
        [place / command[0], *command[1:]], cwd=directory, env=environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(180)
def test_the_typescript_client_finds_what_it_expects(emulator: Emulator, tmp_path: Path) -> None:
    run("npm", "install", "--silent", "--no-audit", "--no-fund", PACKAGE, directory=tmp_path)
    shutil.copy(PROGRAM, tmp_path)
    emulator.add_pcu_group("analytics")
    said = run("node", PROGRAM.name, emulator.url, emulator.token, directory=tmp_path)
    unknown = ["DevOpsAPIResponseError", 404, [None]]
    assert json.loads(said) == {
        "regions": [True, ["AWS", "AZURE", "GCP"]],
        "created": ["orders", "ACTIVE", ["shop"], ["us-east-2"], True],
        "keyspaces": [["shop", "second"], ["shop"]],
        "not waited for": ["ACTIVE", True, "TERMINATING", ["orders"] * 3],
        # Before it creates, the client looks for the group under "id"; the service, and every other
        # client, call that "uuid".
        "groups": ["analytics", "CREATED", 0, "Error"],
        "paged": [33, 33, 0],
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
