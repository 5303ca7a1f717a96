"""The vendor's Terraform provider where things go wrong, or are changed by others."""

from pathlib import Path

import pytest

from astra_devops.emulator import Emulator
from tests.peers.terraform.conftest import Terraform

CONFIGURATION = Path(__file__).with_name("many.tf")
UNKNOWN = "11111111-2222-4333-8444-555555555555"


def refused(emulator: Emulator) -> set[tuple[str | None, int]]:
    """Return what the emulator has refused: operations and statuses."""
    return {
        (exchange.operation, exchange.status) for exchange in emulator.journal if exchange.status is not None and exchange.status >= 400
    }


@pytest.mark.timeout(300)
def test_many_resources_are_made_and_removed_at_the_same_time(emulator: Emulator, terraform: Terraform) -> None:
    many = ["-var", "many=8"]
    # The provider does not wait for the maintenance after a keyspace to end, and does not repeat
    # the placement of a datacenter that is refused with 409.
    assert "Resources: 40 added" in terraform("apply", "-auto-approve", "-parallelism=20", *many, "-var", "members=0")
    assert "Resources: 1 added" in terraform("apply", "-auto-approve", *many)
    assert "No changes." in terraform("plan", "-detailed-exitcode", *many)
    with emulator.client() as client:
        database = next(database for database in client.databases.list() if len(database.info.keyspaces or []) > 1)
        assert set(database.info.keyspaces or []) == {"shop", *(f"keyspace_{number}" for number in range(8))}
    # The provider sends requests to a busy database again.
    assert refused(emulator) <= {("addKeyspace", 409)}
    terraform("destroy", "-auto-approve", "-parallelism=20", *many)
    assert {database.status for database in emulator.databases.values()} == {"TERMINATED"}
    with emulator.client() as client:
        assert client.pcu_groups.list() == []
        assert client.roles.find("role-0") is None
        assert len(client.tokens.list()) == 1


@pytest.mark.timeout(300)
def test_what_another_client_changes_is_put_back(emulator: Emulator, terraform: Terraform) -> None:
    terraform("apply", "-auto-approve")
    with emulator.client() as client:
        (database,), (group,) = client.databases.list(), client.pcu_groups.list()
        client.keyspaces.delete(database.id, "keyspace_0").wait()
        client.pcu_groups.update(group.id, max=4)
        assert "1 to add, 1 to change, 0 to destroy" in terraform("plan", "-detailed-exitcode", code=2)
        assert "Resources: 1 added, 1 changed, 0 destroyed" in terraform("apply", "-auto-approve")
        assert client.pcu_groups.get(group.id).max == 2
        client.databases.operation(database.id).wait()
        client.pcu_groups.dissociate(group.id, f"{database.id}-1")
        client.databases.terminate(database.id).wait()
        assert "has been deleted" in terraform("plan", "-detailed-exitcode", code=2)
        # What is gone already is no error.
        terraform("destroy", "-auto-approve")
        assert client.pcu_groups.list() == []


@pytest.mark.timeout(300)
def test_what_is_not_there_is_not_imported(emulator: Emulator, terraform: Terraform) -> None:
    for address in ("astra_database.many[0]", "astra_role.many[0]", "astra_pcu_group.many[0]"):
        terraform("import", address, UNKNOWN, code=1)
    assert refused(emulator) == {("getDatabase", 404), ("getOrganizationRole", 404), ("pcuGet", 404)}


@pytest.mark.timeout(300)
def test_an_unknown_region_and_a_name_in_use_are_refused(emulator: Emulator, terraform: Terraform) -> None:
    terraform("apply", "-auto-approve", "-var", "region=nowhere-1", code=1)
    # For a database, the provider looks for the region itself.
    assert refused(emulator) == {("pcuCreate", 400)}
    terraform("apply", "-auto-approve", "-target", "astra_role.many", "-var", "many=2", "-var", "role=same", code=1)
    assert refused(emulator) == {("pcuCreate", 400), ("addOrganizationRole", 409)}
    terraform("destroy", "-auto-approve")
    assert list(emulator.databases) == []
