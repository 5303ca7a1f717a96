"""The table of docs/operations.md: each operation, and the call that sends it.

It is read from the index of operations and the source of the resources.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from astra_devops._codegen.pages.marks import replace_between_marks

_ENDPOINTS: Final = "astra_devops._rest.endpoints"
_OURS: Final = ("astra_devops.resources", "astra_devops.operations")

Reference = tuple[str, str]
"""A function or class, by its module and its name."""


@attrs.frozen
class Operation:
    """An operation of the index."""

    id: str
    method: str
    path: str
    group: str
    function: str


@attrs.frozen
class Method:
    """A public method of a resource, and the endpoints that it may call, as (group, function)."""

    resource: str
    name: str
    returns_pager: bool
    endpoints: frozenset[tuple[str, str]]


def with_table(page: str, package: Path) -> str:
    """Return the page with an up-to-date table and list of pagers."""
    page = replace_between_marks(page, "pagers", pagers(package))
    return replace_between_marks(page, "operations", table(package))


def table(package: Path) -> str:
    """Return a table with a row for each operation, ordered by noun."""
    all_methods = list(methods(package))
    rows: list[tuple[str, str]] = []
    for operation in _operations(package / "_rest/index.py"):
        method = _caller(operation, all_methods)
        noun, call = (operation.group, f'request("{operation.id}", ...)') if method is None else (method.resource, _call(method))
        rows.append((noun, f"| {operation.method} {operation.path} | `{operation.id}` | `astra.{call}` |"))
    rows.sort(key=lambda row: row[0])
    return "\n".join(["| operation | id | call |", "|---|---|---|", *(line for _, line in rows), ""])


def pagers(package: Path) -> str:
    """Return a list of the calls that return a pager."""
    calls = [f"`astra.{_call(method)}`" for method in methods(package) if method.returns_pager]
    return "\n".join([*(f"- {call}" for call in calls), ""])


def _call(method: Method) -> str:
    return f"{method.resource}.{method.name}(...)"


def _caller(operation: Operation, methods: list[Method]) -> Method | None:
    """Return the method that calls an operation.

    If several do, a method of the operation's own resource is preferred, then the one that calls
    the fewest others.
    """
    callers = [method for method in methods if (operation.group, operation.function) in method.endpoints]
    return min(callers, key=lambda method: (method.resource != operation.group, len(method.endpoints)), default=None)


def _operations(index: Path) -> Iterator[Operation]:
    for node in ast.parse(index.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "Operation":
            arguments = {str(keyword.arg): keyword.value for keyword in node.value.keywords}
            yield Operation(*(ast.literal_eval(arguments[field.name]) for field in attrs.fields(Operation)))


def methods(package: Path) -> Iterator[Method]:
    """List the public methods of the resources."""
    modules = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__"): _Module(path)
        for root in ("resources", "operations")
        for path in sorted((package / root).rglob("*.py"))
    }
    for name, module in modules.items():
        resource = name.removeprefix("astra_devops.resources.")
        if resource == name or resource.startswith("_"):
            continue
        for cls in module.async_classes():
            for home, part in [(name, cls), *_bases(modules, module, cls)]:
                for method in part.body:
                    if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not method.name.startswith("_"):
                        endpoints = frozenset(_endpoints(modules, home, part, method, set()))
                        yield Method(resource, method.name, _returns_pager(method), endpoints)


def _bases(modules: "dict[str, _Module]", module: "_Module", cls: ast.ClassDef) -> Iterator[tuple[str, ast.ClassDef]]:
    """List the classes that a resource inherits from, with their modules."""
    for base in cls.bases:
        home, imported = module.imports.get(ast.unparse(base), ("", ""))
        if home in modules and isinstance(target := modules[home].definitions.get(imported), ast.ClassDef):
            yield home, target


def _returns_pager(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return method.returns is not None and ast.unparse(method.returns).strip("'").startswith("AsyncPager")


class _Module:
    """A module: the functions and classes that it defines, and the names that it imports."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.definitions = {
            node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        self.imports: dict[str, Reference] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = (node.module, alias.name)

    def async_classes(self) -> list[ast.ClassDef]:
        return [node for node in self.definitions.values() if isinstance(node, ast.ClassDef) and node.name.startswith("Async")]


def _origin(modules: dict[str, _Module], reference: Reference) -> Reference:
    """Follow a name through modules that only import it."""
    while reference[0] in modules and (further := modules[reference[0]].imports.get(reference[1])):
        reference = further
    return reference


def _endpoints(
    modules: dict[str, _Module], name: str, cls: ast.ClassDef | None, node: ast.AST, seen: set[ast.AST]
) -> Iterator[tuple[str, str]]:
    """Follow a function through helpers of its class and any module to the endpoints it calls."""
    if node in seen:
        return
    seen.add(node)
    module = modules[name]
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            owner = part.value.id
            if owner == "self" and cls is not None:
                for method in cls.body:
                    if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name == part.attr:
                        yield from _endpoints(modules, name, cls, method, seen)
            elif owner in module.imports:
                home, imported = _origin(modules, module.imports[owner])
                if home == _ENDPOINTS:
                    yield imported, part.attr
                elif (inner := modules.get(f"{home}.{imported}")) and (target := inner.definitions.get(part.attr)):
                    yield from _endpoints(modules, f"{home}.{imported}", None, target, seen)
        elif isinstance(part, ast.Name):
            if (target := module.definitions.get(part.id)) and not isinstance(target, ast.ClassDef):
                yield from _endpoints(modules, name, None, target, seen)
            elif part.id in module.imports:
                home, imported = _origin(modules, module.imports[part.id])
                if home.startswith(_OURS) and home in modules and (target := modules[home].definitions.get(imported)):
                    yield from _endpoints(modules, home, target if isinstance(target, ast.ClassDef) else None, target, seen)
