"""Choosing the member of a union for an answer."""

from enum import StrEnum
from typing import Any

import attrs
import pytest

from astra_devops._json import convert
from astra_devops._json.convert import ShapeError
from astra_devops._secret import Extra, Secret


class Strategy(StrEnum):
    """How a sink authenticates."""

    BASIC = "basic"
    BEARER = "bearer"


class Color(StrEnum):
    """Another enum."""

    RED = "red"


@attrs.define(kw_only=True)
class Basic:
    """By name and password."""

    endpoint: str = attrs.field(metadata={"wire": "endpoint"})
    strategy: Strategy | str = attrs.field(metadata={"wire": "auth_strategy"})
    user: str = attrs.field(metadata={"wire": "user"})
    password: Secret = attrs.field(metadata={"wire": "password"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Bearer:
    """By token."""

    endpoint: str = attrs.field(metadata={"wire": "endpoint"})
    strategy: Strategy | str = attrs.field(metadata={"wire": "auth_strategy"})
    token: Secret = attrs.field(metadata={"wire": "token"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Block:
    """A model that contains either."""

    auth: Basic | Bearer = attrs.field(metadata={"wire": "auth"})
    policy: "Color | str | Loose | None" = attrs.field(default=None, metadata={"wire": "policy"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Loose:
    """A model without required fields."""

    size: int | None = attrs.field(default=None, metadata={"wire": "size"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Looser:
    """Another one, with more fields."""

    size: int | None = attrs.field(default=None, metadata={"wire": "size"})
    depth: int | None = attrs.field(default=None, metadata={"wire": "depth"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


COMMON = {"endpoint": "https://x", "auth_strategy": "basic"}
BASIC = {**COMMON, "user": "u", "password": "p"}
BEARER = {**COMMON, "token": "t"}


@pytest.mark.parametrize(
    ("data", "shape", "expected"),
    [
        (BASIC, Basic | Bearer, Basic),
        (BASIC, Bearer | Basic, Basic),
        (BEARER, Basic | Bearer, Bearer),
        ({**COMMON, "User": "u", "PASSWORD": "p"}, Bearer | Basic, Basic),
        ({**BASIC, "unknown": 1}, Bearer | Basic, Basic),
        ({"size": 1}, Loose | Looser, Loose),
        ({"size": 1, "depth": 1}, Loose | Looser, Looser),
        ({"Depth": 1}, Loose | Looser, Looser),
        ({}, Loose | Looser, Loose),
        ({}, Bearer | Loose, Loose),
        ([BEARER], Bearer | list[Bearer], list),
        (BEARER, Bearer | list[Bearer], Bearer),
        ([], Bearer | list[Bearer], list),
        (None, Bearer | list[Bearer], list),
        ([BASIC, BEARER], list[Basic] | list[Bearer], list),
        ({"other": 1}, Bearer | dict[str, object], dict),
        (BEARER, Bearer | dict[str, object], Bearer),
        ('{"size": 1}', Loose | str, str),
        ({"size": 1}, Loose | str, Loose),
        ("red", Color | str, Color),
        ("basic", Color | Strategy, Strategy),
        ("basic", Color | Strategy | str | Loose, Strategy),
        ("1", str | float, str),
        (1.5, str | float, float),
        (1, str | float, float),
        (1, int | float, int),
        (1.0, int | str, int),
        (True, bool | str, bool),
        ("s", Secret | float, Secret),
        ("s", Secret | str, Secret),
        (None, Basic | Bearer | None, type(None)),
        ([1], object | str, list),
    ],
)
def test_the_member_that_fits_is_chosen(data: object, shape: Any, expected: type) -> None:
    assert type(convert.structure(data, shape)) is expected


def test_each_item_of_two_kinds_of_list_is_chosen_for_itself() -> None:
    result = convert.structure([BASIC, BEARER], list[Basic] | list[Bearer])
    assert [type(item) for item in result] == [Basic, Bearer]


def test_a_union_within_a_model() -> None:
    assert type(convert.structure({"auth": BEARER}, Block).auth) is Bearer
    assert convert.structure({"auth": BEARER, "policy": "red"}, Block).policy is Color.RED
    assert convert.structure({"auth": BEARER, "policy": {"size": 2}}, Block).policy == Loose(size=2)
    assert convert.structure({"auth": BEARER, "policy": None}, Block).policy is None
    assert convert.structure({"auth": BEARER, "policy": 5}, Block).policy == "5"
    assert convert.structure({"auth": BEARER, "policy": {"size": {}}}, Block).policy.size is None


@pytest.mark.parametrize(
    ("data", "shape", "pointer", "expected"),
    [
        ({"auth": COMMON}, Block, "/auth", "an object (Basic) or an object (Bearer) with all its fields"),
        ({"auth": {**BASIC, "user": True}}, Block, "/auth/user", "a string"),
        ({"auth": "x"}, Block, "/auth", "an object (Basic) or an object (Bearer)"),
        ([BEARER, {}], Bearer | list[Bearer], "/1/endpoint", "a string"),
        (True, str | float, "", "a string or a number"),
        ("blue", Color | Loose, "", "one of 'red'"),
    ],
)
def test_no_member_fits(data: object, shape: Any, pointer: str, expected: str) -> None:
    with pytest.raises(ShapeError) as caught:
        convert.structure(data, shape)
    assert (caught.value.pointer, caught.value.expected) == (pointer, expected)
