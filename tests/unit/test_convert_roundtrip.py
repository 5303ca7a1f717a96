"""What is written is read again as the same object, whatever its content."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from astra_devops._json import convert, writing
from astra_devops._secret import Extra, Secret


class Status(StrEnum):
    """States."""

    ACTIVE = "ACTIVE"
    PARKED = "PARKED"


@attrs.define(kw_only=True)
class Leaf:
    """A small model."""

    id: str = attrs.field(metadata={"wire": "ID"})
    token: Secret | None = attrs.field(default=None, metadata={"wire": "token"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


@attrs.define(kw_only=True)
class Tree:
    """A model with a field of each kind, including itself."""

    name: str = attrs.field(metadata={"wire": "theName"})
    status: Status | str = attrs.field(metadata={"wire": "status"})
    leaves: list[Leaf] = attrs.field(metadata={"wire": "leaves"})
    leaf_or_leaves: Leaf | list[Leaf] | None = attrs.field(default=None, metadata={"wire": "leafOrLeaves"})
    states: list[Status | str] | None = attrs.field(default=None, metadata={"wire": "states"})
    at: datetime | None = attrs.field(default=None, metadata={"wire": "at"})
    count: int | None = attrs.field(default=None, metadata={"wire": "count"})
    ratio: float | None = attrs.field(default=None, metadata={"wire": "ratio"})
    cost: str | float | None = attrs.field(default=None, metadata={"wire": "cost"})
    on: bool | None = attrs.field(default=None, metadata={"wire": "on"})
    details: dict[str, object] | None = attrs.field(default=None, metadata={"wire": "details"})
    children: "list[Tree] | None" = attrs.field(default=None, metadata={"wire": "children"})
    extra: Extra = attrs.field(factory=Extra, metadata={"extra": True})


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
STATES = st.sampled_from(Status) | TEXT.filter(lambda text: text not in set(Status))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
PLAIN = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
TIMES = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))
LEAVES = st.builds(Leaf, id=TEXT, token=st.none() | TEXT.map(Secret))


def trees(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    """Build trees with the given children."""
    return st.builds(
        Tree,
        name=TEXT,
        status=STATES,
        leaves=st.lists(LEAVES, max_size=3),
        leaf_or_leaves=st.none() | LEAVES | st.lists(LEAVES, max_size=2),
        states=st.none() | st.lists(STATES, max_size=3),
        at=st.none() | TIMES,
        count=st.none() | INTEGERS,
        ratio=st.none() | FLOATS,
        cost=st.none() | TEXT | FLOATS,
        on=st.none() | st.booleans(),
        details=st.none() | st.dictionaries(TEXT, PLAIN, max_size=3),
        children=children,
    )


TREES = trees(st.none() | st.lists(trees(st.none()), max_size=2))


def over_the_wire(tree: Tree) -> Any:
    """Return the JSON document of a tree."""
    return json.loads(json.dumps(writing.unstructure(tree)))


@given(TREES)
def test_what_is_written_is_read_again(tree: Tree) -> None:
    assert convert.structure(over_the_wire(tree), Tree) == tree


@given(TREES, st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_the_case_of_names_does_not_matter(tree: Tree, change_case: Any) -> None:
    document = {change_case(name): value for name, value in over_the_wire(tree).items()}
    assert convert.structure(document, Tree) == tree


@given(TREES, st.dictionaries(TEXT, PLAIN, max_size=3))
def test_no_unknown_name_is_lost(tree: Tree, more: dict[str, Any]) -> None:
    ours = {field.metadata.get("wire", "").casefold() for field in attrs.fields(Tree)}
    more = {name: value for name, value in more.items() if name.casefold() not in ours}
    result = convert.structure({**more, **over_the_wire(tree)}, Tree)
    assert result.extra == more
    assert attrs.evolve(result, extra=Extra()) == tree


@given(TREES, st.data())
def test_an_error_never_has_the_value(tree: Tree, data: st.DataObject) -> None:
    document = over_the_wire(tree)
    name = data.draw(st.sampled_from(sorted(document)))
    document[name] = data.draw(PLAIN | st.just("canary-7f3a"))
    error = error_of(document)
    assert error is None or (error.pointer.startswith(f"/{name}") and "canary" not in str(error))


def error_of(document: object) -> convert.ShapeError | None:
    """Return the error for a document, if there is one."""
    try:
        convert.structure(document, Tree)
    except convert.ShapeError as error:
        return error
    return None
