"""time-machine changes the time of day, and neither the client's waits nor the emulator's clock."""

from datetime import UTC, datetime

import pytest
import time_machine

from astra_devops import AstraDevOps
from astra_devops.emulator import Emulator, ScaledClock


@pytest.mark.parametrize("tick", [True, False])
def test_waits_end_in_another_time(tick: bool) -> None:
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=tick), Emulator.running() as emulator, emulator.client() as astra:
        emulator.faults.rate_limit("createDatabase", retry_after="2")
        database = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2").wait()
        assert database.status == "ACTIVE"
        assert (emulator.clock.now().year, datetime.now(UTC).year) == (2026, 2030)


@pytest.mark.parametrize("tick", [True, False])
def test_the_clock_of_the_machine_goes_on(tick: bool) -> None:
    clock = ScaledClock(6_000)
    with (
        time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=tick),
        Emulator.running(clock=clock) as emulator,
        AstraDevOps(emulator.token, base_url=emulator.url, clock=clock) as astra,
    ):
        database = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2").wait()
        assert database.creation_time is not None
        assert database.creation_time.year == 2030
