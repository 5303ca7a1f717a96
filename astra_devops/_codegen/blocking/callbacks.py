"""Recognizing parameters that take callbacks."""

import ast
from typing import Final

from astra_devops._codegen.blocking.source import Source, SourceReader, annotation

_AWAITABLES: Final = ("Awaitable", "Coroutine")


class Callbacks:
    """Recognizes annotations of callbacks, and follows their aliases through the package.

    A callback is a ``Callable`` that may return an awaitable. A plain function that is passed for
    one runs in a worker thread. A ``Callable`` that never returns an awaitable, such as an
    observer, is called in the event loop and is not a callback.
    """

    def __init__(self, reader: SourceReader) -> None:
        self._reader = reader

    def mentions(self, source: Source, node: ast.expr) -> bool:
        """Check whether an annotation in ``source`` names a callback, directly or by an alias."""
        return self._mentions(source, annotation(node), set())

    def _mentions(self, source: Source, node: ast.expr, seen: set[tuple[str, str]]) -> bool:
        if isinstance(node, ast.Subscript) and _last_name(node.value) == "Callable":
            return any(_last_name(inner) in _AWAITABLES for inner in ast.walk(_returned(node)))
        if isinstance(node, ast.Name):
            return self._follow(source, node.id, seen)
        return any(self._mentions(source, child, seen) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))

    def _follow(self, source: Source, name: str, seen: set[tuple[str, str]]) -> bool:
        if (source.module, name) in seen:
            return False
        seen.add((source.module, name))
        if name in source.imports:
            imported = source.imports[name]
            home = self._reader.module(imported.module) if imported.name else None
            return home is not None and self._follow(home, imported.name or "", seen)
        definition = source.definitions.get(name)
        if isinstance(definition, ast.ClassDef):
            return any(_is_async_call(node) for node in definition.body)
        value = getattr(definition, "value", None)
        return isinstance(value, ast.expr) and self._mentions(source, annotation(value), seen)


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _returned(callable_: ast.Subscript) -> ast.expr:
    return callable_.slice.elts[-1] if isinstance(callable_.slice, ast.Tuple) else callable_.slice


def _is_async_call(node: ast.stmt) -> bool:
    if isinstance(node, ast.AsyncFunctionDef):
        return node.name == "__call__"
    if isinstance(node, ast.FunctionDef) and node.name == "__call__" and node.returns:
        return any(_last_name(inner) in _AWAITABLES for inner in ast.walk(annotation(node.returns)))
    return False
