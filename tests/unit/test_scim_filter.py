"""Filters: nothing in the value can change the filter."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops.scim import scim_filter


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("userName", "eq", "ann"), 'userName eq "ann"'),
        (("name.familyName", "co", 'o"brien'), r'name.familyName co "o\"brien"'),
        (("userName", "sw", "back\\"), r'userName sw "back\\"'),
        (("active", "eq", True), "active eq true"),
        (("externalId", "eq", None), "externalId eq null"),
        (("externalId", "pr"), "externalId pr"),
        (("meta.lastModified", "gt", datetime(2025, 1, 2, tzinfo=UTC)), 'meta.lastModified gt "2025-01-02T00:00:00+00:00"'),
        (("urn:ietf:params:scim:schemas:core:2.0:User:userName", "eq", "ü"), 'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ü"'),
    ],
)
def test_filters(arguments: tuple[Any, ...], text: str) -> None:
    assert scim_filter(*arguments) == text


@given(st.text())
def test_the_value_can_be_read_back(value: str) -> None:
    text = scim_filter("userName", "eq", value)
    assert json.loads(text.removeprefix("userName eq ")) == value


@pytest.mark.parametrize(
    ("arguments", "error", "problem"),
    [
        (("", "eq", "x"), ValueError, "attribute"),
        (('userName eq "x" or id', "eq", "x"), ValueError, "attribute"),
        ((1, "eq", "x"), TypeError, "attribute"),
        (("userName", "is", "x"), ValueError, "operator"),
        (("userName", "pr", "x"), ValueError, "value must be omitted"),
        (("userName", "eq", ["x"]), TypeError, "value"),
        (("userName", "eq", float("nan")), ValueError, "value"),
        (("userName", "eq", datetime(2025, 1, 2)), ValueError, "time zone"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple[Any, ...], error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        scim_filter(*arguments)
