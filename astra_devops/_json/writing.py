"""Writing: request models to JSON, and query arguments to text.

Strict, since what is wrong here is the caller's mistake.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import Any

import attrs

from astra_devops._json import times
from astra_devops._json.model_types import is_dict, is_list, item_of, members, model_of
from astra_devops._secret import Secret


def unstructure(value: object, name: str = "body") -> object:
    """Turn a request body into JSON values, checking each field against its annotation.

    ``None`` is left out where a field is optional, and so is ``extra``; a :class:`Secret` is
    revealed; times are written in UTC.

    Raises:
        TypeError: a value has another type than its field, which is named by its path from
            ``name``.
        ValueError: a value cannot be sent: a time without a zone, NaN, a redacted secret.
    """
    if attrs.has(type(value)):
        return _write_model(value, name)
    if isinstance(value, list | tuple):
        return [unstructure(item, f"{name}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {_key(key, name): unstructure(item, f"{name}[{key!r}]") for key, item in value.items()}
    return _write_leaf(value, name)


def query(name: str, value: object) -> list[tuple[str, str]]:
    """Spell one query argument: no pair for ``None``, one for each item of a list, otherwise one.

    Raises:
        TypeError: it cannot stand in a URL; a :class:`Secret` least of all, since every proxy on
            the way logs it.
        ValueError: a time without a zone, or NaN.
    """
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [(name, _spelled(item, f"{name}[{index}]")) for index, item in enumerate(value)]
    return [(name, _spelled(value, name))]


def _spelled(value: object, name: str) -> str:
    if isinstance(value, Secret) or value is None or not isinstance(value, str | int | float | datetime | Enum):
        raise TypeError(f"{name} must be a str, a number, a bool, a datetime or a list of these, not {type(value).__name__}")
    plain = _write_leaf(value, name)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return str(plain)


def _write_model(value: Any, name: str) -> dict[str, object]:
    written = {}
    for field in model_of(value.__class__).fields:
        held = getattr(value, field.name)
        if held is not None or field.required:
            written[field.wire] = _write_as(held, members(field.shape), f"{name}.{field.name}")
    return written


def _write_as(value: object, allowed: tuple[Any, ...], name: str) -> object:
    """Write a value that must be of one of some types.

    Of two kinds of list, the items may be of either.
    """
    fitting = [shape for shape in allowed if _is_a(value, shape)]
    if not fitting:
        raise TypeError(f"{name} must be {_listed(allowed)}, not {type(value).__name__}")
    if object in fitting or Any in fitting:
        return unstructure(value, name)
    if isinstance(value, list | tuple):
        items = tuple(member for shape in fitting for member in members(item_of(shape)))
        return [_write_as(item, items, f"{name}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        items = tuple(member for shape in fitting for member in members(item_of(shape)))
        return {_key(key, name): _write_as(item, items, f"{name}[{key!r}]") for key, item in value.items()}
    return unstructure(value, name)


def _is_a(value: object, shape: Any) -> bool:
    if shape is object or shape is Any:
        return True
    if is_list(shape):
        return isinstance(value, list | tuple)
    if is_dict(shape):
        return isinstance(value, Mapping)
    if shape is int or shape is float:
        return isinstance(value, int | shape) and not isinstance(value, bool)
    return isinstance(value, shape)


def _listed(allowed: tuple[Any, ...]) -> str:
    """Name some types as Python does: ``an int or a str``."""
    names = [getattr(shape, "__name__", str(shape)) for shape in allowed if shape is not NoneType]
    return " or ".join(f"an {name}" if name[0] in "aeiouAEIO" else f"a {name}" for name in names)


def _write_leaf(value: object, name: str) -> object:
    if isinstance(value, Enum):
        return _write_leaf(value.value, name)
    if isinstance(value, str):
        return _checked(value, name)
    if isinstance(value, bool | int | NoneType):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number")
        return value
    if isinstance(value, Secret):
        return _revealed(value, name)
    if isinstance(value, datetime):
        return _time(value, name)
    raise TypeError(f"{name} cannot be sent: {type(value).__name__} has no form in JSON")


def _checked(text: str, name: str) -> str:
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"{name} holds half a surrogate pair, which has no form in UTF-8")
    return text


def _revealed(secret: Secret, name: str) -> str:
    try:
        return _checked(secret.reveal(), name)
    except ValueError as error:
        raise ValueError(f"{name} cannot be sent: {error}") from None


def _time(moment: datetime, name: str) -> str:
    try:
        return times.write(moment)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name} {error}") from None


def _key(key: object, name: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"the keys of {name} must be str, not {type(key).__name__}")
    return key
