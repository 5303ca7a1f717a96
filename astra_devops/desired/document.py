"""Declarations in TOML and YAML files. Errors name the place: ``databases[2].regions[0]: ...``."""

import inspect
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from astra_devops._runtime import checks
from astra_devops.desired.declaration import Declaration
from astra_devops.desired.kinds.kind import Kind
from astra_devops.desired.kinds.registry import KINDS
from astra_devops.desired.kinds.values import check_names


def load(path: str | os.PathLike[str]) -> Declaration:
    """Read a declaration from a TOML file, or from a YAML file whose name ends in .yaml or .yml.

    YAML needs PyYAML.

    Raises:
        OSError: The file cannot be read.
        TypeError: ``path`` is not a path, or a value in the file has the wrong type.
        ImportError: The file is YAML, and PyYAML is not installed.
        ValueError: The file is neither, or a value in it is not valid; the message names the
            place.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a path, not {checks.type_name(path)}")
    is_yaml = Path(path).suffix.lower() in (".yaml", ".yml")
    try:
        text = Path(path).read_text(encoding="utf-8")
        document = _yaml(text) if is_yaml else tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"path must be a {'YAML' if is_yaml else 'TOML'} file: {error}") from None
    return declaration_of(document)


def _yaml(text: str) -> Mapping[str, Any]:
    try:
        import yaml
    except ImportError:
        raise ImportError("path is a YAML file, which needs PyYAML: pip install pyyaml") from None
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"path must be a YAML file: {error}") from None
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise TypeError(f"path must be a YAML file with a mapping, not {checks.type_name(document)}")
    return document


def declaration_of(document: Mapping[str, Any]) -> Declaration:
    """Return the declaration that a document contains.

    Raises:
        TypeError: A value has the wrong type.
        ValueError: A value is not valid.
    """
    check_names(document, [kind.table for kind in KINDS], "")
    # Null is what YAML reads where nothing stands after a name.
    return Declaration(**{kind.table: _section(kind, document[kind.table]) for kind in KINDS if document.get(kind.table) is not None})


def _section(kind: Kind[Any, Any], value: Any) -> Any:
    if kind.is_single:
        return _entry(kind.declared_class, value, kind.table)
    if isinstance(value, Mapping):
        raise TypeError(f"{kind.table} must be a list of tables, not one table: write [[{kind.table}]] in TOML")
    entries = checks.items(value, kind.table, "tables")
    return [_entry(kind.declared_class, entry, f"{kind.table}[{index}]") for index, entry in enumerate(entries)]


def _entry(declared_class: type[Any], entry: Any, place: str) -> Any:
    if not isinstance(entry, Mapping):
        _refuse_nulls(entry, place)
        raise TypeError(f"{place} must be a table, not {checks.type_name(entry)}")
    fields = attrs.fields(declared_class)
    check_names(entry, [field.name for field in fields], f"{place}.")
    # A parameter may have a default that its field has not.
    parameters = inspect.signature(declared_class).parameters.values()
    entry = {name: value for name, value in entry.items() if value is not None}
    for name, value in entry.items():
        _refuse_nulls(value, f"{place}.{name}")
    missing = [given.name for given in parameters if given.default is inspect.Parameter.empty and given.name not in entry]
    if missing:
        raise ValueError(f"{place}.{missing[0]}: must be given")
    try:
        return declared_class(**entry)
    except (TypeError, ValueError) as error:
        # Messages begin with the argument, such as "regions[0] must not be empty".
        field, _, rest = str(error).partition(" ")
        raise type(error)(f"{place}.{field.removesuffix(':')}: {rest}") from None


def _refuse_nulls(value: Any, place: str) -> None:
    """Refuse null inside a list or a table, where YAML reads it for a missing value."""
    if value is None:
        raise TypeError(f"{place}: must not be empty")
    if isinstance(value, Mapping):
        for name, item in value.items():
            _refuse_nulls(item, f"{place}.{name}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_nulls(item, f"{place}[{index}]")
