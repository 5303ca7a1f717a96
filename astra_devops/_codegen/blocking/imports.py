"""Rendering import statements in the order that ruff wants."""

import sys
from collections.abc import Mapping

from astra_devops._codegen.blocking.source import Imported

SECTIONS = 3


def import_lines(imports: Mapping[str, Imported]) -> list[str]:
    """Render the imports that give each name its meaning, with empty lines between standard library, libraries and ourselves."""
    lines: list[str] = []
    for section in range(SECTIONS):
        inside = {name: found for name, found in imports.items() if _section(found.module) == section}
        block = [*_modules(inside), *_members(inside)]
        lines += ["", *block] if lines and block else block
    return lines


def _modules(imports: Mapping[str, Imported]) -> list[str]:
    plain = [(found.module, name) for name, found in imports.items() if found.name is None]
    return [f"import {module}" + ("" if name == module.partition(".")[0] else f" as {name}") for module, name in sorted(plain)]


def _members(imports: Mapping[str, Imported]) -> list[str]:
    by_module: dict[str, list[str]] = {}
    for name, found in imports.items():
        if found.name is not None:
            by_module.setdefault(found.module, []).append(found.name if found.name == name else f"{found.name} as {name}")
    return [f"from {module} import {', '.join(sorted(names, key=_order))}" for module, names in sorted(by_module.items())]


def _section(module: str) -> int:
    root = module.partition(".")[0]
    return 0 if root in sys.stdlib_module_names else 2 if root == "astra_devops" else 1


def _order(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
