"""Reading the async modules that the blocking ones are made of: imports, definitions, and the one public class."""

import ast
from pathlib import Path
from typing import NoReturn

import attrs

from astra_devops._codegen.errors import SpecError


class Unmappable(SpecError):
    """The async source holds something that has no blocking form; ``pointer`` is its file and line."""


@attrs.frozen
class Imported:
    """Where a name of a module comes from: ``from module import name``, or ``import module`` when ``name`` is None."""

    module: str
    name: str | None
    typing_only: bool = False


@attrs.frozen
class Source:
    """A parsed module: its dotted name, the names it imports, and those that it defines, each with the statement."""

    path: Path
    module: str
    imports: dict[str, Imported]
    definitions: dict[str, ast.stmt]

    def refuse(self, node: ast.AST, reason: str) -> NoReturn:
        """Stop, and say where and why."""
        raise Unmappable(f"{self.path}:{getattr(node, 'lineno', 1)}", reason)

    def async_class(self) -> ast.ClassDef:
        """Return the public class of the module, whose name begins with ``Async``."""
        public = [node for node in self.definitions.values() if isinstance(node, ast.ClassDef) and node.name.startswith("Async")]
        if len(public) != 1:
            names = ", ".join(node.name for node in public) or "none"
            self.refuse(public[1] if public else ast.Pass(), f"a module of the client has one class that begins with Async; found: {names}")
        return public[0]

    def origin(self, name: str) -> Imported | None:
        """Return whence another module would import ``name``; None for a builtin."""
        if name in self.imports:
            return self.imports[name]
        return Imported(self.module, name) if name in self.definitions else None


def read_source(package: Path, path: Path) -> Source:
    """Parse one module of the package."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    imports: dict[str, Imported] = {}
    definitions: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.If) and _names_type_checking(node.test):
            for inner in node.body:
                imports |= _imports(inner, typing_only=True)
        else:
            imports |= _imports(node)
            definitions |= dict.fromkeys(_defines(node), node)
    return Source(path, module, imports, definitions)


def _names_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _imports(node: ast.stmt, *, typing_only: bool = False) -> dict[str, Imported]:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0]: Imported(alias.name, None, typing_only) for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {alias.asname or alias.name: Imported(node.module, alias.name, typing_only) for alias in node.names}
    return {}


def _defines(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.AnnAssign):
        return [ast.unparse(node.target)]
    if isinstance(node, ast.Assign):
        return [ast.unparse(target) for target in node.targets]
    return []


def annotation(node: ast.expr) -> ast.expr:
    """Return an annotation with its quoted parts parsed."""
    return _Unquote().visit(ast.parse(ast.unparse(node), mode="eval").body)  # type: ignore[no-any-return]


class _Unquote(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str):
            return node
        return self.visit(ast.parse(node.value, mode="eval").body)  # type: ignore[no-any-return]

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        # The strings of a Literal are values, not types.
        return node if ast.unparse(node.value) in ("Literal", "typing.Literal") else self.generic_visit(node)  # type: ignore[return-value]


def names_in(*nodes: ast.expr) -> set[str]:
    """Return the names that expressions use."""
    return {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}
