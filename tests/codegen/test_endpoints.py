"""Operations as functions."""

import re
from typing import Any

import pytest

Draft = Any


def source(draft: Draft) -> str:
    text: str = draft.files()["_rest/endpoints/things.py"]
    return text


def signature(draft: Draft) -> str:
    match = re.search(r"async def (.*)\n", source(draft))
    assert match
    return match[1]


def test_arguments_have_a_fixed_order(draft: Draft) -> None:
    draft.at("/a/{one}/b/{two}")
    draft.parameter(name="optional").parameter(name="needed", required=True)
    draft.parameter(**{"in": "path", "name": "two", "required": True}).parameter(**{"in": "path", "name": "one", "required": True})
    draft.operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": {"type": "array", "items": {}}}}}
    draft.operation["x-astra-retry"] = "check_first"
    assert signature(draft) == (
        "get_thing(caller: Caller, *, one: str, two: str, needed: str, optional: str | None = None, body: list[object], "
        "check_outcome: OutcomeCheck[str] | None = None) -> Answer[str]:"
    )


def test_without_arguments_there_is_no_star(draft: Draft) -> None:
    assert signature(draft) == "get_thing(caller: Caller) -> Answer[str]:"


def test_a_body_may_be_optional(draft: Draft) -> None:
    draft.operation["requestBody"] = {"content": {"application/json; charset=utf-8": {"schema": {"type": "string"}}}}
    assert signature(draft) == "get_thing(caller: Caller, *, body: str | None = None) -> Answer[str]:"


@pytest.mark.parametrize(
    ("responses", "result", "success"),
    [
        ({"204": {}}, "None", "{204}"),
        ({"200": {"application/json": {"schema": {"type": "integer"}}}, "201": {"application/json": {}}}, "object", "{200, 201}"),
        ({"200": {"application/json": {"schema": {"type": "integer"}}}, "202": {}}, "int | None", "{200, 202}"),
        ({"200": {"text/plain": {"schema": {"type": "string"}}}}, "str", "{200}"),
        ({"200": {"text/plain": {}, "application/scim+json": {"schema": {"type": "boolean"}}}}, "bool", "{200}"),
        ({"2XX": {}}, "None", "range(200, 300)"),
        ({"default": {"application/json": {"schema": {"type": "string"}}}}, "str", "{200}"),
    ],
)
def test_answers(draft: Draft, responses: dict[str, Any], result: str, success: str) -> None:
    draft.operation["responses"] = {
        code: {"description": "ok", **({"content": content} if content else {})} for code, content in responses.items()
    }
    assert signature(draft).endswith(f"-> Answer[{result}]:")
    assert f"success=frozenset({success})" in draft.files()["_rest/index.py"]


def test_query_names_are_sent_unchanged(draft: Draft) -> None:
    draft.parameter(name="region-type").parameter(name="from").parameter(name="option.*").parameter(name="a", schema={"type": "integer"})
    text = source(draft)
    assert 'query=(("region-type", region_type), ("from", from_), *wildcard("option.", option), ("a", a),)' in text
    assert "option: Mapping[str, object] | None = None" in text


def test_a_wildcard_can_be_declared(draft: Draft) -> None:
    draft.parameter(**{"name": "options", "x-astra-wildcard": "option."})
    assert '*wildcard("option.", options)' in source(draft)


def test_path_arguments_are_quoted_and_numbers_converted(draft: Draft) -> None:
    draft.at('/a"{b}/{c}')
    draft.parameter(**{"in": "path", "name": "b", "required": True, "schema": {"type": "integer"}})
    draft.parameter(**{"in": "path", "name": "c", "required": True, "schema": {"type": "string", "enum": ["x"]}})
    assert "f\"/a\\\"{segment(str(b), 'b')}/{segment(c, 'c')}\"" in source(draft)


def test_other_types_in_a_path_are_strings_that_the_caller_writes(draft: Draft) -> None:
    draft.at("/a/{b}/{c}")
    draft.parameter(**{"in": "path", "name": "b", "required": True, "schema": {"type": "boolean"}})
    draft.parameter(**{"in": "path", "name": "c", "required": True, "schema": {}})
    assert signature(draft) == "get_thing(caller: Caller, *, b: str, c: str) -> Answer[str]:"


def test_a_long_path_is_written_in_pieces(draft: Draft) -> None:
    names = [f"variable{n}" for n in range(5)]
    draft.at("/a" + "".join(f"/{{{name}}}" for name in names) + "/b")
    for name in names:
        draft.parameter(**{"in": "path", "name": name, "required": True})
    text = source(draft)
    call = text[text.index("Call(index.GET_THING, ") : text.index(", str)\n")]
    assert '}" f"/{segment(' in call
    assert call.endswith('/b")')


def test_parameters_of_the_path_item_count_and_can_be_overridden(draft: Draft) -> None:
    draft.parameter(name="a", schema={"type": "integer"})
    draft.document["paths"]["/things"]["parameters"] = [
        {"name": "a", "in": "query", "schema": {"type": "string"}},
        {"name": "b", "in": "query", "schema": {"type": "string"}},
        {"name": "Accept", "in": "header", "schema": {"type": "string"}},
    ]
    assert signature(draft) == "get_thing(caller: Caller, *, a: int | None = None, b: str | None = None) -> Answer[str]:"


def test_a_shared_enumeration_is_one_class_in_the_common_module(draft: Draft) -> None:
    draft.document["components"]["parameters"] = {
        "ProviderParam": {"name": "provider", "in": "query", "schema": {"type": "string", "enum": ["aws"]}}
    }
    draft.operation["parameters"] = [{"$ref": "#/components/parameters/ProviderParam"}]
    draft.document["paths"]["/others"] = {"get": {**draft.operation, "operationId": "getOther", "tags": ["Others"]}}
    files = draft.files()
    assert "class Provider(StrEnum):" in files["_rest/models/common_provider.py"]
    assert "from ..models.common_provider import Provider" in files["_rest/endpoints/others.py"]


def test_shared_classes_that_contain_one_another_have_one_module(draft: Draft) -> None:
    draft.schemas["Inner"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    draft.schemas["Outer"] = {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Inner"}}}
    draft.answer({"$ref": "#/components/schemas/Outer"})
    provider = {"name": "provider", "in": "query", "schema": {"type": "string", "enum": ["aws"]}}
    draft.document["components"]["parameters"] = {"ProviderParam": provider}
    draft.operation["parameters"] = [{"$ref": "#/components/parameters/ProviderParam"}]
    draft.document["paths"]["/others"] = {"get": {**draft.operation, "operationId": "getOther", "tags": ["Others"]}}
    files = draft.files()

    assert {name for name in files if "/common" in name} == {"_rest/models/common_outer.py", "_rest/models/common_provider.py"}
    assert "class Inner" in files["_rest/models/common_outer.py"]


def test_the_group_is_the_first_tag_unless_it_has_a_name(draft: Draft) -> None:
    draft.operation["tags"] = ["VPC Peering", "Other"]
    assert "_rest/endpoints/vpc_peering.py" in draft.files()
    draft.operation["x-astra-group"] = "peerings"
    assert "_rest/endpoints/peerings.py" in draft.files()
    del draft.operation["tags"], draft.operation["x-astra-group"]
    assert "_rest/endpoints/default.py" in draft.files()


def test_the_docstring_has_what_a_caller_needs(draft: Draft) -> None:
    draft.operation.update(
        {
            "summary": "Get one thing",
            "description": "Get one thing.\n\nIt takes\na while.",
            "x-astra-permissions": ["thing-read"],
            "x-astra-confidence": "inferred",
            "deprecated": True,
        }
    )
    draft.parameter(name="limit", description="Most things", schema={"type": "integer", "default": 25})
    assert '''"""Get one thing.

    It takes a while.

    GET /things
    Needs: thing-read. Success: 200.
    Inferred: no published document shows this operation in full.
    Deprecated.

    Args:
        limit: Most things. The service's default is 25.
    """''' in source(draft)


def test_equal_names_are_numbered(draft: Draft) -> None:
    draft.at("/x/{id}")
    draft.parameter(**{"in": "path", "name": "id", "required": True}).parameter(name="id").parameter(name="body").parameter(name="list")
    assert signature(draft).startswith("get_thing(caller: Caller, *, id: str, id_2: str | None = None, body_: ")
    draft.document["paths"]["/y"] = {"get": {**draft.operation, "operationId": "get_thing", "parameters": []}}
    assert "async def get_thing_2(" in source(draft)
