"""What ``--diff`` says about two documents."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from astra_devops._codegen.__main__ import main
from astra_devops._codegen.diff.changes import Change
from astra_devops._codegen.diff.operations import compare
from astra_devops._codegen.diff.output import as_text
from astra_devops._codegen.rest.pipeline import understand

Node = dict[str, Any]
TEXT = {"type": "string"}
PLACE = "POST /things/{id}"


def document(*, sent: Node | None = None, answered: Node | None = None, **operation: Any) -> Node:
    """Return a document with one operation, and a schema for what is sent and answered."""
    post: Node = {
        "operationId": "changeThing",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": TEXT}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": sent or {"$ref": "#/components/schemas/Thing"}}}},
        "responses": {
            "200": {"description": "", "content": {"application/json": {"schema": answered or {"$ref": "#/components/schemas/Thing"}}}}
        },
        **operation,
    }
    thing = {"type": "object", "required": ["name"], "properties": {"name": TEXT, "size": {"type": "integer"}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things/{id}": {"post": post}},
        "components": {"schemas": {"Thing": thing}},
    }


def changes(old: Node, new: Node) -> set[tuple[str, str | None, str, bool]]:
    models = [understand(copy.deepcopy(it), None, lambda *_: None)[1] for it in (old, new)]
    return {(change.place, change.side, change.text, change.breaks) for change in compare(*models).operations}


def with_thing(change: Callable[[Node], object]) -> Node:
    new = document()
    change(new["components"]["schemas"]["Thing"])
    return new


FIELDS: list[tuple[str, Callable[[Node], object], dict[str, bool]]] = [
    # What changed, and whether it breaks requests and answers.
    ("added, optional", lambda thing: thing["properties"].update(new=TEXT), {"request": False, "answer": False}),
    (
        "added, required",
        lambda thing: (thing["properties"].update(new=TEXT), thing["required"].append("new")),
        {"request": True, "answer": False},
    ),
    ("removed", lambda thing: thing["properties"].pop("size"), {"request": True, "answer": True}),
    ("required now", lambda thing: thing["required"].append("size"), {"request": True, "answer": False}),
    ("optional now", lambda thing: thing["required"].clear(), {"request": False, "answer": True}),
    ("float instead of int", lambda thing: thing["properties"].update(size={"type": "number"}), {"request": False, "answer": True}),
    ("str instead of int", lambda thing: thing["properties"].update(size=TEXT), {"request": True, "answer": True}),
    ("any value instead of int", lambda thing: thing["properties"].update(size={}), {"request": False, "answer": True}),
    ("int or null instead of int", lambda thing: thing["properties"]["size"].update(nullable=True), {"request": False, "answer": True}),
]


@pytest.mark.parametrize(("text", "change", "breaks"), FIELDS, ids=[text for text, _, _ in FIELDS])
def test_a_field(text: str, change: Callable[[Node], object], breaks: dict[str, bool]) -> None:
    found = changes(document(), with_thing(change))
    assert {(side, said, breaking) for _, side, said, breaking in found} == {(side, text, breaks[side]) for side in breaks}
    assert {place.partition(".")[0] for place, *_ in found} == {"Thing"}


def test_the_same_change_in_the_other_direction_may_break_the_other_side() -> None:
    narrower = with_thing(lambda thing: thing["properties"]["size"].update(nullable=True))
    assert changes(narrower, document()) == {
        ("Thing.size", "request", "int instead of int or null", True),
        ("Thing.size", "answer", "int instead of int or null", False),
    }


def test_a_new_value_of_an_open_enumeration_breaks_no_one() -> None:
    old = document(answered={"type": "string", "enum": ["on", "off"]}, sent={"type": "string", "enum": ["on", "off"]})
    new = document(answered={"type": "string", "enum": ["on", "asleep"]}, sent={"type": "string", "enum": ["on", "asleep"]})
    assert changes(old, new) == {
        (f"{PLACE} 'asleep'", "answer", "value added", False),
        (f"{PLACE} 'off'", "answer", "value removed", True),
        (f"{PLACE} body 'asleep'", "request", "value added", False),
        (f"{PLACE} body 'off'", "request", "value removed", True),
    }


def test_listed_values_come_and_go() -> None:
    plain, listed = document(answered=TEXT, sent=TEXT), document(answered=TEXT | {"enum": ["a"]}, sent=TEXT | {"enum": ["a"]})
    assert {(side, text, breaks) for _, side, text, breaks in changes(plain, listed)} == {
        ("answer", "has listed values now: 'a'", False),
        ("request", "has listed values now: 'a'", True),
    }
    assert {(text, breaks) for _, _, text, breaks in changes(listed, plain)} == {("may be any text, not only 'a'", False)}


def test_operations() -> None:
    old, new = document(), document(operationId="updateThing", deprecated=True, **{"x-astra-permissions": ["thing-write"]})
    post = new["paths"].pop("/things/{id}")["post"]
    post["parameters"][0]["name"] = "thingId"
    post["responses"]["202"] = post["responses"].pop("200")
    new["paths"]["/things/{thingId}"] = {"post": post, "get": {**post, "operationId": "readThing"}}
    del new["paths"]["/things/{thingId}"]["get"]["requestBody"]
    place = "POST /things/{thingId}"
    assert changes(old, new) == {
        ("GET /things/{thingId}", None, "operation added", False),
        (place, None, "the operation is called updateThing instead of changeThing", True),
        (place, None, "deprecated now", False),
        (place, None, "succeeds with 202 instead of 200", False),
        (place, None, "names the permission thing-write, where none was named", False),
    }
    assert ("GET /things/{thingId}", None, "operation removed", True) in changes(new, old)
    assert (PLACE, None, "no longer needs the permission thing-write", False) in changes(new, old)


def test_an_operation_that_moves_is_not_another() -> None:
    new = document()
    new["paths"]["/stuff/{id}"] = new["paths"].pop("/things/{id}")
    assert changes(document(), new) == {(PLACE, None, "moved to POST /stuff/{id}", True)}


def test_an_operation_without_id_is_not_renamed() -> None:
    nameless = document()
    del nameless["paths"]["/things/{id}"]["post"]["operationId"]
    assert changes(nameless, document()) == changes(document(), nameless) == set()


def test_only_a_further_permission_breaks_callers() -> None:
    one, two = (document(**{"x-astra-permissions": names}) for names in (["read"], ["read", "write"]))
    assert changes(one, two) == {(PLACE, None, "needs the permission write now", True)}


def test_media_types() -> None:
    new = document()
    post = new["paths"]["/things/{id}"]["post"]
    for owner in (post["requestBody"], post["responses"]["200"]):
        owner["content"] = {"application/scim+json": owner["content"]["application/json"]}
    text = "application/scim+json instead of application/json"
    assert changes(document(), new) == {(f"{PLACE} body", "request", text, True), (PLACE, "answer", text, True)}


def test_an_answer_that_gets_a_body_breaks_no_one() -> None:
    silent = document()
    del silent["paths"]["/things/{id}"]["post"]["responses"]["200"]["content"]
    assert changes(silent, document()) == {(PLACE, "answer", "has a body of Thing now", False)}
    assert changes(document(), silent) == {(PLACE, "answer", "has a body of Thing no longer", True)}


def test_a_mark_of_ours_is_no_change() -> None:
    secret = with_thing(lambda thing: thing["properties"]["name"].update({"x-astra-secret": True}))
    assert changes(document(), secret) == set()


def test_schemas_have_the_names_of_the_document() -> None:
    def document_of(field: Node) -> Node:
        result = document(sent=TEXT, answered={"$ref": "#/components/schemas/PCUThing"})
        result["components"]["schemas"]["PCUThing"] = {"type": "object", "properties": {"id": field}}
        return result

    assert changes(document_of(TEXT), document_of({})) == {("PCUThing.id", "answer", "any value instead of str", True)}


def test_another_kind_is_one_change() -> None:
    thing = {"$ref": "#/components/schemas/Thing"}
    listed = document(answered={"type": "array", "items": thing})
    assert changes(document(), listed) == {(PLACE, "answer", "list of Thing instead of Thing", True)}


def test_a_schema_that_takes_the_place_of_another_is_named_with_it() -> None:
    new = document(answered={"$ref": "#/components/schemas/Other"})
    new["components"]["schemas"]["Other"] = {"type": "object", "properties": {"name": TEXT, "size": {"type": "integer"}}}
    assert changes(document(), new) == {("Thing (now Other).name", "answer", "optional now", True)}


def test_a_server() -> None:
    moved = document(servers=[{"url": "https://other.example.com"}])
    assert changes(document(), moved) == {(PLACE, None, "sent to https://other.example.com instead of the base URL", True)}


def test_parameters() -> None:
    def document_with(*parameters: Node) -> Node:
        path = {"name": "id", "in": "path", "required": True, "schema": TEXT}
        return document(parameters=[path, *({"in": "query", "schema": TEXT, **parameter} for parameter in parameters)])

    old = document_with({"name": "gone"}, {"name": "kept"}, {"name": "eased", "required": True})
    new = document_with(
        {"name": "kept", "required": True}, {"name": "eased"}, {"name": "new"}, {"name": "must", "required": True, "in": "header"}
    )
    assert changes(old, new) == {
        (f"{PLACE} query parameter gone", "request", "removed", True),
        (f"{PLACE} query parameter kept", "request", "required now", True),
        (f"{PLACE} query parameter eased", "request", "optional now", False),
        (f"{PLACE} query parameter new", "request", "added, optional", False),
        (f"{PLACE} header parameter must", "request", "added, required", True),
    }


@pytest.mark.parametrize(
    ("old", "new", "text", "breaks"),
    [
        (None, True, "added, required", True),
        (None, False, "added, optional", False),
        (True, None, "removed", True),
        (True, False, "optional now", False),
        (False, True, "required now", True),
    ],
)
def test_a_body(old: bool | None, new: bool | None, text: str, breaks: bool) -> None:
    def with_body(required: bool | None) -> Node:
        result = document(answered=TEXT)
        operation = result["paths"]["/things/{id}"]["post"]
        if required is None:
            del operation["requestBody"]
        else:
            operation["requestBody"]["required"] = required
        return result

    assert changes(with_body(old), with_body(new)) == {(f"{PLACE} body", "request", text, breaks)}


def test_inside_lists_and_maps() -> None:
    def document_of(leaf: Node) -> Node:
        return document(answered={"type": "array", "items": {"type": "object", "additionalProperties": leaf}}, sent=TEXT)

    assert changes(document_of({"type": "integer"}), document_of({"type": "number"})) == {
        (f"{PLACE}[]{{}}", "answer", "float instead of int", True)
    }


def test_a_choice_between_classes() -> None:
    cat, dog = ({"title": name, "type": "object", "properties": {name: TEXT}} for name in ("cat", "dog"))
    one, two = {"oneOf": [cat]}, {"oneOf": [cat, dog]}
    assert changes(document(answered=one, sent=one), document(answered=two, sent=two)) == {
        (PLACE, "answer", "may also be ChangeThingResponseVariant2", True),
        (f"{PLACE} body", "request", "may also be ChangeThingRequestVariant2", False),
    }
    assert changes(document(sent=two, answered=TEXT), document(sent=one, answered=TEXT)) == {
        (f"{PLACE} body", "request", "may no longer be ChangeThingRequestVariant2", True)
    }


def test_a_class_that_contains_itself_is_compared_once() -> None:
    def nested(thing: Node) -> None:
        thing["properties"]["parts"] = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}

    def nested_and_changed(thing: Node) -> None:
        nested(thing)
        thing["properties"].pop("size")

    assert {place for place, *_ in changes(with_thing(nested), with_thing(nested_and_changed))} == {"Thing.size"}


def test_a_change_of_a_shared_class_is_one_change_of_all_its_operations() -> None:
    def twice(result: Node) -> Node:
        post = result["paths"]["/things/{id}"]["post"]
        result["paths"]["/others/{id}"] = {"post": {**post, "operationId": "changeOther"}}
        return result

    old, new = twice(document()), twice(with_thing(lambda thing: thing["properties"].pop("size")))
    models = [understand(it, None, lambda *_: None)[1] for it in (old, new)]
    found = compare(*models)
    assert found.operations[Change("Thing.size", "removed", True, "answer")] == ["changeThing", "changeOther"]
    assert "  Thing.size (answer): removed [changeThing, changeOther]" in as_text(found).splitlines()


def written(directory: Path, name: str, content: Node) -> str:
    (directory / name).write_text(json.dumps(content))
    return str(directory / name)


@pytest.mark.parametrize(
    ("change", "code"), [(lambda thing: thing["properties"].pop("size"), 1), (lambda thing: thing["properties"].update(a={}), 0)]
)
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Node], object], code: int) -> None:
    old, new = written(tmp_path, "old.json", document()), written(tmp_path, "new.json", with_thing(change))
    assert main(["--diff", old, new]) == code
    assert capsys.readouterr().out.endswith(f"{2 * code} breaking, {2 - 2 * code} compatible\n")
    assert main(["--diff", old, new, "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert (report["breaking"], len(report["changes"])) == (2 * code, 2)
    assert report["changes"][0].keys() == {"place", "side", "change", "breaks", "operations"}


def test_no_changes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--diff", str(root / "astra_devops/_contract/effective.json")]) == 0
    assert capsys.readouterr().out == "no changes\n"


def test_a_document_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--diff", str(tmp_path / "missing.yaml")]) == 2
    assert main(["--diff", written(tmp_path, "old.json", {"openapi": "2.0"})]) == 2
    assert capsys.readouterr().err.splitlines()[1] == "error: /openapi: the document must be OpenAPI 3.0 or 3.1, not '2.0'"


@pytest.mark.parametrize("words", [["--json"], ["--diff", "a", "b", "c"], ["--diff", "a", "--check"]])
def test_wrong_words(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
