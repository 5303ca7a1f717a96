"""What other documents have and the service's own lacks: servers, headers, cycles, references."""

from typing import Any

import pytest

from astra_devops._runtime.call import joined

Draft = Any
PATH = "/paths/~1things"


def source(draft: Draft) -> str:
    text: str = draft.files()["_rest/endpoints/things.py"]
    return text


def test_headers_and_cookies_are_arguments(draft: Draft) -> None:
    draft.parameter(**{"name": "X-Trace", "in": "header", "required": True}).parameter(**{"name": "session", "in": "cookie"})
    draft.parameter(**{"name": "Accept", "in": "header"})
    text = source(draft)
    assert "get_thing(caller: Caller, *, x_trace: str, session: str | None = None) -> Answer[str]:" in text
    assert 'headers=(("X-Trace", x_trace),), cookies=(("session", session),)' in text


@pytest.mark.parametrize("place", ["operation", "path"])
def test_an_operation_may_have_a_server_of_its_own(draft: Draft, place: str) -> None:
    node = draft.operation if place == "operation" else draft.document["paths"]["/things"]
    node["servers"] = [{"url": "https://{name}.example.com/v2/", "variables": {"name": {"default": "other"}}}, {"url": "/unused"}]
    assert 'server="https://other.example.com/v2"' in draft.files()["_rest/index.py"]
    assert [done for _, _, done in draft.warnings] == ["its requests, with the token, go to https://other.example.com/v2"]


@pytest.mark.parametrize(("url", "expected"), [("/", None), ("https://example.com/v1", None), ("/v2", "https://example.com/v2")])
def test_a_server_is_relative_to_that_of_the_document(draft: Draft, url: str, expected: str | None) -> None:
    draft.document["servers"] = [{"url": "https://example.com/v1/"}] if expected or url != "/" else [{"url": "https://example.com"}]
    draft.operation["servers"] = [{"url": url}]
    assert draft.model().operations[0].server == expected


def test_a_path_may_be_a_reference_to_another(draft: Draft) -> None:
    draft.document["paths"] = {
        "/others": {"$ref": "#/paths/~1things", "parameters": [{"name": "a", "in": "query"}]},
        **draft.document["paths"],
    }
    other, thing = draft.model().operations
    assert (other.path, other.id, [it.name for it in other.parameters]) == ("/others", "getThing", ["a"])
    assert (thing.path, thing.id, thing.parameters) == ("/things", "getThingGet", ())
    assert ("/paths/~1others/$ref", "the path refers to #/paths/~1things", "treated as a copy of it") in draft.warnings


def test_a_list_of_itself_is_any_value_inside(draft: Draft) -> None:
    draft.schemas["A"] = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/components/schemas/A"}}]}
    draft.answer({"$ref": "#/components/schemas/A"})
    assert "-> Answer[str | list[object]]:" in source(draft)
    assert [pointer for pointer, _, _ in draft.warnings] == ["/components/schemas/A/oneOf/1/items"]


def test_a_choice_inside_a_composition_adds_optional_fields(draft: Draft) -> None:
    first = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    choice = {"oneOf": [{"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}}, {"properties": {"c": {}}}]}
    draft.answer({"allOf": [first, choice]})
    model = draft.model()
    (definition,) = model.definitions.values()
    assert [(field.name, field.required) for field in definition.fields] == [("a", True), ("b", False), ("c", False)]


def test_texts_other_than_plain_ones_are_strings(draft: Draft) -> None:
    draft.operation["responses"]["200"]["content"] = {"application/x-yaml": {}}
    assert "-> Answer[str]:" in source(draft)


def test_what_is_left_of_swagger_2_is_repaired(draft: Draft) -> None:
    draft.parameter(name="body", required=True, **{"in": "body", "schema": {"type": "boolean"}})
    draft.operation.update(produces=["application/json"], responses={"200": {"description": "", "schema": {"type": "integer"}}})
    assert "get_thing(caller: Caller, *, body: bool) -> Answer[int]:" in source(draft)


def test_a_docstring_begins_with_a_short_line(draft: Draft) -> None:
    draft.operation["summary"] = "get " + "very " * 30 + "long things"
    draft.operation["description"] = "A \\d and \u2018quotes\u2019."
    text = source(draft)
    assert 'r"""Call getThing.\n\n    Get very very' in text
    assert "A \\d and 'quotes'." in text


def test_a_list_may_be_one_query_parameter(draft: Draft) -> None:
    draft.parameter(name="sort", explode=False, schema={"type": "array", "items": {"type": "string"}})
    assert 'query=(("sort", joined("sort", sort)),)' in source(draft)
    assert (joined("sort", ["a", "b"]), joined("sort", []), joined("sort", None)) == ("a,b", "", None)
    with pytest.raises(ValueError, match="an item of sort must not contain a comma"):
        joined("sort", ["a,b"])
