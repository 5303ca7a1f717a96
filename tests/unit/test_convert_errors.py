"""The error for an answer that does not fit names the place and the type, never the value."""

import contextlib
import pickle
import traceback
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs
import pytest

from astra_devops._json import convert
from astra_devops._json.convert import ShapeError
from astra_devops._secret import Extra, Secret

CANARY = "canary-7f3a"


class Status(StrEnum):
    """States."""

    ACTIVE = "ACTIVE"


@attrs.define(kw_only=True)
class Datacenter:
    """A datacenter."""

    id: str = attrs.field(metadata={"wire": "id"})
    status: Status | str = attrs.field(metadata={"wire": "status", "if_absent": ""})
    units: int | None = attrs.field(default=None, metadata={"wire": "capacityUnits"})
    url: Secret | None = attrs.field(default=None, metadata={"wire": "url"})
    inner: "Datacenter | None" = attrs.field(default=None, metadata={"wire": "inner"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Info:
    """The content of a database."""

    datacenters: list[Datacenter] = attrs.field(metadata={"wire": "datacenters"})
    created: datetime | None = attrs.field(default=None, metadata={"wire": "creationTime"})
    names: list[str] | None = attrs.field(default=None, metadata={"wire": "names"})
    states: list[Status | str] | None = attrs.field(default=None, metadata={"wire": "states"})
    counts: dict[str, int] | None = attrs.field(default=None, metadata={"wire": "a/b~c"})
    cost: str | float | None = attrs.field(default=None, metadata={"wire": "cost"})
    ratio: float | None = attrs.field(default=None, metadata={"wire": "ratio"})
    on: bool | None = attrs.field(default=None, metadata={"wire": "on"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Database:
    """A database."""

    info: Info = attrs.field(metadata={"wire": "info"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


GOOD: dict[str, Any] = {"id": "1", "status": "ACTIVE"}


def error_of(data: object, shape: Any) -> ShapeError:
    with pytest.raises(ShapeError) as caught:
        convert.structure(data, shape)
    return caught.value


@pytest.mark.parametrize(
    ("info", "pointer", "expected"),
    [
        ({"datacenters": [GOOD, {"status": "ACTIVE"}]}, "/info/datacenters/1/id", "a string"),
        ({"datacenters": [{**GOOD, "id": True}]}, "/info/datacenters/0/id", "a string"),
        ({"datacenters": [{"status": "ACTIVE", "ID": {}}]}, "/info/datacenters/0/ID", "a string"),
        ({"datacenters": [{**GOOD, "inner": {**GOOD, "inner": []}}]}, "/info/datacenters/0/inner/inner", "an object"),
        ({"datacenters": [None, {**GOOD, "id": None}]}, "/info/datacenters/1/id", "a string"),
        ({"datacenters": ["a"]}, "/info/datacenters/0", "an object"),
        ({"datacenters": {}}, "/info/datacenters", "an array"),
        ({}, "/info/datacenters", "an array"),
        (CANARY, "/info", "an object"),
        (None, "/info", "an object"),
    ],
)
def test_the_place_and_the_type_are_named(info: object, pointer: str, expected: str) -> None:
    error = error_of({"info": info}, Database)
    assert (error.pointer, error.expected) == (pointer, expected)
    assert str(error).startswith(f"{pointer} must be {expected}, not ")


@pytest.mark.parametrize(
    ("data", "shape", "message"),
    [
        (CANARY, Database, "the document must be an object, not a string"),
        ([], Database, "the document must be an object, not an array"),
        ([], str, "the document must be a string, not an array"),
        (True, int, "the document must be an integer, not a boolean"),
        (None, str, "the document must be a string, not null"),
        ([1.5, {}], list[str], "/1 must be a string, not an object"),
        (True, str | None, "the document must be a string, not a boolean"),
        ({}, list[Database], "the document must be an array, not an object"),
        ([{}], list[Database], "/0/info must be an object (Info), not missing"),
        (CANARY, datetime, "the document must be a time, not a string in another format"),
        (CANARY, datetime | None, "the document must be a time, not a string in another format"),
        ("0001-01-01T00:00:00Z", datetime, "the document must be a time, not empty or Go's zero time"),
        ("", datetime, "the document must be a time, not empty or Go's zero time"),
        (CANARY, Status, "the document must be one of 'ACTIVE', not another string"),
        (True, Secret, "the document must be a string, not a boolean"),
    ],
)
def test_whole_messages(data: object, shape: Any, message: str) -> None:
    assert str(error_of(data, shape)) == message


@pytest.mark.parametrize(
    "info",
    [
        {"datacenters": [{"id": [CANARY, CANARY]}]},
        {"datacenters": [{"id": {CANARY: CANARY}, "url": CANARY}], "creationTime": CANARY},
        {"datacenters": [CANARY]},
        {"datacenters": CANARY},
    ],
)
def test_no_value_is_in_the_error_or_its_context(info: object) -> None:
    error = error_of({"info": info}, Database)
    assert CANARY not in repr(error) + str(error) + "".join(traceback.format_exception(error))
    while error.__context__ is not None:
        error = error.__context__  # type: ignore[assignment]
        assert CANARY not in repr(error)


def test_the_error_survives_pickle() -> None:
    error = error_of([{}], list[str])
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.pointer, twin.expected, twin.actual, str(twin)) == (error.pointer, error.expected, error.actual, str(error))


def test_an_error_deep_in_a_model_within_itself_is_located() -> None:
    document: dict[str, Any] = {**GOOD, "id": True}
    for _ in range(60):
        document = {**GOOD, "inner": document}
    assert error_of(document, Datacenter).pointer == "/inner" * 60 + "/id"


def test_a_very_deep_document_is_read_or_refused() -> None:
    document: dict[str, Any] = {**GOOD}
    for _ in range(1000):
        document = {**GOOD, "inner": document}
    with contextlib.suppress(ShapeError):
        convert.structure(document, Datacenter)
