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
    """Return a function that runs a command of the client, and returns the data of its answer.

    With another ``output`` than ``json`` it returns all that the client has printed.
    """
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

    def run(*words: str, code: int = 0, output: str = "json") -> Any:
        command = [program, *words, *service, "-o", output, "--no-input", "--no-spinner", "--color=never"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, f"{' '.join(words)}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        if output != "json":
            return done.stdout
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


@pytest.mark.timeout(180)
def test_creating_and_deleting_twice_is_refused_or_ignored(emulator: Emulator, astra: Astra) -> None:
    database_id = emulator.add_database("orders", keyspaces=["shop"])
    astra("db", "create", "orders", "-r", "us-east-2", code=2)
    assert astra("db", "create", "orders", "-r", "us-east-2", "--if-not-exists")["wasCreated"] is False
    astra("db", "create-keyspace", "orders", "-k", "shop", code=2)
    astra("db", "delete-keyspace", "orders", "-k", "nothing", code=2)
    assert astra("db", "status", database_id) == "ACTIVE"
    assert astra("db", "delete", database_id, "--yes")["wasDeleted"] is True
    astra("db", "delete", database_id, "--yes", code=2)
    assert astra("db", "delete", "orders", "--yes", "--if-exists")["wasDeleted"] is False
    assert refused(emulator) == []


@pytest.mark.timeout(120)
def test_the_organization_and_its_databases_in_each_format(emulator: Emulator, astra: Astra) -> None:
    database_id = emulator.add_database("orders")
    for output in ("json", "csv", "human"):
        assert emulator.organization_id in str(astra("org", "get", output=output))
        assert database_id in str(astra("db", "list", output=output))
    assert astra("org", "id", output="human").strip() == emulator.organization_id
    assert astra("org", "name") == astra("org", "get")["name"]
    assert refused(emulator) == []


@pytest.mark.timeout(120)
def test_of_more_than_a_hundred_databases_one_page_is_listed(emulator: Emulator, astra: Astra) -> None:
    ids = {emulator.add_database(f"d{number}") for number in range(105)}
    listed = [database["id"] for database in astra("db", "list")]
    # The client asks once, for 1,000, and never for a second page. The documented limit is 100.
    assert len(listed) == len(set(listed)) == 100
    assert set(listed) < ids


@pytest.mark.timeout(120)
def test_regions_are_added_to_a_database_and_removed(emulator: Emulator, astra: Astra) -> None:
    database_id = emulator.add_database("orders")
    assert astra("db", "create-region", "orders", "-r", "us-west-2")["wasCreated"] is True
    with emulator.client() as client:
        assert {entry.region for entry in client.datacenters.list(database_id)} == {"us-east-2", "us-west-2"}
    assert {entry["region"] for entry in astra("db", "list-regions", "orders")} == {"us-east-2", "us-west-2"}
    # The client looks first: nothing is refused.
    astra("db", "create-region", "orders", "-r", "us-west-2", code=2)
    assert astra("db", "delete-region", "orders", "-r", "us-west-2")["wasDeleted"] is True
    assert astra("db", "delete-region", "orders", "-r", "us-west-2", "--if-exists")["wasDeleted"] is False
    assert {entry["region"] for entry in astra("db", "list-regions", "orders")} == {"us-east-2"}
    assert refused(emulator) == []
    astra("db", "create-region", "orders", "-r", "nowhere-1", code=99)
    assert refused(emulator) == [(f"/v2/databases/{database_id}/datacenters", 422)]


@pytest.mark.timeout(120)
def test_lists_of_regions_are_those_of_the_emulator(emulator: Emulator, astra: Astra) -> None:
    with emulator.client() as client:
        serverless = {region.name for region in client.regions.list(region_type="all", only_my_organization=True)}
    assert {entry["region"] for entry in astra("db", "list-regions-serverless")} == serverless
    assert {entry["region"] for entry in astra("db", "list-regions-classic")}
    assert {entry["cloudProvider"] for entry in astra("db", "list-clouds")} == {"aws", "azure", "gcp"}
    assert refused(emulator) == []


@pytest.mark.timeout(120)
def test_roles_are_read_and_tokens_created_and_deleted(emulator: Emulator, astra: Astra) -> None:
    assert "Organization Administrator" in [role["Name"] for role in astra("role", "list")]
    reader = astra("role", "get", "RO User")
    astra("role", "get", "nothing", code=2)
    made = astra("token", "create", "-r", "RO User", "-d", "mine", "-x", "2030-01-01T00:00:00Z")
    assert made["roles"] == [reader["ID"]]
    listed = {token["clientId"]: token for token in astra("token", "list")}
    assert len(listed) == 2
    assert (listed[made["clientId"]]["description"], listed[made["clientId"]]["tokenExpiry"]) == ("mine", "2030-01-01T00:00:00Z")
    assert astra("token", "delete", made["clientId"])["wasDeleted"] is True
    assert astra("token", "delete", made["clientId"], "--if-exists")["wasDeleted"] is False
    with emulator.client() as client:
        assert made["clientId"] not in {token.client_id for token in client.tokens.list()}
    assert refused(emulator) == []


@pytest.mark.timeout(120)
def test_users_are_listed_and_deleted(emulator: Emulator, astra: Astra) -> None:
    # The client sends invitations to the service's own address, so another client does it.
    with emulator.client() as client:
        role = client.roles.find("RO User")
        assert role is not None
        client.users.invite("new@example.com", roles=[role.id])
        assert {user["Email"] for user in astra("user", "list")} == {user.email for user in client.users.list()}
        assert astra("user", "get", "new@example.com")["Roles"] == [{"ID": role.id, "Name": "RO User"}]
        assert astra("user", "delete", "new@example.com")["wasDeleted"] is True
        assert astra("user", "delete", "new@example.com", "--if-exists")["wasDeleted"] is False
        assert [user.email for user in client.users.list()] == ["owner@example.com"]
    assert refused(emulator) == []


@pytest.mark.timeout(180)
def test_a_pcu_group_is_created_filled_parked_and_deleted(emulator: Emulator, astra: Astra) -> None:
    assert astra("pcu", "list") == []
    other = emulator.add_pcu_group("other")
    datacenter = f"{emulator.add_database('orders')}-1"
    group = astra("pcu", "create", "analytics", "-c", "AWS", "-r", "us-east-2", "--max", "2")["pcuId"]
    assert {entry["title"] for entry in astra("pcu", "list")} == {"other", "analytics"}
    assert [entry["associations"] for entry in astra("pcu", "list-associations", "analytics")] == [[]]
    assert astra("pcu", "associate", "analytics", "orders")["wasCreated"] is True
    assert astra("pcu", "associate", "analytics", "orders", "--if-not-exists")["wasCreated"] is False
    assert astra("pcu", "find-association", "orders")["uuid"] == group
    astra("pcu", "update", "analytics", "--max", "3", "-d", "office")
    with emulator.client() as client:
        found = client.pcu_groups.get(group)
        assert (found.max, found.description, str(found.status)) == (3, "office", "ACTIVE")
        assert astra("pcu", "park", "analytics")["neededParking"] is True
        assert str(client.pcu_groups.get(group).status) == "PARKED"
        assert astra("pcu", "unpark", "analytics")["neededUnparking"] is True
        assert astra("pcu", "transfer-association", "orders", "--from", "analytics", "--to", "other")["wasTransferred"] is True
        assert [entry.datacenter_id for entry in client.pcu_groups.list_associations(other)] == [datacenter]
        assert astra("pcu", "disassociate", "other", "orders")["wasDeleted"] is True
        assert client.pcu_groups.list_associations(other) == []
        assert astra("pcu", "delete", "analytics", "--yes")["wasDeleted"] is True
        assert astra("pcu", "delete", "analytics", "--yes", "--if-exists")["wasDeleted"] is False
        assert [entry.id for entry in client.pcu_groups.list()] == [other]
    types = astra("pcu", "list-types", "-c", "AWS", "-r", "us-east-2")
    assert {(entry["provider"], entry["region"]) for entry in types} == {("aws", "us-east-2")}
    assert refused(emulator) == []
