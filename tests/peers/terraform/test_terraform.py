"""The vendor's Terraform provider against the emulator, through its whole life of resources.

``ASTRA_TERRAFORM_PROVIDER`` is a directory with the provider's program; ``terraform`` or ``tofu``
is on the path.
"""

import json
from pathlib import Path

import pytest

from astra_devops.emulator import Emulator
from tests.peers.terraform.conftest import Terraform

CONFIGURATION = Path(__file__).with_name("main.tf")
CHANGED = ["-var", "note=office", "-var", "capacity=3", "-var", 'regions=["us-east-2","us-west-2"]']
IMPORTED = ("astra_database.orders", "astra_role.reader", "astra_pcu_group.group", "astra_customer_key.key", "astra_access_list.list")


@pytest.mark.timeout(600)
def test_resources_are_applied_changed_imported_and_destroyed(emulator: Emulator, terraform: Terraform) -> None:
    assert "Resources: 10 added" in terraform("apply", "-auto-approve")
    assert "No changes." in terraform("plan", "-detailed-exitcode")
    assert "Resources: 1 added, 3 changed, 1 destroyed" in terraform("apply", "-auto-approve", *CHANGED)
    assert "No changes." in terraform("plan", "-detailed-exitcode", *CHANGED)
    ids = {
        f"{resource['type']}.{resource['name']}": resource["instances"][0]["attributes"]["id"]
        for resource in json.loads(terraform("state", "pull"))["resources"]
        if resource["mode"] == "managed" and "id" in resource["instances"][0]["attributes"]
    }
    for address in IMPORTED:
        terraform("state", "rm", address)
        terraform("import", *CHANGED, address, ids[address])
    # The provider's own protection from deletion is not on the service, and is on after an import.
    assert "0 added, 1 changed, 0 destroyed" in terraform("apply", "-auto-approve", *CHANGED)
    assert "No changes." in terraform("plan", "-detailed-exitcode", *CHANGED)
    # The provider does not wait for the maintenance after a keyspace to end, and does not repeat
    # the termination of a datacenter that is refused with 409.
    terraform("destroy", "-auto-approve", *CHANGED, "-target", "astra_keyspace.second")
    terraform("destroy", "-auto-approve", *CHANGED)
    assert json.loads(terraform("state", "pull"))["resources"] == []
    assert {database.status for database in emulator.databases.values()} <= {"TERMINATING", "TERMINATED"}
    assert [exchange.path for exchange in emulator.journal if exchange.status is not None and 400 <= exchange.status < 500] == []
    assert len({exchange.operation for exchange in emulator.journal}) == 41
