"""The vendor's command line against the emulator, compared with the emulator's state.

``ASTRA_CLI_PEER`` is the program, or a script that starts it.
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from astra_devops.emulator import Emulator

Astra = Callable[..., Any]


@pytest.fixture
def astra(emulator: Emulator, tmp_path: Path) -> Astra:
    """Return a function that runs a command of the client, and returns the data of its answer."""
    program = os.environ.get("ASTRA_CLI_PEER")
    assert program, "ASTRA_CLI_PEER must be the program of astra-cli, or a script that starts it"
    # A JVM takes the home directory from the user's entry, not from HOME.
    environment = os.environ | {
        "HOME": str(tmp_path),
        "ASTRA_HOME": str(tmp_path / "astra"),
        "ASTRA_NO_UPDATE_NOTIFIER": "1",
        "JAVA_TOOL_OPTIONS": f"-Duser.home={tmp_path}",
    }
    service = ("--token", emulator.token, "--env", "local", "--local-endpoint", f"{emulator.url}/v2")

    def run(*words: str, code: int = 0) -> Any:
        command = [program, *words, *service, "-o", "json", "--no-input", "--no-spinner"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, f"{' '.join(words)}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        # The client prints the answers about PCU groups, too, before its own.
        return json.loads(done.stdout[done.stdout.index('{\n  "code"') :]).get("data")

    return run


def refused(emulator: Emulator) -> list[tuple[str, int]]:
    """Return what the emulator has refused: paths and statuses."""
    return [(exchange.path, exchange.status) for exchange in emulator.journal if exchange.status is not None and exchange.status >= 400]


@pytest.mark.timeout(300)
def test_a_database_is_created_used_and_deleted(emulator: Emulator, astra: Astra, tmp_path: Path) -> None:
    created = astra("db", "create", "orders", "-r", "us-east-2", "-k", "shop")
    (database,) = emulator.databases.values()
    assert (created["dbId"], created["wasCreated"], created["currentStatus"]) == (database.id, True, database.status)
    assert astra("db", "get", "orders")["id"] == database.id
    astra("db", "create-keyspace", "orders", "-k", "second")
    assert [keyspace["name"] for keyspace in astra("db", "list-keyspaces", "orders")] == ["shop", "second"]
    bundle = tmp_path / "bundle.zip"
    astra("db", "download-scb", "orders", "-f", str(bundle))
    assert bundle.read_bytes()[:2] == b"PK"
    astra("db", "delete-keyspace", "orders", "-k", "second")
    assert [keyspace["name"] for keyspace in astra("db", "list-keyspaces", "orders")] == ["shop"]
    astra("db", "delete", "orders", "--yes")
    assert {database.status for database in emulator.databases.values()} <= {"TERMINATING", "TERMINATED"}
    assert refused(emulator) == []


@pytest.mark.timeout(120)
def test_of_more_than_a_hundred_databases_one_page_is_listed(emulator: Emulator, astra: Astra) -> None:
    ids = {emulator.add_database(f"d{number}") for number in range(105)}
    listed = [database["id"] for database in astra("db", "list")]
    # The client asks once, for 1,000, and never for a second page. The documented limit is 100.
    assert len(listed) == len(set(listed)) == 100
    assert set(listed) < ids


@pytest.mark.timeout(120)
def test_roles_tokens_and_pcu_groups_are_listed(emulator: Emulator, astra: Astra) -> None:
    # The client cannot read the null that the emulator answers where there are no groups.
    astra("pcu", "list", code=99)
    emulator.add_pcu_group("analytics")
    assert [group["title"] for group in astra("pcu", "list")] == ["analytics"]
    assert "Organization Administrator" in [role["Name"] for role in astra("role", "list")]
    assert [token["roleNames"] for token in astra("token", "list")] == [["Organization Administrator"]]
    assert refused(emulator) == []
