"""The file of ``models/``: the public names of models.

A model is public if a public method of a resource takes or returns it, or if another public model
has a field of it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from astra_devops._codegen.banner import banner
from astra_devops._codegen.blocking.pipeline import resource_sources
from astra_devops._codegen.blocking.source import Source, SourceReader, annotation, names_in

_MODELS: Final = "astra_devops._rest.models"
_DOC: Final = '''"""The models that methods take and return, and their enums.

Every enum is open: a field of type ``DatabaseStatus | str`` holds a member of the enum if the value
is known, and the plain string if it is not. Fields that the contract does not know are kept in
``extra``.
"""
'''

Name = tuple[str, str]
"""A class, by its module and its name."""


def models_files(package: Path) -> dict[str, str]:
    """Return the unformatted text of ``models/__init__.py`` by its path below ``package``."""
    homes = {name: module for module, name in _public_models(SourceReader(package))}
    by_module: dict[str, list[str]] = {}
    for name, module in sorted(homes.items()):
        by_module.setdefault(module, []).append(name)
    imports = "".join(f"    from {module} import {', '.join(names)}\n" for module, names in by_module.items())
    table = "".join(f"    {name!r}: {homes[name].removeprefix(f'{_MODELS}.')!r},\n" for name in sorted(homes))
    text = (
        f"{banner('resources/ and _rest/models/')}{_DOC}\n"
        "from importlib import import_module\nfrom typing import TYPE_CHECKING, Final\n\n"
        f"if TYPE_CHECKING:\n{imports}\n"
        f"__all__ = {sorted(homes)!r}\n\n"
        f"# The module of each model in {_MODELS}.\n_HOMES: Final = {{\n{table}}}\n\n\n"
        "def __getattr__(name: str) -> object:\n"
        "    if name not in _HOMES:\n"
        '        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n'
        f'    value: object = getattr(import_module(f"{_MODELS}.{{_HOMES[name]}}"), name)\n'
        "    globals()[name] = value\n"
        "    return value\n\n\n"
        "def __dir__() -> list[str]:\n"
        "    return sorted({*globals(), *__all__})\n"
    )
    return {"models/__init__.py": text}


def _public_models(reader: SourceReader) -> set[Name]:
    """Return the models that signatures mention, and the models that these mention."""
    pending = [name for source in resource_sources(reader) for node in _signatures(source) for name in _models_in(reader, source, node)]
    public: set[Name] = set()
    while pending:
        module, name = pending.pop()
        if (module, name) not in public:
            public.add((module, name))
            source = reader.module(module)
            assert source is not None
            fields = getattr(source.definitions[name], "body", [])
            pending += [
                other
                for field in fields
                if isinstance(field, ast.AnnAssign)
                for other in _models_in(reader, source, annotation(field.annotation))
            ]
    return public


def _signatures(source: Source) -> Iterator[ast.expr]:
    """Yield the annotations of the public methods of a resource."""
    for method in source.async_class().body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not method.name.startswith("_"):
            arguments = [node for node in ast.walk(method.args) if isinstance(node, ast.arg)]
            yield from (annotation(node.annotation) for node in arguments if node.annotation is not None)
            if method.returns is not None:
                yield annotation(method.returns)


def _models_in(reader: SourceReader, source: Source, node: ast.expr, seen: frozenset[Name] = frozenset()) -> Iterator[Name]:
    """Yield the models that an annotation mentions, directly or by an alias."""
    for name in names_in(node):
        if (source.module, name) not in seen:
            yield from _models_of(reader, source, name, seen | {(source.module, name)})


def _models_of(reader: SourceReader, source: Source, name: str, seen: frozenset[Name]) -> Iterator[Name]:
    if name in source.imports:
        imported = source.imports[name]
        home = reader.module(imported.module) if imported.name is not None else None
        if home is not None and imported.name is not None:
            yield from _models_of(reader, home, imported.name, seen)
        return
    definition = source.definitions.get(name)
    if isinstance(definition, ast.ClassDef):
        if source.module.startswith(f"{_MODELS}."):
            yield source.module, name
    elif isinstance(definition, ast.Assign | ast.AnnAssign) and definition.value is not None:
        yield from _models_in(reader, source, annotation(definition.value), seen)
