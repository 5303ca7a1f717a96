"""The generator refuses what it does not support, and says where."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from astra_devops._codegen.errors import SpecError
from astra_devops._codegen.rest.pipeline import generate

Draft = Any
JSON = "application/json"


def external(draft: Draft) -> None:
    draft.answer({"$ref": "other.yaml#/components/schemas/Thing"})


def remote(draft: Draft) -> None:
    draft.answer({"$ref": "https://example.com/x.json"})


def nowhere(draft: Draft) -> None:
    draft.answer({"type": "array", "items": {"$ref": "#/components/schemas/Gone"}})


def circular(draft: Draft) -> None:
    draft.schemas.update(A={"$ref": "#/components/schemas/B"}, B={"$ref": "#/components/schemas/A"})


def own_part(draft: Draft) -> None:
    draft.schemas["A"] = {"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "object", "properties": {"x": {}}}]}
    draft.answer({"$ref": "#/components/schemas/A"})


def endless_path(draft: Draft) -> None:
    draft.document["paths"].update({"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}})


def foreign_path(draft: Draft) -> None:
    draft.document["paths"]["/a"] = {"$ref": "things.yaml#/paths/~1things"}


def plain_server(draft: Draft) -> None:
    draft.operation["servers"] = [{"url": "http://elsewhere.example.com"}]


def nameless_server(draft: Draft) -> None:
    draft.document["paths"]["/things"]["servers"] = [{"url": "https://{host}"}]


def other_dialect(draft: Draft) -> None:
    draft.document.update(openapi="3.1.0", jsonSchemaDialect="https://json-schema.org/draft-04/schema")


def callback(draft: Draft) -> None:
    draft.operation["callbacks"] = {}


def form_body(draft: Draft) -> None:
    draft.operation["requestBody"] = {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}


def zip_answer(draft: Draft) -> None:
    draft.operation["responses"]["200"]["content"] = {"application/zip": {}}


def choice_with_properties(draft: Draft) -> None:
    draft.answer({"type": "object", "properties": {"a": {}}, "oneOf": [{"type": "string"}, {"type": "integer"}]})


def bad_decimal(draft: Draft) -> None:
    draft.answer({"type": "object", "properties": {"a": {"type": "integer", "x-astra-decimal": True}}})


def bad_secret(draft: Draft) -> None:
    draft.answer({"type": "object", "properties": {"a": {"type": "integer", "x-astra-secret": True}}})


def clashing_fields(draft: Draft) -> None:
    properties = {"a": {"type": "string", "x-python-name": "n"}, "b": {"type": "string", "x-python-name": "n"}}
    draft.answer({"type": "object", "properties": properties})


def clashing_classes(draft: Draft) -> None:
    inner = {"type": "object", "x-python-name": "Same"}
    properties = {"a": {**inner, "properties": {"x": {}}}, "b": {**inner, "properties": {"y": {}}}}
    draft.answer({"type": "object", "properties": properties})


def clashing_components(draft: Draft) -> None:
    draft.schemas.update({name: {"type": "object", "properties": {"x": {}}, "x-python-name": "Same"} for name in ("A", "B")})


def evil_name(draft: Draft) -> None:
    draft.answer({"type": "object", "properties": {"a": {"type": "string", "x-python-name": "x = print(1)"}}})


OPERATION = "/paths/~1things/get"
SCHEMA = f"{OPERATION}/responses/200/content/application~1json/schema"
CASES: list[tuple[Callable[[Draft], object], str]] = [
    (external, f"{SCHEMA}/$ref"),
    (remote, f"{SCHEMA}/$ref"),
    (nowhere, f"{SCHEMA}/items/$ref"),
    (circular, "/components/schemas/B/$ref"),
    (own_part, "/components/schemas/A/allOf/0"),
    (endless_path, "/paths/~1b/$ref"),
    (foreign_path, "/paths/~1a/$ref"),
    (plain_server, f"{OPERATION}/servers/0/url"),
    (nameless_server, "/paths/~1things/servers/0/url"),
    (other_dialect, "/jsonSchemaDialect"),
    (callback, f"{OPERATION}/callbacks"),
    (form_body, f"{OPERATION}/requestBody/content"),
    (zip_answer, f"{OPERATION}/responses/200/content"),
    (choice_with_properties, f"{SCHEMA}/oneOf"),
    (bad_decimal, f"{SCHEMA}/properties/a/x-astra-decimal"),
    (bad_secret, f"{SCHEMA}/properties/a/x-astra-secret"),
    (clashing_fields, f"{SCHEMA}/properties/b/x-python-name"),
    (clashing_classes, f"{SCHEMA}/properties/b/x-python-name"),
    (clashing_components, "/components/schemas/B/x-python-name"),
    (evil_name, f"{SCHEMA}/properties/a/x-python-name"),
    (lambda draft: draft.answer({"type": "strnig"}), f"{SCHEMA}/type"),
    (lambda draft: draft.answer({"type": ["string", "integer"]}), f"{SCHEMA}/type"),
    (lambda draft: draft.answer({"type": "object", "patternProperties": {}}), f"{SCHEMA}/patternProperties"),
    (lambda draft: draft.answer({"type": "object", "properties": {"a": "string"}}), f"{SCHEMA}/properties/a"),
    (lambda draft: draft.answer({"allOf": [{"type": "string"}, {"type": "object", "properties": {"a": {}}}]}), f"{SCHEMA}/allOf/0"),
    (
        lambda draft: draft.parameter(**{"name": "c", "in": "cookie", "schema": {"type": "array", "items": {}}}),
        f"{OPERATION}/parameters/0/schema",
    ),
    (lambda draft: draft.parameter(**{"name": "h", "in": "header", "schema": {"type": "object"}}), f"{OPERATION}/parameters/0/schema"),
    (lambda draft: draft.parameter(name="f", schema={"type": "object"}), f"{OPERATION}/parameters/0/schema"),
    (lambda draft: draft.parameter(name="f", style="deepObject"), f"{OPERATION}/parameters/0/style"),
    (lambda draft: draft.parameter(name="f", **{"x-python-name": "class"}), f"{OPERATION}/parameters/0/x-python-name"),
    (lambda draft: draft.parameter(name="f", **{"x-astra-wildcard": ""}), f"{OPERATION}/parameters/0"),
    (lambda draft: draft.operation.update({"x-astra-group": "../../evil"}), f"{OPERATION}/x-astra-group"),
    (lambda draft: draft.operation.update({"x-astra-retry": "always"}), f"{OPERATION}/x-astra-retry"),
    (lambda draft: draft.operation.update({"x-astra-permissions": "org-read"}), f"{OPERATION}/x-astra-permissions"),
    (lambda draft: draft.operation.update({"x-astra-confidence": "guessed"}), f"{OPERATION}/x-astra-confidence"),
    (lambda draft: draft.operation.update({"x-astra-retyr": "safe"}), f"{OPERATION}/x-astra-retyr"),
    (lambda draft: draft.answer({"type": "string", "x-astra-group": "a"}), f"{SCHEMA}/x-astra-group"),
    (lambda draft: draft.operation.update(parameters=[{"in": "query"}]), f"{OPERATION}/parameters/0"),
    (lambda draft: draft.document.update(openapi="2.0"), "/openapi"),
    (lambda draft: draft.document.update(openapi=3.0), "/openapi"),
    (lambda draft: draft.document.pop("openapi"), "/openapi"),
    (lambda draft: draft.document.update(unknown=1), ""),
]


@pytest.mark.parametrize(("spoil", "pointer"), CASES, ids=[pointer for _, pointer in CASES])
def test_refusal(draft: Draft, spoil: Callable[[Draft], object], pointer: str) -> None:
    spoil(draft)
    with pytest.raises(SpecError) as caught:
        draft.files()
    assert caught.value.pointer == pointer


def test_a_list_in_a_path_is_refused(draft: Draft) -> None:
    draft.at("/things/{ids}").parameter(**{"name": "ids", "in": "path", "required": True, "schema": {"type": "array", "items": {}}})
    with pytest.raises(SpecError) as caught:
        draft.files()
    assert caught.value.pointer == "/paths/~1things~1{ids}/get/parameters/0/schema"


def test_a_clash_of_classes_names_both_places(draft: Draft) -> None:
    clashing_classes(draft)
    with pytest.raises(SpecError, match=r"/properties/a"):
        draft.files()


def test_a_refusal_is_one_line_for_any_document() -> None:
    text = str(SpecError("/a\nb\x1b", "quoted \u202e \ud800"))
    assert text.isprintable()


def test_a_schema_that_is_nested_too_deeply_is_refused(draft: Draft) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(sys.getrecursionlimit()):
        schema = {"type": "array", "items": schema}
    draft.operation["responses"]["200"]["content"][JSON]["schema"] = schema
    with pytest.raises(SpecError, match="too deeply"):
        generate(draft.document, None, lambda *_: None, package=None, source="a test")
