"""Ensuring from blocking code and from several threads at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from astra_devops import AstraDevOps, errors
from astra_devops.emulator import Emulator
from astra_devops.policies import drn, policy


def ensure(astra: AstraDevOps) -> str:
    return astra.databases.ensure("orders", cloud_provider="AWS", region="us-east-2").wait().id


def test_a_script_can_be_run_again(emulator: Emulator, astra: AstraDevOps) -> None:
    viewing = policy("See databases", ["org-db-view"], [drn(astra.organizations.current().id, database_id="*")])
    for _ in range(2):
        database_id = ensure(astra)
        astra.keyspaces.ensure(database_id, "audit").wait()
        astra.datacenters.ensure(database_id, cloud_provider="AWS", region="eu-west-1").wait()
        astra.roles.ensure("viewer", viewing)
    changes = ("createDatabase", "addKeyspace", "addDatacenters", "addOrganizationRole")
    assert [emulator.journal.count(operation) for operation in changes] == [1, 1, 1, 1]
    with pytest.raises(errors.DriftError, match="region is 'us-east-2, eu-west-1' and not 'us-east-1'"):
        astra.databases.ensure("orders", cloud_provider="AWS", region="us-east-1")
    assert astra.databases.operation(database_id).wait().id == database_id
    astra.databases.terminate(database_id, with_datacenters=True).wait()
    assert astra.databases.list().collect() == []


def test_threads_create_one_database(emulator: Emulator, astra: AstraDevOps) -> None:
    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(lambda _: ensure(astra), range(8)))
    assert len(ids) == emulator.journal.count("createDatabase") == 1
