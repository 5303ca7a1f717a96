"""Faults from files: a list of entries, each a kind of fault with its arguments."""

import inspect
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

import cattrs

from astra_devops._json_bytes import codec
from astra_devops._json_bytes.reading import problem
from astra_devops.emulator.faults.entries import KINDS, Frequency, ScriptedFault

_MISSING: Final = "Faults in YAML need PyYAML. Install it with: pip install 'astra-devops[emulator]'"
_TYPE_NAMES: Final[Mapping[type, str]] = {
    dict: "an object",
    Mapping: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def read_into(faults: object, path: str | os.PathLike[str]) -> None:
    """Add the faults in a file to ``faults``.

    Raises:
        ValueError: The file is malformed; the message names the entry and the key.
    """
    entries = _parse(Path(path))
    if not isinstance(entries, list):
        raise ValueError(f"{path}: the file must have a list of faults, not {_type_name(type(entries))}")
    for number, entry in enumerate(entries, 1):
        try:
            add(faults, entry)
        except ValueError as error:
            raise ValueError(f"{path}, entry {number}: {error}") from error


def _parse(path: Path) -> object:
    content = path.read_text(encoding="utf-8")
    if path.suffix.lower() == ".json":
        try:
            return codec.loads(content)
        except codec.JSONDecodeError as error:
            raise ValueError(f"{path} is not valid JSON: {problem(content)}") from error
    try:
        import yaml
    except ImportError as error:
        raise ImportError(_MISSING) from error
    try:
        return yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error


def add(faults: object, entry: object) -> ScriptedFault:
    """Add one fault, as a file has it: an object with the kind as its key.

    Raises:
        ValueError: It is malformed; the message names the key.
    """
    if not isinstance(entry, Mapping) or len(entry) != 1:
        raise ValueError("an entry must be one kind of fault with its arguments, such as {status: {operation: getDatabase, status: 503}}")
    ((kind, arguments),) = entry.items()
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of fault; the kinds are {', '.join(KINDS)}")
    if not isinstance(arguments, Mapping):
        raise ValueError(f"{kind}: the arguments must be an object, not {_type_name(type(arguments))}")
    method: Callable[..., ScriptedFault] = getattr(faults, str(kind))
    try:
        return method(**_checked(method, arguments))
    except ValueError as error:
        raise ValueError(f"{kind}: {error}") from error


def _checked(method: Callable[..., object], arguments: Mapping[Any, object]) -> dict[str, Any]:
    """Check arguments against the signature of a method, and return them as it takes them."""
    hints = get_type_hints(method)
    parameters = inspect.signature(method).parameters
    types = {name: hints[name] for name, parameter in parameters.items() if parameter.kind is not parameter.VAR_KEYWORD}
    if "frequency" in parameters:
        types |= get_type_hints(Frequency)
    for name in arguments:
        if name not in types:
            raise ValueError(f"{name!r} is not an argument; the arguments are {', '.join(types)}")
    for name, parameter in parameters.items():
        if name in types and parameter.default is parameter.empty and name not in arguments:
            raise ValueError(f"{name!r} is missing")
    return {name: _typed(name, value, types[name]) for name, value in arguments.items()}


def _typed(name: str, value: object, kind: Any) -> object:
    """Check the type of one argument, and return it.

    A number is accepted for a string, because YAML reads ``retry_after: 5`` as one; nothing else is
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
        except cattrs.BaseValidationError as error:
            raise ValueError(f"{name!r} must be an object of strings") from error
    accepted = dict.fromkeys(_type_name(get_origin(one) or one) for one in kinds)
    raise ValueError(f"{name!r} must be {' or '.join(accepted)}, not {_type_name(type(value))}: {value!r}")


def _type_name(kind: type) -> str:
    return _TYPE_NAMES.get(kind, kind.__name__)
