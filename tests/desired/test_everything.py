"""One declaration with every kind of resource: in order, once, and the same after crashes."""

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.desired import (
    AccessList,
    Capture,
    Database,
    Declaration,
    DevOpsAccessList,
    PcuGroup,
    Placement,
    Role,
    Stream,
    Telemetry,
    User,
)
from astra_devops.desired.kinds.registry import KINDS
from astra_devops.emulator import Emulator, ScaledClock
from tests.desired.killing import apply_finally, kill_repeatedly
from tests.desired.shared import writes

SPEED: Final = 300.0
READS: Final = {"pcuGet", "pcuGetTypes"}
NAMES: Final = ("orders", "events", "shop")


def everything() -> Declaration:
    return Declaration(
        [Database(name, cloud_provider="aws", region="us-east-2", keyspaces=["sales", "audit"]) for name in NAMES],
        roles=[Role(name, actions=["org-db-view"], resources=["drn:astra:org:__ORG_ID__:db:*"]) for name in ("viewer", "auditor")],
        users=[User("ann@example.com", roles=["viewer"]), User("ben@example.com", roles=["viewer", "auditor"])],
        pcu_groups=[PcuGroup("analytics", cloud_provider="aws", region="us-east-2", min=1, max=3)],
        placements=[Placement("orders", group="analytics")],
        access_lists=[AccessList(name, ["10.0.0.0/8"], calling_from="10.1.2.3") for name in NAMES],
        captures=[Capture(name, ["sales.orders"], streams=[Stream("us-east-2", "pulsar", "cdc")]) for name in NAMES],
        telemetry=[Telemetry(name, "datadog", secrets={"api_key": "METRICS_KEY"}) for name in NAMES],
        devops_access_list=DevOpsAccessList(["127.0.0.0/8"], calling_from="127.0.0.1"),
    )


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_KEY", "very-secret-value")


@pytest.mark.parametrize("workers", [1, 20])
async def test_each_change_comes_after_those_that_it_needs(astra: AsyncAstraDevOps, emulator: Emulator, workers: int) -> None:
    declared = everything()
    assert {kind.name for kind in KINDS} == {change.kind for change in (await astra.plan(declared)).pending}
    applied = await astra.apply(await astra.plan(declared), quiet=True, workers=workers)
    assert applied.is_done, str(applied)
    order = writes(emulator, but=READS)
    assert order.index("addOrganizationRole") < order.index("inviteUserToOrganization")
    assert order.index("pcuCreate") < order.index("pcuAssociationCreate")
    assert order.index("createDatabase") < order.index("enableCDC")
    again = await astra.plan(declared)
    assert again.is_empty, str(again)
    emulator.journal.clear()
    assert (await astra.apply(again, quiet=True)).outcomes == ()
    assert writes(emulator, but=READS) == []
    exported = await astra.export()
    assert (await astra.plan(exported)).is_empty


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("is_disturbed", "speed", "kills"),
    [
        (False, SPEED, (3, 6, 8)),
        (True, SPEED, (3, 6, 8)),
        # The last one leaves a placement on its way, for seconds.
        (False, 40.0, (4, 9, 11)),
    ],
)
def test_a_plan_that_is_killed_three_times_reaches_the_same_end(
    tmp_path: Path, is_disturbed: bool, speed: float, kills: tuple[int, ...]
) -> None:
    declared = everything()
    with Emulator.running(clock=ScaledClock(speed), seed=1) as emulator, emulator.client() as astra:
        astra.plan(declared).save(tmp_path / "plan.json")
        if is_disturbed:
            emulator.faults.rate_limit("*", probability=0.05, retry_after=1)
            emulator.faults.status("*", 503, probability=0.05)
            emulator.faults.reset_before_effect("*", probability=0.03)
            emulator.faults.reset_after_effect("*", probability=0.03)
        kill_repeatedly(emulator, tmp_path, speed, kills=kills)
        emulator.faults.clear()
        printed = apply_finally(emulator, tmp_path, speed)
        # A creation that can be settled neither by an answer nor by a list is never repeated; a new
        # plan has what is missing then.
        if "but got no usable answer" in printed:
            left = astra.plan(declared)
            assert {change.kind for change in left.pending} <= {"role", "user", "pcu_group", "placement"}, printed
            assert astra.apply(left, quiet=True).is_done
        assert astra.plan(declared).is_empty, printed
        assert max(Counter(database.info.name for database in astra.databases.list()).values()) == 1
        assert max(Counter(user.email for user in astra.users.list()).values()) == 1
        assert max(Counter(role.name for role in astra.roles.list()).values()) == 1
        assert len(astra.pcu_groups.list()) == 1
        for operation, count in ("createDatabase", 3), ("addOrganizationRole", 2), ("inviteUserToOrganization", 2), ("pcuCreate", 1):
            taken = [exchange for exchange in emulator.journal.of(operation) if exchange.own_status in (200, 201)]
            assert len(taken) == count, operation
    for path in tmp_path.iterdir():
        assert b"very-secret-value" not in path.read_bytes()
