"""Answers that are not as documented are read where they make sense, and lose nothing.

Every example answer of the contract is changed at random: fields removed, renamed, of another
type, and new. It must be read unless what identifies an object is gone, every attribute must have
the type that its annotation promises, and every value must still be there, in ``extra`` if nowhere
else.
"""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops import _contract
from astra_devops._json.convert import ShapeError, structure
from astra_devops._json.model_types import Field, Model, is_dict, is_list, item_of, members, model_of
from astra_devops._json.reading import reader_of
from astra_devops._runtime.call import Operation
from astra_devops._secret import Secret
from astra_devops.resources._by_operation_id import _result_of
from tests.contract.test_decoding import ANSWERS, each_object, to_wire, trimmed

DOCUMENT: Final = _contract.load()
Place = tuple[dict[str, Any], Model]


def places(value: Any, shape: Any) -> Iterator[Place]:
    """List the objects in a document that are read as models."""
    for member in members(shape):
        if attrs.has(member) and isinstance(value, dict):
            model = model_of(member)
            yield value, model
            for field in model.fields:
                yield from places(value.get(field.wire), field.shape)
        elif is_list(member) and isinstance(value, list):
            for item in value:
                yield from places(item, item_of(member))


def identifies(shape: Any) -> bool:
    """Return whether a shape contains objects that something identifies."""
    if is_list(shape) or is_dict(shape):
        return identifies(item_of(shape))
    return any(attrs.has(member) and any(field.is_identity for field in model_of(member).fields) for member in members(shape)) or any(
        is_list(member) and identifies(member) for member in members(shape) if member is not shape
    )


RENAMED: Final = (str.upper, str.lower, lambda name: f"{name[:1]}_{name[1:]}", lambda name: f"was_{name}_before")
RETYPED: Final = (
    lambda value: None,
    lambda value: True,
    lambda value: 4711,
    lambda value: 0.25,
    lambda value: "some text",
    lambda value: "42",
    lambda value: [],
    lambda value: {},
    lambda value: {"odd": ["deep"]},
    lambda value: [value],
    lambda value: [value, value],
    lambda value: ["some text", {"odd": 1}],
)


@attrs.frozen
class Change:
    """One random change of a document. The numbers choose where and what, modulo what there is."""

    kind: str
    place: int
    field: int
    choice: int

    def apply(self, document: Any, shape: Any) -> bool:
        """Change the document, and return whether what identifies an object may be gone."""
        here = list(places(document, shape))
        value, model = here[self.place % len(here)]
        if self.kind == "add":
            value["aFieldOfTomorrow"] = {"deep": ["x"]}
            return False
        present = [field for field in model.fields if field.wire in value]
        if not present:
            return False
        field: Field = present[self.field % len(present)]
        content = value.pop(field.wire)
        if self.kind == "rename":
            rename = RENAMED[self.choice % len(RENAMED)]
            value[rename(field.wire)] = content
        elif self.kind == "retype":
            value[field.wire] = RETYPED[self.choice % len(RETYPED)](content)
        return field.is_identity or identifies(field.shape)


CHANGES: Final = st.lists(
    st.builds(
        Change,
        kind=st.sampled_from(["remove", "rename", "retype", "add"]),
        place=st.integers(0, 30),
        field=st.integers(0, 30),
        choice=st.integers(0, 11),
    ),
    min_size=1,
    max_size=5,
)


def leaves(value: Any) -> Iterator[object]:
    """List the values in a document or an instance, a number and its text as the same."""
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from leaves(getattr(value, field.name))
        return
    match value:
        case Mapping():
            for item in value.values():
                yield from leaves(item)
        case Secret() | datetime() | Enum():
            yield from leaves(to_wire(value))
        case list():
            for item in value:
                yield from leaves(item)
        case bool():
            yield value
        case str() | int() | float() | Decimal():
            try:
                yield str(float(value))
            except ValueError:
                yield trimmed(value)


def is_a(value: object, shape: Any) -> bool:
    """Return whether a value has the type that an annotation promises."""
    if is_list(shape):
        return isinstance(value, list) and all(is_one_of(item, item_of(shape)) for item in value)
    if is_dict(shape):
        return isinstance(value, dict)
    if shape is object or shape is Any:
        return True
    if isinstance(shape, type) and issubclass(shape, Enum | datetime):
        return isinstance(value, shape)
    if attrs.has(shape):
        return isinstance(value, shape) and keeps_its_promises(value)
    return type(value) is shape


def is_one_of(value: object, shape: Any) -> bool:
    return any(is_a(value, member) for member in members(shape))


def keeps_its_promises(instance: Any) -> bool:
    fields = model_of(type(instance)).fields
    return all(is_one_of(getattr(instance, field.name), field.shape) for field in fields)


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
@given(changes=CHANGES)
def test_any_answer_is_read_unless_its_identity_is_gone(operation: Operation, document: Any, changes: list[Change]) -> None:
    shape, changed = _result_of(operation), copy.deepcopy(document)
    if not list(places(changed, shape)):
        return
    may_fail = max([change.apply(changed, shape) for change in changes])
    try:
        result = structure(copy.deepcopy(changed), shape)
    except ShapeError:
        assert may_fail
        return
    assert is_one_of(result, shape)
    assert Counter(leaves(changed)) - Counter(leaves(result)) == Counter()


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_a_documented_answer_takes_no_second_pass(operation: Operation, document: Any) -> None:
    reader_of(_result_of(operation))(copy.deepcopy(document))


def test_every_schema_of_an_answer_says_what_identifies_it() -> None:
    """Otherwise one field that the service leaves out would cost the whole answer."""
    unmarked = []
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    strict = [schema for schema in reached(answer) if isinstance(schema.get("required"), list)]
                    unmarked += [schema for schema in strict if "x-astra-identity" not in schema]
    assert unmarked == []


def reached(value: Any, seen: set[str] | None = None) -> Iterator[dict[str, Any]]:
    """List the objects in a part of the contract, following its references."""
    seen = set() if seen is None else seen
    for one in each_object(value):
        yield one
        name = str(one.get("$ref", ""))
        if name.startswith("#/components/schemas/") and name not in seen:
            seen.add(name)
            yield from reached(DOCUMENT["components"]["schemas"][name.rpartition("/")[2]], seen)
