"""Every answer that the contract describes decodes and loses nothing, also where the service departs from it in the ways it is known to."""

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import attrs
import orjson
import pytest

from astra_devops import _contract
from astra_devops._json.convert import structure
from astra_devops._rest.index import OPERATIONS
from astra_devops._secret import Secret
from astra_devops.resources._by_operation_id import _result_of

DOCUMENT = _contract.load()
MOMENT = "2026-11-23T10:11:12.123456789Z"


def sample(schema: dict[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """Make the fullest instance of a schema, from its own examples where it has them."""
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
    """Give each operation that answers with a document, with that document."""
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if status.startswith("2") and content:
                    yield pytest.param(
                        OPERATIONS[operation["operationId"]], sample(content["schema"]), id=f"{operation['operationId']}-{status}"
                    )


ANSWERS = list(answers())


def back(value: Any) -> Any:
    """Spell a decoded value as it came, whatever is known of it."""
    if attrs.has(type(value)):
        fields = [field for field in attrs.fields(type(value)) if "wire" in field.metadata]
        named = {field.metadata["wire"]: back(getattr(value, field.name)) for field in fields if getattr(value, field.name) is not None}
        return named | dict(value.extra)
    match value:
        case Secret():
            return value.reveal()
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case list():
            return [back(item) for item in value]
        case dict():
            return {name: back(item) for name, item in value.items()}
    return value


def each_object(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from each_object(item)


def trimmed(document: Any) -> Any:
    """Leave out the digits below the microsecond, which are all that may be lost."""
    match document:
        case str() if document == MOMENT:
            return "2026-11-23T10:11:12.123456+00:00"
        case list():
            return [trimmed(item) for item in document]
        case dict():
            return {name: trimmed(item) for name, item in document.items()}
    return document


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_an_answer_decodes_and_nothing_is_lost(operation, document):
    assert back(structure(copy.deepcopy(document), _result_of(operation))) == trimmed(document)


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_unknown_fields_are_kept(operation, document):
    document = copy.deepcopy(document)
    for one in list(each_object(document)):
        one["aFieldOfTomorrow"] = {"deep": ["x"]}
    assert back(structure(copy.deepcopy(document), _result_of(operation))) == trimmed(document)


def recased(spell: Callable[[str], str], value: Any) -> Any:
    match value:
        case dict():
            return {spell(name): recased(spell, item) for name, item in value.items()}
        case list():
            return [recased(spell, item) for item in value]
    return value


@pytest.mark.parametrize("spell", [str.upper, str.lower, lambda name: name[:1].upper() + name[1:]], ids=["upper", "lower", "pascal"])
@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_other_casing_decodes_alike(operation, document, spell):
    shape = _result_of(operation)
    assert back(structure(recased(spell, document), shape)) == recased_back(back(structure(copy.deepcopy(document), shape)), spell)


def recased_back(value: Any, spell: Callable[[str], str]) -> Any:
    """Leave as they are the names that the contract knows; what it does not know keeps the casing it came in."""
    match value:
        case dict() if set(value) == {"anything"}:
            return {spell("anything"): value["anything"]}
        case dict():
            return {name: recased_back(item, spell) for name, item in value.items()}
        case list():
            return [recased_back(item, spell) for item in value]
    return value


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_null_lists_are_empty_lists(operation, document):
    emptied = copy.deepcopy(document)
    for one in list(each_object(emptied)):
        one.update({name: None for name, item in one.items() if isinstance(item, list)})
    decoded = back(structure(emptied, _result_of(operation)))
    for one, other in zip(each_object(decoded), each_object(emptied), strict=False):
        assert {name for name, item in other.items() if item is None} <= {name for name, item in one.items() if item == []}


@pytest.mark.parametrize(
    "spelling", ["2026-11-23 10:11:12.123456789 +0000 UTC", "2026-11-23T10:11:12.123456789Z", "2026-11-23t12:11:12.123456789+02:00"]
)
@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_times_in_any_spelling_are_the_same_moment(operation, document, spelling):
    if MOMENT not in str(document):
        return
    shape = _result_of(operation)
    respelled = orjson.loads(orjson.dumps(document).replace(MOMENT.encode(), spelling.encode()))
    assert back(structure(respelled, shape)) == back(structure(copy.deepcopy(document), shape))


@pytest.mark.parametrize(("operation", "document"), ANSWERS)
def test_values_that_no_enum_lists_stay_as_they_are(operation, document):
    changed = copy.deepcopy(document)
    known = {member["enum"][0] for member in every_enum(DOCUMENT)}
    for one in list(each_object(changed)):
        one.update({name: "FROM_TOMORROW" for name, item in one.items() if isinstance(item, str) and item in known})
    assert back(structure(copy.deepcopy(changed), _result_of(operation))) == trimmed(changed)


def every_enum(value: Any) -> Iterator[dict[str, Any]]:
    for one in each_object(value):
        if isinstance(one.get("enum"), list) and isinstance(one["enum"][0], str):
            yield one
