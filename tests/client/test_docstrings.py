"""Docstrings of the resources: examples call what exists, permissions match the contract."""

import ast
import doctest
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps, errors
from astra_devops._codegen.pages import operations_table
from astra_devops._first_use import made_on_first_use
from astra_devops._rest.index import OPERATIONS

OPERATIONS_BY_FUNCTION = {operation.function: operation for operation in OPERATIONS.values()}
UNDOCUMENTED = "does not document which permission"
# Methods that do not say yet that their permission is not documented.
SILENT = {"telemetry.get"}
ERRORS = {*errors.__all__, "OSError", "TypeError", "ValueError"}


def resources(client: type, package: str) -> dict[str, type]:
    """Return the classes of a client's resources, by their names on the client."""
    attributes = {
        name: value
        for cls in client.__mro__
        for name, value in vars(cls).items()
        if isinstance(value, made_on_first_use) and not name.startswith("_")
    }
    return {
        name: getattr(import_module(f"astra_devops.{package}.{name}"), value.func.__annotations__["return"])
        for name, value in attributes.items()
    }


RESOURCES = resources(AsyncAstraDevOps, "resources")
BLOCKING_RESOURCES = resources(AstraDevOps, "blocking")
assert RESOURCES.keys() == BLOCKING_RESOURCES.keys()


def methods(resource: type) -> Iterator[tuple[str, Any]]:
    return ((name, method) for name, method in inspect.getmembers(resource, inspect.isfunction) if not name.startswith("_"))


METHODS = {f"{noun}.{name}": method for noun, resource in RESOURCES.items() for name, method in methods(resource)}


def example_calls(documented: object) -> Iterator[ast.Call]:
    """List the calls of resources' methods in the examples of a docstring."""
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(documented) or "")
    source = "\n".join(example.source for example in examples)
    code = compile(source, "<docstring>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    for node in ast.walk(code):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("astra."):
            yield node


@pytest.mark.parametrize("by_name", [RESOURCES, BLOCKING_RESOURCES], ids=["async", "blocking"])
def test_examples_call_methods_with_arguments_that_exist(by_name: dict[str, type]) -> None:
    for resource in by_name.values():
        for documented in (resource, *(method for _, method in methods(resource))):
            for call in example_calls(documented):
                _, noun, name = ast.unparse(call.func).split(".")
                signature = inspect.signature(getattr(by_name[noun], name))
                signature.bind(None, *call.args, **{keyword.arg or "": None for keyword in call.keywords})


@pytest.mark.parametrize("noun", RESOURCES)
def test_every_resource_has_an_example(noun: str) -> None:
    documented = [RESOURCES[noun], *(method for _, method in methods(RESOURCES[noun]))]
    assert any(True for item in documented for _ in example_calls(item))


@pytest.mark.parametrize("method", METHODS)
def test_methods_name_the_permissions_of_their_operations(method: str) -> None:
    docstring = inspect.getdoc(METHODS[method]) or ""
    prose = f"{docstring} {inspect.getdoc(RESOURCES[method.partition('.')[0]])}".replace("\n", " ")
    functions = set(re.findall(r"\bendpoints\.(\w+)", inspect.getsource(METHODS[method])))
    for operation in (OPERATIONS_BY_FUNCTION[function] for function in functions):
        missing = [permission for permission in operation.permissions if f"``{permission}``" not in docstring]
        assert not missing, operation.id
        assert operation.permissions or UNDOCUMENTED in prose or method in SILENT, operation.id


def test_methods_name_no_other_permission(root: Path) -> None:
    """One that no operation needs could neither be checked nor be named by an error."""
    for method in operations_table.methods(root / "astra_devops"):
        docstring = inspect.getdoc(METHODS[f"{method.resource}.{method.name}"]) or ""
        needed = {permission for _, function in method.endpoints for permission in OPERATIONS_BY_FUNCTION[function].permissions}
        named = {
            name for sentence in re.findall(r"^Needs .*", docstring, re.MULTILINE) for name in re.findall(r"``([a-z]+-[a-z-]+)``", sentence)
        }
        assert named <= needed, method


@pytest.mark.parametrize("method", METHODS)
def test_errors_are_listed_one_by_one(method: str) -> None:
    docstring = inspect.getdoc(METHODS[method]) or ""
    section = re.search(r"^Raises:\n((?: +.*\n?)*)", docstring, re.MULTILINE)
    entries = re.findall(r"^    (\S.*?): ", section[1], re.MULTILINE) if section else []
    assert set(entries) <= ERRORS
    assert len(entries) == len(set(entries))
