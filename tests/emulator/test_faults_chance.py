"""Random faults, faults from files, stale reads, and faults that change only the content."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from astra_devops.emulator import Emulator, Faults

pytestmark = pytest.mark.anyio


def outcomes(faults: Faults, count: int = 200) -> list[bool]:
    """Make some requests, and list whether a fault applied to each."""
    return [faults.take("getDatabase", 0.0) is not None for _ in range(count)]


def test_random_faults_follow_from_the_seed_and_start_again_when_cleared() -> None:
    def scripted(seed: int) -> Faults:
        faults = Faults(seed=seed)
        faults.status("getDatabase", 503, probability=0.2)
        return faults

    faults = scripted(1)
    first = outcomes(faults)
    assert 0 < sum(first) < len(first) / 2
    assert (first == outcomes(scripted(1)), first == outcomes(scripted(2))) == (True, False)
    faults.clear()
    faults.status("getDatabase", 503, probability=0.2)
    assert outcomes(faults) == first


def test_a_random_fault_may_be_limited_to_a_number_of_requests() -> None:
    faults = Faults()
    faults.rate_limit("getDatabase", probability=0.5, times=3)
    assert sum(outcomes(faults)) == 3
    assert faults.active() == []


def test_a_random_fault_that_does_not_apply_leaves_the_request_to_the_next() -> None:
    faults = Faults()
    faults.status("getDatabase", 503, probability=0)
    faults.status("getDatabase", 502)
    fault = faults.take("getDatabase", 0.0)
    assert fault is not None
    assert fault.reply is not None
    assert fault.reply.status == 502


@pytest.mark.parametrize("frequency", [{"times": 0}, {"times": -1}, {"probability": 1.5}, {"probability": float("nan")}])
def test_an_impossible_frequency_is_refused(frequency: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(frequency))):
        Faults().no_answer("getDatabase", **frequency)


async def test_answers_may_have_unexpected_content(api: Any) -> None:
    faults = api.emulator.faults
    faults.null_body("listDatabases")
    faults.text_body("listDatabases", "busy")
    faults.edge_page("listDatabases", 504)
    faults.wrong_type("listDatabases", "text/plain")
    got = [await api("GET", "/v2/databases") for _ in range(4)]
    assert [answer.status for answer in got] == [200, 200, 504, 200]
    assert (got[0].body, got[1].body, got[2].body[:6], got[3].body) == (b"null", b'"busy"', b"<html>", b"[]")
    assert [answer.headers["Content-Type"] for answer in got] == ["application/json", "application/json", "text/html", "text/plain"]


async def test_reads_may_be_stale(api: Any) -> None:
    faults, clock = api.emulator.faults, api.emulator.clock
    database_id = await api.create()
    faults.stale_reads("getDatabase", 10)
    assert (await api("GET", f"/v2/databases/{database_id}")).status == 404
    await clock.sleep(130)
    assert (await api("POST", f"/v2/databases/{database_id}/keyspaces/more")).status == 201
    await clock.sleep(20)
    assert "more" in (await api.look(database_id))["info"]["keyspaces"]
    for seconds, status in ((None, "ACTIVE"), (15, "MAINTENANCE"), (25, "ACTIVE"), (100, "INITIALIZING")):
        faults.stale_reads("getDatabase", seconds)
        stale = await api.look(database_id)
        assert (stale["status"], "more" in (stale["info"]["keyspaces"] or ())) == (status, False)
    faults.stale_reads("listDatabases", 1000)
    assert (await api("GET", "/v2/databases")).json == []
    assert len((await api("GET", "/v2/databases")).json) == 1
    with pytest.raises(ValueError, match="createDatabase"):
        faults.stale_reads("createDatabase")


FAULTS: Final = """
- status: {operation: getDatabase, status: 503, times: 2}
- rate_limit: {operation: getDatabase, retry_after: 7}
- slow_body: {operation: "*", seconds: 30, times: null}
- list_lag: {seconds: 10}
- stuck: {operation: createDatabase, status: REBALANCING}
"""


def test_faults_can_be_loaded_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(FAULTS.replace("stuck: {operation", "stuck: {target"))
    faults = Faults.load(path)
    got = [faults.take("getDatabase", 0.0) for _ in range(5)]
    assert [fault.reply.status if fault and fault.reply else None for fault in got] == [503, 503, 429, None, None]
    assert got[2] is not None
    assert got[2].reply is not None
    assert got[2].reply.headers == {"Retry-After": "7"}
    assert (got[4] and got[4].slow_body, faults.listing_delay, faults.state_fault_of("createDatabase", "create")) == (
        30,
        10,
        ("REBALANCING", None),
    )


async def test_a_file_may_be_json_and_an_emulator_may_start_with_it(tmp_path: Path, api_of: Any) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([{"status": {"operation": "listDatabases", "status": 500, "body": {"a": 1}, "headers": {"x-a": "b"}}}]))
    async with Emulator(faults=Faults.load(path)) as emulator:
        answer = await api_of(emulator)("GET", "/v2/databases")
        assert (answer.status, answer.json, answer.headers["x-a"]) == (500, {"a": 1}, "b")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid YAML"),
        ("status: 1", "must have a list of faults, not an object"),
        ("- status", "entry 1: an entry must be one kind"),
        ("- list_lag: {seconds: 1}\n- explode: {}", "entry 2: 'explode' is not a kind of fault"),
        ("- clear: {}", "'clear' is not a kind"),
        ("- status: 5", "entry 1: status: the arguments must be an object, not a number"),
        ("- status: {operation: getDatabase}", "entry 1: status: 'status' is missing"),
        ("- status: {operation: getDatabase, status: soon}", "'status' must be a number, not a string: 'soon'"),
        ("- status: {operation: getDatabase, status: true}", "'status' must be a number, not a boolean"),
        ("- status: {operation: getDatabase, status: 500, header: {}}", "'header' is not an argument; the arguments are operation, status"),
        ("- status: {operation: getDatabase, status: 500, headers: [1]}", "'headers' must be an object or null, not a list"),
        ("- no_answer: {operation: x, probability: 2}", "entry 1: no_answer: probability must be between"),
        ("- no_answer: {operation: x, times: often}", "'times' must be a number or null, not a string"),
    ],
)
def test_a_malformed_file_is_refused_by_entry_and_key(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"faults\.yaml") as caught:
        Faults.load(path)
    assert message in str(caught.value)
