"""The effective contract."""

import copy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from astra_devops import _contract
from astra_devops._codegen.rest.effective import effective

Draft = Any


def schema_of(document: dict[str, Any]) -> Any:
    return document["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        ({"type": "string", "example": "x"}, {"type": "string", "examples": ["x"]}),
        ({"allOf": [{"type": "string"}], "nullable": True}, {"anyOf": [{"allOf": [{"type": "string"}]}, {"type": "null"}]}),
        ({"nullable": True}, {}),
        (
            {"type": "object", "properties": {"nullable": {"type": "string"}}},
            {"type": "object", "properties": {"nullable": {"type": "string"}}},
        ),
        ({"x-astra-secret": True, "x-evidence": "seen"}, {"x-astra-secret": True}),
    ],
)
def test_schemas_become_json_schema_2020_12(draft: Draft, old: dict[str, Any], new: dict[str, Any]) -> None:
    document = draft.answer(old).document
    before = copy.deepcopy(document)
    assert schema_of(effective(document)) == new
    assert document == before


def test_what_openapi_3_0_ignores_beside_a_reference_is_dropped(draft: Draft) -> None:
    draft.schemas["A"] = {"type": "string"}
    reference = {"$ref": "#/components/schemas/A", "type": "integer", "description": "kept", "x-astra-aliases": ["b"]}
    draft.answer({**reference, "nullable": True})
    assert schema_of(effective(draft.document)) == {
        "description": "kept",
        "x-astra-aliases": ["b"],
        "anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}],
    }


def test_a_property_with_an_alias_is_not_required(draft: Draft) -> None:
    properties = {"orgID": {"type": "string", "x-astra-aliases": ["OrgID"]}, "email": {"type": "string"}}
    required = ["orgID", "email"]
    assert schema_of(effective(draft.answer({"type": "object", "properties": properties, "required": required}).document)) == {
        "type": "object",
        "properties": properties,
        "required": ["email"],
    }
    draft.answer({"type": "object", "properties": {"orgID": properties["orgID"]}, "required": ["orgID"]})
    assert "required" not in schema_of(effective(draft.document))


def test_a_property_named_ref_is_not_a_reference(draft: Draft) -> None:
    properties = {"$ref": {"type": "string", "nullable": True}}
    assert schema_of(effective(draft.answer({"type": "object", "properties": properties}).document)) == {
        "type": "object",
        "properties": {"$ref": {"type": ["string", "null"]}},
    }


def test_the_project_contract_is_valid_and_compiles() -> None:
    document = _contract.load()
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    for name in document["components"]["schemas"]:
        jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def test_the_contract_loads_a_fresh_copy_each_time() -> None:
    _contract.load().clear()
    assert _contract.load()


def test_the_contract_is_shipped_without_its_evidence(root: Path) -> None:
    assert "x-evidence" not in (root / "astra_devops/_contract/effective.json").read_text()
