"""Parsed source modules: their imports, their definitions, and their async class."""

import ast
from pathlib import Path
from typing import NoReturn

import attrs

from astra_devops._codegen.errors import SpecError


class Unmappable(SpecError):
    """Async source that has no blocking form; ``pointer`` is its file and line."""


@attrs.frozen
class Imported:
    """The origin of a name: ``from module import name``, or ``import module`` if name is None."""

    module: str
    name: str | None
    typing_only: bool = False


@attrs.frozen
class Source:
    """A parsed module.

    Attributes:
        path: The file.
        module: Dotted name of the module.
        imports: The names that the module imports.
        definitions: The names that it defines, each with its statement.
    """

    path: Path
    module: str
    imports: dict[str, Imported]
    definitions: dict[str, ast.stmt]

    def refuse(self, node: ast.AST, reason: str) -> NoReturn:
        """Raise an error that names the line of a node."""
        raise Unmappable(f"{self.path}:{getattr(node, 'lineno', 1)}", reason)

    def async_class(self) -> ast.ClassDef:
        """Return the only class whose name begins with ``Async``."""
        classes = [node for node in self.definitions.values() if isinstance(node, ast.ClassDef) and node.name.startswith("Async")]
        if len(classes) != 1:
            names = ", ".join(node.name for node in classes) or "none"
            node = classes[1] if classes else ast.Pass()
            self.refuse(node, f"a module of the client must have one class whose name begins with Async, but this has: {names}")
        return classes[0]

    def origin(self, name: str) -> Imported | None:
        """Return where another module can import a name from; None for a builtin."""
        if name in self.imports:
            return self.imports[name]
        return Imported(self.module, name) if name in self.definitions else None


class SourceReader:
    """Reads the modules of a package, each once."""

    def __init__(self, package: Path) -> None:
        self.package = package
        self._sources: dict[str, Source | None] = {}

    def file(self, path: str) -> Source:
        """Return the module in a file, whose path is relative to the package."""
        return read_source(self.package, self.package / path)

    def module(self, name: str) -> Source | None:
        """Return a module by its dotted name; None if it is not in the package."""
        if name not in self._sources:
            self._sources[name] = self._read(name)
        return self._sources[name]

    def _read(self, name: str) -> Source | None:
        root, _, rest = name.partition(".")
        if root != self.package.name:
            return None
        place = self.package.joinpath(*rest.split(".")) if rest else self.package
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return read_source(self.package, path)
        return None


def read_source(package: Path, path: Path) -> Source:
    """Parse one module of a package."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    imports: dict[str, Imported] = {}
    definitions: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            for inner in node.body:
                imports |= _imports(inner, typing_only=True)
        else:
            imports |= _imports(node)
            definitions |= dict.fromkeys(_defined_names(node), node)
    return Source(path, module, imports, definitions)


def _is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _imports(node: ast.stmt, *, typing_only: bool = False) -> dict[str, Imported]:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0]: Imported(alias.name, None, typing_only) for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {alias.asname or alias.name: Imported(node.module, alias.name, typing_only) for alias in node.names}
    return {}


def _defined_names(node: ast.stmt) -> list[str]:
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
