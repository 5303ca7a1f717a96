"""Documents of OpenAPI 3.1 are read as documents of 3.0."""

from typing import Any

import pytest

Draft = Any


def answer_type(draft: Draft, schema: dict[str, Any]) -> str:
    draft.document["openapi"] = "3.1.0"
    draft.answer(schema)
    text: str = draft.files()["_rest/endpoints/things.py"]
    return text.split("-> Answer[", 1)[1].split("]:", 1)[0]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["string", "null"]}, "str | None"),
        ({"type": ["string", "integer"]}, "str | int"),
        ({"type": ["array", "string", "null"], "items": {"type": "boolean"}}, "list[bool] | str | None"),
        ({"type": "null"}, "object | None"),
        ({"oneOf": [{"type": "null"}, {"type": "integer"}]}, "int | None"),
        ({"anyOf": [{"const": None}, {"const": 5}]}, "int | None"),
        ({"type": "array", "items": True}, "list[object]"),
        ({"prefixItems": [{"type": "string"}]}, "list[object]"),
        ({"type": "object", "patternProperties": {"^x": {"type": "integer"}}}, "dict[str, int]"),
        ({"const": True}, "bool"),
        ({"type": "number", "exclusiveMinimum": 0, "examples": [1, 2]}, "float"),
        ({"type": "string", "contentMediaType": "image/png", "$comment": "a"}, "str"),
        ({"type": "array", "contains": {"type": "string"}, "if": {"minItems": 1}, "then": {"maxItems": 2}}, "list[object]"),
    ],
)
def test_types(draft: Draft, schema: dict[str, Any], expected: str) -> None:
    assert answer_type(draft, schema) == expected


def test_a_constant_is_an_enumeration_of_one_value(draft: Draft) -> None:
    assert answer_type(draft, {"const": "on", "title": "Switch"}) == "GetThingResponse | str"
    assert 'ON = "on"' in draft.files()["_rest/models/things.py"]


def test_keywords_beside_a_reference_count(draft: Draft) -> None:
    draft.schemas["Thing"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    extended = {"$ref": "#/components/schemas/Thing", "properties": {"b": {"type": "string"}, "never": False}}
    assert answer_type(draft, extended) == "GetThingResponse"
    (definition,) = (it for it in draft.model().definitions.values() if it.name == "GetThingResponse")
    assert [field.name for field in definition.fields] == ["a", "b"]


def test_what_a_client_does_not_need_is_dropped(draft: Draft) -> None:
    draft.document["info"].update(summary="a", license={"name": "MIT", "identifier": "MIT"})
    draft.document.update(webhooks={"a": {}}, jsonSchemaDialect="https://json-schema.org/draft/2020-12/schema")
    draft.document["components"]["pathItems"] = {"Things": draft.document["paths"].pop("/things")}
    draft.document["paths"]["/others"] = {"$ref": "#/components/pathItems/Things"}
    assert answer_type(draft, {"type": "string"}) == "str"
    assert [operation.path for operation in draft.model().operations] == ["/others"]


def test_a_document_may_have_no_paths(draft: Draft) -> None:
    draft.document.update(openapi="3.1.0")
    del draft.document["paths"]
    assert draft.model().operations == ()
