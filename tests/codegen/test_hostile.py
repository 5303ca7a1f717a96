"""Text of a document cannot change what the generated code means."""

import ast
import copy
import random
import types
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_devops._codegen.errors import SpecError
from astra_devops._codegen.format import format_files
from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.pipeline import generate

FIXTURES = Path(__file__).parent / "fixtures"
DOCUMENTS = {name: load(FIXTURES / name) for name in ("defective.yaml", "column.yaml")}
NASTY = (
    *('"""', "'''", '"', "\\", '\\"""', "\\N{BULLET}", "\\x22", "\\u0022", "#", "%s"),
    *("\n", "\r", "\t", "\x00", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "é", "日本", "😀"),
    *("{{ 7 * 7 }}", "{% raw %}", "{x}", "{", "}"),
    *("'; import os; '", '""" + __import__("os").system("true") + """'),
)
TEXT = st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=5)), max_size=6).map("".join))
NAME = TEXT.filter(lambda text: "{" not in text and "}" not in text and "/" not in text)


def generated(document: dict[str, Any]) -> dict[str, str]:
    files = generate(copy.deepcopy(document), None, lambda *_: None, package=None, source="a test")
    return {name: text for name, text in files.items() if name.endswith(".py")}


def blanked(files: dict[str, str]) -> dict[str, str]:
    """Return the syntax trees with all strings emptied."""
    result = {}
    for name, text in files.items():
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
        result[name] = ast.dump(tree)
    return result


def with_text(slot: Callable[[], str], name: Callable[[], str]) -> dict[str, Any]:
    """Return a document with a text in every place that takes one. Its names have Python names."""
    prose = {"description": slot(), "title": slot()}
    schema = {
        "type": "object",
        "x-python-name": "Thing",
        **prose,
        "required": ["fixed"],
        "properties": {
            "fixed": {"type": "string", "description": slot(), "example": slot(), "default": slot()},
            f"{name()}1": {"type": "string", "x-python-name": "one", "x-astra-aliases": [name(), name()], **prose},
            f"{name()}2": {"type": "string", "x-python-name": "two", "enum": ["a"], **prose},
        },
    }
    operation = {
        "operationId": "getThing",
        "x-astra-group": "things",
        "x-astra-permissions": [slot(), slot()],
        "tags": [slot()],
        "summary": slot(),
        "description": slot(),
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "description": slot()},
            {"name": f"{name()}q", "in": "query", "x-python-name": "query", "schema": {"type": "string"}, "description": slot()},
            {"name": "w", "in": "query", "x-astra-wildcard": f"{name()}.", "schema": {"type": "string"}},
        ],
        "requestBody": {"description": slot(), "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": slot(), "content": {"application/json": {"schema": schema}}}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": slot(), "version": slot(), "description": slot()},
        "tags": [{"name": "Things", "description": slot()}],
        "paths": {f"/things/{name()}/{{id}}/{name()}": {"get": operation}},
    }


BENIGN = blanked(generated(with_text(lambda: "Plain words.", lambda: "plain")))


@settings(max_examples=60)
@given(st.data())
def test_no_text_changes_the_syntax_tree(data: st.DataObject) -> None:
    document = with_text(lambda: data.draw(TEXT), lambda: data.draw(NAME))
    assert blanked(generated(document)) == BENIGN


def test_each_nasty_text_in_every_slot_at_once() -> None:
    for text in NASTY:
        name = text.replace("{", "").replace("}", "").replace("/", "")
        document = with_text(lambda text=text: text, lambda name=name: name)  # type: ignore[misc]
        assert blanked(generated(document)) == BENIGN, text


def with_names(names: list[str]) -> dict[str, Any]:
    """Return a document in which the names themselves are the hostile text."""
    text = {"type": "string"}
    schema = {
        "type": "object",
        "required": names[:1],
        "properties": {**dict.fromkeys(names, text), "kind": {**text, "enum": names or [""]}},
    }
    operations = {
        f"/{index}": {
            "get": {
                "operationId": f"{name}-{index}",
                "tags": [name],
                "parameters": [{"name": other, "in": "query", "schema": text} for other in names],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}},
            }
        }
        for index, name in enumerate(names or ["x"])
    }
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": operations}


def run(text: str) -> dict[str, Any]:
    module = types.ModuleType("generated")
    exec(compile(text, "generated", "exec"), module.__dict__)
    return module.__dict__


HOSTILE_NAMES = st.sampled_from(
    [
        *("class", "self", "extra", "caller", "mro", "name", "None", "str", "list", "__init__", "__class__"),
        *("orgId", "org_id", "import os; x", "a\nb", "$ref", ""),
    ]
)


@settings(max_examples=40)
@given(st.lists(st.one_of(HOSTILE_NAMES, st.text(max_size=8)), unique=True, max_size=6))
def test_no_name_is_lost_or_executed(names: list[str]) -> None:
    files = generated(with_names(names))
    index = run(files["_rest/index.py"])
    assert list(index["OPERATIONS"]) == [f"{name}-{position}" for position, name in enumerate(names or ["x"])]
    for path, text in files.items():
        tree = ast.parse(text)
        if path.startswith("_rest/endpoints/") and not path.endswith("__init__.py"):
            (for_types,) = [node for node in tree.body if isinstance(node, ast.If)]
            assert ast.unparse(for_types.test) == "TYPE_CHECKING"
            assert all(isinstance(node, ast.ImportFrom) for node in for_types.body)
            assert all(isinstance(node, ast.Expr | ast.ImportFrom | ast.AsyncFunctionDef) for node in tree.body if node is not for_types)
        if path.startswith("_rest/models/") and not path.endswith("__init__.py"):
            check_models(run(text), names)


def check_models(namespace: dict[str, Any], names: list[str]) -> None:
    for value in namespace.values():
        if isinstance(value, type) and issubclass(value, Enum) and len(value):
            assert [member.value for member in value] == (names or [""])
        elif attrs.has(value):
            fields = [field for field in attrs.fields(value) if "wire" in field.metadata]
            assert sorted(field.metadata["wire"] for field in fields) == sorted({*names, "kind"})


def test_the_formatter_accepts_hostile_documents() -> None:
    files = format_files(generated(load(FIXTURES / "hostile.yaml")))
    for name, text in files.items():
        compile(text, name, "exec")
    assert format_files(files) == files


REPLACEMENTS: list[Any] = [
    *(None, True, 0, -1.5, "", "x", "#/x"),
    *([], ["x"], [None], [{}]),
    *({}, {"x": None}, {"$ref": "#/x"}, {"$ref": 1}, {"type": "object"}),
]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place of a document as (container, key)."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in [(value, key), *places(item)]]


@settings(max_examples=100)
@given(st.integers(min_value=0), st.sampled_from(["defective.yaml", "column.yaml"]))
def test_a_broken_document_is_repaired_or_refused_without_a_crash(seed: int, name: str) -> None:
    chance = random.Random(seed)
    document = copy.deepcopy(DOCUMENTS[name])
    for _ in range(chance.randint(1, 3)):
        container, key = chance.choice(places(document))
        if chance.random() < 0.3:
            del container[key]
        else:
            container[key] = copy.deepcopy(chance.choice(REPLACEMENTS))
    try:
        files = generated(document)
    except SpecError:
        return
    for path, text in files.items():
        compile(text, path, "exec")
