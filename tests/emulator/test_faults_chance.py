"""Faults by chance, faults from files, stale reads, and faults that only change how an answer looks."""

import json
from pathlib import Path
from typing import Any

import pytest

from astra_devops.emulator import Emulator, Faults

pytestmark = pytest.mark.anyio


def strikes(faults: Faults, count: int = 200) -> list[bool]:
    return [faults.take("getDatabase") is not None for _ in range(count)]


def test_chances_follow_from_the_seed_and_begin_anew_when_cleared() -> None:
    def scripted(seed: int) -> Faults:
        faults = Faults(seed=seed)
        faults.status("getDatabase", 503, probability=0.2)
        return faults

    faults = scripted(1)
    first = strikes(faults)
    assert 0 < sum(first) < len(first) / 2
    assert (first == strikes(scripted(1)), first == strikes(scripted(2))) == (True, False)
    faults.clear()
    faults.status("getDatabase", 503, probability=0.2)
    assert strikes(faults) == first


def test_a_chance_may_be_limited_to_a_number_of_requests() -> None:
    faults = Faults()
    faults.rate_limit("getDatabase", probability=0.5, times=3)
    assert sum(strikes(faults)) == 3
    assert faults.active() == []


def test_a_chance_that_misses_leaves_the_request_to_the_next_fault() -> None:
    faults = Faults()
    faults.status("getDatabase", 503, probability=0)
    faults.status("getDatabase", 502)
    fault = faults.take("getDatabase")
    assert fault is not None
    assert fault.reply is not None
    assert fault.reply.status == 502


@pytest.mark.parametrize("frequency", [{"times": 0}, {"times": -1}, {"probability": 1.5}, {"probability": float("nan")}])
def test_an_impossible_frequency_is_refused(frequency: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(frequency))):
        Faults().no_answer("getDatabase", **frequency)


async def test_answers_may_look_wrong(api: Any) -> None:
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
        known = await api.look(database_id)
        assert (known["status"], "more" in (known["info"]["keyspaces"] or ())) == (status, False)
    faults.stale_reads("listDatabases", 1000)
    assert (await api("GET", "/v2/databases")).json == []
    assert len((await api("GET", "/v2/databases")).json) == 1
    with pytest.raises(ValueError, match="createDatabase"):
        faults.stale_reads("createDatabase")


FAULTS = """
- status: {operation: getDatabase, status: 503, times: 2}
- rate_limit: {operation: getDatabase, retry_after: 7}
- slow_body: {operation: "*", seconds: 30, times: null}
- list_lag: {seconds: 10}
- stuck: {operation: createDatabase, status: REBALANCING}
"""


def test_faults_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(FAULTS.replace("stuck: {operation", "stuck: {target"))
    faults = Faults.load(path)
    got = [faults.take("getDatabase") for _ in range(5)]
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
    ("text", "complaint"),
    [
        ("{", "not YAML"),
        ("status: 1", "must hold a list of faults, not an object"),
        ("- status", "entry 1: an entry is one kind"),
        ("- list_lag: {seconds: 1}\n- explode: {}", "entry 2: 'explode' is no kind of fault"),
        ("- clear: {}", "'clear' is no kind"),
        ("- status: 5", "entry 1: status: the arguments must be an object, not a number"),
        ("- status: {operation: getDatabase}", "entry 1: status: 'status' is missing"),
        ("- status: {operation: getDatabase, status: soon}", "'status' cannot be text: 'soon'"),
        ("- status: {operation: getDatabase, status: true}", "'status' cannot be a truth value"),
        ("- status: {operation: getDatabase, status: 500, header: {}}", "'header' is not among its arguments"),
        ("- status: {operation: getDatabase, status: 500, headers: [1]}", "'headers' cannot be a list"),
        ("- no_answer: {operation: x, probability: 2}", "entry 1: no_answer: probability must be between"),
        ("- no_answer: {operation: x, times: often}", "'times' cannot be text"),
    ],
)
def test_a_malformed_file_is_refused_by_entry_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"faults\.yaml") as caught:
        Faults.load(path)
    assert complaint in str(caught.value)
