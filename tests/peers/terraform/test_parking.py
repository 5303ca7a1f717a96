"""The vendor's Terraform provider parks a PCU group, unparks it, and moves its database."""

from pathlib import Path

import pytest

from astra_devops.emulator import Emulator
from tests.peers.terraform.conftest import Terraform

CONFIGURATION = Path(__file__).with_name("parking.tf")


@pytest.mark.timeout(300)
def test_a_group_is_parked_and_unparked_and_its_database_moved(emulator: Emulator, terraform: Terraform) -> None:
    assert "Resources: 4 added" in terraform("apply", "-auto-approve")
    with emulator.client() as client:
        (database,) = client.databases.list()
        for park, status in (("true", "PARKED"), ("false", "ACTIVE")):
            assert "Resources: 0 added, 1 changed, 0 destroyed" in terraform("apply", "-auto-approve", "-var", f"park={park}")
            # CREATED becomes ACTIVE between the two, which is no difference: the field is computed.
            assert "No changes." in terraform("plan", "-detailed-exitcode", "-var", f"park={park}")
            assert {str(group.status) for group in client.pcu_groups.list()} == {status, "CREATED"}
        second = ["-var", "group=second"]
        assert "Resources: 0 added, 1 changed, 0 destroyed" in terraform("apply", "-auto-approve", *second)
        assert "No changes." in terraform("plan", "-detailed-exitcode", *second)
        (group,) = [group for group in client.pcu_groups.list() if group.title == "second"]
        assert [entry.datacenter_id for entry in client.pcu_groups.list_associations(group.id)] == [f"{database.id}-1"]
        terraform("destroy", "-auto-approve", *second)
        assert client.pcu_groups.list() == []
    assert [exchange.path for exchange in emulator.journal if exchange.status is not None and exchange.status >= 400] == []
