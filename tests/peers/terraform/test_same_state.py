"""The same declaration applied by this SDK and by Terraform ends in the same state."""

from pathlib import Path
from typing import Any, Final

import pytest

from astra_devops import AstraDevOps
from astra_devops.desired import AccessList, Address, Database, Declaration, PcuGroup, Placement, Role
from astra_devops.emulator import Emulator
from tests.peers.terraform.conftest import Terraform

CONFIGURATION = Path(__file__).with_name("desired.tf")
DECLARED: Final = Declaration(
    [Database("orders", cloud_provider="aws", region="us-east-2", keyspaces=["shop", "second"])],
    roles=[Role("reader", actions=["org-db-view"], resources=["drn:astra:org:*"], description="home")],
    pcu_groups=[PcuGroup("analytics", cloud_provider="aws", region="us-east-2", min=1, max=2, description="home")],
    placements=[Placement("orders", group="analytics")],
    access_lists=[AccessList("orders", [Address("10.0.0.1/32", "home")], calling_from="unchecked")],
)


def everything(astra: AstraDevOps) -> dict[str, Any]:
    """Return what is there, without ids and times."""
    (database,) = astra.databases.list()
    (group,) = astra.pcu_groups.list()
    access_list = astra.access_lists.get(database.id)
    reader = astra.roles.find("reader")
    assert reader is not None
    policy = astra.roles.get(reader.id).policy
    info = database.info
    return {
        "database": [info.name, str(info.cloud_provider), info.region, str(info.tier), info.db_type, sorted(info.keyspaces or [])],
        "status": str(database.status),
        "regions": [(entry.region, str(entry.status)) for entry in astra.datacenters.list(database.id)],
        "access list": [access_list.enabled, [(entry.address, entry.enabled, entry.description) for entry in access_list.addresses or []]],
        "role": policy,
        "group": [
            group.title,
            group.description,
            group.min,
            group.max,
            group.reserved,
            str(group.instance_type).lower(),
            str(group.provision_type),
        ],
        "place": [group.cloud_provider, group.region, str(group.status)],
        "placement": [entry.datacenter_id.removeprefix(database.id) for entry in astra.pcu_groups.list_associations(group.id)],
    }


@pytest.mark.timeout(300)
def test_both_end_in_the_same_state(emulator: Emulator, terraform: Terraform) -> None:
    terraform("apply", "-auto-approve")
    with Emulator.running() as ours, ours.client() as astra, emulator.client() as theirs:
        assert astra.apply(astra.plan(DECLARED), quiet=True).is_done
        assert str(everything(astra)) == str(everything(theirs))
        # And each finds nothing to do in what the other has made.
        assert theirs.plan(DECLARED).is_empty, str(theirs.plan(DECLARED))
        assert astra.plan(theirs.export()).is_empty
