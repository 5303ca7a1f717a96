"""Writing request bodies and query arguments: what is left out, and what is refused by its name."""

import copy
import re
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, StrEnum
from typing import Any

import attrs
import pytest

from astra_devops._json import writing
from astra_devops._secret import Extra, Secret

CANARY = "canary-7f3a"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


class Tier(StrEnum):
    """Tiers."""

    SERVERLESS = "serverless"


class Level(Enum):
    """Levels, which are not strings."""

    HIGH = 3


@attrs.define(kw_only=True)
class Address:
    """An address."""

    address: str = attrs.field(metadata={"wire": "address"})
    enabled: bool | None = attrs.field(default=None, metadata={"wire": "enabled"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Body:
    """A request with a field of each kind."""

    name: str = attrs.field(metadata={"wire": "name"})
    note: str | None = attrs.field(metadata={"wire": "note"})
    capacity_units: int | None = attrs.field(default=None, metadata={"wire": "capacityUnits"})
    ratio: float | None = attrs.field(default=None, metadata={"wire": "ratio"})
    tier: Tier | str | None = attrs.field(default=None, metadata={"wire": "tier"})
    level: Level | None = attrs.field(default=None, metadata={"wire": "level"})
    since: datetime | None = attrs.field(default=None, metadata={"wire": "since"})
    password: Secret | None = attrs.field(default=None, metadata={"wire": "password"})
    addresses: list[Address] | None = attrs.field(default=None, metadata={"wire": "addresses"})
    one_or_many: Address | list[Address] | None = attrs.field(default=None, metadata={"wire": "oneOrMany"})
    lists: list[str] | list[int] | None = attrs.field(default=None, metadata={"wire": "lists"})
    details: dict[str, object] | None = attrs.field(default=None, metadata={"wire": "details"})
    counts: dict[str, int] | None = attrs.field(default=None, metadata={"wire": "counts"})
    anything: object = attrs.field(default=None, metadata={"wire": "anything"})
    parent: "Body | None" = attrs.field(default=None, metadata={"wire": "parent"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


def write(**fields: Any) -> object:
    return writing.unstructure(Body(name="n", note=None, **fields))


def test_only_what_was_given_is_sent_and_a_required_null_is_given() -> None:
    assert write() == {"name": "n", "note": None}
    assert write(extra=Extra({"surprise": 1})) == {"name": "n", "note": None}


@pytest.mark.parametrize(
    ("field", "value", "written"),
    [
        ("capacity_units", 3, {"capacityUnits": 3}),
        ("ratio", 1, {"ratio": 1}),
        ("ratio", 0.5, {"ratio": 0.5}),
        ("tier", Tier.SERVERLESS, {"tier": "serverless"}),
        ("tier", "C10", {"tier": "C10"}),
        ("level", Level.HIGH, {"level": 3}),
        ("since", NOON, {"since": "2024-05-01T12:00:00Z"}),
        ("since", datetime(2024, 5, 1, 14, tzinfo=timezone(timedelta(hours=2))), {"since": "2024-05-01T12:00:00Z"}),
        ("password", Secret("hidden"), {"password": "hidden"}),
        ("addresses", [], {"addresses": []}),
        ("addresses", [Address(address="::1")], {"addresses": [{"address": "::1"}]}),
        ("addresses", (Address(address="::1", enabled=False),), {"addresses": [{"address": "::1", "enabled": False}]}),
        ("one_or_many", Address(address="::1"), {"oneOrMany": {"address": "::1"}}),
        ("one_or_many", [Address(address="::1")], {"oneOrMany": [{"address": "::1"}]}),
        ("lists", ["a"], {"lists": ["a"]}),
        ("lists", [1], {"lists": [1]}),
        (
            "details",
            {"a": [1, None, {"b": NOON}], "c": Tier.SERVERLESS},
            {"details": {"a": [1, None, {"b": "2024-05-01T12:00:00Z"}], "c": "serverless"}},
        ),
        ("counts", {"a": 1}, {"counts": {"a": 1}}),
        ("anything", Address(address="::1"), {"anything": {"address": "::1"}}),
        ("anything", False, {"anything": False}),
    ],
)
def test_every_kind_of_field(field: str, value: object, written: dict[str, object]) -> None:
    document = write(**{field: value})
    assert document == {"name": "n", "note": None, **written}
    assert type(document) is dict


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("capacity_units", "3", "body.capacity_units must be an integer, not str"),
        ("capacity_units", True, "body.capacity_units must be an integer, not bool"),
        ("capacity_units", 3.0, "body.capacity_units must be an integer, not float"),
        ("ratio", True, "body.ratio must be a number, not bool"),
        ("tier", 3, "body.tier must be a Tier or a string, not int"),
        ("tier", Level.HIGH, "body.tier must be a Tier or a string, not Level"),
        ("level", 3, "body.level must be a Level, not int"),
        ("since", "2024-05-01", "body.since must be a datetime, not str"),
        ("password", CANARY, "body.password must be a Secret, not str"),
        ("addresses", "::1", "body.addresses must be a list, not str"),
        ("addresses", [Address(address="a"), None], "body.addresses[1] must be an Address, not NoneType"),
        ("addresses", [Address(address=5)], "body.addresses[0].address must be a string, not int"),  # type: ignore[arg-type]
        ("one_or_many", {"address": "::1"}, "body.one_or_many must be an Address or a list, not dict"),
        ("lists", ["a", None], "body.lists[1] must be a string or an integer, not NoneType"),
        ("details", [], "body.details must be a dict, not list"),
        ("details", {1: 2}, "the keys of body.details must be strings, not int"),
        ("details", {"a": [b""]}, "body.details['a'][0] cannot be sent: bytes cannot be written as JSON"),
        ("counts", {"a": "b"}, "body.counts['a'] must be an integer, not str"),
        ("parent", Body(name=None, note=None), "body.parent.name must be a string, not NoneType"),  # type: ignore[arg-type]
        ("anything", {1, 2}, "body.anything cannot be sent: set cannot be written as JSON"),
    ],
)
def test_a_wrong_type_is_named_by_its_path(field: str, value: object, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        write(**{field: value})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("ratio", float("nan"), "body.ratio must be a finite number"),
        ("anything", [float("inf")], "body.anything[0] must be a finite number"),
        ("since", datetime(2024, 5, 1), "body.since must have a time zone"),
        ("since", datetime.min.replace(tzinfo=timezone(timedelta(hours=2))), "body.since"),
        ("tier", "half \ud800", "body.tier has an unpaired surrogate"),
    ],
)
def test_a_value_that_cannot_be_sent_is_named_by_its_path(field: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        write(**{field: value})


def test_a_redacted_secret_is_not_sent() -> None:
    with pytest.raises(ValueError, match=r"^body.password cannot be sent: .*redacted"):
        write(password=copy.copy(Secret(CANARY)))


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "x", ["x", None], {"a": None}])
def test_plain_json_is_written_as_it_is(value: object) -> None:
    assert writing.unstructure(value) == value


def test_a_list_of_models_is_a_body() -> None:
    assert writing.unstructure([Address(address="::1")]) == [{"address": "::1"}]
    with pytest.raises(TypeError, match=r"^addresses\[0\]\.address must be a string, not int$"):
        writing.unstructure([Address(address=1)], "addresses")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        (None, []),
        (True, ["true"]),
        (False, ["false"]),
        (0, ["0"]),
        (1.5, ["1.5"]),
        ("", [""]),
        ("a b", ["a b"]),
        (Tier.SERVERLESS, ["serverless"]),
        (Level.HIGH, ["3"]),
        (NOON, ["2024-05-01T12:00:00Z"]),
        ([], []),
        (["a", 1, Tier.SERVERLESS], ["a", "1", "serverless"]),
        (("a",), ["a"]),
    ],
)
def test_query_arguments(value: object, pairs: list[str]) -> None:
    assert writing.query_pairs("q", value) == [("q", pair) for pair in pairs]


@pytest.mark.parametrize("value", [Secret(CANARY), b"x", {"a": 1}, {"a"}, [None], [["a"]], [Secret(CANARY)], object()])
def test_what_cannot_be_part_of_a_url_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match=r"^q(\[0\])? must be a string, a number") as caught:
        writing.query_pairs("q", value)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(("value", "message"), [(float("nan"), "finite"), (datetime(2024, 5, 1), "time zone"), ("\udc00", "surrogate")])
def test_query_values_that_cannot_be_sent_are_refused(value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        writing.query_pairs("q", value)
