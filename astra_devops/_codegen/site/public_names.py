"""The public names of the package, and the definitions that they stand for."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

PUBLIC_MODULES: Final = ("", "blocking", "desired", "emulator", "errors", "fleet", "keys", "models", "policies", "scim", "sinks")

Definition = tuple[Path, str]
"""A file, and a name that it defines."""


def public_definitions(package: Path) -> set[Definition]:
    """Return what the public names stand for: one definition for both clients."""
    found: set[Definition] = set()
    for module in PUBLIC_MODULES:
        for name in _exported(package / module):
            file, defined = definition_of(_file(package / module), name, package)
            if file.parent.name == "blocking":
                twin = package / "resources" / file.name
                found.add((twin if twin.exists() else package / file.name, f"Async{defined}"))
            elif file.name != "__init__.py" and (file.parent.name != "_bridge" or defined == "Bridge"):
                found.add((file, defined))
    return found


def definition_of(file: Path, name: str, package: Path) -> Definition:
    """Return where a name is defined that a file defines or imports."""
    tree = parsed(file)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("astra_devops."):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return definition_of(_file(package.joinpath(*node.module.split(".")[1:])), alias.name, package)
    return file, name


@cache
def parsed(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def _file(module: Path) -> Path:
    return module / "__init__.py" if module.is_dir() else module.with_suffix(".py")


def _exported(module: Path) -> Iterator[str]:
    """List the names that a module exports: those of ``_HOMES``, or else of ``__all__``."""
    values = {name: value for node in parsed(_file(module)).body for name, value in assigned(node).items()}
    names = values.get("_HOMES") or values["__all__"]
    assert isinstance(names, ast.Dict | ast.List)
    keys = names.keys if isinstance(names, ast.Dict) else names.elts
    yield from (str(ast.literal_eval(key)) for key in keys if key is not None)


def assigned(node: ast.stmt) -> dict[str, ast.expr]:
    """Return the names and the value of an assignment; nothing for other statements."""
    if isinstance(node, ast.Assign):
        return {ast.unparse(target): node.value for target in node.targets}
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return {ast.unparse(node.target): node.value}
    return {}
