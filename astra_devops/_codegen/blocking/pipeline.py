"""The files of ``blocking/``: one module for each resource, and one for the client."""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

from astra_devops._codegen.banner import banner
from astra_devops._codegen.blocking.callbacks import Callbacks
from astra_devops._codegen.blocking.classes import render_client, render_resource
from astra_devops._codegen.blocking.render import CLIENT, FLEET, HAND_WRITTEN, OPERATION, PAGER, TEMPORARY, Context, Twin, decorators
from astra_devops._codegen.blocking.source import Imported, Source, SourceReader, annotation


def blocking_files(package: Path) -> dict[str, str]:
    """Return the unformatted text of every file of ``blocking/`` by its path below ``package``.

    Raises:
        Unmappable: The async source has no blocking form.
    """
    reader = SourceReader(package)
    client = reader.file("client.py")
    bases = _bases(reader, client)
    resources = resource_sources(reader)
    twins = _twins(client, resources)
    attributes = {name: attribute for name, attribute in _attributes([client, *bases]).items() if name in twins}
    callbacks = Callbacks(reader)
    files = {"blocking/__init__.py": _render_init(twins)}
    for source in resources:
        name = source.async_class().name
        if name not in attributes:
            source.refuse(source.async_class(), f"{name} is not made on first use by {CLIENT}")
        context = Context(source, twins, callbacks)
        inherited = _bases(reader, source)
        files[f"blocking/{source.path.name}"] = _module(
            context, render_resource(context, inherited, attributes[name]), [source, *inherited]
        )
    context = Context(client, twins, callbacks)
    text = render_client(context, bases, attributes)
    files["blocking/client.py"] = _module(context, text, [client, *bases], [twins[name] for name in [*attributes, FLEET]])
    return files


def resource_sources(reader: SourceReader) -> list[Source]:
    """Return the module of each resource."""
    paths = sorted(path for path in (reader.package / "resources").glob("*.py") if not path.name.startswith("_"))
    return [reader.file(f"resources/{path.name}") for path in paths]


def _bases(reader: SourceReader, source: Source) -> list[Source]:
    """Return the modules of the classes that a class inherits from, unless written by hand."""
    names = [ast.unparse(base) for base in source.async_class().bases]
    origins = [source.imports.get(name) for name in names if name not in HAND_WRITTEN]
    return [base for origin in origins if origin is not None and (base := reader.module(origin.module)) is not None]


def _twins(client: Source, resources: Iterable[Source]) -> dict[str, Twin]:
    twins = {
        PAGER: Twin("Pager", "astra_devops._bridge.pager"),
        OPERATION: Twin("Operation", "astra_devops._bridge.operation"),
        TEMPORARY: Twin("Temporary", "astra_devops._bridge.temporary"),
        FLEET: Twin("Fleet", "astra_devops._bridge.fleet"),
    }
    for source in [client, *resources]:
        name = source.async_class().name
        twins[name] = Twin(name.removeprefix("Async"), f"astra_devops.blocking.{source.path.stem}")
    return twins


def _attributes(sources: Iterable[Source]) -> dict[str, str]:
    """Return the attribute of the client for each async class."""
    classes = [node for source in sources for node in source.definitions.values() if isinstance(node, ast.ClassDef)]
    return {
        ast.unparse(annotation(function.returns)): function.name
        for node in classes
        for function in node.body
        if isinstance(function, ast.FunctionDef) and function.returns and decorators(function) == ["made_on_first_use"]
    }


def _module(context: Context, text: str, sources: Iterable[Source], for_checkers: Iterable[Twin] = ()) -> str:
    node = context.source.async_class()
    own = context.twins[node.name].name
    if own in context.imports:
        context.source.refuse(node, f"{own} is the name of the blocking class, and of something that the class uses")
    at_run_time = {name: imported for name, imported in context.imports.items() if not imported.typing_only}
    typing_only = {name: imported for name, imported in context.imports.items() if imported.typing_only}
    typing_only |= {twin.name: Imported(twin.module, twin.name) for twin in for_checkers}
    if typing_only:
        at_run_time["TYPE_CHECKING"] = Imported("typing", "TYPE_CHECKING")
    checked = f"if TYPE_CHECKING:\n{_import_lines(typing_only, '    ')}\n" if typing_only else ""
    *others, last = map(_relative, sources)
    origin = f"{', '.join(others)} and {last}" if others else last
    return f'{banner(origin)}"""The blocking class {own}."""\n\n{_import_lines(at_run_time)}\n{checked}\n{text}'


def _relative(source: Source) -> str:
    """Return the path of a module below the package."""
    return f"{'/'.join(source.module.split('.')[1:])}.py"


def _import_lines(imports: Mapping[str, Imported], indent: str = "") -> str:
    """Render the imports of some names; the formatter sorts and joins them."""
    return "".join(f"{indent}{_import_line(name, imported)}\n" for name, imported in sorted(imports.items()))


def _import_line(name: str, imported: Imported) -> str:
    if imported.name is None:
        return f"import {imported.module}" + ("" if name == imported.module.partition(".")[0] else f" as {name}")
    return f"from {imported.module} import {imported.name}" + ("" if name == imported.name else f" as {name}")


def _render_init(twins: Mapping[str, Twin]) -> str:
    homes = {twin.name: twin.module for twin in twins.values()} | {"Bridge": "astra_devops._bridge.bridge"}
    imports = {name: Imported(module, name) for name, module in homes.items()}
    table = "".join(f"    {name!r}: {homes[name]!r},\n" for name in sorted(homes))
    return (
        f'{banner("client.py and resources/")}"""The blocking client and its resources."""\n\n'
        "from importlib import import_module\nfrom typing import TYPE_CHECKING, Final\n\n"
        f"if TYPE_CHECKING:\n{_import_lines(imports, '    ')}\n"
        f"__all__ = {sorted(homes)!r}\n\n"
        f"_HOMES: Final = {{\n{table}}}\n\n\n"
        "def __getattr__(name: str) -> object:\n"
        "    if name not in _HOMES:\n"
        '        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n'
        "    return getattr(import_module(_HOMES[name]), name)\n"
    )
