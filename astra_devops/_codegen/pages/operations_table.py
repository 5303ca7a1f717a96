"""The table of the README: each operation, and the calls that carry it, read from the index and the source of the resources."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

BEGIN: Final = "<!-- operations: written by python -m astra_devops._codegen -->"
END: Final = "<!-- end of operations -->"
_ENDPOINTS: Final = "astra_devops._rest.endpoints"
_OURS: Final = ("astra_devops.resources", "astra_devops.operations")

Reference = tuple[str, str]
"""A function or class, by its module and its name."""


@attrs.frozen
class Operation:
    """What the index says of one operation."""

    id: str
    method: str
    path: str
    group: str
    function: str


@attrs.frozen
class Method:
    """A public method of a resource, and the operations that it may call, as (group, function)."""

    resource: str
    name: str
    is_async: bool
    reaches: frozenset[tuple[str, str]]

    def call(self, *, blocking: bool) -> str:
        """Spell a call of it."""
        return f"`{'await ' if self.is_async and not blocking else ''}astra.{self.resource}.{self.name}(...)`"


def with_table(readme: str, package: Path) -> str:
    """Put the table between its two marks."""
    head, _, rest = readme.partition(BEGIN)
    _, mark, tail = rest.partition(END)
    if not mark:
        raise ValueError(f"README.md lacks the marks {BEGIN!r} and {END!r}")
    return f"{head}{BEGIN}\n\n{table(package)}\n{END}{tail}"


def table(package: Path) -> str:
    """Write the table."""
    methods = list(_methods(package))
    lines = ["| operation | id | async | blocking |", "|---|---|---|---|"]
    for operation in _operations(package / "_rest/index.py"):
        chosen = _carrier(operation, methods)
        if chosen is None:
            calls = [f'`{"" if blocking else "await "}astra.request("{operation.id}", ...)`' for blocking in (False, True)]
        else:
            calls = [chosen.call(blocking=blocking) for blocking in (False, True)]
        lines.append(f"| {operation.method} {operation.path} | `{operation.id}` | {calls[0]} | {calls[1]} |")
    return "\n".join(lines) + "\n"


def _carrier(operation: Operation, methods: list[Method]) -> Method | None:
    """Choose the method of the operation's own resource, if one calls it, and the one that calls least besides."""
    able = [method for method in methods if (operation.group, operation.function) in method.reaches]
    return min(able, key=lambda method: (method.resource != operation.group, len(method.reaches)), default=None)


def _operations(index: Path) -> Iterator[Operation]:
    for node in ast.parse(index.read_text()).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "Operation":
            given = {str(keyword.arg): keyword.value for keyword in node.value.keywords}
            yield Operation(*(ast.literal_eval(given[field.name]) for field in attrs.fields(Operation)))


def _methods(package: Path) -> Iterator[Method]:
    modules = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__"): _Module(path)
        for root in ("resources", "operations")
        for path in sorted((package / root).rglob("*.py"))
    }
    for name, module in modules.items():
        if not name.startswith("astra_devops.resources."):
            continue
        for cls in module.classes():
            for method in cls.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not method.name.startswith("_"):
                    reaches = frozenset(_reached(modules, name, cls, method, set()))
                    yield Method(name.rpartition(".")[2], method.name, isinstance(method, ast.AsyncFunctionDef), reaches)


class _Module:
    """The names of one module: what it imports, and the functions and classes that it defines."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text())
        self.defined = {
            node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        self.imported: dict[str, Reference] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = (node.module, alias.name)

    def classes(self) -> list[ast.ClassDef]:
        """List the public classes of a resource."""
        return [node for node in self.defined.values() if isinstance(node, ast.ClassDef) and node.name.startswith("Async")]


def _reached(
    modules: dict[str, _Module], name: str, cls: ast.ClassDef | None, node: ast.AST, seen: set[ast.AST]
) -> Iterator[tuple[str, str]]:
    """Follow a function through helpers of its class, its module and other modules, to the endpoints that it calls."""
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
                        yield from _reached(modules, name, cls, method, seen)
            elif owner in module.imported:
                home, imported = module.imported[owner]
                if home == _ENDPOINTS:
                    yield imported, part.attr
                elif (inner := modules.get(f"{home}.{imported}")) and (target := inner.defined.get(part.attr)):
                    yield from _reached(modules, f"{home}.{imported}", None, target, seen)
        elif isinstance(part, ast.Name):
            if (target := module.defined.get(part.id)) and not isinstance(target, ast.ClassDef):
                yield from _reached(modules, name, None, target, seen)
            elif part.id in module.imported:
                home, imported = module.imported[part.id]
                if home.startswith(_OURS) and home in modules and (target := modules[home].defined.get(imported)):
                    yield from _reached(modules, home, target if isinstance(target, ast.ClassDef) else None, target, seen)
