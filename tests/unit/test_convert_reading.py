"""Reading answers as objects: each annotation, and all that the service varies."""

import copy
import pickle
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import attrs
import pytest

from astra_devops._json import convert
from astra_devops._secret import Extra, Secret

CANARY = "canary-7f3a"


class Status(StrEnum):
    """States of a database."""

    ACTIVE = "ACTIVE"
    PARKED = "PARKED"


@attrs.define(kw_only=True)
class Datacenter:
    """A datacenter, as generated models are written."""

    id: str = attrs.field(metadata={"wire": "id"})
    status: Status | str = attrs.field(metadata={"wire": "status"})
    capacity_units: int | None = attrs.field(default=None, metadata={"wire": "capacityUnits"})
    bundle: Secret | None = attrs.field(default=None, metadata={"wire": "secureBundleUrl"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Database:
    """A database with a field of each kind."""

    id: str = attrs.field(metadata={"wire": "id"})
    org_id: str = attrs.field(metadata={"wire": "orgId", "aliases": ("OrganizationID",)})
    keyspaces: list[str] = attrs.field(metadata={"wire": "keyspaces"})
    engine: str | None = attrs.field(metadata={"wire": "engineType"})
    status: Status | str | None = attrs.field(default=None, metadata={"wire": "status"})
    actions: list[Status | str] | None = attrs.field(default=None, metadata={"wire": "availableActions"})
    datacenters: list[Datacenter] | None = attrs.field(default=None, metadata={"wire": "datacenters"})
    primary: Datacenter | None = attrs.field(default=None, metadata={"wire": "primary"})
    created: datetime | None = attrs.field(default=None, metadata={"wire": "creationTime"})
    cost: str | float | None = attrs.field(default=None, metadata={"wire": "cost"})
    ratio: float | None = attrs.field(default=None, metadata={"wire": "ratio"})
    vector: bool | None = attrs.field(default=None, metadata={"wire": "vector"})
    tags: dict[str, str] | None = attrs.field(default=None, metadata={"wire": "tags"})
    details: dict[str, object] | None = attrs.field(default=None, metadata={"wire": "details"})
    anything: object = attrs.field(default=None, metadata={"wire": "anything"})
    password: Secret | None = attrs.field(default=None, metadata={"wire": "password"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Attribute:
    """A model within itself, as in SCIM schemas."""

    name: str = attrs.field(metadata={"wire": "name"})
    parts: "list[Attribute] | None" = attrs.field(default=None, metadata={"wire": "subAttributes"})
    twin: "Attribute | None" = attrs.field(default=None, metadata={"wire": "twin"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


LEAST: dict[str, Any] = {"id": "1", "orgId": "2", "keyspaces": ["main"], "engineType": "x"}


def read(**more: Any) -> Database:
    database = convert.structure({**LEAST, **more}, Database)
    assert isinstance(database, Database)
    return database


def test_a_whole_document_becomes_typed_objects() -> None:
    result = read(
        status="ACTIVE",
        availableActions=["PARKED", "hibernate"],
        datacenters=[{"id": "1-1", "status": "", "capacityUnits": 2, "secureBundleUrl": CANARY}],
        primary={"id": "1-1", "status": "ACTIVE"},
        creationTime="2021-08-03T12:00:00Z",
        cost="0.10",
        ratio=0.5,
        vector=True,
        tags={"team": "data"},
        details={"vCPU": [1, None]},
        anything=[1, "2"],
        password=CANARY,
    )
    assert result == Database(
        id="1",
        org_id="2",
        keyspaces=["main"],
        engine="x",
        status=Status.ACTIVE,
        actions=[Status.PARKED, "hibernate"],
        datacenters=[Datacenter(id="1-1", status="", capacity_units=2, bundle=Secret(CANARY))],
        primary=Datacenter(id="1-1", status=Status.ACTIVE),
        created=datetime(2021, 8, 3, 12, tzinfo=UTC),
        cost="0.10",
        ratio=0.5,
        vector=True,
        tags={"team": "data"},
        details={"vCPU": [1, None]},
        anything=[1, "2"],
        password=Secret(CANARY),
    )


def test_absent_optional_fields_are_none() -> None:
    assert read() == Database(id="1", org_id="2", keyspaces=["main"], engine="x")


def test_a_known_value_is_an_enum_member_and_another_stays_as_it_was_written() -> None:
    assert read(status="PARKED").status is Status.PARKED
    assert read(status="parked").status == "parked"
    assert type(read(status="ASSOCIATING").status) is str


@pytest.mark.parametrize("key", ["ORGID", "orgid", "OrgID", "OrganizationID", "organizationid"])
def test_other_forms_of_a_name_fill_its_field(key: str) -> None:
    document: dict[str, object] = {"ID": "1", key: "2", "Keyspaces": [], "enginetype": None}
    assert convert.structure(document, Database) == Database(id="1", org_id="2", keyspaces=[], engine=None)


def test_the_exact_name_wins_and_the_other_is_kept() -> None:
    result = read(OrgID="other", organizationid="third")
    assert result.org_id == "2"
    assert result.extra == {"OrgID": "other", "organizationid": "third"}


def test_of_two_other_forms_the_first_fills_the_field_and_the_second_is_kept() -> None:
    result = convert.structure({"id": "1", "OrgID": "2", "ORGID": "3", "keyspaces": None, "engineType": None}, Database)
    assert (result.org_id, result.extra) == ("2", {"ORGID": "3"})


def test_unknown_names_are_kept_at_every_level() -> None:
    result = read(observed={"deep": [1]}, primary={"id": "1-1", "status": "", "isPrimary": None})
    assert result.extra == {"observed": {"deep": [1]}}
    assert result.primary is not None
    assert result.primary.extra == {"isPrimary": None}
    assert type(result.extra) is Extra


def test_null_is_an_empty_list_wherever_a_list_belongs() -> None:
    result = read(keyspaces=None, datacenters=None, availableActions=None)
    assert (result.keyspaces, result.datacenters, result.actions) == ([], [], [])
    assert convert.structure(None, list[Database]) == []


def test_null_is_none_for_other_optional_fields() -> None:
    nulls = ["engineType", "status", "primary", "creationTime", "cost", "ratio", "vector", "tags", "details", "anything", "password"]
    assert read(**dict.fromkeys(nulls)) == Database(id="1", org_id="2", keyspaces=["main"], engine=None)


@pytest.mark.parametrize("text", ["", "0001-01-01T00:00:00Z", "0001-01-01 00:00:00 +0000 UTC"])
def test_a_time_that_means_never_is_none(text: str) -> None:
    assert read(creationTime=text).created is None


def test_whole_numbers_are_floats_and_the_other_way_round() -> None:
    result = read(ratio=1, cost=2, primary={"id": "1-1", "status": "", "capacityUnits": 3.0})
    assert (result.ratio, type(result.ratio)) == (1.0, float)
    assert (result.cost, type(result.cost)) == (2.0, float)
    assert result.primary is not None
    assert (result.primary.capacity_units, type(result.primary.capacity_units)) == (3, int)


@pytest.mark.parametrize(
    ("data", "shape", "expected"),
    [
        ("x", str, "x"),
        (3, int, 3),
        (3, float, 3.0),
        (None, str | None, None),
        ("x", object, "x"),
        ({"a": 1}, dict[str, object], {"a": 1}),
        (["a"], list[str], ["a"]),
        (None, list[str] | None, []),
        ("2021-08-03", datetime, datetime(2021, 8, 3, tzinfo=UTC)),
        ("", datetime | None, None),
        ("ACTIVE", Status, Status.ACTIVE),
        ({"surprise": True}, None, None),
    ],
)
def test_shapes_without_a_model(data: object, shape: Any, expected: object) -> None:
    assert convert.structure(data, shape) == expected


def test_a_model_within_itself() -> None:
    result = convert.structure({"name": "a", "subAttributes": [{"name": "b", "twin": {"name": "c"}}]}, Attribute)
    assert result == Attribute(name="a", parts=[Attribute(name="b", twin=Attribute(name="c"))])


def test_nothing_secret_is_shown_pickled_or_copied() -> None:
    result = read(password=CANARY, unknown=CANARY, datacenters=[{"id": "1-1", "status": "", "secureBundleUrl": CANARY, "token": CANARY}])
    assert CANARY not in repr(result)
    assert CANARY.encode() not in pickle.dumps(result)
    for twin in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
        assert (twin.id, twin.keyspaces, twin.extra) == ("1", ["main"], {})
        assert twin.password is not None
        with pytest.raises(ValueError, match="redacted"):
            twin.password.reveal()


def test_an_annotation_that_no_model_may_have_is_named() -> None:
    with pytest.raises(TypeError, match="not an annotation that a model may have"):
        convert.structure([], set[str])
