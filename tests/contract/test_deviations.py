"""Every difference between our contract and the published file is intended, and listed.

That the evidence which the list cites exists is checked in test_evidence.py.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.overlay import apply
from astra_devops._rest import index
from tests.contract.wire_facts import Facts, facts_by_route, route

HERE: Final = Path(__file__).parent
PARTS: Final = {"route", "query", "uuid", "sends", "needs", "answers", "accepts", "scopes", "other"}
Difference = tuple[str, str]
"""An operation, and the part of it that differs."""


@pytest.fixture(scope="module")
def deviations() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((HERE / "deviations.yaml").read_text(encoding="utf-8"))
    return entries


@pytest.fixture(scope="module")
def published() -> dict[str, Facts]:
    facts: dict[str, Facts] = yaml.safe_load((HERE / "published_facts.yaml").read_text(encoding="utf-8"))
    return facts


def differences(ours: dict[str, Facts], published: dict[str, Facts]) -> Iterator[Difference]:
    """List in what our contract differs from facts of the published file."""
    for operation in index.OPERATIONS.values():
        facts, others = ours[route(operation.method, operation.path)], published.get(route(operation.method, operation.path))
        if others is None:
            yield operation.id, "route"
            continue
        for part in {*facts, *others}:
            # Where the published file has no scope, it does not say that none is needed.
            if facts.get(part) != others.get(part) and (part != "scopes" or part in others):
                yield operation.id, part


def test_each_deviation_names_its_operations_and_its_reason(root: Path, deviations: list[dict[str, Any]]) -> None:
    overlay = yaml.safe_load((root / "astra_devops/_spec/overlay.yaml").read_text(encoding="utf-8"))
    targets = {action["target"] for action in overlay["actions"]}
    for deviation in deviations:
        assert set(deviation) - {"overlay"} == {"operations", "part", "differs", "evidence"}
        assert set(deviation["operations"]) <= index.OPERATIONS.keys()
        assert deviation["part"] in PARTS
        assert deviation["evidence"].startswith("docs/evidence.md#")
        assert "overlay" not in deviation or deviation["overlay"] in targets


def test_every_difference_is_listed_and_every_listed_one_exists(
    root: Path, deviations: list[dict[str, Any]], published: dict[str, Facts]
) -> None:
    spec = root / "astra_devops/_spec"
    ours = facts_by_route(apply(load(spec / "openapi.yaml"), load(spec / "overlay.yaml")))
    listed = {(operation, entry["part"]) for entry in deviations if entry["part"] != "other" for operation in entry["operations"]}
    assert set(differences(ours, published)) == listed


def test_an_unlisted_difference_is_found(root: Path, published: dict[str, Facts]) -> None:
    """Facts of two operations are changed, and must show as differences."""
    spec = root / "astra_devops/_spec"
    ours = facts_by_route(apply(load(spec / "openapi.yaml"), load(spec / "overlay.yaml")))
    known = set(differences(ours, published))
    ours["GET /v2/databases"] = {**ours["GET /v2/databases"], "query": [], "accepts": "scim", "scopes": []}
    without_one = {name: facts for name, facts in published.items() if name != "GET /v2/databases/{}"}
    found = set(differences(ours, without_one)) - known
    assert found == {("listDatabases", "query"), ("listDatabases", "accepts"), ("listDatabases", "scopes"), ("getDatabase", "route")}


def test_every_published_operation_can_be_called(deviations: list[dict[str, Any]], published: dict[str, Facts]) -> None:
    ours = {route(operation.method, operation.path) for operation in index.OPERATIONS.values()}
    # The published path to delete a token has no place for the token; see deviations.yaml.
    assert published.keys() - ours <= {"DELETE /v2/tokens"}


def test_every_inferred_operation_is_listed(deviations: list[dict[str, Any]]) -> None:
    listed = {operation for entry in deviations for operation in entry["operations"]}
    assert {operation.id for operation in index.OPERATIONS.values() if operation.confidence == "inferred"} <= listed
