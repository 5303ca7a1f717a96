"""What leaves the program: few series of metrics, and no secret anywhere."""

import asyncio
import subprocess
import sys

import pytest

from astra_devops import AsyncAstraDevOps, RetryPolicy, Secret
from astra_devops.emulator import Emulator

from .conftest import Collected, attributes_of

pytestmark = pytest.mark.anyio

PASSWORD = "canary-password-8c1f"


async def test_metrics_have_no_ids(emulator: Emulator, astra: AsyncAstraDevOps, collected: Collected) -> None:
    ids = [emulator.add_database(f"shop-{number}") for number in range(20)]
    emulator.faults.status("getDatabase", 503)
    await asyncio.gather(*(astra.databases.get(database_id) for database_id in ids))
    points = collected.points()
    statuses = {point.attributes["http.response.status_code"]: point.count for point in points["http.client.request.duration"]}
    assert statuses == {200: 20, 503: 1}
    (calls,), (retries,) = points["astra_devops.call.duration"], points["astra_devops.call.retries"]
    assert (calls.count, calls.attributes) == (20, {"astra_devops.operation": "getDatabase"})
    assert (retries.value, retries.attributes) == (1, {"astra_devops.operation": "getDatabase", "error.type": "503"})


async def test_items_of_fleets_are_a_metric_by_state(astra: AsyncAstraDevOps, collected: Collected) -> None:
    async def work(client: AsyncAstraDevOps, number: int) -> None:
        if number == 2:
            raise LookupError("not there")

    async with astra.fleet.run(work, range(5), quiet=True) as run:
        await run.wait()
    points = collected.points()["astra_devops.fleet.item.duration"]
    assert {(*sorted(point.attributes.items()), point.count) for point in points} == {
        (("astra_devops.fleet.state", "ok"), 4),
        (("astra_devops.fleet.state", "failed"), ("error.type", "LookupError"), 1),
    }


async def test_limits_and_the_circuit_are_metrics(emulator: Emulator, collected: Collected) -> None:
    observer = collected.observer()
    emulator.faults.status("getCurrentOrganization", 429)
    async with emulator.async_client(observer=observer) as astra:
        await astra.organizations.current()
        emulator.faults.status("getCurrentOrganization", 503, times=None)
        for _ in range(20):
            await asyncio.gather(astra.organizations.current(), return_exceptions=True)
    points = collected.points()
    assert points["astra_devops.limit.cuts"][0].value >= 1
    assert points["astra_devops.limit.concurrency"][0].value >= 1
    assert points["astra_devops.circuit.open"][0].value == 1


@pytest.mark.parametrize("echoed", ["{token}", "Bearer {token} {password}"])
async def test_no_secret_is_exported(emulator: Emulator, collected: Collected, caplog: pytest.LogCaptureFixture, echoed: str) -> None:
    caplog.set_level("DEBUG")
    text = echoed.format(token=emulator.token, password=PASSWORD)
    database_id = emulator.add_database("orders", tier="C10")
    for name in ("resetPassword", "listDatabases"):
        emulator.faults.status(name, 503, body=f"<html>{text}", headers={"x-request-id": text, "x-echo": text})
        emulator.faults.status(name, 400, times=None, body={"errors": [{"ID": 1, "message": text}]}, headers={"x-request-id": text})
    settings = {"observer": collected.observer(), "retry": RetryPolicy(max_attempts=2)}
    async with emulator.async_client(**settings) as astra:
        calls = [
            astra.databases.reset_password(database_id, username="ann", password=Secret(PASSWORD)),
            astra.databases.list().collect(),
        ]
        assert all(isinstance(result, Exception) for result in await asyncio.gather(*calls, return_exceptions=True))
    shown = [
        [span.to_json() for span in collected.spans],
        [attributes_of(span) for span in collected.spans],
        str(collected.points()),
        caplog.text,
        [vars(record) for record in caplog.records],
    ]
    assert any("request id" in record.getMessage() for record in caplog.records)
    for canary in (emulator.token, emulator.token.rpartition(":")[2], PASSWORD):
        assert canary not in repr(shown)


def test_without_the_extra_the_message_says_how_to_install_it() -> None:
    program = "import sys; sys.modules['opentelemetry'] = None; import astra_devops; astra_devops.OpenTelemetryObserver()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "pip install 'astra-devops[opentelemetry]'" in done.stderr.splitlines()[-1]


def test_a_client_without_the_observer_does_not_import_opentelemetry() -> None:
    program = "import sys, astra_devops.client, astra_devops.blocking; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
