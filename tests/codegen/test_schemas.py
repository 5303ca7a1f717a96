"""Schemas as types and classes."""

from collections.abc import Callable
from typing import Any

import pytest

from astra_devops._codegen.errors import SpecError
from astra_devops._codegen.rest.annotate import Annotator, Imports
from astra_devops._codegen.rest.model import Class, Enum

Draft = Any
TEXT = {"type": "string"}


def annotation_of(draft: Draft, schema: dict[str, Any]) -> str:
    model = draft.answer(schema).model()
    homes = dict.fromkeys(model.definitions, "things")
    return Annotator(model.definitions, homes, "models.").annotation(model.operations[0].result, Imports())


def classes(draft: Draft) -> dict[str, Class]:
    return {it.name: it for it in draft.model().definitions.values() if isinstance(it, Class)}


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        (TEXT, "str"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "string", "format": "uuid"}, "str"),
        ({"type": "integer", "format": "int64"}, "int"),
        ({"type": "number", "format": "double"}, "float"),
        ({"type": "boolean"}, "bool"),
        ({"type": "object"}, "dict[str, object]"),
        ({"type": "object", "additionalProperties": True}, "dict[str, object]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        ({"additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        ({"type": "array", "items": {"type": "array", "items": TEXT}}, "list[list[str]]"),
        ({}, "object"),
        ({**TEXT, "nullable": True}, "str | None"),
        ({"oneOf": [TEXT, {"type": "number"}]}, "str | float"),
        ({"anyOf": [TEXT, TEXT]}, "str"),
        ({"anyOf": [TEXT, {}]}, "object"),
        ({"oneOf": [{**TEXT, "nullable": True}, {"type": "integer"}], "nullable": True}, "str | int | None"),
        ({"allOf": [TEXT], "nullable": True}, "str | None"),
        ({"allOf": [{"type": "object"}]}, "dict[str, object]"),
        ({**TEXT, "enum": ["a", "b"]}, "GetThingResponse | str"),
        ({**TEXT, "enum": ["a", None], "nullable": True}, "GetThingResponse | str | None"),
        ({**TEXT, "enum": ["a"], "x-python-name": "Letter"}, "Letter | str"),
        ({"enum": ["a", 1]}, "object"),
        ({"type": "integer", "enum": [1, 2]}, "int"),
        ({"type": "object", "properties": {"a": TEXT}}, "GetThingResponse"),
        ({"type": "array", "items": {"type": "object", "properties": {"a": TEXT}}, "x-python-name": "Item"}, "list[Item]"),
        ({"type": "array", "items": {**TEXT, "x-astra-secret": True}}, "list[Secret]"),
        ({"type": "number", "x-astra-decimal": True}, "Decimal"),
        ({"anyOf": [{"type": "number"}, {**TEXT, "nullable": True}], "x-astra-decimal": True}, "Decimal | None"),
    ],
)
def test_types(draft: Draft, schema: dict[str, Any], annotation: str) -> None:
    assert annotation_of(draft, schema) == annotation


def test_named_lists_and_strings_have_no_class(draft: Draft) -> None:
    draft.schemas.update(Server=TEXT, Servers={"type": "array", "items": {"$ref": "#/components/schemas/Server"}})
    assert annotation_of(draft, {"$ref": "#/components/schemas/Servers"}) == "list[str]"


def test_a_reference_can_be_nullable_and_secret(draft: Draft) -> None:
    draft.schemas["Text"] = TEXT
    reference = {"$ref": "#/components/schemas/Text", "nullable": True, "x-astra-secret": True}
    assert annotation_of(draft, reference) == "Secret | None"


def test_compositions_become_one_class(draft: Draft) -> None:
    draft.schemas["Base"] = {"type": "object", "required": ["a"], "properties": {"a": TEXT, "kind": TEXT}}
    own = {"type": "object", "required": ["b"], "properties": {"b": TEXT, "kind": {**TEXT, "enum": ["x"]}}}
    draft.schemas["Both"] = {"allOf": [{"$ref": "#/components/schemas/Base"}, own, {"required": ["kind"]}]}
    draft.answer({"$ref": "#/components/schemas/Both"})
    assert [(field.name, field.required) for field in classes(draft)["Both"].fields] == [("a", True), ("kind", True), ("b", True)]
    kinds = [it.name for it in draft.model().definitions.values() if isinstance(it, Enum)]
    assert kinds == ["BothKind"]


def test_a_composition_of_one_schema_is_that_schema(draft: Draft) -> None:
    draft.schemas["Base"] = {"type": "object", "properties": {"a": TEXT}}
    assert annotation_of(draft, {"allOf": [{"$ref": "#/components/schemas/Base"}, {"description": "only a note"}]}) == "Base"


def test_a_choice_of_required_properties_is_not_a_choice_of_types(draft: Draft) -> None:
    schema = {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}
    assert annotation_of(draft, schema) == "GetThingResponse"


def test_inner_classes_are_named_after_their_place(draft: Draft) -> None:
    inner = {"type": "object", "properties": {"deep": {"type": "object", "properties": {"a": TEXT}}}}
    draft.schemas["Parent"] = {"type": "object", "properties": {"entries": {"type": "array", "items": inner}}}
    draft.answer({"$ref": "#/components/schemas/Parent"})
    assert sorted(classes(draft)) == ["Parent", "ParentEntry", "ParentEntryDeep"]


def test_the_same_inner_class_twice_is_one_class(draft: Draft) -> None:
    inner = {"type": "object", "x-python-name": "Table", "properties": {"a": TEXT}}
    other = {**inner, "description": "Other words for the same thing."}
    draft.answer({"type": "object", "properties": {"one": inner, "two": {"type": "array", "items": other}}})
    assert sorted(classes(draft)) == ["GetThingResponse", "Table"]


def test_inner_classes_with_the_same_derived_name_are_numbered_with_a_warning(draft: Draft) -> None:
    draft.schemas["ThingPart"] = {"type": "object", "properties": {"a": TEXT}}
    draft.schemas["Thing"] = {"type": "object", "properties": {"part": {"type": "object", "properties": {"b": TEXT}}}}
    draft.answer({"$ref": "#/components/schemas/Thing"})
    assert sorted(classes(draft)) == ["Thing", "ThingPart", "ThingPart2"]
    assert [warning[0] for warning in draft.warnings] == ["/components/schemas/Thing/properties/part"]


def test_an_inner_class_that_equals_a_component_is_the_component(draft: Draft) -> None:
    draft.schemas["ThingPart"] = {"type": "object", "properties": {"a": TEXT}}
    draft.schemas["Thing"] = {"type": "object", "properties": {"part": {"type": "object", "properties": {"a": TEXT}}}}
    draft.answer({"$ref": "#/components/schemas/Thing"})
    assert sorted(classes(draft)) == ["Thing", "ThingPart"]


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (["orgId", "org_id"], ["org_id", "org_id_2"]),
        (["class", "self", "extra", "__init__"], ["class_", "self_", "extra_", "init"]),
        (["$ref", "items", "properties", "required"], ["ref", "items", "properties", "required"]),
    ],
)
def test_fields(draft: Draft, members: list[str], names: list[str]) -> None:
    draft.answer({"type": "object", "properties": dict.fromkeys(members, TEXT)})
    (definition,) = classes(draft).values()
    assert [(field.wire, field.name) for field in definition.fields] == list(zip(members, names, strict=True))


def test_required_fields_come_first(draft: Draft) -> None:
    draft.answer({"type": "object", "required": ["z"], "properties": {"a": TEXT, "z": TEXT}})
    (definition,) = classes(draft).values()
    assert [field.name for field in definition.fields] == ["z", "a"]


def test_the_order_of_components_does_not_matter(new_draft: Callable[[], Draft]) -> None:
    schemas = {name: {"type": "object", "properties": {"next": {"$ref": f"#/components/schemas/{other}"}}} for name, other in ("AB", "BA")}
    files = []
    for names in ("AB", "BA"):
        draft = new_draft()
        draft.schemas.update({name: schemas[name] for name in names})
        files.append(draft.answer({"$ref": "#/components/schemas/A"}).files()["_rest/models/things.py"])
    assert files[0] == files[1]


def test_all_but_the_identity_of_an_object_may_be_absent(draft: Draft) -> None:
    draft.schemas["Empty"] = {"type": "object", "properties": {"x": TEXT}}
    properties = {
        "id": TEXT,
        "name": TEXT,
        "state": {**TEXT, "enum": ["ON"]},
        "size": {"type": "integer"},
        "on": {"type": "boolean"},
        "tags": {"type": "array", "items": TEXT},
        "labels": {"type": "object", "additionalProperties": TEXT},
        "part": {"$ref": "#/components/schemas/Empty"},
        "active": {"type": "boolean", "x-astra-if-absent": True},
        "optional": TEXT,
    }
    required = [name for name in properties if name != "optional"]
    draft.schemas["Thing"] = {"type": "object", "properties": properties, "required": required, "x-astra-identity": ["id"]}
    draft.schemas["Plain"] = {"type": "object", "properties": properties, "required": required}
    draft.answer({"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"$ref": "#/components/schemas/Plain"}]})
    values = {field.wire: field.if_absent for field in classes(draft)["Thing"].fields}
    assert values == {
        "id": None,
        "name": "",
        "state": "",
        "size": 0,
        "on": False,
        "tags": [],
        "labels": {},
        "part": {},
        "active": True,
        "optional": None,
    }
    assert {field.wire for field in classes(draft)["Plain"].fields if field.if_absent is not None} == {"active"}


@pytest.mark.parametrize(
    ("identity", "required", "message"),
    [
        ("id", [], "x-astra-identity must be a list of properties"),
        (["other"], [], "x-astra-identity must be a list of properties"),
        ([], ["either"], "must be in x-astra-identity"),
    ],
)
def test_an_identity_that_says_nothing_is_refused(draft: Draft, identity: object, required: list[str], message: str) -> None:
    properties = {"id": TEXT, "either": {"oneOf": [{"type": "number"}, {"type": "boolean"}]}}
    draft.schemas["Thing"] = {"type": "object", "properties": properties, "required": required, "x-astra-identity": identity}
    draft.answer({"$ref": "#/components/schemas/Thing"})
    with pytest.raises(SpecError, match=message):
        draft.model()
