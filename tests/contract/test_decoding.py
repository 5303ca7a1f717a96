"""Every answer of the contract decodes and loses nothing, also where the service departs from it.

The departures are those of docs/evidence.md: capitalized names, other forms of times, null lists,
unknown fields and unknown values.
"""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

import attrs
import pytest

from astra_devops import _contract
from astra_devops._json.convert import structure
from astra_devops._rest.index import OPERATIONS
from astra_devops._runtime.call import Operation
from astra_devops._secret import Secret
from astra_devops.resources._by_operation_id import _result_of

Casing = Callable[[str], str]

DOCUMENT: Final = _contract.load()
MOMENT: Final = "2026-11-23T10:11:12.123456789Z"


def sample(schema: dict[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """Create the fullest instance of a schema, from its own examples where it has them."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return None if name in seen else sample(DOCUMENT["components"]["schemas"][name], (*seen, name))
    for branches in (schema.get("oneOf"), schema.get("anyOf")):
        if branches:
            return sample(branches[0], seen)
    if "allOf" in schema:
        return {name: value for part in schema["allOf"] for name, value in sample(part, seen).items()}
    kind = schema.get("type", "any")
    kind = next(one for one in kind if one != "null") if isinstance(kind, list) else kind
    if kind == "object":
        fields = {name: sample(part, seen) for name, part in schema.get("properties", {}).items()}
        return {name: value for name, value in fields.items() if value is not None}
    if kind == "array":
        item = sample(schema.get("items", {}), seen)
        return [] if item is None else [item]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return MOMENT
    return {"string": schema.get("example", "text"), "integer": 7, "number": 1.5, "boolean": True, "any": {"anything": [1]}}[kind]


def answers() -> Iterator[Any]:
    """List each operation that answers with a document, together with a sample of it."""
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                content = next(iter(answer.get("content", {}).values()), None)
                if status.startswith("2") and content:
                    yield pytest.param(
                        OPERATIONS[operation["operationId"]], sample(content["schema"]), id=f"{operation['operationId']}-{status}"
                    )


ANSWERS: Final = list(answers())


def to_wire(value: Any) -> Any:
    """Return a decoded value in the form in which it came, with known and unknown fields."""
    if attrs.has(type(value)):
        fields = [field for field in attrs.fields(type(value)) if "wire" in field.metadata]
        known = {field.metadata["wire"]: to_wire(getattr(value, field.name)) for field in fields if getattr(value, field.name) is not None}
        return known | dict(value.extra)
    match value:
        case Secret():
            return value.reveal()
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case list():
            return [to_wire(item) for item in value]
        case dict():
            return {name: to_wire(item) for name, item in value.items()}
    return value


def each_object(value: Any) -> Iterator[dict[str, Any]]:
    """List all objects inside a JSON value."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from each_object(item)


def trimmed(document: Any) -> Any:
    """Drop the digits below the microsecond, which are all that may be lost."""
    match document:
        case str() if document == MOMENT:
            return "2026-11-23T10:11:12.123456+00:00"
        case list():
            return [trimmed(item) for item in document]
        case dict():
            return {name: trimmed(item) for name, item in document.items()}
    return document


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_an_answer_decodes_and_nothing_is_lost(operation: Operation, document: Any) -> None:
    assert to_wire(structure(copy.deepcopy(document), _result_of(operation))) == trimmed(document)


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_unknown_fields_are_kept(operation: Operation, document: Any) -> None:
    document = copy.deepcopy(document)
    for one in list(each_object(document)):
        one["aFieldOfTomorrow"] = {"deep": ["x"]}
    assert to_wire(structure(copy.deepcopy(document), _result_of(operation))) == trimmed(document)


def recased(casing: Casing, value: Any) -> Any:
    """Return a JSON value with all its names in another casing."""
    match value:
        case dict():
            return {casing(name): recased(casing, item) for name, item in value.items()}
        case list():
            return [recased(casing, item) for item in value]
    return value


@pytest.mark.parametrize("casing", [str.upper, str.lower, lambda name: name[:1].upper() + name[1:]], ids=["upper", "lower", "pascal"])
@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_other_casing_decodes_alike(operation: Operation, document: Any, casing: Casing) -> None:
    shape = _result_of(operation)
    assert to_wire(structure(recased(casing, document), shape)) == recased_unknown(
        casing, to_wire(structure(copy.deepcopy(document), shape))
    )


def recased_unknown(casing: Casing, value: Any) -> Any:
    """Return a JSON value with the names in another casing that the contract does not have.

    Known names come back as the contract has them; unknown ones keep the casing in which they came.
    """
    match value:
        case dict() if set(value) == {"anything"}:
            return {casing("anything"): value["anything"]}
        case dict():
            return {name: recased_unknown(casing, item) for name, item in value.items()}
        case list():
            return [recased_unknown(casing, item) for item in value]
    return value


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_null_lists_are_empty_lists(operation: Operation, document: Any) -> None:
    emptied = copy.deepcopy(document)
    for one in list(each_object(emptied)):
        one.update({name: None for name, item in one.items() if isinstance(item, list)})
    decoded = to_wire(structure(emptied, _result_of(operation)))
    for one, other in zip(each_object(decoded), each_object(emptied), strict=False):
        assert {name for name, item in other.items() if item is None} <= {name for name, item in one.items() if item == []}


@pytest.mark.parametrize(
    "moment", ["2026-11-23 10:11:12.123456789 +0000 UTC", "2026-11-23T10:11:12.123456789Z", "2026-11-23t12:11:12.123456789+02:00"]
)
@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_times_in_any_form_are_the_same_moment(operation: Operation, document: Any, moment: str) -> None:
    if MOMENT not in str(document):
        return
    shape = _result_of(operation)
    reformatted = json.loads(json.dumps(document).replace(MOMENT, moment))
    assert to_wire(structure(reformatted, shape)) == to_wire(structure(copy.deepcopy(document), shape))


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_values_that_no_enum_lists_stay_as_they_are(operation: Operation, document: Any) -> None:
    changed = copy.deepcopy(document)
    enumerated = {schema["enum"][0] for schema in every_enum(DOCUMENT)}
    for one in list(each_object(changed)):
        one.update({name: "FROM_TOMORROW" for name, item in one.items() if isinstance(item, str) and item in enumerated})
    assert to_wire(structure(copy.deepcopy(changed), _result_of(operation))) == trimmed(changed)


def every_enum(value: Any) -> Iterator[dict[str, Any]]:
    """List all schemas of the contract that enumerate strings."""
    for one in each_object(value):
        if isinstance(one.get("enum"), list) and isinstance(one["enum"][0], str):
            yield one
