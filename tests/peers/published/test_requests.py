"""The published file objects to nothing in our requests but what deviations.yaml lists."""

from pathlib import Path
from typing import Any

import yaml

from astra_devops._rest import index
from tests.peers.published.conftest import Recorded
from tests.peers.published.judge import Judge

DEVIATIONS = Path(__file__).parents[2] / "contract/deviations.yaml"


def test_every_objection_to_our_requests_is_a_listed_deviation(literal_judge: Judge, recorded: Recorded) -> None:
    entries: list[dict[str, Any]] = yaml.safe_load(DEVIATIONS.read_text(encoding="utf-8"))
    listed = {(operation, entry["part"]) for entry in entries for operation in entry["operations"]}
    assert {exchange.operation for exchange in recorded.exchanges} == index.OPERATIONS.keys()
    unlisted, clean = set[str](), set(index.OPERATIONS)
    for exchange in recorded.exchanges:
        name = str(exchange.operation)
        objections = literal_judge.objections(
            exchange.method, exchange.path, exchange.query.items(), exchange.headers, exchange.body, sent=bool(exchange.raw_body)
        )
        clean -= {name} if objections else set()
        for objection in objections:
            if (name, objection.part) not in listed and (name, "other") not in listed:
                unlisted.add(f"{name}: {objection.part}: {objection.text}")
    print(f"{len(recorded.exchanges)} requests; {len(clean)} of {len(index.OPERATIONS)} operations without any objection")
    assert sorted(unlisted) == []


def test_the_judge_objects_to_what_is_wrong(judge: Judge) -> None:
    """Otherwise the test above would prove nothing."""
    scim, json = {"Content-Type": "application/scim+json"}, {"Content-Type": "application/json", "Accept": "application/json"}

    def parts(method: str, path: str, query: dict[str, str], headers: dict[str, str], body: object = None) -> list[str]:
        return [objection.part for objection in judge.objections(method, path, query.items(), headers, body, sent=body is not None)]

    assert parts("GET", "/v2/nothing", {}, {}) == ["route"]
    assert parts("GET", "/v2/databases", {"limit": "many", "unknown": "1"}, {}) == ["query", "query"]
    assert parts("GET", "/v2/organizations/clusters/orders/datacenters/x/private-link", {}, {}) == ["uuid"] * 2
    assert parts("POST", "/v2/databases", {}, json, {"name": "orders"}) == ["needs"] * 4
    assert parts("POST", "/v2/databases", {}, scim, {}) == ["sends"]
    assert parts("GET", "/v2/scim/users", {}, json) == ["accepts"]
