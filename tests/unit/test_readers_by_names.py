"""Objects that come again with the same names get a reader of their own.

It reads as the general one does.
"""

import copy
import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops import models
from astra_devops._json import convert, reader_source
from astra_devops._json.reading import reader_of
from tests.unit.test_convert_reading import Database

OFTEN = 30
"""More often than an object must come before it gets a reader of its own."""

FULL: dict[str, Any] = {
    "id": "1",
    "orgId": "2",
    "keyspaces": ["a"],
    "engineType": None,
    "status": "ACTIVE",
    "availableActions": ["PARKED", "new"],
    "datacenters": [{"id": "3", "status": "PARKED", "capacityUnits": 4, "secureBundleUrl": "https://bundles.example/?sig=1"}],
    "primary": {"id": "3", "status": "PARKED"},
    "creationTime": "2026-11-01T22:08:41Z",
    "cost": 1.5,
    "ratio": 2,
    "vector": True,
    "tags": {"a": "b"},
    "details": {"a": [1]},
    "anything": [None],
    "password": "canary",
}
REQUIRED = ("id", "orgId", "keyspaces", "engineType")
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text(), max_size=2), st.just({}))


def first_reading(document: object) -> Any:
    """Return what a general reader makes of a document: an instance, or the text of the error."""
    reader_of.cache_clear()
    return reading(document)


def reading(document: object) -> Any:
    try:
        return convert.structure(copy.deepcopy(document), Database)
    except convert.ShapeError as error:
        return str(error)


@given(
    names=st.lists(st.sampled_from(sorted(FULL)), unique=True),
    unknown=st.dictionaries(st.sampled_from(["new", "Status", "org_id", "OrganizationID", "class", "it's", "\u2028"]), VALUES, max_size=3),
    odd=st.dictionaries(st.sampled_from(sorted(FULL)), VALUES, max_size=2),
)
def test_the_reader_of_some_names_reads_as_the_general_one(names: list[str], unknown: dict[str, Any], odd: dict[str, Any]) -> None:
    usual = {name: FULL[name] for name in dict.fromkeys((*REQUIRED, *names))} | unknown
    unusual = usual | {name: value for name, value in odd.items() if name in usual}
    expected, expected_unusual = first_reading(usual), first_reading(unusual)

    assert all(reading(usual) == expected for _ in range(OFTEN))
    assert reading(unusual) == expected_unusual


def test_the_exact_name_wins_and_the_other_is_kept() -> None:
    document = FULL | {"Status": "other", "unknown": 1}

    instances = [convert.structure(document, Database) for _ in range(OFTEN)]

    assert {instance.status for instance in instances} == {"ACTIVE"}
    assert all(instance.extra == {"Status": "other", "unknown": 1} for instance in instances)


@pytest.mark.parametrize("wrong", ["idstatus", ["id", "status"], ("id", "status"), 7, None, {"status": "ACTIVE"}, [["id"], "status"], []])
def test_what_is_no_object_of_these_names_is_refused(wrong: object) -> None:
    @attrs.define(kw_only=True)
    class Named:
        """An object that may be empty but for its id."""

        id: str = attrs.field(metadata={"wire": "id"})
        status: str | None = attrs.field(default=None, metadata={"wire": "status"})

    for _ in range(OFTEN):
        assert convert.structure({"id": "1", "status": "2"}, Named) == Named(id="1", status="2")

    with pytest.raises(convert.ShapeError):
        convert.structure(wrong, Named)


def test_an_array_is_no_empty_object() -> None:
    @attrs.define(kw_only=True)
    class Empty:
        """An object without a required field."""

        id: str | None = attrs.field(default=None, metadata={"wire": "id"})

    for _ in range(OFTEN):
        assert convert.structure({}, Empty) == Empty()

    with pytest.raises(convert.ShapeError, match="must be an object"):
        convert.structure([], Empty)


def test_objects_with_ever_new_names_are_read() -> None:
    for index in range(200):
        for _ in range(OFTEN if index < 40 else 1):
            instance = convert.structure({**FULL, f"new{index}": index}, Database)
            assert instance.extra == {f"new{index}": index}


def test_objects_of_as_many_names_are_kept_apart() -> None:
    plain, other = {**FULL, "new": 1}, {**FULL, "newer": 2}
    reordered = dict(reversed(plain.items()))

    for _ in range(OFTEN):
        assert convert.structure(plain, Database).extra == {"new": 1}
        assert convert.structure(other, Database).extra == {"newer": 2}
        assert convert.structure(reordered, Database) == convert.structure(plain, Database)


def test_values_are_not_shared_between_instances() -> None:
    instances = [convert.structure(copy.deepcopy(FULL), Database) for _ in range(OFTEN)]
    instances[-1].keyspaces.append("b")
    instances[-1].actions.append("b")

    assert instances[-2].keyspaces == ["a"]
    assert instances[-2].actions == ["PARKED", "new"]
    assert instances[-2].created == datetime.datetime(2026, 11, 1, 22, 8, 41, tzinfo=datetime.UTC)


def test_the_source_of_a_reader_can_be_printed() -> None:
    of_all_names = reader_source.source_of(models.Database)
    of_names = reader_source.source_of(models.Database, ["status", "id", "addedLater"])

    compile(of_all_names, "of all names", "exec")
    compile(of_names, "of names", "exec")
    assert "self.creation_time = None if v5 is None or v5 == go_zero else " in of_all_names
    assert "v0, v1, v2 = values(o)" in of_names
    assert "extra._fields = {'addedLater': v2}" in of_names
