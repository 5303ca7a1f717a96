"""Telling which parameters take a callback that may be async, and so has to go to a worker thread when it is a plain function."""

import ast
from pathlib import Path

from astra_devops._codegen.blocking.source import Source, annotation, read_source

AWAITABLES = ("Awaitable", "Coroutine")


class Callbacks:
    """Follow the aliases in annotations through the modules of the package.

    A callback is a ``Callable`` whose answer may be awaitable. One that is always plain, such as an
    observer, is called by the loop itself and has to stay as it is.
    """

    def __init__(self, package: Path) -> None:
        self._package = package
        self._sources: dict[str, Source | None] = {}

    def mentions(self, source: Source, node: ast.expr) -> bool:
        """Tell whether an annotation in ``source`` names a callback, itself or by an alias."""
        return self._find(source, annotation(node), set())

    def _find(self, source: Source, node: ast.expr, seen: set[tuple[str, str]]) -> bool:
        if isinstance(node, ast.Subscript) and _last(node.value) == "Callable":
            return any(_last(inner) in AWAITABLES for inner in ast.walk(_answer(node)))
        if isinstance(node, ast.Name):
            return self._follow(source, node.id, seen)
        return any(self._find(source, child, seen) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))

    def _follow(self, source: Source, name: str, seen: set[tuple[str, str]]) -> bool:
        if (source.module, name) in seen:
            return False
        seen.add((source.module, name))
        if name in source.imports:
            imported = source.imports[name]
            home = self._source(imported.module) if imported.name else None
            return home is not None and self._follow(home, imported.name or "", seen)
        definition = source.definitions.get(name)
        if isinstance(definition, ast.ClassDef):
            return any(_is_async_call(node) for node in definition.body)
        value = getattr(definition, "value", None)
        return isinstance(value, ast.expr) and self._find(source, annotation(value), seen)

    def _source(self, module: str) -> Source | None:
        if module not in self._sources:
            self._sources[module] = self._read(module)
        return self._sources[module]

    def _read(self, module: str) -> Source | None:
        root, _, rest = module.partition(".")
        if root != self._package.name:
            return None
        place = self._package.joinpath(*rest.split(".")) if rest else self._package
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return read_source(self._package, path)
        return None


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _answer(callable_: ast.Subscript) -> ast.expr:
    return callable_.slice.elts[-1] if isinstance(callable_.slice, ast.Tuple) else callable_.slice


def _is_async_call(node: ast.stmt) -> bool:
    if isinstance(node, ast.AsyncFunctionDef):
        return node.name == "__call__"
    if isinstance(node, ast.FunctionDef) and node.name == "__call__" and node.returns:
        return any(_last(inner) in AWAITABLES for inner in ast.walk(annotation(node.returns)))
    return False
