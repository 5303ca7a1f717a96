"""Scripted faults, as a plain HTTP client sees them."""

import asyncio
import inspect
import re
from collections.abc import Callable
from typing import Any, Final

import aiohttp
import pytest

from astra_devops.emulator import Emulator, Faults, Quirks, ScaledClock
from astra_devops.emulator.contract.contract import load
from astra_devops.emulator.faults.descriptions import describe_faults
from astra_devops.emulator.faults.entries import KINDS

pytestmark = pytest.mark.anyio
ORDERS: Final = {"name": "orders", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}


async def test_a_status_applies_to_a_number_of_requests(api: Any) -> None:
    api.emulator.faults.status("listDatabases", 503, times=2, body="upstream", content_type="text/plain", headers={"x-a": "b"})
    first = await api("GET", "/v2/databases")
    assert (first.status, first.body, first.headers["Content-Type"], first.headers["x-a"]) == (503, b"upstream", "text/plain", "b")
    assert [(await api("GET", "/v2/databases")).status for _ in range(2)] == [503, 200]


async def test_faults_of_one_operation_apply_in_order_and_to_no_other(api: Any) -> None:
    api.emulator.faults.rate_limit("listDatabases", retry_after="17")
    api.emulator.faults.status("listDatabases", 502)
    assert (await api("GET", "/v2/currentOrg")).status == 200
    first = await api("GET", "/v2/databases")
    assert (first.status, first.headers["Retry-After"]) == (429, "17")
    assert (await api("GET", "/v2/databases")).status == 502
    assert (await api("GET", "/v2/databases")).status == 200


async def test_a_star_is_any_operation_and_clear_removes_everything(api: Any) -> None:
    api.emulator.faults.status("*", 500, times=None)
    assert {(await api("GET", path)).status for path in ("/v2/databases", "/v2/currentOrg", "/v2/databases")} == {500}
    api.emulator.faults.clear()
    assert (await api("GET", "/v2/databases")).status == 200


async def test_a_reset_before_the_effect_has_no_effect(api: Any) -> None:
    api.emulator.faults.reset_before_effect("createDatabase")
    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await api("POST", "/v2/databases", json=ORDERS)
    assert api.emulator.databases == {}
    assert [(exchange.status, exchange.outcome) for exchange in api.emulator.journal] == [(None, "reset before the effect")]


async def test_a_reset_after_the_effect_keeps_the_effect(api: Any) -> None:
    api.emulator.faults.reset_after_effect("createDatabase")
    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await api("POST", "/v2/databases", json=ORDERS)
    assert [database.name for database in api.emulator.databases.values()] == ["orders"]
    assert await api.create()


async def test_slow_answers_take_time_of_the_emulators_clock(api: Any) -> None:
    clock = api.emulator.clock
    api.emulator.faults.slow_headers("createDatabase", 30)
    database_id = await api.create()
    assert clock.monotonic() == 30
    api.emulator.faults.slow_body("getDatabase", 45)
    assert (await api.look(database_id))["id"] == database_id
    assert clock.monotonic() == 75


async def test_a_shorter_timer_on_the_same_clock_ends_before_a_slow_answer(api: Any) -> None:
    """The deadline of a client with the emulator's clock expires before the answer arrives."""
    clock = api.emulator.clock
    api.emulator.faults.slow_headers("listDatabases", 60)
    call = asyncio.create_task(api("GET", "/v2/databases"))
    deadline = asyncio.create_task(clock.sleep(30))
    await asyncio.wait([call, deadline], return_when=asyncio.FIRST_COMPLETED)
    assert (deadline.done(), call.done(), clock.monotonic()) == (True, False, 30)
    call.cancel()


async def test_an_answer_may_never_come(api: Any) -> None:
    api.emulator.faults.no_answer("createDatabase")
    with pytest.raises(TimeoutError):
        await api("POST", "/v2/databases", json=ORDERS, timeout=aiohttp.ClientTimeout(sock_read=0.05))
    assert len(api.emulator.databases) == 1
    assert api.emulator.journal[-1].outcome == "never answered"
    await api.emulator.clock.sleep(10)


async def test_a_request_may_be_swallowed_before_its_effect(api: Any) -> None:
    api.emulator.faults.no_answer("createDatabase", before_effect=True)
    with pytest.raises(TimeoutError):
        await api("POST", "/v2/databases", json=ORDERS, timeout=aiohttp.ClientTimeout(sock_read=0.05))
    assert len(api.emulator.databases) == 0
    assert (api.emulator.journal[-1].outcome, api.emulator.journal[-1].own_status) == ("never answered", None)


async def test_a_status_may_come_after_the_effect(api: Any) -> None:
    api.emulator.faults.status("createDatabase", 504, after_effect=True)
    assert (await api("POST", "/v2/databases", json=ORDERS)).status == 504
    assert len(api.emulator.databases) == 1
    (exchange,) = api.emulator.journal.of("createDatabase")
    assert (exchange.status, exchange.own_status, exchange.outcome) == (504, 201, "answered by a fault after the effect")


async def test_any_body_can_replace_the_true_one(api: Any) -> None:
    bodies: list[object] = [b"{", b"null", '"a string"', "<html>", {"a": 1}]
    for body in bodies:
        api.emulator.faults.body("listDatabases", body)
    got = [(await api("GET", "/v2/databases")).body for _ in bodies]
    assert got == [b"{", b"null", b'"a string"', b"<html>", b'{"a":1}']


async def test_a_truncated_gzip_stream_cannot_be_read(api: Any) -> None:
    api.emulator.add_database("orders")
    api.emulator.faults.truncated_gzip("listDatabases")
    async with api.session.get(
        f"{api.emulator.url}/v2/databases", headers={"Authorization": f"Bearer {api.emulator.token}"}, auto_decompress=False
    ) as response:
        assert response.status == 200
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.content_length == len(await response.read())


async def test_a_client_may_stop_reading_an_oversized_answer(api: Any) -> None:
    api.emulator.faults.oversized("listDatabases", 5_000_000, times=2)
    assert len((await api("GET", "/v2/databases")).json) == 5_000_000 - 2
    headers = {"Authorization": f"Bearer {api.emulator.token}"}
    async with api.session.get(f"{api.emulator.url}/v2/databases", headers=headers) as response:
        await response.content.readexactly(1000)
        response.close()
    assert (await api("GET", "/v2/databases")).status == 200


async def test_a_new_database_may_not_be_found_yet(api: Any) -> None:
    api.emulator.faults.not_found_after_create(2)
    database_id = await api.create()
    assert [(await api("GET", f"/v2/databases/{database_id}")).status for _ in range(3)] == [404, 404, 200]


async def test_a_new_database_may_be_listed_late(api: Any) -> None:
    api.emulator.faults.list_lag(10)
    database_id = await api.create()
    assert (await api("GET", "/v2/databases")).json == []
    assert await api.status(database_id) == "PENDING"
    await api.emulator.clock.sleep(10)
    assert len((await api("GET", "/v2/databases")).json) == 1


async def test_a_change_may_never_end_or_may_fail(api: Any) -> None:
    api.emulator.faults.stuck("createDatabase", "PENDING")
    api.emulator.faults.fail_state("createDatabase")
    stuck, failed, fine = await api.create(), await api.create(), await api.create()
    await api.emulator.clock.sleep(100_000)
    assert [await api.status(database_id) for database_id in (stuck, failed, fine)] == ["PENDING", "ERROR", "ACTIVE"]


async def test_a_database_may_show_an_unknown_state(api: Any) -> None:
    database_id = await api.create()
    api.emulator.faults.stuck(database_id, "REBALANCING")
    await api.emulator.clock.sleep(1000)
    assert await api.status(database_id) == "REBALANCING"
    api.emulator.faults.clear()
    assert await api.status(database_id) == "ACTIVE"


async def test_bundles_and_data_endpoints_have_faults_too(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    url = (await api("POST", f"/v2/databases/{database_id}/secureBundleURL")).json["downloadURL"]
    api.emulator.faults.body("downloadBundle", b"not a zip", content_type="application/zip")
    async with api.session.get(url) as response:
        assert await response.read() == b"not a zip"
    api.emulator.faults.reset_before_effect("dataApi", times=2)  # aiohttp repeats a GET that a kept connection has lost
    with pytest.raises(aiohttp.ClientOSError):
        await api.session.get((await api.look(database_id))["dataEndpointUrl"])


async def test_the_journal_records_requests_and_shows_no_secret(api: Any) -> None:
    database_id = api.emulator.add_database("orders", tier="C10")
    body = {"username": "me", "password": "not-a-secret"}
    await api("POST", f"/v2/databases/{database_id}/resetPassword?x=1", json=body)
    (exchange,) = api.emulator.journal
    assert (exchange.method, exchange.operation, exchange.status, exchange.authorized) == ("POST", "resetPassword", 202, True)
    assert (exchange.body, exchange.query) == (body, {"x": "1"})
    assert api.emulator.journal.count("resetPassword") == 1
    shown = repr(api.emulator.journal) + repr(api.emulator)
    assert "not-a-secret" not in shown
    assert api.emulator.token not in shown


async def test_reset_removes_everything_but_no_id_is_used_twice(api: Any) -> None:
    first, extra = await api.create(), api.emulator.add_token()
    api.emulator.faults.status("*", 500, times=None)
    api.emulator.reset()
    assert (len(api.emulator.journal), api.emulator.databases) == (0, {})
    assert (await api("GET", "/v2/databases")).json == []
    assert (await api("GET", "/v2/databases", token=extra)).status == 401
    assert await api.create() != first


async def test_every_answer_takes_the_latency(api_of: Any) -> None:
    async with Emulator(latency=0.5) as emulator:
        api = api_of(emulator)
        await asyncio.gather(*(api("GET", "/v2/databases") for _ in range(4)))
        await api("GET", "/v2/databases")
        assert emulator.clock.monotonic() == pytest.approx(1.0)


async def test_a_change_fails_in_its_usual_state_by_default(api: Any) -> None:
    api.emulator.faults.fail_state("dataApi")
    database_id = api.emulator.add_database("orders", status="HIBERNATED")
    async with api.session.get((await api.look(database_id))["dataEndpointUrl"]) as response:
        assert response.status == 503
    assert await api.status(database_id) == "RESUMING"
    assert await api.until(database_id, "HIBERNATED") == ["RESUMING", "HIBERNATED"]
    api.emulator.faults.fail_state("generateReport")
    report = (await api("POST", "/v2/enterprises/billing-reports/generate-report", json={"month": "3", "year": "2026"})).json
    await api.emulator.clock.sleep(60)
    assert (await api("GET", f"/v2/enterprises/billing-reports/{report['reportId']}")).json["status"] == "FAILED"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda emulator: emulator.faults.status("create_database", 503), "did you mean 'createDatabase'?"),
        (lambda emulator: emulator.faults.stuck("createDatabse", "PENDING"), "did you mean 'createDatabase'?"),
        (lambda emulator: emulator.faults.fail_state("nothing at all"), "unknown operation 'nothing at all'"),
        (lambda emulator: emulator.journal.count("createKeyspaces"), "unknown operation 'createKeyspaces'"),
        (lambda emulator: emulator.journal.of("listdatabases"), "did you mean 'listDatabases'?"),
        (lambda emulator: emulator.faults.status("getDatabase", 99_999), "status must be from 200 to 599"),
        (lambda emulator: emulator.faults.slow_body("getDatabase", -1), "seconds must be a finite number of at least 0"),
        (lambda emulator: emulator.faults.oversized("getDatabase", float("nan")), "size must be a finite number"),
        (lambda emulator: emulator.faults.not_found_after_create(-1), "times must be a finite number"),
        (lambda emulator: emulator.faults.list_lag("long"), "seconds must be a finite number"),
        (lambda emulator: emulator.add_database("a", status="ACTVE"), "did you mean 'ACTIVE'?"),
        (lambda emulator: emulator.add_database("a", region="mars-1"), "unsupported region"),
        (lambda emulator: emulator.add_database("a", keyspaces="abc"), "keyspaces must be a list of strings"),
        (lambda emulator: emulator.add_token("org-db-view"), "permissions must be a set"),
        (lambda emulator: emulator.add_token({"org-db-wiew"}), "did you mean 'org-db-view'?"),
        (lambda emulator: Emulator(latency=-1), "latency must be a finite number of at least 0"),
        (lambda emulator: Quirks(cached_misses="soon"), "cached_misses must be a number"),
        (lambda emulator: Quirks(cached_misses=-1), "cached_misses must be a finite number of at least 0"),
        (lambda emulator: Quirks(sink_secrets="hidden"), "sink_secrets must be one of 'shown'"),
        (lambda emulator: ScaledClock(0), "speed must be a finite number above zero"),
    ],
)
def test_mistakes_that_would_go_unnoticed_are_refused(call: Callable[[Emulator], object], message: str) -> None:
    emulator = Emulator()
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        call(emulator)
    assert emulator.databases == {}
    assert emulator.faults.active() == []


def test_every_permission_that_an_operation_needs_can_be_granted() -> None:
    permissions = {name for operation in load().operations for name in operation.permissions}
    assert Emulator().add_token(permissions)


async def test_retry_after_may_be_a_number(api: Any) -> None:
    api.emulator.faults.rate_limit("listDatabases", retry_after=2)
    assert (await api("GET", "/v2/databases")).headers["Retry-After"] == "2"


def test_every_fault_for_an_operation_can_be_in_a_file() -> None:
    annotations = {name: getattr(method, "__annotations__", {}) for name, method in vars(Faults).items()}
    takes_an_operation = {name for name, parameters in annotations.items() if "frequency" in parameters}
    assert takes_an_operation - set(KINDS) == set()
    assert set(KINDS) - takes_an_operation == {"not_found_after_create", "list_lag", "throttle"}


async def test_one_fault_is_taken_back_and_the_others_stay(api: Any) -> None:
    faults = api.emulator.faults
    first = faults.status("listDatabases", 500, times=None)
    faults.status("listDatabases", 503, times=None)
    assert (await api("GET", "/v2/databases")).status == 500
    first.remove()
    first.remove()  # does nothing any more
    assert (await api("GET", "/v2/databases")).status == 503
    with pytest.raises(ValueError, match="no active fault has the id '1'; it may have been used up, or removed"):
        faults.remove(first.id)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_fault_can_be_taken_back(kind: str) -> None:
    values = {"operation": "listDatabases", "target": "createDatabase", "status": 503, "seconds": 1, "size": 10, "times": 1, "body": {}}
    faults, method = Faults(), getattr(Faults, kind)
    required = [name for name, parameter in inspect.signature(method).parameters.items() if parameter.default is parameter.empty]
    arguments = {name: values.get(name, 1) for name in required if name not in ("self", "frequency")}
    fault = method(faults, **arguments | ({"status": "PENDING"} if kind == "stuck" else {}))
    assert list(describe_faults(faults)) == [fault.id]
    fault.remove()
    assert describe_faults(faults) == {}


async def test_a_database_that_is_held_in_a_state_goes_on_when_the_fault_is_taken_back(api: Any) -> None:
    database_id = await api.create()
    hold = api.emulator.faults.stuck(database_id, "PENDING")
    await api.emulator.clock.sleep(600)
    assert await api.status(database_id) == "PENDING"
    hold.remove()
    assert await api.status(database_id) == "ACTIVE"
