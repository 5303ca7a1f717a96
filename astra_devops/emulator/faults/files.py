"""Faults from a file: a list of entries, each a kind of fault with its arguments."""

import inspect
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import cattrs
import orjson

from astra_devops.emulator.faults.entries import KINDS, Frequency

MISSING = "Faults in YAML need PyYAML. Install it with: pip install 'astra-devops[emulator]'"


def read_into(faults: object, path: str | os.PathLike[str]) -> None:
    """Add the faults of a file to others.

    Raises:
        ValueError: the file is malformed; the message names the entry and the key.
    """
    entries = _parse(Path(path))
    if not isinstance(entries, list):
        raise ValueError(f"{path}: the file must hold a list of faults, not {_kind_of(entries)}")
    for number, entry in enumerate(entries, 1):
        try:
            _add(faults, entry)
        except ValueError as problem:
            raise ValueError(f"{path}, entry {number}: {problem}") from problem


def _parse(path: Path) -> object:
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() == ".json":
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as problem:
            raise ValueError(f"{path}: this is not JSON: {problem}") from problem
    try:
        import yaml
    except ImportError as problem:
        raise ImportError(MISSING) from problem
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise ValueError(f"{path}: this is not YAML: {' '.join(str(problem).split())}") from problem


def _add(faults: object, entry: object) -> None:
    if not isinstance(entry, Mapping) or len(entry) != 1:
        raise ValueError("an entry is one kind of fault with its arguments, such as {status: {operation: getDatabase, status: 503}}")
    ((kind, arguments),) = entry.items()
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of fault; there are {', '.join(KINDS)}")
    if not isinstance(arguments, Mapping):
        raise ValueError(f"{kind}: the arguments must be an object, not {_kind_of(arguments)}")
    method = getattr(faults, str(kind))
    try:
        method(**_checked(method, arguments))
    except ValueError as problem:
        raise ValueError(f"{kind}: {problem}") from problem


def _checked(method: Callable[..., None], arguments: Mapping[Any, object]) -> dict[str, Any]:
    """Hold arguments against the signature of a method."""
    hints = get_type_hints(method)
    parameters = inspect.signature(method).parameters
    known = {name: hints[name] for name, parameter in parameters.items() if parameter.kind is not parameter.VAR_KEYWORD}
    if "frequency" in parameters:
        known |= get_type_hints(Frequency)
    for name in arguments:
        if name not in known:
            raise ValueError(f"{name!r} is not among its arguments: {', '.join(known)}")
    for name, parameter in parameters.items():
        if name in known and parameter.default is parameter.empty and name not in arguments:
            raise ValueError(f"{name!r} is missing")
    return {name: _typed(name, value, known[name]) for name, value in arguments.items()}


def _typed(name: str, value: object, kind: Any) -> object:
    """Check one argument.

    A number may stand for text, since YAML reads ``retry_after: 5`` as one; nothing else is
    converted.
    """
    kinds = get_args(kind) or (kind,)
    if kind is object or (value is None and type(None) in kinds):
        return value
    if str in kinds and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if any(isinstance(value, one) for one in (str, int, float) if one in kinds) and not isinstance(value, bool):
        return value
    if isinstance(value, Mapping) and not {str, int, float} & set(kinds):
        try:
            return cattrs.structure(value, dict[str, str])
        except cattrs.BaseValidationError as problem:
            raise ValueError(f"{name!r} must hold text by name") from problem
    raise ValueError(f"{name!r} cannot be {_kind_of(value)}: {value!r}")


def _kind_of(value: object) -> str:
    if value is None:
        return "nothing"
    names = {dict: "an object", list: "a list", str: "text", bool: "a truth value", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)
