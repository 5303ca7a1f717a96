"""Resource names and policies: how they look, and what is refused."""

from typing import Any

import pytest

from astra_devops.models import Policy, PolicyAction, PolicyEffect
from astra_devops.policies import READ, WRITE, allows, drn, keyspace_drns, policy


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({}, "drn:astra:org:o"),
        ({"database_id": "d"}, "drn:astra:org:o:db:d"),
        ({"database_id": "*"}, "drn:astra:org:o:db:*"),
        ({"database_id": "d", "keyspace": "Sales"}, "drn:astra:org:o:db:d:keyspace:Sales"),
        ({"database_id": "*", "keyspace": "*", "table": "*"}, "drn:astra:org:o:db:*:keyspace:*:table:*"),
        ({"database_id": "d", "keyspace": "k", "table": "t"}, "drn:astra:org:o:db:d:keyspace:k:table:t"),
    ],
)
def test_resources_are_named(parts: dict[str, str], name: str) -> None:
    assert drn("o", **parts) == name


@pytest.mark.parametrize(
    ("organization_id", "parts", "problem"),
    [
        ("", {}, "organization_id"),
        ("*", {}, "organization_id"),
        ("o:db:*", {}, "organization_id"),
        ("o", {"database_id": ""}, "database_id"),
        ("o", {"database_id": "d*"}, "database_id"),
        ("o", {"database_id": "d", "keyspace": "k:table:*"}, "keyspace"),
        ("o", {"database_id": "d", "keyspace": "k", "table": "t\n"}, "table"),
        ("o", {"keyspace": "k"}, "database_id is required"),
        ("o", {"database_id": "d", "table": "t"}, "keyspace is required"),
    ],
)
def test_what_would_name_something_else_is_refused(organization_id: str, parts: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        drn(organization_id, **parts)


def test_parts_are_strings() -> None:
    with pytest.raises(TypeError, match="database_id"):
        drn("o", database_id=1)


def test_a_keyspace_is_named_with_its_database_and_its_tables() -> None:
    names = ["drn:astra:org:o:db:d", "drn:astra:org:o:db:d:keyspace:k", "drn:astra:org:o:db:d:keyspace:k:table:*"]
    assert keyspace_drns("o", "d", "k") == names
    with_system = keyspace_drns("o", "d", "k", system_tables=True)
    assert with_system[:3] == names
    assert "drn:astra:org:o:db:d:keyspace:system_schema:table:*" in with_system


def test_a_policy_holds_known_and_unknown_permissions_once_each() -> None:
    reading = policy("why", ["org-db-view", PolicyAction.ORG_DB_VIEW, "org-new-thing"], [drn("o"), drn("o"), drn("o", database_id="*")])
    assert reading == Policy(
        description="why",
        actions=[PolicyAction.ORG_DB_VIEW, "org-new-thing"],
        resources=["drn:astra:org:o", "drn:astra:org:o:db:*"],
        effect=PolicyEffect.ALLOW,
    )
    assert isinstance(reading.actions[0], PolicyAction)


def test_sets_of_permissions_may_be_joined() -> None:
    assert set(policy("", READ | {"org-db-view"}, [drn("o")]).actions) == {*READ, "org-db-view"}
    assert READ < WRITE


@pytest.mark.parametrize(
    ("arguments", "error", "problem"),
    [
        (("d", [], ["drn:astra:org:o"]), ValueError, "actions must not be empty"),
        (("d", ["org-db-view"], []), ValueError, "resources must not be empty"),
        (("d", ["View DB"], ["drn:astra:org:o"]), ValueError, "actions must be names"),
        (("d", ["org-db-view"], ["o"]), ValueError, "resources must be DRNs"),
        (("d", "org-db-view", ["drn:astra:org:o"]), TypeError, "actions must be a list of strings"),
        (("d", ["org-db-view"], "drn:astra:org:o"), TypeError, "resources must be a list of strings"),
        (("d", [1], ["drn:astra:org:o"]), TypeError, r"actions\[0\] must be a string"),
        ((None, ["org-db-view"], ["drn:astra:org:o"]), TypeError, "description"),
    ],
)
def test_bad_policies_are_refused(arguments: tuple[Any, ...], error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        policy(*arguments)


ORDERS = drn("o", "d", "sales", "orders")


@pytest.mark.parametrize(
    ("resources", "resource", "expected"),
    [
        ([drn("o")], None, True),
        ([drn("o")], drn("o"), True),
        (["drn:astra:org:__ORG_ID__"], drn("o"), True),
        ([drn("o")], drn("p"), False),
        ([drn("o", "*", "*", "*")], ORDERS, True),
        (keyspace_drns("o", "d", "sales"), ORDERS, True),
        (keyspace_drns("o", "d", "sales"), drn("o", "d", "stock", "orders"), None),
        ([drn("o", "d", "sales", "orders")], drn("o", "d", "sales", "other"), False),
        ([drn("o", "d", "sales", "orders")], drn("o", "d"), False),
        ([drn("o", "d")], ORDERS, None),
    ],
)
def test_what_policies_allow_is_known_offline(resources: list[str], resource: str | None, expected: bool | None) -> None:
    reading = policy("read", READ, resources)
    assert allows(reading, "db-table-select", resource) is expected
    assert allows([policy("other", ["org-db-view"], ["drn:astra:org:o"]), reading], PolicyAction.DB_TABLE_SELECT, resource) is expected
    assert allows(reading, "db-table-modify", resource) is False


def test_no_policy_allows_nothing() -> None:
    assert allows([], "org-db-view") is False


@pytest.mark.parametrize(
    ("arguments", "error", "problem"),
    [
        (("x", "org-db-view"), TypeError, "policies must be a list"),
        (([1], "org-db-view"), TypeError, r"policies\[0\] must be a Policy"),
        (([], 1), TypeError, "action must be a string"),
        (([], "org-db-view", "orders"), ValueError, "resource must be a DRN"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(arguments: tuple[Any, ...], error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        allows(*arguments)
