"""The tests of a program of yours, on the emulator. Run them with ``pytest examples/suite``."""

import pytest
from tenants import NoRoomError, Tenants

from astra_devops import AstraDevOps, errors
from astra_devops.emulator import Emulator


def test_a_tenant_goes_where_most_room_is(tenants: Tenants, shops: list[str], astra: AstraDevOps) -> None:
    assert tenants.add("dot") == shops[0]
    assert astra.keyspaces.list(shops[0]) == ["ann", "dot"]


def test_a_tenant_stays_in_its_place(tenants: Tenants, shops: list[str], astra_emulator: Emulator) -> None:
    assert tenants.add("bob") == shops[1]
    assert astra_emulator.journal.count("addKeyspace") == 0


def test_no_tenant_goes_to_a_database_that_does_not_run(tenants: Tenants, shops: list[str], astra_emulator: Emulator) -> None:
    astra_emulator.hibernate(shops[0])
    assert tenants.add("dot") == shops[1]


def test_full_databases_are_an_error_of_ours(tenants: Tenants) -> None:
    for tenant in ("dot", "eve", "fay"):
        tenants.add(tenant)
    with pytest.raises(NoRoomError, match="no database has room for gus"):
        tenants.add("gus")


def test_a_tenant_leaves(tenants: Tenants, shops: list[str], astra: AstraDevOps) -> None:
    assert tenants.remove("bob") is True
    assert tenants.remove("bob") is False
    assert astra.keyspaces.list(shops[1]) == ["cid"]


# What goes wrong: each fault is one line, and the test shows that nothing happens twice.


def test_an_answer_that_is_lost_makes_one_keyspace(tenants: Tenants, shops: list[str], astra_emulator: Emulator) -> None:
    astra_emulator.faults.reset_after_effect("addKeyspace")
    tenants.add("dot")
    assert astra_emulator.databases[shops[0]].keyspaces == ["ann", "dot"]
    assert astra_emulator.journal.count("addKeyspace") == 1


def test_a_rate_limit_only_takes_time(tenants: Tenants, shops: list[str], astra_emulator: Emulator) -> None:
    astra_emulator.faults.throttle(rate=0.5)
    before = astra_emulator.clock.now()
    assert tenants.add("dot") == shops[0]
    assert astra_emulator.clock.now() > before  # on the clock of the emulator; the test does not wait


def test_an_outage_is_seen(tenants: Tenants, astra_emulator: Emulator) -> None:
    assert tenants.is_reachable()
    astra_emulator.faults.status("*", 503, times=100)
    assert not tenants.is_reachable()


def test_a_token_without_the_permission_changes_nothing(shops: list[str], astra_emulator: Emulator) -> None:
    token = astra_emulator.add_token(["org-db-view"])
    with astra_emulator.client(token=token) as astra, pytest.raises(errors.PermissionDeniedError, match="db-keyspace-create"):
        Tenants(astra).add("dot")
    assert astra_emulator.databases[shops[0]].keyspaces == ["ann"]


@pytest.mark.astra_emulator(latency=0.2)
def test_a_slow_service_is_only_slow(tenants: Tenants, shops: list[str]) -> None:
    assert tenants.add("dot") == shops[0]
